/** The sidebar: the viewer's conversations, and the app's home. */

import { el, find } from "./dom.js";
import { directMessage, on, state, titleOf, unread } from "./state.js";

/** @typedef {import("./types.js").Conversation} Conversation */
/** @typedef {(channel: string, pane: "messages" | "home") => void} Go */

/** @param {boolean} open on a narrow page, where the sidebar lies above the messages */
export function setDrawer(open) {
  document.body.classList.toggle("drawer-open", open);
  find("#drawer").setAttribute("aria-expanded", String(open));
  if (open) find(".entry", find("#sidebar")).focus();
}

/**
 * @param {string} face
 * @param {string} label
 * @param {{isCurrent: boolean, unread?: number, badge?: string, go: () => void}} how
 */
function entry(face, label, how) {
  const count = how.unread ?? 0;
  const counted = count > 0 ? [el("span", { class: "unread", "aria-hidden": "true" }, String(count)), el("span", { class: "sr-only" }, `, ${count} unread`)] : [];
  const button = el(
    "button",
    { type: "button", class: count > 0 ? "entry has-unread" : "entry", "aria-current": how.isCurrent ? "page" : null },
    el("span", { class: "entry-face", "aria-hidden": "true" }, face),
    el("span", { class: "entry-name" }, label),
    how.badge ? el("span", { class: "badge" }, how.badge) : null,
    counted,
  );
  button.addEventListener("click", () => {
    setDrawer(false);
    how.go();
  });
  return el("li", {}, button);
}

/**
 * @param {string} title
 * @param {HTMLElement[]} entries
 */
function group(title, entries) {
  return el("section", {}, el("h2", {}, title), el("ul", {}, entries));
}

/** @param {Go} go */
function draw(go) {
  const inMessages = state.pane === "messages";
  const conversation = (/** @type {Conversation} */ each, /** @type {string} */ face) =>
    entry(face, titleOf(each.channel), {
      isCurrent: inMessages && each.channel.id === state.channel,
      unread: unread(each),
      go: () => go(each.channel.id, "messages"),
      ...(each.channel.is_im ? { badge: "APP" } : {}),
    });
  const channels = state.conversations.filter((each) => !each.channel.is_im);
  const direct = state.conversations.filter((each) => each.channel.is_im);
  const dm = directMessage();
  const home = dm
    ? [entry("⌂", `${titleOf(dm)} home`, { isCurrent: !inMessages, go: () => go(dm.id, "home") })]
    : [];
  find("#conversations").replaceChildren(
    group("Channels", channels.map((each) => conversation(each, each.channel.is_private ? "🔒" : "#"))),
    group("Direct messages", direct.map((each) => conversation(each, "●"))),
    group("Apps", home),
  );
}

/** @param {Go} go shows a conversation or the app's home */
export function startSidebar(go) {
  const redraw = () => draw(go);
  on("conversations", redraw);
  on("channel", redraw);
  on("messages", redraw);
  find("#drawer").addEventListener("click", () => setDrawer(!document.body.classList.contains("drawer-open")));
  find("#drawer-shade").addEventListener("click", () => setDrawer(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !document.body.classList.contains("drawer-open")) return;
    setDrawer(false);
    find("#drawer").focus();
  });
}

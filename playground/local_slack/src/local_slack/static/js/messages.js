/** The messages of the conversation that is shown. */

import { announce, note, noteError } from "./announce.js";
import { post } from "./api.js";
import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks.js";
import { arrange, el, find } from "./dom.js";
import { valuesWithin } from "./fields.js";
import { menuButton } from "./menu.js";
import { refreshViews } from "./modal.js";
import { failureWords } from "./pressing.js";
import { isApp, nameOf, on, state } from "./state.js";
import { textObject } from "./text.js";

/** @typedef {import("./types.js").Message} Message */

const TOGETHER_S = 5 * 60;
const NEAR_PX = 120;
/** Messages that are drawn; older ones are a button away. */
const PAGE = 200;

/** @type {Map<string, {key: string, element: HTMLElement}>} */
let drawn = new Map();
let limit = PAGE;
/** Whether the end of the conversation is on the screen; then it stays there, whatever grows or shrinks. */
let atEnd = true;
/** Private answers that the viewer has put away; as in Slack, that is the client's own affair. */
const dismissed = new Set(JSON.parse(sessionStorage.getItem("local-slack.dismissed") ?? "[]"));

const list = () => find("#messages");
/** @param {string} ts */
const elementOf = (ts) => /** @type {HTMLElement | null} */ (list().querySelector(`li[data-ts="${CSS.escape(ts)}"]`));
const scroller = () => find("#message-scroll");

/** @param {string} ts */
const momentOf = (ts) => new Date(Number(ts) * 1000);

/** @param {Date} moment */
function dayLabel(moment) {
  const [day, today] = [moment.toDateString(), new Date()];
  if (day === today.toDateString()) return "Today";
  today.setDate(today.getDate() - 1);
  if (day === today.toDateString()) return "Yesterday";
  return moment.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

/** @param {Message} message */
function content(message) {
  const { text, blocks } = message.drawn;
  if (blocks.length === 0) return [el("div", { class: "block text" }, textObject(text))];
  const holder = el("div", { class: "blocks" });
  const around = {
    user: state.viewer,
    place: { channel: message.channel, ts: message.ts },
    idPrefix: `m${message.ts.replace(".", "-")}`,
    fieldValues: () => valuesWithin(holder),
    known: {},
    answered: refreshViews,
  };
  holder.append(...drawBlocks(blocks, around));
  return [holder];
}

/** @param {Message} message */
function menuOf(message) {
  const shortcuts = state.workspace.shortcuts.filter((each) => each.type === "message");
  const items = shortcuts.map((shortcut) => ({ label: shortcut.name, choose: () => void useShortcut(message, shortcut.callback_id) }));
  const copy = {
    label: "Copy link to message",
    choose: () => navigator.clipboard.writeText(message.permalink).then(() => announce("Copied."), noteError),
  };
  const none = shortcuts.length === 0 ? [{ label: "No app offers a shortcut for messages" }] : [];
  return el("div", { class: "message-menu" }, menuButton("Message actions", "⋮", [...items, copy, ...none]));
}

/**
 * @param {Message} message
 * @param {string} callbackId
 */
async function useShortcut(message, callbackId) {
  const { channel, ts } = message;
  try {
    /** @type {import("./types.js").InteractionResult} */
    const answer = await post("/message_shortcut", { user: state.viewer, channel, ts, callback_id: callbackId });
    if (answer.error) note(failureWords(answer.error));
  } catch (error) {
    noteError(error);
  }
}

/** @param {Message} message */
function privacy(message) {
  if (!message.is_ephemeral) return null;
  const away = el("button", { type: "button", class: "link-button" }, "Dismiss");
  away.addEventListener("click", () => {
    dismissed.add(message.ts);
    sessionStorage.setItem("local-slack.dismissed", JSON.stringify([...dismissed]));
    render();
    find(".composer textarea").focus();
  });
  return el("p", { class: "only-you" }, el("span", {}, "Only visible to you"), " · ", away);
}

/**
 * @param {Message} message
 * @param {boolean} follows whether it stands below another one of the same author
 */
function draw(message, follows) {
  const moment = momentOf(message.ts);
  const time = el(
    "time",
    { datetime: moment.toISOString(), title: moment.toLocaleString() },
    moment.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }),
  );
  const head = el(
    "div",
    { class: "message-head" },
    el("span", { class: "author" }, nameOf(message.user)),
    isApp(message.user) ? el("span", { class: "badge" }, "APP") : null,
    time,
  );
  const edited = message.edited && !isApp(message.user) ? el("span", { class: "edited" }, "(edited)") : null;
  return el(
    "li",
    {
      class: `message${follows ? " follows" : ""}${message.is_ephemeral ? " ephemeral" : ""}`,
      data: { ts: message.ts },
      tabindex: "-1",
    },
    follows ? el("span", { class: "gutter" }, time.cloneNode(true)) : avatar(message.user),
    el("div", { class: "message-main" }, privacy(message), follows ? el("span", { class: "sr-only" }, nameOf(message.user)) : head, content(message), edited),
    message.is_ephemeral ? null : menuOf(message),
  );
}

/**
 * @param {Message | undefined} before
 * @param {Message} message
 */
function standsBelow(before, message) {
  if (!before || before.user !== message.user || before.is_ephemeral || message.is_ephemeral) return false;
  const apart = Number(message.ts) - Number(before.ts);
  return apart < TOGETHER_S && momentOf(before.ts).toDateString() === momentOf(message.ts).toDateString();
}

/** Draws what has changed, and keeps the rest as it is. */
export function render() {
  const visible = state.messages.filter((message) => !dismissed.has(message.ts));
  const page = visible.slice(-limit);
  const focused = document.activeElement?.closest("#messages > li");
  const focusedTs = focused instanceof HTMLElement ? focused.dataset.ts : undefined;
  /** @type {HTMLElement[]} */
  const wanted = [];
  const now = new Map();
  let day = "";
  page.forEach((message, index) => {
    const label = dayLabel(momentOf(message.ts));
    if (label !== day) wanted.push(reuse(now, `day ${label}`, label, () => el("li", { class: "day" }, el("span", {}, label))));
    const follows = label === day && standsBelow(page[index - 1], message);
    day = label;
    const key = `${follows} ${nameOf(message.user)} ${JSON.stringify(message)}`;
    wanted.push(reuse(now, message.ts, key, () => draw(message, follows)));
  });
  drawn = now;
  arrange(list(), wanted);
  find("#older").hidden = visible.length <= page.length;
  find("#beginning").hidden = visible.length > page.length;
  if (focusedTs && !list().contains(document.activeElement)) elementOf(focusedTs)?.focus();
  if (atEnd) toEnd();
}

/**
 * @param {Map<string, {key: string, element: HTMLElement}>} now
 * @param {string} id
 * @param {string} key changes when the element has to be drawn anew
 * @param {() => HTMLElement} make
 */
function reuse(now, id, key, make) {
  const before = drawn.get(id);
  const entry = before?.key === key ? before : { key, element: make() };
  now.set(id, entry);
  return entry.element;
}

/** Shows the end of the conversation. */
export function toEnd() {
  atEnd = true;
  scroller().scrollTop = scroller().scrollHeight;
  find("#to-end").hidden = true;
}

const below = () => scroller().scrollHeight - scroller().scrollTop - scroller().clientHeight;

/**
 * A message has come while the conversation is on the screen.
 *
 * @param {Message} message
 */
export function greet(message) {
  if (message.user === state.viewer) {
    toEnd();
    return;
  }
  announce(`${nameOf(message.user)}: ${message.rendered.slice(0, 300)}`);
  find("#to-end").hidden = atEnd;
}

/**
 * Moves to a message, as a link to it asks for.
 *
 * @param {string} ts
 */
export function showMessage(ts) {
  const element = elementOf(ts);
  if (!element) return;
  element.classList.add("pointed-out");
  atEnd = false;
  element.scrollIntoView({ block: "center" });
  element.focus();
}

/** Begins to follow the state. */
export function startMessages() {
  on("messages", render);
  on("channel", () => {
    limit = PAGE;
  });
  find("#older").addEventListener("click", () => {
    limit += PAGE;
    render();
  });
  find("#to-end").addEventListener("click", toEnd);
  scroller().addEventListener("scroll", () => {
    atEnd = below() < NEAR_PX;
    if (atEnd) find("#to-end").hidden = true;
  });
  const sizes = new ResizeObserver(() => {
    if (atEnd) toEnd();
  });
  sizes.observe(scroller());
  sizes.observe(list());
}

/** The inspector: what happens behind the page. Off until it is asked for; only the tab that is seen is kept up to date. */

import { el, find } from "../dom.js";
import { on, state } from "../state.js";
import { deliveriesTab } from "./deliveries.js";
import { failuresTab } from "./failures.js";
import { logsTab } from "./logs.js";
import { tablesTab } from "./tables.js";
import { trafficTab } from "./traffic.js";

/** @typedef {import("../types.js").Tab} Tab */

/** @type {Tab[]} */
const TABS = [trafficTab, tablesTab, deliveriesTab, logsTab, failuresTab];
const OPEN = "local-slack.inspector";
const PAUSE_MS = 150;

let current = trafficTab.id;
let isOpen = false;
let due = false;

const tabs = () => TABS.filter((tab) => !tab.needsAws || state.workspace.has_inspector);

/** Draws the tab that is seen, soon: a burst of changes is drawn once. */
function refreshSoon() {
  if (!isOpen || due) return;
  due = true;
  setTimeout(() => {
    due = false;
    void refresh();
  }, PAUSE_MS);
}

async function refresh() {
  const tab = tabs().find((each) => each.id === current);
  const panel = document.querySelector("#inspector-panel");
  if (!isOpen || !tab || !(panel instanceof HTMLElement)) return;
  try {
    await tab.draw(panel);
  } catch (error) {
    panel.replaceChildren(el("p", { class: "empty" }, error instanceof Error ? error.message : String(error)));
  }
}

/** @param {string} id of a tab */
function choose(id) {
  current = id;
  drawFrame();
  find(`#tab-${id}`).focus();
  void refresh();
}

/** @param {KeyboardEvent} event */
function onTabKey(event) {
  const ids = tabs().map((tab) => tab.id);
  const at = ids.indexOf(current);
  /** @type {Record<string, number>} */
  const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: ids.length - 1 };
  if (!(event.key in steps)) return;
  event.preventDefault();
  choose(ids[((steps[event.key] ?? 0) + ids.length) % ids.length] ?? current);
}

function drawFrame() {
  const buttons = tabs().map((tab) => {
    const chosen = tab.id === current;
    return el(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${tab.id}`,
        "aria-selected": String(chosen),
        "aria-controls": "inspector-panel",
        tabindex: chosen ? "0" : "-1",
        on: { click: () => choose(tab.id) },
      },
      tab.label,
    );
  });
  const close = el("button", { type: "button", class: "icon-button", "aria-label": "Close the inspector", on: { click: () => setOpen(false) } }, "✕");
  find("#inspector").replaceChildren(
    el("div", { class: "inspector-head" }, el("h2", {}, "Inspector"), close),
    el("div", { role: "tablist", "aria-label": "What to look at", on: { keydown: onTabKey } }, buttons),
    el("div", { id: "inspector-panel", role: "tabpanel", tabindex: "0", "aria-labelledby": `tab-${current}` }),
  );
}

/** @param {boolean} open */
function setOpen(open) {
  isOpen = open;
  sessionStorage.setItem(OPEN, open ? "1" : "0");
  find("#inspector").hidden = !open;
  document.body.classList.toggle("inspecting", open);
  find("#inspect").setAttribute("aria-expanded", String(open));
  if (open) {
    drawFrame();
    void refresh();
  } else {
    find("#inspect").focus();
  }
}

/** Makes the inspector's button work. */
export function startInspector() {
  find("#inspect").addEventListener("click", () => setOpen(!isOpen));
  find("#inspector").addEventListener("keydown", (event) => {
    if (event.key === "Escape") setOpen(false);
  });
  for (const topic of new Set(TABS.flatMap((tab) => tab.follows))) {
    on(topic, () => {
      if (tabs().find((tab) => tab.id === current)?.follows.includes(topic)) refreshSoon();
    });
  }
  on("workspace", () => {
    if (sessionStorage.getItem(OPEN) === "1" && !isOpen) setOpen(true);
  });
}

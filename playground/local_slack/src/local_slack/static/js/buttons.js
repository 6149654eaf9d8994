/** Buttons, overflow menus, and the row of elements that is called actions. */

import { el } from "./dom.js";
import { element } from "./elements.js";
import { menuButton } from "./menu.js";
import { press } from "./pressing.js";
import { openAddress, textObject, wordsOf } from "./text.js";

/** @typedef {import("./types.js").Block} Block */
/** @typedef {import("./types.js").Surroundings} Surroundings */

/**
 * @param {Block} block in which it stands
 * @param {Block} source
 * @param {Surroundings} around
 */
export function button(block, source, around) {
  const style = ["primary", "danger"].includes(source.style) ? ` ${source.style}` : "";
  const made = el(
    "button",
    { type: "button", class: `button${style}`, "aria-label": source.accessibility_label ?? null },
    el("span", { class: "button-words" }, textObject(source.text)),
    el("span", { class: "spinner", "aria-hidden": "true" }),
  );
  made.addEventListener("click", () => {
    if (source.url) openAddress(source.url);
    void press(block, source, around, made);
  });
  return made;
}

/**
 * @param {Block} block
 * @param {Block} source
 * @param {Surroundings} around
 */
export function overflow(block, source, around) {
  const items = source.options.map((/** @type {Block} */ option) => ({
    label: wordsOf(option.text),
    choose: (/** @type {HTMLElement} */ opener) => {
      if (option.url) openAddress(option.url);
      void press(block, source, around, opener, option.value);
    },
  }));
  return menuButton("More actions", "⋯", items);
}

/**
 * @param {Block} block
 * @param {Surroundings} around
 */
export function actions(block, around) {
  const parts = block.elements.map((/** @type {Block} */ each) => element(block, each, around));
  return el("div", { class: "block actions" }, parts);
}

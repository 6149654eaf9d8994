/** Buttons and overflow menus. */

import { el } from "./dom.js";
import { menuButton } from "./menu.js";
import { press } from "./pressing.js";
import { openAddress, textObject, wordsOf } from "./text.js";

/** @typedef {import("./types.js").Control} Control */
/** @typedef {import("./types.js").Holder} Holder */
/** @typedef {import("./types.js").Surroundings} Surroundings */

/**
 * @param {Holder} block in which it stands
 * @param {Control} source
 * @param {Surroundings} around
 */
export function button(block, source, around) {
  const style = ["primary", "danger"].includes(source.style ?? "") ? ` ${source.style}` : "";
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
 * @param {Holder} block
 * @param {Control} source
 * @param {Surroundings} around
 */
export function overflow(block, source, around) {
  const items = (source.options ?? []).map((option) => ({
    label: wordsOf(option.text),
    choose: (/** @type {HTMLElement} */ opener) => {
      if (option.url) openAddress(option.url);
      void press(block, source, around, opener, option.value);
    },
  }));
  return menuButton("More actions", "⋯", items);
}

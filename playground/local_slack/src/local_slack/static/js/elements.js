/** Elements that act at once: those of actions blocks and of sections. What is chosen goes straight to the bot. */

import { button, overflow } from "./buttons.js";
import { el, freshId } from "./dom.js";
import { control } from "./fields.js";
import { press } from "./pressing.js";
import { wordsOf } from "./text.js";

/** @typedef {import("./types.js").Control} Control */
/** @typedef {import("./types.js").Holder} Holder */

/**
 * An element, and what it does when it is used.
 *
 * @param {Holder} block in which it stands
 * @param {Control} source
 * @param {import("./types.js").Surroundings} around
 * @returns {HTMLElement}
 */
export function element(block, source, around) {
  if (source.type === "button") return button(block, source, around);
  if (source.type === "overflow") return overflow(block, source, around);
  const label = wordsOf(source.placeholder) || wordsOf(block.text) || "Choose";
  const field = control(block, source, around, { id: freshId(around.idPrefix), label });
  const working = el("span", { class: "spinner", "aria-hidden": "true" });
  const holder = el("div", { class: "acting-field" }, field.element, working);
  field.element.addEventListener("change", () => void press(block, source, around, holder, field.value()));
  return holder;
}

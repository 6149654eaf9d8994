/** Input blocks: a label, a field, a hint, and room for what is wrong. */

import { el, freshId } from "./dom.js";
import { control, isGroup } from "./fields.js";
import { press } from "./pressing.js";
import { textObject } from "./text.js";

/** @typedef {import("./types.js").Control} Control */

/** @param {Control} source the element */
function counter(source) {
  if (!source.max_length && !source.min_length) return null;
  return el("span", { class: "counter" });
}

/**
 * Says how many characters are there, and how many may or must be.
 *
 * @param {HTMLElement} shown
 * @param {Control} source
 * @param {string} value
 */
function count(shown, source, value) {
  const length = [...value].length;
  const most = source.max_length ? ` of ${source.max_length}` : "";
  shown.textContent = `${length}${most}`;
  shown.classList.toggle("over", Boolean(source.max_length && length > source.max_length));
}

/**
 * @param {import("./types.js").Input} block
 * @param {import("./types.js").Surroundings} around
 */
export function inputBlock(block, around) {
  const source = block.element;
  const id = freshId(around.idPrefix);
  const [hintId, errorId] = [`${id}-hint`, `${id}-error`];
  const field = control(block, source, around, { id, describedBy: `${errorId} ${hintId}`, required: block.optional !== true });
  const words = [...textObject(block.label), block.optional ? el("span", { class: "optional" }, " (optional)") : ""];
  const counting = counter(source);
  const hint = el("p", { class: "hint", id: hintId }, el("span", {}, textObject(block.hint)), counting);
  const error = el("p", { class: "field-error", id: errorId });
  const inside = [field.element, error, hint];
  const made = isGroup(source)
    ? el("fieldset", { class: "block input", "aria-describedby": `${errorId} ${hintId}` }, el("legend", {}, words), inside)
    : el("div", { class: "block input" }, el("label", { for: id }, words), inside);
  made.dataset.blockId = block.block_id;
  if (counting) {
    const recount = () => count(counting, source, String(field.value() ?? ""));
    field.element.addEventListener("input", recount);
    recount();
  }
  if (block.dispatch_action) {
    field.element.addEventListener("change", () => void press(block, source, around, field.element, field.value()));
  }
  return made;
}

/**
 * Shows beside each field what is wrong with it, and moves to the first one; a field that is not named is fine.
 *
 * @param {HTMLElement} form
 * @param {Record<string, string>} errors by block_id
 */
export function showErrors(form, errors) {
  /** @type {HTMLElement | null} */
  let first = null;
  for (const made of form.querySelectorAll(".block.input")) {
    if (!(made instanceof HTMLElement)) continue;
    const wrong = errors[made.dataset.blockId ?? ""] ?? "";
    const place = made.querySelector(".field-error");
    if (place) place.textContent = wrong;
    made.classList.toggle("wrong", wrong !== "");
    for (const field of made.querySelectorAll("input, textarea, select")) {
      if (wrong) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    if (wrong && first === null) first = made.querySelector("input, textarea, select");
  }
  first?.focus();
}

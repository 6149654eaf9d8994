/** Blocks, as Slack draws them. */

import { actions } from "./buttons.js";
import { el } from "./dom.js";
import { element } from "./elements.js";
import { inputBlock } from "./inputs.js";
import { richText } from "./richtext.js";
import { textObject } from "./text.js";

/** @typedef {import("./types.js").Block} Block */
/** @typedef {import("./types.js").Surroundings} Surroundings */

/** @param {Block} source an image block or element */
function picture(source) {
  return el("img", { src: source.image_url, alt: source.alt_text ?? "", loading: "lazy", referrerpolicy: "no-referrer" });
}

/**
 * @param {Block} block
 * @param {Surroundings} around
 */
function section(block, around) {
  const words = el("div", { class: "section-words" });
  if (block.text) words.append(el("div", { class: "text" }, textObject(block.text)));
  if (block.fields) {
    const fields = block.fields.map((/** @type {Block} */ field) => el("div", { class: "field text" }, textObject(field)));
    words.append(el("div", { class: "fields" }, fields));
  }
  const accessory = block.accessory;
  if (!accessory) return el("div", { class: "block section" }, words);
  const beside = accessory.type === "image" ? picture(accessory) : element(block, accessory, around);
  return el("div", { class: "block section with-accessory" }, words, el("div", { class: "accessory" }, beside));
}

/** @param {Block} block */
function context(block) {
  const parts = block.elements.map((/** @type {Block} */ each) =>
    each.type === "image" ? picture(each) : el("span", { class: "text" }, textObject(each)),
  );
  return el("div", { class: "block context" }, parts);
}

/** @param {Block} block */
function image(block) {
  const title = block.title ? el("figcaption", { class: "text" }, textObject(block.title)) : null;
  return el("figure", { class: "block image" }, title, picture(block));
}

/** @type {Record<string, (block: Block, around: Surroundings) => HTMLElement>} */
const DRAWN = {
  header: (block) => el("h4", { class: "block header" }, textObject(block.text)),
  section,
  context,
  divider: () => el("hr", { class: "block" }),
  actions: (block, around) => actions(block, around),
  image,
  rich_text: richText,
  input: inputBlock,
};

/**
 * Blocks as elements. `around` says where they stand and what is filled in there.
 *
 * @param {Block[]} list
 * @param {Surroundings} around
 */
export function drawBlocks(list, around) {
  return list.map((block) => {
    const draw = DRAWN[block.type];
    if (draw) return draw(block, around);
    return el("div", { class: "block unknown" }, `This page cannot draw a block of the type ${block.type}.`);
  });
}

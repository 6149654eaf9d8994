/** Blocks, as Slack draws them. */

import { el } from "./dom.js";
import { element } from "./elements.js";
import { inputBlock } from "./inputs.js";
import { richText } from "./richtext.js";
import { textObject } from "./text.js";

/** @typedef {import("./types.js").Block} Block */
/** @typedef {import("./types.js").Picture} Picture */
/** @typedef {import("./types.js").Surroundings} Surroundings */

/** @param {Picture} source an image block or element */
function picture(source) {
  return el("img", { src: source.image_url, alt: source.alt_text ?? "", loading: "lazy", referrerpolicy: "no-referrer" });
}

/**
 * @param {Extract<Block, {type: "section"}>} block
 * @param {Surroundings} around
 */
function section(block, around) {
  const words = el("div", { class: "section-words" });
  if (block.text) words.append(el("div", { class: "text" }, textObject(block.text)));
  if (block.fields) {
    const fields = block.fields.map((field) => el("div", { class: "field text" }, textObject(field)));
    words.append(el("div", { class: "fields" }, fields));
  }
  const accessory = block.accessory;
  if (!accessory) return el("div", { class: "block section" }, words);
  const beside = "image_url" in accessory ? picture(accessory) : element(block, accessory, around);
  return el("div", { class: "block section with-accessory" }, words, el("div", { class: "accessory" }, beside));
}

/** @param {Extract<Block, {type: "context"}>} block */
function context(block) {
  const parts = block.elements.map((each) => ("image_url" in each ? picture(each) : el("span", { class: "text" }, textObject(each))));
  return el("div", { class: "block context" }, parts);
}

/** @param {Extract<Block, {type: "image"}>} block */
function image(block) {
  const title = block.title ? el("figcaption", { class: "text" }, textObject(block.title)) : null;
  return el("figure", { class: "block image" }, title, picture(block));
}

/**
 * @param {Block} block
 * @param {Surroundings} around
 * @returns {HTMLElement}
 */
function draw(block, around) {
  switch (block.type) {
    case "header":
      return el("h4", { class: "block header" }, textObject(block.text));
    case "section":
      return section(block, around);
    case "context":
      return context(block);
    case "divider":
      return el("hr", { class: "block" });
    case "actions":
      return el("div", { class: "block actions" }, block.elements.map((each) => element(block, each, around)));
    case "image":
      return image(block);
    case "rich_text":
      return richText(block);
    case "input":
      return inputBlock(block, around);
    default: {
      /** @type {{type: string}} */
      const unknown = block;
      return el("div", { class: "block unknown" }, `This page cannot draw a block of the type ${unknown.type}.`);
    }
  }
}

/**
 * Blocks as elements. `around` says where they stand and what is filled in there.
 *
 * @param {Block[]} list
 * @param {Surroundings} around
 */
export const drawBlocks = (list, around) => list.map((block) => draw(block, around));

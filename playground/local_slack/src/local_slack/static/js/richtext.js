/** rich_text blocks. Their text is literal: nothing in it acts, whatever it looks like. */

import { el } from "./dom.js";
import { inline } from "./text.js";

/** @typedef {import("./types.js").Inline} Inline */
/** @typedef {import("./types.js").RichPart} RichPart */

/** @type {Array<["code" | "strike" | "underline" | "italic" | "bold", "strong" | "em" | "s" | "u" | "code"]>} */
const STYLES = [["code", "code"], ["strike", "s"], ["underline", "u"], ["italic", "em"], ["bold", "strong"]];

/**
 * @param {Inline} element
 * @returns {Node | string}
 */
function styled(element) {
  let shown = inline(element);
  for (const [style, tag] of STYLES) if (element.style?.[style]) shown = el(tag, {}, shown);
  return shown;
}

/**
 * @param {RichPart} element
 * @returns {HTMLElement}
 */
function part(element) {
  const elements = element.elements ?? [];
  switch (element.type) {
    case "rich_text_list": {
      const items = elements.map((item) => el("li", {}, (item.elements ?? []).map(styled)));
      const indent = Math.min(Number(element.indent ?? 0), 8);
      if (element.style === "ordered") {
        return el("ol", { class: `indent-${indent}`, start: Number(element.offset ?? 0) + 1 }, items);
      }
      return el("ul", { class: `indent-${indent}` }, items);
    }
    case "rich_text_quote":
      return el("blockquote", {}, elements.map(styled));
    case "rich_text_preformatted":
      return el("pre", {}, elements.map(styled));
    default:
      return el("div", { class: "paragraph" }, elements.map(styled));
  }
}

/** @param {{elements: RichPart[]}} block */
export const richText = (block) => el("div", { class: "block rich-text" }, block.elements.map(part));

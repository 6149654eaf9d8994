/** rich_text blocks. Their text is literal: nothing in it acts, whatever it looks like. */

import { el } from "./dom.js";
import { broadcast, channelMention, date, emoji, link, userMention } from "./text.js";

/** @typedef {import("./types.js").Block} Block */

/** @type {Array<[string, "strong" | "em" | "s" | "u" | "code"]>} */
const STYLES = [["code", "code"], ["strike", "s"], ["underline", "u"], ["italic", "em"], ["bold", "strong"]];

/**
 * @param {Block} element
 * @returns {Node | string}
 */
function inner(element) {
  switch (element.type) {
    case "link":
      return link(element.url, [element.text || element.url]);
    case "user":
      return userMention(element.user_id);
    case "channel":
      return channelMention(element.channel_id);
    case "usergroup":
      return broadcast(element.usergroup_id);
    case "broadcast":
      return broadcast(element.range);
    case "emoji":
      return emoji(element.name);
    case "date":
      return date(Number(element.timestamp), element.format ?? "{date}");
    case "color":
      return el("code", {}, element.value);
    default:
      return String(element.text ?? "");
  }
}

/**
 * @param {Block} element
 * @returns {Node | string}
 */
function inline(element) {
  let shown = inner(element);
  for (const [style, tag] of STYLES) if (element.style?.[style]) shown = el(tag, {}, shown);
  return shown;
}

/**
 * @param {Block} element
 * @returns {HTMLElement}
 */
function part(element) {
  /** @type {Block[]} */
  const elements = element.elements ?? [];
  switch (element.type) {
    case "rich_text_list": {
      const items = elements.map((item) => el("li", {}, (item.elements ?? []).map(inline)));
      const indent = Math.min(Number(element.indent ?? 0), 8);
      if (element.style === "ordered") {
        return el("ol", { class: `indent-${indent}`, start: Number(element.offset ?? 0) + 1 }, items);
      }
      return el("ul", { class: `indent-${indent}` }, items);
    }
    case "rich_text_quote":
      return el("blockquote", {}, elements.map(inline));
    case "rich_text_preformatted":
      return el("pre", {}, elements.map(inline));
    default:
      return el("div", { class: "paragraph" }, elements.map(inline));
  }
}

/** @param {Block} block */
export function richText(block) {
  return el("div", { class: "block rich-text" }, (block.elements ?? []).map(part));
}

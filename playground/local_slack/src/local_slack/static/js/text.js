/** Pieces of text as Slack draws them: mentions, links, dates, emoji, and its text objects. */

import { el } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { nameOf, state } from "./state.js";

/** @typedef {import("./types.js").Inline} Inline */
/** @typedef {import("./types.js").TextObject} TextObject */

/** @type {Record<string, "strong" | "em" | "s" | "code" | "pre" | "blockquote">} */
const HOLDING = { bold: "strong", italic: "em", strike: "s", code: "code", pre: "pre", quote: "blockquote" };

/**
 * A piece of text: of a rich_text block, or of a text that the server has parsed (mrkdwn.py).
 *
 * @param {Inline} element
 * @returns {Node | string}
 */
export function inline(element) {
  const holding = HOLDING[element.type];
  if (holding) return el(holding, {}, (element.elements ?? []).map(inline));
  const text = element.text ?? "";
  switch (element.type) {
    case "link":
      return link(element.url ?? "", text || (element.url ?? ""));
    case "user":
      return userMention(element.user_id ?? "");
    case "channel":
      return channelMention(element.channel_id ?? "");
    case "usergroup":
      return broadcast(text.replace(/^@/, "") || (element.usergroup_id ?? ""));
    case "broadcast":
      return broadcast(element.range ?? "");
    case "emoji":
      return emoji(element.name ?? "");
    case "date":
      return date(String(element.timestamp ?? ""), element.format ?? "{date}", element.fallback ?? "");
    case "color":
      return el("code", {}, element.value);
    default:
      return text;
  }
}

/** @param {string} name without colons */
function emoji(name) {
  const characters = emojiOf(name);
  if (characters === null) return `:${name}:`;
  return el("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, characters);
}

/** @param {string} id of a user */
function userMention(id) {
  return el("span", { class: id === state.viewer ? "mention mention-me" : "mention" }, `@${nameOf(id)}`);
}

/** @param {string} id of a channel */
function channelMention(id) {
  return el("span", { class: "mention" }, `#${nameOf(id)}`);
}

/** @param {string} audience everyone, channel or here, or a user group's name */
function broadcast(audience) {
  return el("span", { class: "mention mention-me" }, `@${audience}`);
}

/** @param {string} address */
const isAddress = (address) => /^(https?|mailto):/i.test(address);

/**
 * Opens an address of the bot's in a new tab; nothing else than a web address is opened.
 *
 * @param {string} address
 */
export function openAddress(address) {
  if (isAddress(address)) window.open(address, "_blank", "noopener,noreferrer");
}

/**
 * A link; one that is no web address stays text, so that nothing on the page can run.
 *
 * @param {string} address
 * @param {string} label
 */
function link(address, label) {
  if (!isAddress(address)) return el("span", {}, label);
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label);
}

/**
 * A date by Slack's template (`{date_short} at {time}`), in the reader's time zone.
 *
 * @param {string} seconds since the epoch
 * @param {string} template
 * @param {string} fallback shown where the seconds are no moment
 */
function date(seconds, template, fallback) {
  const moment = new Date(/^\d+$/.test(seconds) ? Number(seconds) * 1000 : NaN);
  if (Number.isNaN(moment.getTime())) return fallback || seconds;
  const day = (/** @type {Intl.DateTimeFormatOptions} */ options) => moment.toLocaleDateString(undefined, options);
  /** @type {Record<string, () => string>} */
  const forms = {
    date_num: () => moment.toLocaleDateString("sv-SE"),
    date: () => day({ dateStyle: "long" }),
    date_pretty: () => day({ dateStyle: "long" }),
    date_short: () => day({ dateStyle: "medium" }),
    date_short_pretty: () => day({ dateStyle: "medium" }),
    date_long: () => day({ dateStyle: "full" }),
    date_long_pretty: () => day({ dateStyle: "full" }),
    time: () => moment.toLocaleTimeString(undefined, { timeStyle: "short" }),
    time_secs: () => moment.toLocaleTimeString(undefined, { timeStyle: "medium" }),
  };
  const shown = template.replace(/\{(\w+)\}/g, (whole, form) => forms[form]?.() ?? whole);
  return el("time", { datetime: moment.toISOString() }, shown);
}

/**
 * One of Slack's text objects, as what stands inside an element.
 *
 * @param {TextObject | null | undefined} object
 */
export const textObject = (object) => (object?.elements ?? []).map(inline);

/**
 * A text object as words alone, for labels of elements that hold no pictures.
 *
 * @param {TextObject | null | undefined} object
 */
export const wordsOf = (object) => el("span", {}, textObject(object)).textContent;

/** Pieces of text as Slack draws them: mentions, links, dates, emoji, and its text objects. */

import { el } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { nameOf, state } from "./state.js";

const CODE = /:(\+1|-1|100|(?=[0-9_+'-]{0,99}[a-z])[a-z0-9_+'-]{1,100}(?:::skin-tone-[2-6])?):/g;

/**
 * Plain text, its short codes as pictures.
 *
 * @param {string} text
 * @returns {Array<Node | string>}
 */
export function withEmoji(text) {
  /** @type {Array<Node | string>} */
  const parts = [];
  let position = 0;
  for (const found of text.matchAll(CODE)) {
    parts.push(text.slice(position, found.index), emoji(found[1] ?? ""));
    position = found.index + found[0].length;
  }
  return [...parts, text.slice(position)];
}

/** @param {string} name without colons */
export function emoji(name) {
  const characters = emojiOf(name);
  if (characters === null) return `:${name}:`;
  return el("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, characters);
}

/** @param {string} id of a user */
export function userMention(id) {
  return el("span", { class: id === state.viewer ? "mention mention-me" : "mention" }, `@${nameOf(id)}`);
}

/** @param {string} id of a channel */
export function channelMention(id) {
  return el("span", { class: "mention" }, `#${nameOf(id)}`);
}

/** @param {string} audience everyone, channel or here, or a user group's name */
export function broadcast(audience) {
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
 * @param {Array<Node | string>} label
 */
export function link(address, label) {
  if (!isAddress(address)) return el("span", {}, label);
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label);
}

/**
 * A date by Slack's template (`{date_short} at {time}`), in the reader's time zone.
 *
 * @param {number} seconds since the epoch
 * @param {string} template
 */
export function date(seconds, template) {
  const moment = new Date(seconds * 1000);
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
 * @param {import("./types.js").Block | undefined} object
 * @returns {Array<Node | string>}
 */
export function textObject(object) {
  if (!object) return [];
  const text = String(object.text ?? "");
  if (object.type === "mrkdwn") return mrkdwn(text, { verbatim: object.verbatim === true });
  return object.emoji === false ? [text] : withEmoji(text);
}

/**
 * A text object as words alone, for labels of elements that hold no pictures.
 *
 * @param {import("./types.js").Block | undefined} object
 */
export function wordsOf(object) {
  const holder = el("span", {}, textObject(object));
  return holder.textContent ?? "";
}

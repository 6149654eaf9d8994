/**
 * Slack's mrkdwn, as nodes. The server's mrkdwn.py is the judge of what acts; this reads by the same rules:
 * control sequences first, then code, bare addresses, quotations, emphasis and emoji; entities last and once.
 */

import { el } from "./dom.js";
import { broadcast, channelMention, date, emoji, link, userMention } from "./text.js";

/** @typedef {Array<Node | string>} Parts */

const TOKEN = /<([^<>\n]+)>/g;
const PRE = /```(.+?)```/gs;
const CODE = /(?<![\p{L}\p{N}_`])`([^`\n]+)`(?![\p{L}\p{N}_`])/gu;
const ADDRESS = /(?:https?:\/\/|mailto:)[^\s<>|\0]+/gi;
const QUOTED = /^(?:&gt;|>)\s?(.*)$/;
const EMOJI = /:(\+1|-1|100|(?=[0-9_+'-]{0,99}[a-z])[a-z0-9_+'-]{1,100}(?:::skin-tone-[2-6])?):/g;
const KEPT = /\0(\d+)\0/g;
/** @type {Array<["strong" | "em" | "s", RegExp]>} */
const EMPHASIS = /** @type {const} */ ([["strong", "\\*"], ["em", "_"], ["s", "~"]]).map(([tag, mark]) => [
  tag,
  new RegExp(
    `(?<![\\p{L}\\p{N}_${mark}])${mark}(?![\\s${mark}])([^${mark}\\n]*?)(?<!\\s)${mark}(?![\\p{L}\\p{N}_${mark}])`,
    "gu",
  ),
]);

/**
 * The three entities that Slack knows, as characters; each one once, nothing else.
 *
 * @param {string} text
 */
export function unescape(text) {
  return text.replace(/&(amp|lt|gt);/g, (_whole, name) => ({ amp: "&", lt: "<", gt: ">" })[String(name)] ?? "");
}

/** Reads one text. What is done is set aside behind NULs, so that nothing looks into it again. */
class Reader {
  /** @param {boolean} verbatim whether bare addresses stay text */
  constructor(verbatim) {
    this.verbatim = verbatim;
    /** @type {Parts[]} */
    this.kept = [];
  }

  /** @param {string} raw */
  read(raw) {
    let text = raw.replaceAll("\0", "\ufffd");
    text = text.replace(TOKEN, (_whole, inner) => this.keep(this.token(inner)));
    text = text.replace(PRE, (_whole, inner) => this.keep([el("pre", {}, this.restored(inner.replace(/^\n|\n$/g, "")))]));
    text = text.replace(CODE, (_whole, inner) => this.keep([el("code", {}, this.restored(inner))]));
    if (!this.verbatim) text = text.replace(ADDRESS, (found) => this.address(found));
    return this.quotations(text);
  }

  /** @param {Parts} parts */
  keep(parts) {
    this.kept.push(parts);
    return `\0${this.kept.length - 1}\0`;
  }

  /**
   * Text without further formatting, with what was set aside back in its place.
   *
   * @param {string} text
   * @returns {Parts}
   */
  restored(text) {
    return text.split(KEPT).flatMap((part, index) => (index % 2 ? (this.kept[Number(part)] ?? []) : [unescape(part)]));
  }

  /**
   * @param {string} inner
   * @returns {Parts}
   */
  token(inner) {
    const bar = inner.indexOf("|");
    const target = bar < 0 ? inner : inner.slice(0, bar);
    const label = bar < 0 ? "" : unescape(inner.slice(bar + 1));
    if (target.startsWith("@")) return [userMention(target.slice(1))];
    if (target.startsWith("#")) return [channelMention(target.slice(1))];
    if (target.startsWith("!subteam^")) return [broadcast(label.replace(/^@/, "") || "group")];
    if (target.startsWith("!date^")) {
      const [, seconds = "", template = ""] = target.split("^");
      return /^\d+$/.test(seconds) ? [date(Number(seconds), template)] : [label];
    }
    if (target.startsWith("!")) return [broadcast(target.slice(1))];
    return [link(unescape(target), [label || unescape(target)])];
  }

  /** @param {string} found */
  address(found) {
    const address = found.replace(/[.,;:!?)'"*_~]+$/, "");
    return this.keep([link(unescape(address), [unescape(address)])]) + found.slice(address.length);
  }

  /**
   * Consecutive quoted lines become one quotation.
   *
   * @param {string} text
   * @returns {Parts}
   */
  quotations(text) {
    /** @type {Parts} */
    const parts = [];
    /** @type {string[]} */
    let plain = [];
    /** @type {string[]} */
    let quoted = [];
    const endPlain = () => {
      if (plain.length) parts.push(...this.inline(plain.join("\n")));
      plain = [];
    };
    const endQuoted = () => {
      if (quoted.length) parts.push(el("blockquote", {}, this.inline(quoted.join("\n"))));
      quoted = [];
    };
    for (const line of text.split("\n")) {
      const found = QUOTED.exec(line);
      if (found) {
        endPlain();
        quoted.push(found[1] ?? "");
      } else {
        endQuoted();
        plain.push(line);
      }
    }
    endPlain();
    endQuoted();
    return parts;
  }

  /**
   * Emphasis, which may hold other emphasis, then emoji.
   *
   * @param {string} text
   * @returns {Parts}
   */
  inline(text) {
    let marked = text;
    for (const [tag, pattern] of EMPHASIS) {
      marked = marked.replace(pattern, (_whole, inner) => this.keep([el(tag, {}, this.inline(inner))]));
    }
    return this.restored(marked.replace(EMOJI, (_whole, name) => this.keep([emoji(name)])));
  }
}

/**
 * A mrkdwn text as nodes.
 *
 * @param {string} text
 * @param {{verbatim?: boolean}} [how] verbatim: bare addresses stay text
 * @returns {Parts}
 */
export function mrkdwn(text, how = {}) {
  return new Reader(how.verbatim === true).read(text);
}

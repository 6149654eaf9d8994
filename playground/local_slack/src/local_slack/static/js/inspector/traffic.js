/** Each request to and from the bot, with its payload, its answer and the time it took. */

import { get } from "../api.js";
import { arrange, el } from "../dom.js";
import { clock, duration, nothing, pretty } from "./format.js";

/** @typedef {{seq: number, at: number, direction: "to_bot" | "from_bot", kind: string, method: string, url: string,
 *   payload: unknown, status: number | null, answer: unknown, ms: number}} Entry */

const SHOWN = 200;
/** @type {Map<number, HTMLElement>} */
const drawn = new Map();

/**
 * The word by which Slack refuses a call; null where it does not.
 *
 * @param {Entry} entry
 */
function refusal({ answer }) {
  if (typeof answer !== "object" || answer === null || !("ok" in answer) || answer.ok !== false) return null;
  return "error" in answer ? String(answer.error) : "refused";
}

/** @param {Entry} entry */
function failed(entry) {
  return entry.status === null || entry.status >= 400 || refusal(entry) !== null;
}

/** @param {Entry} entry */
function outcome(entry) {
  const word = refusal(entry);
  if (word !== null) return word;
  return entry.status === null ? "no answer" : String(entry.status);
}

/** @param {Entry} entry */
function draw(entry) {
  const toBot = entry.direction === "to_bot";
  return el(
    "li",
    { class: failed(entry) ? "failed" : "" },
    el(
      "details",
      {},
      el(
        "summary",
        {},
        el("span", { class: "direction" }, toBot ? "→ bot" : "← bot"),
        el("span", { class: "kind" }, entry.kind),
        el("span", { class: "outcome" }, outcome(entry)),
        el("span", { class: "took" }, duration(entry.ms)),
        clock(entry.at),
      ),
      el("h3", {}, toBot ? "What Slack sent" : "What the bot asked for"),
      el("pre", { tabindex: "0" }, pretty(entry.payload)),
      el("h3", {}, toBot ? "What the bot answered" : "What Slack answered"),
      el("pre", { tabindex: "0" }, pretty(entry.answer)),
    ),
  );
}

/** @type {import("../types.js").Tab} */
export const trafficTab = {
  id: "traffic",
  label: "Traffic",
  follows: ["traffic"],
  async draw(panel) {
    /** @type {{traffic: Entry[]}} */
    const { traffic } = await get("/traffic");
    const latest = traffic.slice(-SHOWN).reverse();
    if (latest.length === 0) {
      panel.replaceChildren(nothing("No request to or from the bot yet."));
      return;
    }
    const wanted = latest.map((entry) => {
      const element = drawn.get(entry.seq) ?? draw(entry);
      drawn.set(entry.seq, element);
      return element;
    });
    let list = panel.querySelector("ol.traffic");
    if (!list) {
      list = el("ol", { class: "traffic" });
      panel.replaceChildren(list);
    }
    arrange(list, wanted);
  },
};

/** The log of each function. */

import { get } from "../api.js";
import { el } from "../dom.js";
import { clock, nothing, pretty } from "./format.js";

/** @typedef {{at: number, text: string}} Line */

let wanted = "stream";

/**
 * @param {string} text
 * @returns {Record<string, unknown> | null}
 */
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** @param {Line} line */
function draw(line) {
  const record = parsed(line.text);
  if (record === null) {
    // What the platform writes around each call stands in one line; what the function itself wrote is shown whole.
    const text = line.text.trimEnd();
    const platform = /^(START|END|REPORT|INIT_START) /.test(text);
    return el("li", { class: platform ? "platform" : "", title: platform ? text : null }, clock(line.at), " ", el("code", {}, text));
  }
  const level = String(record.level ?? record.type ?? "");
  const words = String(record.message ?? record.type ?? "");
  return el(
    "li",
    { class: ["ERROR", "CRITICAL"].includes(level) ? "failed" : "" },
    el(
      "details",
      {},
      el("summary", {}, clock(line.at), el("span", { class: "outcome" }, level), el("span", { class: "kind" }, words)),
      el("pre", { tabindex: "0" }, pretty(record)),
    ),
  );
}

/** @type {import("../types.js").Tab} */
export const logsTab = {
  id: "logs",
  label: "Logs",
  needsAws: true,
  follows: ["traffic", "delivery"],
  async draw(panel) {
    const asked = wanted;
    /** @type {{functions: string[], function: string, lines: Line[]}} */
    const logs = await get(`/inspector/logs?function=${encodeURIComponent(asked)}`);
    // Another function was chosen meanwhile; its own answer is on its way.
    if (asked !== wanted) return;
    wanted = logs.function;
    const options = logs.functions.map((name) => el("option", { value: name, selected: name === wanted }, name));
    const select = el("select", { id: "log-function" }, options);
    select.addEventListener("change", () => {
      wanted = select.value;
      void logsTab.draw(panel);
    });
    const hadFocus = document.activeElement?.id === "log-function";
    const lines = [...logs.lines].reverse();
    panel.replaceChildren(
      el("label", { class: "log-choice" }, "Function ", select),
      lines.length ? el("ol", { class: "logs" }, lines.map(draw)) : nothing(`${wanted} has not written anything yet.`),
    );
    if (hadFocus) select.focus();
  },
};

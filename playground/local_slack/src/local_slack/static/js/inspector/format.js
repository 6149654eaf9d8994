/** How the inspector writes times, durations and data. */

import { el } from "../dom.js";

/** @param {number} seconds since the epoch */
export function clock(seconds) {
  const moment = new Date(seconds * 1000);
  const shown = moment.toLocaleTimeString("en-GB", { hour12: false });
  return el("time", { datetime: moment.toISOString(), title: moment.toLocaleString() }, shown);
}

/** @param {number} ms */
export const duration = (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

/** @param {unknown} value */
export function pretty(value) {
  if (value === null || value === undefined || value === "") return "(empty)";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** @param {string} words */
export const nothing = (words) => el("p", { class: "empty" }, words);

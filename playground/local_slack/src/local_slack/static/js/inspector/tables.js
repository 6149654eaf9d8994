/** The rows of the bot's tables. */

import { get } from "../api.js";
import { el } from "../dom.js";
import { nothing } from "./format.js";

/** @typedef {{title: string, name: string, rows: Array<Record<string, unknown>>, more: boolean, columns: string[]}} Table */

const LONGEST = 90;

/** @param {Table} table */
function columnsOf(table) {
  const names = new Set(table.rows.flatMap((row) => Object.keys(row)));
  const first = table.columns.filter((name) => names.has(name));
  return [...first, ...[...names].filter((name) => !first.includes(name)).sort()];
}

/** @param {unknown} value */
function cell(value) {
  const text = value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  return el("td", { title: text.length > LONGEST ? text : null }, text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

/** @param {Table} table */
function draw(table) {
  const columns = columnsOf(table);
  const count = `${table.rows.length}${table.more ? "+" : ""} ${table.rows.length === 1 ? "row" : "rows"}`;
  const rows = table.rows.map((row) => el("tr", {}, columns.map((name) => cell(row[name]))));
  return el(
    "section",
    { class: "table" },
    el("h3", {}, table.title, el("span", { class: "count" }, ` ${count}`)),
    table.rows.length === 0
      ? nothing("No rows yet.")
      : el(
          "div",
          { class: "table-scroll", tabindex: "0", role: "region", "aria-label": table.title },
          el("table", {}, el("thead", {}, el("tr", {}, columns.map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, rows)),
        ),
  );
}

/** @type {import("../types.js").Tab} */
export const tablesTab = {
  id: "tables",
  label: "Tables",
  needsAws: true,
  follows: ["traffic", "delivery"],
  async draw(panel) {
    /** @type {{tables: Table[]}} */
    const { tables } = await get("/inspector/tables");
    const before = panel.querySelector(".table-scroll")?.scrollLeft ?? 0;
    panel.replaceChildren(...tables.map(draw));
    const after = panel.querySelector(".table-scroll");
    if (after) after.scrollLeft = before;
  },
};

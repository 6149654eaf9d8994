// Writes a month's rows by SheetJS and prints what it took, as one line of JSON.
// Arguments: where the package is installed, the file of rows, the workbook to write, and "original" (its seven columns as they come,
// as the original bot does) or "same" (the thirteen columns of Ossi's sheet, with dates, formats, links, widths and a filter).
"use strict";
const fs = require("fs");
const path = require("path");

const [packages, rowsFile, bookFile, kind] = process.argv.slice(2);
const XLSX = require(path.join(packages, "node_modules", "xlsx"));
const AMOUNTS = { SMALL: 50, MEDIUM: 200 };
const LABELS = {
  NO_COMPENSATION: "No compensation",
  COMPETENCE_DEVELOPMENT: "Competence development hours",
  SMALL: "Small bonus - 50 €",
  MEDIUM: "Medium bonus - 200 €",
};
const LINKS_MAX = 65530; // Excel's limit

const started = process.hrtime.bigint();
const rows = fs.readFileSync(rowsFile, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const loaded = process.hrtime.bigint();

function original(row) {
  return {
    "Slack ID": row.userId,
    "Target month": row.contributionMonth,
    Timestamp: new Date(row.timestamp).toISOString(),
    Name: row.name,
    Compensation: row.size,
    Description: row.text,
    URL: row.url,
  };
}

function same(row) {
  return {
    ...original(row),
    Timestamp: new Date(row.timestamp),
    Amount: AMOUNTS[row.size] ?? 0,
    Currency: "EUR",
    "Decided by": row.decidedBy,
    "Decided at": new Date(row.decidedAt),
    Level: LABELS[row.size],
    Decider: row.decidedBy,
  };
}

// See ossi_bench/child.py.
function peakKib() {
  const status = "/proc/self/status";
  if (!fs.existsSync(status)) return process.resourceUsage().maxRSS;
  return Number(fs.readFileSync(status, "utf8").match(/VmHWM:\s*(\d+)/)[1]);
}

const sheet =
  kind === "same"
    ? XLSX.utils.json_to_sheet(rows.map(same), { dateNF: "yyyy-mm-dd hh:mm" })
    : XLSX.utils.json_to_sheet(rows.map(original));
if (kind === "same") {
  for (let row = 2; row <= rows.length + 1; row++) {
    sheet["H" + row].z = "#,##0.00";
    if (row <= LINKS_MAX + 1) sheet["G" + row].l = { Target: sheet["G" + row].v };
  }
  sheet["!cols"] = [13, 9, 16, 20, 27, 52, 36, 11, 10, 13, 16, 28, 18].map((wch) => ({ wch }));
  sheet["!autofilter"] = { ref: sheet["!ref"] };
}
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, sheet, "Accepted");
fs.writeFileSync(bookFile, XLSX.write(book, { type: "buffer", bookType: "xlsx" }));
const written = process.hrtime.bigint();

console.log(
  JSON.stringify({
    load_s: Number(loaded - started) / 1e9,
    aggregate_s: 0,
    aggregate_peak_mib: 0,
    write_s: Number(written - loaded) / 1e9,
    peak_mib: peakKib() / 1024,
  }),
);

/** What the table's stream has handed to the function that sends messages, every attempt of it. */

import { get } from "../api.js";
import { el } from "../dom.js";
import { clock, nothing } from "./format.js";

/** @typedef {{at: number, function: string, records: number, attempt: number, outcome: string, detail: string}} Delivery */

/** @param {Delivery} delivery */
function draw(delivery) {
  const failed = !["succeeded"].includes(delivery.outcome);
  return el(
    "li",
    { class: failed ? "failed" : "" },
    el("span", { class: "kind" }, delivery.function),
    el("span", { class: "outcome" }, delivery.outcome),
    el("span", { class: "took" }, `${delivery.records} ${delivery.records === 1 ? "change" : "changes"}, attempt ${delivery.attempt}`),
    clock(delivery.at),
    delivery.detail ? el("p", { class: "detail" }, delivery.detail) : null,
  );
}

/** @type {import("../types.js").Tab} */
export const deliveriesTab = {
  id: "deliveries",
  label: "Stream",
  needsAws: true,
  follows: ["delivery"],
  async draw(panel) {
    /** @type {{deliveries: Delivery[]}} */
    const { deliveries } = await get("/inspector/deliveries");
    if (deliveries.length === 0) panel.replaceChildren(nothing("The stream has not delivered anything yet."));
    else panel.replaceChildren(el("ol", { class: "deliveries" }, deliveries.map(draw)));
  },
};

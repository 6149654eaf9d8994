/** The first steps, for somebody who has read nothing: each with a button that does it, or prepares it. */

import { compose } from "./composer.js";
import { el, find } from "./dom.js";
import { on, state } from "./state.js";

/**
 * @typedef {object} Guide
 * @property {(user: string) => Promise<boolean>} become true where the page then acts as this person
 * @property {(channel: string, pane: "messages" | "home") => void} go
 */

const HIDDEN = "local-slack.tour.hidden";

const thisMonth = () => new Date().toLocaleDateString("sv-SE").slice(0, 7);

/**
 * What a step's button does: act as somebody, go somewhere, write something, each where the step says so.
 *
 * @param {import("./types.js").Step} step
 * @param {Guide} guide
 */
async function take(step, guide) {
  if (step.act_as !== null && !(await guide.become(step.act_as))) return;
  if (step.go_to !== null) guide.go(step.go_to, "messages");
  if (step.compose !== null) compose(step.compose.replaceAll("{month}", thisMonth()));
}

/** @param {Guide} guide */
function draw(guide) {
  const steps = state.workspace.first_steps;
  const hide = el("button", { type: "button", class: "icon-button", "aria-label": "Hide the first steps" }, "✕");
  hide.addEventListener("click", () => {
    localStorage.setItem(HIDDEN, "1");
    find("#tour").hidden = true;
    find(".composer textarea").focus();
  });
  find("#tour").replaceChildren(
    el("div", { class: "tour-head" }, el("h2", {}, "Try it in a minute"), hide),
    el("ol", {}, steps.map((step) => {
      const button = el("button", { type: "button", class: "link-button", on: { click: () => void take(step, guide) } }, step.button);
      return el("li", {}, step.text, " ", button);
    })),
  );
}

/** @param {Guide} guide */
export function startTour(guide) {
  const show = () => {
    const none = state.workspace.first_steps.length === 0;
    find("#tour").hidden = none || localStorage.getItem(HIDDEN) === "1";
    find("#tour-again").hidden = none;
  };
  find("#tour-again").addEventListener("click", () => {
    const shown = find("#tour").hidden;
    find("#tour").hidden = !shown;
    localStorage.setItem(HIDDEN, shown ? "0" : "1");
  });
  on("workspace", () => {
    draw(guide);
    show();
  });
}

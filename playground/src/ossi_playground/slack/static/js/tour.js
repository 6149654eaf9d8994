/** The first steps, for somebody who has read nothing: each with a button that does it, or prepares it. */

import { compose } from "./composer.js";
import { el, find } from "./dom.js";
import { nameOf, on, state } from "./state.js";

/**
 * @typedef {object} Guide
 * @property {(user: string) => Promise<boolean>} become true where the page then acts as this person
 * @property {(channel: string, pane: "messages" | "home") => void} go
 */

const HIDDEN = "ossi.tour.hidden";

/** @param {string} role */
const oneOf = (role) => state.workspace.users.find((user) => user.role === role && user.real_name)?.id ?? state.viewer;

const thisMonth = () => new Date().toLocaleDateString("sv-SE").slice(0, 7);

/**
 * @param {string} label
 * @param {() => void | Promise<void>} act
 */
const doer = (label, act) => el("button", { type: "button", class: "link-button", on: { click: () => void act() } }, label);

/** @param {Guide} guide */
function draw(guide) {
  const [employee, manager] = [oneOf("employee"), oneOf("manager")];
  const { management_channel: management, public_channel: everybody } = state.workspace;
  const steps = [
    [
      `As ${nameOf(employee)}, send /ossi new and fill in the form.`,
      doer("Prepare it", async () => {
        if (await guide.become(employee)) compose("/ossi new ");
      }),
    ],
    [
      `As ${nameOf(manager)}, accept it in #${nameOf(management)}.`,
      doer("Go there", async () => {
        if (await guide.become(manager)) guide.go(management, "messages");
      }),
    ],
    [`Read about it in #${nameOf(everybody)}.`, doer("Go there", () => guide.go(everybody, "messages"))],
    [
      `As a manager, ask for the month's report; its link comes to #${nameOf(management)}.`,
      doer("Prepare it", async () => {
        if (!(await guide.become(manager))) return;
        guide.go(management, "messages");
        compose(`/ossi report ${thisMonth()}`);
      }),
    ],
  ];
  const hide = el("button", { type: "button", class: "icon-button", "aria-label": "Hide the first steps" }, "✕");
  hide.addEventListener("click", () => {
    localStorage.setItem(HIDDEN, "1");
    find("#tour").hidden = true;
    find(".composer textarea").focus();
  });
  find("#tour").replaceChildren(
    el("div", { class: "tour-head" }, el("h2", {}, "Try it in a minute"), hide),
    el("ol", {}, steps.map((step) => el("li", {}, step[0], " ", step[1]))),
  );
}

/** @param {Guide} guide */
export function startTour(guide) {
  find("#tour").hidden = localStorage.getItem(HIDDEN) === "1";
  find("#tour-again").addEventListener("click", () => {
    const shown = find("#tour").hidden;
    find("#tour").hidden = !shown;
    localStorage.setItem(HIDDEN, shown ? "0" : "1");
  });
  on("workspace", () => draw(guide));
}

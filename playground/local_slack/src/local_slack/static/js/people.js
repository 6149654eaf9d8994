/** The switch "act as": everybody of the workspace. */

import { avatar } from "./avatar.js";
import { el, find } from "./dom.js";
import { nameOf, on, state } from "./state.js";

const ROLES = /** @type {const} */ ([["employee", "Employees"], ["manager", "Managers"]]);

function draw() {
  const select = /** @type {HTMLSelectElement} */ (find("#act-as"));
  const groups = ROLES.map(([role, label]) =>
    el(
      "optgroup",
      { label },
      state.workspace.users.filter((user) => user.role === role).map((user) => el("option", { value: user.id }, nameOf(user.id))),
    ),
  );
  select.replaceChildren(...groups);
  select.value = state.viewer;
  find("#act-as-face").replaceChildren(avatar(state.viewer));
}

/** @param {(user: string) => void} become */
export function startPeople(become) {
  const select = /** @type {HTMLSelectElement} */ (find("#act-as"));
  select.addEventListener("change", () => become(select.value));
  on("workspace", draw);
  on("viewer", draw);
}

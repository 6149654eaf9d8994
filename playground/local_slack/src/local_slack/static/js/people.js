/** The switch "act as": everybody of the workspace. */

import { avatar } from "./avatar.js";
import { el, find } from "./dom.js";
import { nameOf, on, state } from "./state.js";

function draw() {
  const select = /** @type {HTMLSelectElement} */ (find("#act-as"));
  const { roles, users } = state.workspace;
  const people = users.filter((user) => !user.is_bot);
  /** @param {import("./types.js").User[]} some */
  const options = (some) => some.map((user) => el("option", { value: user.id }, nameOf(user.id)));
  select.replaceChildren(
    ...roles.map((role) => el("optgroup", { label: role.heading }, options(people.filter((user) => user.role === role.id)))),
    ...options(people.filter((user) => !roles.some((role) => role.id === user.role))),
  );
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

/** Small pictures of people: their initials on a colour of their own. */

import { el } from "./dom.js";
import { isApp, nameOf, state } from "./state.js";

const COLOURS = 8;

/** @param {string} id of a user */
export function avatar(id) {
  if (id === state.workspace.bot_user_id) return el("span", { class: "avatar avatar-app", "aria-hidden": "true" }, "o");
  if (isApp(id)) return el("span", { class: "avatar avatar-slackbot", "aria-hidden": "true" }, "!");
  const initials = nameOf(id).split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase();
  const number = [...id].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % COLOURS;
  return el("span", { class: `avatar avatar-${number}`, "aria-hidden": "true" }, initials);
}

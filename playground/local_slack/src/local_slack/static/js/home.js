/** The app's home, as the bot has published it for the viewer. */

import { note, noteError } from "./announce.js";
import { get, post } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { el, find } from "./dom.js";
import { valuesWithin } from "./fields.js";
import { refreshViews } from "./modal.js";
import { failureWords } from "./pressing.js";
import { nameOf, state } from "./state.js";

/** @typedef {import("./types.js").View} View */

/** @param {View | null} view */
function draw(view) {
  const place = find("#home");
  if (view === null) {
    const app = nameOf(state.workspace.bot_user_id);
    const why = state.workspace.events_url
      ? `${app} has not published a home for you.`
      : `${app} has no address for events, so it is not told that you opened this, and it has not published a home.`;
    place.replaceChildren(el("div", { class: "empty" }, el("h2", {}, "Nothing here yet"), el("p", {}, why)));
    return;
  }
  const holder = el("div", { class: "blocks" });
  const around = {
    user: view.user,
    place: { view_id: view.id },
    idPrefix: "home",
    fieldValues: () => valuesWithin(holder),
    known: view.values,
    answered: refreshViews,
  };
  holder.append(...drawBlocks(view.drawn.blocks, around));
  place.replaceChildren(holder);
}

/** Draws the home as it is now. */
export async function refreshHome() {
  const viewer = state.viewer;
  if (!viewer) return;
  /** @type {{home: View | null}} */
  const { home } = await get(`/users/${viewer}/views`);
  if (viewer === state.viewer && state.pane === "home") draw(home);
}

/** Takes away what's there: it belongs to another person. */
export const clearHome = () => find("#home").replaceChildren();

/** Opens the home: the bot is told, and may publish. */
export async function openHome() {
  if (!state.viewer) return;
  try {
    /** @type {import("./types.js").InteractionResult} */
    const answer = await post("/home", { user: state.viewer });
    if (answer.error) note(failureWords(answer.error));
    await refreshHome();
  } catch (error) {
    noteError(error);
  }
}

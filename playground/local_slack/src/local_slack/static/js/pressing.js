/** Tells the bot that an element was used, and shows that this is under way until the answer is there. */

import { note, noteError } from "./announce.js";
import { post } from "./api.js";
import { ask } from "./dialogs.js";

/** @typedef {import("./types.js").Control} Control */
/** @typedef {import("./types.js").Holder} Holder */

/** @type {Record<string, string>} */
const WORDS = {
  operation_timeout: "The app did not answer within three seconds.",
  dispatch_failed: "The app could not be reached, or answered with an error.",
};

/**
 * What Slack's word for a failed interaction means.
 *
 * @param {string} error
 */
export const failureWords = (error) => WORDS[error] ?? `That did not work: ${error}`;

/**
 * Uses an element. `control` looks busy, and cannot be used again, until the bot has answered.
 *
 * @param {Holder} block
 * @param {Control} element
 * @param {import("./types.js").Surroundings} around
 * @param {HTMLElement} control
 * @param {unknown} [value] what was chosen
 */
export async function press(block, element, around, control, value) {
  if (control.getAttribute("aria-busy") === "true") return;
  if (element.confirm && !(await ask(element.confirm))) return;
  control.setAttribute("aria-busy", "true");
  control.setAttribute("aria-disabled", "true");
  const request = {
    user: around.user,
    action_id: element.action_id,
    block_id: block.block_id,
    value: value ?? element.value ?? null,
    values: around.fieldValues(),
    ...around.place,
  };
  try {
    /** @type {import("./types.js").InteractionResult} */
    const answer = await post("/press", request);
    if (answer.error) note(failureWords(answer.error));
    await around.answered();
  } catch (error) {
    noteError(error);
  } finally {
    control.removeAttribute("aria-busy");
    control.removeAttribute("aria-disabled");
  }
}

/** Follows what happens in the workspace, so that nobody has to reload the page. */

import { find } from "./dom.js";
import { changed, state } from "./state.js";

/** @typedef {import("./types.js").Message} Message */
/**
 * @typedef {object} Follower what is to be done
 * @property {() => Promise<void>} reload everything may have changed
 * @property {(channel: string, ts: string, message: Message | null, isNew: boolean) => void} message
 * @property {() => Promise<void>} views a modal was opened, changed or closed
 * @property {() => Promise<void>} workspace people or channels have changed
 */

/** @typedef {{channel: string, ts: string, message: Message | null}} About what a change of messages is told with */

/** @type {EventSource | null} */
let source = null;

/** @param {boolean} lost */
function setLost(lost) {
  find("#lost").hidden = !lost;
}

/** Stops following: what one person can see isn't for the next one. */
export function unfollow() {
  source?.close();
  source = null;
}

/**
 * Follows as the person who is acted as; what came before is forgotten.
 *
 * @param {Follower} follower
 */
export function follow(follower) {
  unfollow();
  const stream = new EventSource(`/_control/events?user=${encodeURIComponent(state.viewer)}`);
  source = stream;
  const when = (/** @type {string} */ kind, /** @type {(about: About) => void} */ act) =>
    stream.addEventListener(kind, (event) => act(JSON.parse(/** @type {MessageEvent<string>} */ (event).data)));

  // Also after a break: the browser connects again by itself, and everything is loaded anew.
  when("hello", () => {
    setLost(false);
    void follower.reload();
  });
  stream.addEventListener("error", () => setLost(true));
  when("reset", () => void follower.reload());
  when("message_posted", (about) => follower.message(about.channel, about.ts, about.message, true));
  when("message_changed", (about) => follower.message(about.channel, about.ts, about.message, false));
  when("message_deleted", (about) => follower.message(about.channel, about.ts, null, false));
  for (const kind of ["view_opened", "view_changed", "view_closed"]) when(kind, () => void follower.views());
  for (const kind of ["channel_created", "channel_changed", "user_changed", "app_changed"]) when(kind, () => void follower.workspace());
  when("traffic", () => changed("traffic"));
  when("delivery", () => changed("delivery"));
  when("failures_changed", () => changed("failures"));
}

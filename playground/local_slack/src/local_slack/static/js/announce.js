/** Says things: to screen readers in a live region, and to everybody in a note at the foot of the page. */

import { el, find } from "./dom.js";

const NOTE_MS = 8000;

/**
 * Tells screen readers, when they are free, without anything to be seen.
 *
 * @param {string} text
 */
export function announce(text) {
  // A new element each time: the same words twice are to be read twice.
  find("#announcements").replaceChildren(el("p", {}, text));
}

/**
 * Shows a sentence about something that went wrong; it leaves by itself, or by its button.
 *
 * @param {string} text
 */
export function note(text) {
  const close = el("button", { type: "button", class: "quiet", "aria-label": "Close this note" }, "✕");
  const shown = el("div", { class: "note" }, el("p", {}, text), close);
  close.addEventListener("click", () => shown.remove());
  find("#notes").append(shown);
  setTimeout(() => shown.remove(), NOTE_MS);
}

/**
 * Shows why something failed.
 *
 * @param {unknown} error
 */
export function noteError(error) {
  note(error instanceof Error ? error.message : String(error));
}

/** Modals: the browser's own dialog (it keeps the focus and dims the rest), filled from the server's view. */

import { announce, noteError } from "./announce.js";
import { get, post } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { el } from "./dom.js";
import { valuesWithin } from "./fields.js";
import { showErrors } from "./inputs.js";
import { nameOf, state } from "./state.js";
import { textObject, wordsOf } from "./text.js";

/** @typedef {import("./types.js").View} View */

/** @type {{view: View, dialog: HTMLDialogElement, form: HTMLFormElement} | null} */
let shown = null;
/** The id of the view that was sent and is not answered yet. */
let underway = "";

/** Asks the server which modal the viewer has before their eyes, and shows that one, or none. */
export async function refreshViews() {
  const viewer = state.viewer;
  if (!viewer) return;
  /** @type {{views: View[]}} */
  const { views } = await get(`/users/${viewer}/views`);
  if (viewer === state.viewer) show(views.at(-1) ?? null);
}

/** @param {View | null} view */
function show(view) {
  if (view === null) {
    hideModal();
    return;
  }
  if (shown?.view.id === view.id && shown.view.hash === view.hash) return;
  // Redrawn by the bot while somebody types: what is typed in fields that stay, stays.
  const typed = shown?.view.id === view.id ? valuesWithin(shown.form) : null;
  if (shown === null) shown = open(view);
  else shown = { ...shown, view };
  // Only the view that was sent waits for its answer, not one that the bot has put in its place or on top of it.
  if (underway !== view.id) underway = "";
  draw(typed);
}

/** Takes the modal off the page; the server, and the bot, hear nothing of it. */
export function hideModal() {
  if (shown === null) return;
  const { dialog } = shown;
  shown = null;
  underway = "";
  dialog.close();
  dialog.remove();
  document.querySelector(".composer textarea")?.dispatchEvent(new Event("return-focus"));
}

/** @param {View} view */
function open(view) {
  const form = el("form", { class: "modal-form", novalidate: true });
  const dialog = el("dialog", { class: "dialog modal", "aria-labelledby": "modal-title" }, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
  // Escape: the bot may want to know, so it goes the same way as the button.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    void close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { view, dialog, form };
}

/** @param {Record<string, Record<string, unknown>> | null} typed */
function draw(typed) {
  if (shown === null) return;
  const { view, form } = shown;
  const { title, submit: sendWords, close: closeWords, blocks } = view.drawn;
  const around = {
    user: view.user,
    place: { view_id: view.id },
    idPrefix: "modal",
    fieldValues: () => valuesWithin(form),
    known: view.values,
    answered: refreshViews,
  };
  const body = el("div", { class: "modal-body" }, drawBlocks(blocks, around));
  const closing = el("button", { type: "button", class: "button" }, wordsOf(closeWords) || "Close");
  closing.addEventListener("click", () => void close());
  const cross = el("button", { type: "button", class: "icon-button", "aria-label": "Close" }, "✕");
  cross.addEventListener("click", () => void close());
  const sending = sendWords
    ? el(
        "button",
        { type: "submit", class: "button primary" },
        el("span", { class: "button-words" }, textObject(sendWords)),
        el("span", { class: "spinner", "aria-hidden": "true" }),
      )
    : null;
  form.replaceChildren(
    el(
      "div",
      { class: "modal-head" },
      el("span", { class: "avatar avatar-app", "aria-hidden": "true" }, "o"),
      el("h2", { id: "modal-title" }, textObject(title)),
      cross,
    ),
    el("div", { class: "modal-trouble", role: "alert" }),
    body,
    el("div", { class: "dialog-foot" }, el("span", { class: "modal-app" }, `by ${nameOf(state.workspace.bot_user_id)}`), closing, sending),
  );
  if (typed) retype(form, typed);
  const first = form.querySelector("[data-first], [data-focus]") ?? sending ?? closing;
  if (first instanceof HTMLElement) first.focus();
}

/**
 * Puts what was typed back into text fields and menus.
 *
 * @param {HTMLElement} form
 * @param {Record<string, Record<string, unknown>>} typed
 */
function retype(form, typed) {
  for (const made of form.querySelectorAll("[data-field]")) {
    const block = made.closest("[data-block-id]");
    if (!(made instanceof HTMLElement) || !(block instanceof HTMLElement)) continue;
    const value = typed[block.dataset.blockId ?? ""]?.[made.dataset.field ?? ""];
    if (typeof value !== "string") continue;
    if (made instanceof HTMLInputElement || made instanceof HTMLTextAreaElement || made instanceof HTMLSelectElement) made.value = value;
  }
}

/** @param {boolean} busy */
function setBusy(busy) {
  underway = busy ? (shown?.view.id ?? "") : "";
  const button = shown?.form.querySelector("button[type=submit]");
  if (!button) return;
  button.toggleAttribute("disabled", busy);
  if (busy) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
}

/** @param {string} words empty: nothing is wrong */
function setTrouble(words) {
  const place = shown?.form.querySelector(".modal-trouble");
  if (place) place.textContent = words;
}

async function submit() {
  if (shown === null || underway) return;
  const { view, form } = shown;
  setBusy(true);
  setTrouble("");
  try {
    /** @type {import("./types.js").SubmitResult} */
    const result = await post(`/views/${view.id}/submit`, { user: view.user, values: valuesWithin(form) });
    if (shown?.view.id !== view.id) return;
    setBusy(false);
    showErrors(form, result.errors);
    setTrouble(result.message ?? "");
    if (result.result === "closed") announce("Sent.");
    if (["closed", "updated", "pushed"].includes(result.result)) await refreshViews();
  } catch (error) {
    if (shown?.view.id !== view.id) return noteError(error);
    setBusy(false);
    setTrouble(error instanceof Error ? error.message : String(error));
  }
}

async function close() {
  if (shown === null) return;
  const { view } = shown;
  await post(`/views/${view.id}/close`, { user: view.user }).catch(noteError);
  await refreshViews().catch(noteError);
}

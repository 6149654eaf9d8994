/** Questions before an action: Slack's confirmation dialogs. */

import { el, freshId } from "./dom.js";
import { textObject, wordsOf } from "./text.js";

/**
 * Asks; answers true if the person confirms. Escape and the other button mean no.
 *
 * @param {import("./types.js").Confirm} confirm Slack's confirmation dialog object
 * @returns {Promise<boolean>}
 */
export function ask(confirm) {
  const title = freshId("confirm");
  const style = confirm.style === "danger" ? "danger" : "primary";
  const yes = el("button", { class: `button ${style}`, value: "yes" }, wordsOf(confirm.confirm));
  const no = el("button", { class: "button", value: "no" }, wordsOf(confirm.deny));
  const dialog = el(
    "dialog",
    { class: "dialog confirm", "aria-labelledby": title },
    el(
      "form",
      { method: "dialog" },
      el("h2", { id: title }, textObject(confirm.title)),
      el("div", { class: "text" }, textObject(confirm.text)),
      el("div", { class: "dialog-foot" }, no, yes),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  yes.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

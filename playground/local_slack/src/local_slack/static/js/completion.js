/** What the composer offers while a slash command is typed. */

import { el, find } from "./dom.js";
import { state } from "./state.js";

/** @typedef {import("./types.js").Completion} Completion */

/**
 * The completions of what is typed so far: commands by their beginning, none once the words are complete and more follows.
 *
 * @param {string} text
 * @returns {Completion[]}
 */
export function completionsOf(text) {
  if (!text.startsWith("/") || text.includes("\n")) return [];
  const typed = text.toLowerCase();
  const known = state.workspace.completions;
  const bare = state.workspace.commands
    .filter((command) => !known.some((each) => each.text.startsWith(command)))
    .map((command) => ({ text: command, argument: "", does: "" }));
  return [...known, ...bare].filter((each) => each.text.startsWith(typed) && each.text !== typed.trimEnd());
}

/** The list below the composer, as a listbox that the text field leads. */
export class Completions {
  /**
   * @param {HTMLTextAreaElement} field
   * @param {(completion: Completion) => void} choose
   */
  constructor(field, choose) {
    this.field = field;
    this.choose = choose;
    this.list = find("#completions");
    /** @type {Completion[]} */
    this.offered = [];
    this.at = 0;
  }

  get isOpen() {
    return this.offered.length > 0;
  }

  /** Offers what fits to what is typed now. */
  update() {
    const text = this.field.value;
    this.offered = completionsOf(text);
    // A whole command can be sent as it stands; then nothing is marked until somebody moves to it.
    this.at = state.workspace.commands.includes(text.trim()) ? -1 : 0;
    this.draw();
  }

  close() {
    this.offered = [];
    this.draw();
  }

  /** @param {number} step */
  move(step) {
    const count = this.offered.length;
    this.at = this.at < 0 ? (step > 0 ? 0 : count - 1) : (this.at + step + count) % count;
    this.draw();
  }

  get isMarked() {
    return this.isOpen && this.at >= 0;
  }

  /** Takes the one that is marked. */
  take() {
    const chosen = this.offered[this.at];
    this.close();
    if (chosen) this.choose(chosen);
  }

  draw() {
    const options = this.offered.map((each, index) => {
      const option = el(
        "li",
        { role: "option", id: `completion-${index}`, "aria-selected": String(index === this.at) },
        el("strong", {}, each.text),
        each.argument ? el("span", { class: "argument" }, ` ${each.argument}`) : null,
        el("span", { class: "does" }, each.does),
      );
      option.addEventListener("mousedown", (event) => {
        event.preventDefault();
        this.at = index;
        this.take();
      });
      return option;
    });
    this.list.replaceChildren(...options);
    this.list.hidden = !this.isOpen;
    if (this.isOpen && this.at >= 0) this.field.setAttribute("aria-activedescendant", `completion-${this.at}`);
    else this.field.removeAttribute("aria-activedescendant");
  }
}

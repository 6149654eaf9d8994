/** Where people write: messages, and slash commands. */

import { note, noteError } from "./announce.js";
import { post } from "./api.js";
import { Completions } from "./completion.js";
import { find } from "./dom.js";
import { menuButton } from "./menu.js";
import { refreshViews } from "./modal.js";
import { failureWords } from "./pressing.js";
import { currentChannel, on, state, titleOf } from "./state.js";

const field = () => /** @type {HTMLTextAreaElement} */ (find("#composer-text"));

/**
 * Puts words into the composer and goes there.
 *
 * @param {string} text
 */
export function compose(text) {
  field().value = text;
  field().dispatchEvent(new Event("input"));
  field().focus();
}

/** @param {string} text as Slack's own client sends what people type: its three control characters as entities */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** @param {string} text */
function commandIn(text) {
  const [word = ""] = text.split(/\s/, 1);
  return state.workspace.commands.includes(word) ? word : null;
}

/** @param {boolean} busy */
function setBusy(busy) {
  find("#composer").toggleAttribute("data-busy", busy);
  find("#send").setAttribute("aria-disabled", String(busy));
}

/**
 * Sends a command; what was typed comes back where it could not be sent.
 *
 * @param {string} command
 * @param {string} text behind the command
 * @param {string} channel in which it is typed
 */
async function sendCommand(command, text, channel) {
  setBusy(true);
  try {
    await post("/command", { user: state.viewer, command, text, channel });
    await refreshViews();
  } finally {
    setBusy(false);
  }
}

async function send() {
  const text = field().value.trim();
  if (!text || find("#composer").hasAttribute("data-busy")) return;
  const command = commandIn(text);
  if (text.startsWith("/") && command === null) {
    note(`${text.split(/\s/, 1)[0]} is not a command here. There is: ${state.workspace.commands.join(", ")}.`);
    return;
  }
  const channel = currentChannel();
  if (!channel) {
    note("The conversation is still loading. Please send it again in a moment.");
    return;
  }
  compose("");
  try {
    if (command) await sendCommand(command, text.slice(command.length).trim(), channel.id);
    else await post(`/channels/${channel.id}/say`, { user: state.viewer, text: escaped(text) });
  } catch (error) {
    compose(text);
    noteError(error);
  }
}

/** @param {string} callbackId */
async function useShortcut(callbackId) {
  try {
    /** @type {import("./types.js").InteractionResult} */
    const answer = await post("/shortcut", { user: state.viewer, callback_id: callbackId });
    if (answer.error) note(failureWords(answer.error));
    await refreshViews();
  } catch (error) {
    noteError(error);
  }
}

function drawShortcuts() {
  const shortcuts = state.workspace.shortcuts.filter((each) => each.type === "global");
  const items = shortcuts.length
    ? shortcuts.map((each) => ({ label: each.name, choose: () => void useShortcut(each.callback_id) }))
    : [{ label: "No app offers a shortcut here" }];
  find("#shortcuts").replaceChildren(menuButton("Shortcuts", "+", items));
}

function drawLabel() {
  const channel = currentChannel();
  if (!channel) return;
  const label = `Message ${channel.is_im ? "" : "#"}${titleOf(channel)}`;
  field().placeholder = label;
  field().setAttribute("aria-label", label);
}

/** Makes the composer work. */
export function startComposer() {
  const text = field();
  const completions = new Completions(text, (chosen) => compose(chosen.argument ? `${chosen.text} ` : chosen.text));
  text.addEventListener("input", () => {
    completions.update();
    text.rows = Math.min(8, text.value.split("\n").length);
  });
  text.addEventListener("blur", () => completions.close());
  text.addEventListener("return-focus", () => text.focus());
  text.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (completions.isOpen && onCompletionKey(completions, event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void send();
    }
  });
  find("#composer").addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  find("#slash").addEventListener("click", () => compose("/"));
  on("channel", drawLabel);
  on("conversations", drawLabel);
  on("workspace", drawShortcuts);
}

/**
 * @param {Completions} completions
 * @param {KeyboardEvent} event
 * @returns {boolean} whether the key was meant for the list
 */
function onCompletionKey(completions, event) {
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowDown: () => completions.move(1),
    ArrowUp: () => completions.move(-1),
    Escape: () => completions.close(),
    Tab: () => completions.take(),
    Enter: () => completions.take(),
  };
  const act = event.shiftKey ? undefined : keys[event.key];
  if (!act || (["Tab", "Enter"].includes(event.key) && !completions.isMarked)) return false;
  event.preventDefault();
  act();
  return true;
}


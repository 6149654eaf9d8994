/** Switches that break Slack, so that anyone can watch that nothing gets lost. */

import { noteError } from "../announce.js";
import { get, post, remove } from "../api.js";
import { el, put } from "../dom.js";
import { changed } from "../state.js";

/** @typedef {{method: string, kind: string, error: string | null, retry_after: number, times: number | null}} Rule */

const KINDS = /** @type {const} */ ([
  ["ratelimited", "Slack answers 429: too many requests, try again in a second"],
  ["http_500", "Slack answers 500: something broke on its side"],
  ["timeout", "Slack answers nothing at all"],
]);
const SCOPES = /** @type {const} */ ([
  ["chat.postMessage", "only new messages"],
  ["*", "everything that the bot asks for"],
]);

let scope = /** @type {string} */ (SCOPES[0][0]);

/** @param {Rule} rule */
const isSwitch = (rule) => rule.times === null && KINDS.some(([kind]) => kind === rule.kind);

/** @returns {Promise<{failures: Rule[]}>} the rules that are in force */
const current = () => get("/failures");

/**
 * At most one switch is on. The other rules, which a test or a script has ordered, stay as they are.
 *
 * @param {string | null} kind the one to switch on
 */
async function set(kind) {
  try {
    const { failures } = await current();
    await remove("/failures");
    for (const rule of failures.filter((each) => !isSwitch(each))) await post("/failures", rule);
    if (kind) await post("/failures", { method: scope, kind, times: null, retry_after: 1 });
  } catch (error) {
    noteError(error);
  }
  changed("failures");
}

async function mend() {
  await remove("/failures").catch(noteError);
  changed("failures");
}

/** @param {Rule} rule */
function words(rule) {
  const times = rule.times === null ? "until it is switched off" : `${rule.times} more ${rule.times === 1 ? "time" : "times"}`;
  return `${rule.method === "*" ? "everything" : rule.method}: ${rule.error ?? rule.kind}, ${times}`;
}

/** @type {import("../types.js").Tab} */
export const failuresTab = {
  id: "failures",
  label: "Break things",
  follows: ["failures"],
  async draw(panel) {
    const { failures } = await current();
    const active = failures.find(isSwitch);
    if (active) scope = active.method;
    const focused = document.activeElement?.id;
    const switches = KINDS.map(([kind, label]) => {
      const box = el("input", { type: "checkbox", role: "switch", id: `break-${kind}`, checked: active?.kind === kind });
      box.addEventListener("change", () => void set(box.checked ? kind : null));
      return el("label", { class: "switch" }, box, el("span", {}, label));
    });
    const choice = el("select", { id: "break-scope" }, SCOPES.map(([value, label]) => el("option", { value, selected: value === scope }, label)));
    choice.addEventListener("change", () => {
      scope = choice.value;
      if (active) void set(active.kind);
    });
    panel.replaceChildren();
    put(
      panel,
      el("p", {}, "Break Slack, register or decide something, watch Traffic and Stream, then mend it: every message arrives in the end, once."),
      el("fieldset", { class: "switches" }, el("legend", {}, "Break Slack"), switches),
      el("label", { class: "log-choice" }, "Broken is ", choice),
      failures.length
        ? el("div", { class: "rules" }, el("h3", {}, "In force"), el("ul", {}, failures.map((rule) => el("li", {}, words(rule)))))
        : el("p", { class: "healthy" }, "Slack is well."),
      failures.length ? el("button", { type: "button", class: "button", on: { click: () => void mend() } }, "Mend everything") : null,
    );
    if (focused) document.getElementById(focused)?.focus();
  },
};

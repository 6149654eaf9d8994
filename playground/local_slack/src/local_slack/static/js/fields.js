/** Fields that hold a value, made from Slack's elements with the browser's own controls. */

import { el } from "./dom.js";
import { state, nameOf } from "./state.js";
import { textObject, wordsOf } from "./text.js";

/** @typedef {import("./types.js").Control} Control */
/** @typedef {import("./types.js").Holder} Holder */
/** @typedef {import("./types.js").Option} Option */
/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {{element: HTMLElement, value: () => string | string[] | null}} Field */
/** @typedef {{id: string, label?: string, describedBy?: string, required?: boolean}} Naming */

/** Where the fields of a view or message are kept while it is drawn: element -> how to read it. */
/** @type {WeakMap<Element, {blockId: string, actionId: string, value: () => unknown}>} */
const readers = new WeakMap();

/** @param {Control} source */
export const isGroup = (source) => source.type === "radio_buttons" || source.type === "checkboxes";

/**
 * What is filled in within `root`: block_id -> action_id -> value, as the control API takes it.
 *
 * @param {ParentNode} root
 */
export function valuesWithin(root) {
  /** @type {Record<string, Record<string, unknown>>} */
  const values = {};
  for (const holder of root.querySelectorAll("[data-field]")) {
    const reader = readers.get(holder);
    if (reader) (values[reader.blockId] ??= {})[reader.actionId] = reader.value();
  }
  return values;
}

/** @param {Naming} naming */
function attributes(naming) {
  return {
    id: naming.id,
    "aria-label": naming.label ?? null,
    "aria-describedby": naming.describedBy ?? null,
    "aria-required": naming.required ? "true" : null,
    "data-focus": true,
  };
}

/**
 * @param {Control} source
 * @param {Naming} naming
 * @param {Entry} entry what stands in it
 * @returns {Field}
 */
function textField(source, naming, entry) {
  const props = { ...attributes(naming), placeholder: wordsOf(source.placeholder) || null, autocomplete: "off" };
  /** @type {Record<string, Record<string, string>>} */
  const kinds = {
    url_text_input: { type: "url", inputmode: "url" },
    email_text_input: { type: "email" },
    number_input: { type: "text", inputmode: "decimal" },
  };
  const field = source.multiline
    ? el("textarea", { ...props, rows: "5" })
    : el("input", { type: "text", ...props, ...kinds[source.type] });
  field.value = entry.value ?? "";
  return { element: field, value: () => field.value };
}

/**
 * @param {Naming} naming
 * @param {string} placeholder
 * @param {Array<{label: string, options: Array<{label: string, value: string}>}>} groups a group without label stands alone
 * @param {string | null} chosen
 * @returns {Field}
 */
function choice(naming, placeholder, groups, chosen) {
  const option = (/** @type {{label: string, value: string}} */ each) => el("option", { value: each.value }, each.label);
  const none = el("option", { value: "" }, placeholder);
  const field = el(
    "select",
    attributes(naming),
    none,
    groups.flatMap((group) =>
      group.label ? [el("optgroup", { label: group.label }, group.options.map(option))] : group.options.map(option),
    ),
  );
  field.value = chosen ?? "";
  return { element: field, value: () => field.value || null };
}

/** @param {Control} source */
function groupsOf(source) {
  const plain = (/** @type {Option[]} */ options) => options.map((each) => ({ label: wordsOf(each.text), value: String(each.value) }));
  if (source.option_groups) {
    return source.option_groups.map((group) => ({ label: wordsOf(group.label), options: plain(group.options) }));
  }
  return [{ label: "", options: plain(source.options ?? []) }];
}

/**
 * Radio buttons and checkboxes; also what chooses several from a list.
 *
 * @param {Control} source
 * @param {Naming} naming
 * @param {string[]} chosen
 * @returns {Field}
 */
function ticks(source, naming, chosen) {
  const kind = source.type === "radio_buttons" ? "radio" : "checkbox";
  const options = source.options ?? (source.option_groups ?? []).flatMap((group) => group.options);
  const boxes = options.map((option) =>
    el("input", { type: kind, name: naming.id, value: option.value, checked: chosen.includes(option.value), "data-focus": true }),
  );
  const rows = options.map((option, index) =>
    el(
      "label",
      { class: "tick" },
      boxes[index],
      el(
        "span",
        {},
        el("span", {}, textObject(option.text)),
        option.description ? el("span", { class: "tick-more" }, textObject(option.description)) : null,
      ),
    ),
  );
  const role = kind === "radio" ? "radiogroup" : "group";
  const holder = el("div", { class: "ticks", id: naming.id, role: naming.label ? role : null, "aria-label": naming.label ?? null }, rows);
  const ticked = () => boxes.filter((box) => box.checked).map((box) => box.value);
  return { element: holder, value: () => (kind === "radio" ? (ticked()[0] ?? null) : ticked()) };
}

/**
 * @param {Naming} naming
 * @param {Entry} entry
 * @returns {Field}
 */
function day(naming, entry) {
  const field = el("input", { type: "date", ...attributes(naming) });
  field.value = entry.selected_date ?? "";
  return { element: field, value: () => field.value || null };
}

/** People and conversations that the viewer can choose. */
const users = () => state.workspace.users.filter((user) => !user.is_bot).map((user) => ({ label: nameOf(user.id), value: user.id }));
const channels = () =>
  state.conversations.filter(({ channel }) => !channel.is_im).map(({ channel }) => ({ label: `#${channel.name}`, value: channel.id }));

/**
 * @param {Control} source
 * @param {Naming} naming
 * @param {Entry} entry
 * @returns {Field}
 */
function fieldFor(source, naming, entry) {
  const placeholder = wordsOf(source.placeholder) || "Choose …";
  const one = (/** @type {Array<{label: string, value: string}>} */ options, /** @type {string | null} */ chosen) =>
    choice(naming, placeholder, [{ label: "", options }], chosen);
  switch (source.type) {
    case "static_select":
      return choice(naming, placeholder, groupsOf(source), entry.selected_option?.value ?? null);
    case "radio_buttons":
      return ticks(source, naming, entry.selected_option ? [entry.selected_option.value] : []);
    case "checkboxes":
    case "multi_static_select":
      return ticks(source, naming, (entry.selected_options ?? []).map((each) => each.value));
    case "datepicker":
      return day(naming, entry);
    case "users_select":
      return one(users(), entry.selected_user ?? null);
    case "channels_select":
      return one(channels(), entry.selected_channel ?? null);
    case "conversations_select":
      return one(channels(), entry.selected_conversation ?? null);
    default:
      return textField(source, naming, entry);
  }
}

/**
 * What an element in a message starts with; in views the server says what stands in each field.
 *
 * @param {Control} source
 * @returns {Entry}
 */
function initial(source) {
  return {
    value: source.initial_value,
    selected_option: source.initial_option,
    selected_options: source.initial_options,
    selected_date: source.initial_date,
    selected_user: source.initial_user,
    selected_channel: source.initial_channel,
    selected_conversation: source.initial_conversation,
  };
}

/**
 * A field for one of Slack's elements.
 *
 * @param {Holder} block in which it stands
 * @param {Control} source
 * @param {import("./types.js").Surroundings} around
 * @param {Naming} naming
 * @returns {Field}
 */
export function control(block, source, around, naming) {
  const field = fieldFor(source, naming, around.known[block.block_id]?.[source.action_id] ?? initial(source));
  field.element.dataset.field = source.action_id;
  if (source.focus_on_load) field.element.dataset.first = "true";
  readers.set(field.element, { blockId: block.block_id, actionId: source.action_id, value: field.value });
  return field;
}

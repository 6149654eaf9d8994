/**
 * The shapes that the control API answers with (see control_models.py), as far as the page reads them.
 *
 * @typedef {{id: string, name: string, real_name: string, role: string, is_bot: boolean}} User
 * @typedef {{id: string, name: string, is_private: boolean, is_im: boolean, im_user: string | null,
 *   is_archived: boolean, members: string[]}} Channel
 * @typedef {{channel: Channel, from_others: string[]}} Conversation
 * @typedef {{text: string, argument: string, does: string}} Completion
 * @typedef {{type: "global" | "message", name: string, callback_id: string}} Shortcut
 * @typedef {{text: string, button: string, act_as: string | null, go_to: string | null, compose: string | null}} Step
 * @typedef {{team_id: string, team_name: string, bot_user_id: string, commands: string[], completions: Completion[],
 *   shortcuts: Shortcut[], has_inspector: boolean, events_url: string | null, roles: Array<{id: string, heading: string}>,
 *   first_steps: Step[], users: User[], channels: Channel[]}} Workspace
 *
 * @typedef {{bold?: boolean, italic?: boolean, strike?: boolean, underline?: boolean, code?: boolean}} Style
 * @typedef {{type: string, text?: string, url?: string, user_id?: string, channel_id?: string, usergroup_id?: string,
 *   range?: string, name?: string, timestamp?: string | number, format?: string, fallback?: string, value?: string,
 *   style?: Style, elements?: Inline[]}} Inline a piece of text: of a rich_text block, or of a text that the server has parsed
 * @typedef {{type: string, elements: Inline[]}} TextObject
 * @typedef {{type: string, elements?: Inline[], style?: string, indent?: number, offset?: number}} RichPart
 *
 * @typedef {{text: TextObject, value: string, description?: TextObject, url?: string}} Option
 * @typedef {{label: TextObject, options: Option[]}} OptionGroup
 * @typedef {{title: TextObject, text: TextObject, confirm: TextObject, deny: TextObject, style?: string}} Confirm
 * @typedef {{image_url: string, alt_text?: string}} Picture
 * @typedef {{type: string, action_id: string, text?: TextObject, value?: string, style?: string, url?: string,
 *   accessibility_label?: string, confirm?: Confirm, placeholder?: TextObject, options?: Option[],
 *   option_groups?: OptionGroup[], multiline?: boolean, min_length?: number, max_length?: number, focus_on_load?: boolean,
 *   initial_value?: string, initial_option?: Option, initial_options?: Option[], initial_date?: string, initial_user?: string,
 *   initial_channel?: string, initial_conversation?: string}} Control an element that can be used or filled in
 * @typedef {{type: "image"} & Picture} ImageElement
 *
 * @typedef {{block_id: string, text?: TextObject}} Holder a block, as far as what stands in it has to know of it
 * @typedef {Holder & (
 *   {type: "header", text: TextObject} |
 *   {type: "section", fields?: TextObject[], accessory?: Control | ImageElement} |
 *   {type: "context", elements: Array<TextObject | ImageElement>} |
 *   {type: "divider"} |
 *   {type: "actions", elements: Control[]} |
 *   {type: "image", title?: TextObject} & Picture |
 *   {type: "rich_text", elements: RichPart[]} |
 *   Input)} Block one of Slack's blocks
 * @typedef {Holder & {type: "input", label: TextObject, element: Control, hint?: TextObject, optional?: boolean,
 *   dispatch_action?: boolean}} Input
 *
 * @typedef {{value?: string | null | undefined, selected_option?: Pick<Option, "value"> | null | undefined,
 *   selected_options?: Array<Pick<Option, "value">> | undefined, selected_date?: string | null | undefined,
 *   selected_user?: string | null | undefined, selected_channel?: string | null | undefined,
 *   selected_conversation?: string | null | undefined}} Entry what stands in a field
 * @typedef {Record<string, Record<string, Entry>>} Entries by block_id and action_id
 *
 * @typedef {{channel: string, ts: string, user: string, drawn: {text?: TextObject, blocks: Block[]}, rendered: string,
 *   is_ephemeral: boolean, visible_to: string | null, edited: boolean, permalink: string}} Message
 * @typedef {{id: string, user: string, type: string, hash: string, is_open: boolean, values: Entries,
 *   drawn: {title?: TextObject, submit?: TextObject | null, close?: TextObject | null, blocks: Block[]}}} View
 * @typedef {{status: number | null, ms: number, error: string | null, view: View | null}} InteractionResult
 * @typedef {{status: number | null, ms: number, result: string, errors: Record<string, string>,
 *   message: string | null, view: View | null}} SubmitResult
 *
 * @typedef {{channel: string, ts: string} | {view_id: string}} Place where an element stands
 * @typedef {object} Surroundings of an element
 * @property {string} user the one who sees it, and acts by it
 * @property {Place} place
 * @property {string} idPrefix
 * @property {() => Record<string, Record<string, unknown>>} fieldValues what is filled in there
 * @property {Entries} known what the server says of the fields
 * @property {() => Promise<void>} answered what there is to do when the bot has answered
 *
 * @typedef {"workspace" | "viewer" | "conversations" | "channel" | "messages" | "traffic" | "delivery" | "failures"} Topic
 *
 * @typedef {object} Tab of the inspector
 * @property {string} id
 * @property {string} label
 * @property {boolean} [needsAws] there only where the server can look at the bot's side
 * @property {Topic[]} follows redrawn after these changes
 * @property {(panel: HTMLElement) => Promise<void>} draw
 */
export {};

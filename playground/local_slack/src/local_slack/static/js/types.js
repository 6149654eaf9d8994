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
 * @typedef {Record<string, any>} Block one of Slack's blocks or elements, as the bot sent it
 * @typedef {{channel: string, ts: string, user: string, text: string, blocks: Block[], rendered: string,
 *   is_ephemeral: boolean, visible_to: string | null, edited: boolean, permalink: string}} Message
 * @typedef {{id: string, user: string, type: string, title: string, hash: string, is_open: boolean, blocks: Block[],
 *   values: Record<string, Record<string, Block>>, view: Block}} View
 * @typedef {{status: number | null, ms: number, error: string | null, view: View | null}} InteractionResult
 * @typedef {{status: number | null, ms: number, result: string, errors: Record<string, string>,
 *   message: string | null, view: View | null}} SubmitResult
 * @typedef {{channel: string, ts: string} | {view_id: string}} Place where an element stands
 * @typedef {{place: Place, idPrefix: string, fieldValues: () => Record<string, Record<string, unknown>>,
 *   known: Record<string, Record<string, Block>>}} Surroundings of an element: where it stands, and what is filled in there
 */
export {};

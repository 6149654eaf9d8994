/** What the page knows, who it is, and the little by which its parts tell one another of changes. */

/**
 * @typedef {object} State
 * @property {import("./types.js").Workspace} workspace
 * @property {string} viewer the user id of the person who is acted as
 * @property {import("./types.js").Conversation[]} conversations of the viewer
 * @property {string} channel the id of the conversation that is shown
 * @property {"messages" | "home"} pane what is shown
 * @property {import("./types.js").Message[]} messages of that conversation, oldest first
 */

/** @type {State} */
export const state = {
  workspace: {
    team_id: "", team_name: "", bot_user_id: "", commands: [], completions: [], shortcuts: [], has_inspector: false,
    events_url: null, roles: [], first_steps: [], users: [], channels: [],
  },
  viewer: "",
  conversations: [],
  channel: "",
  pane: "messages",
  messages: [],
};

/** @typedef {import("./types.js").Topic} Topic */

/** @type {Map<Topic, Array<() => void>>} */
const listeners = new Map();

/**
 * Calls `listener` after every change of a topic.
 *
 * @param {Topic} topic
 * @param {() => void} listener
 */
export function on(topic, listener) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
}

/** @param {Topic} topic that has changed */
export function changed(topic) {
  for (const listener of listeners.get(topic) ?? []) listener();
}

/** Slack itself speaks as this user, who is not in the list of users. */
const SLACKBOT = "USLACKBOT";

/** @param {string} id of a user */
export const userOf = (id) => state.workspace.users.find((user) => user.id === id);

/**
 * The name of a user or a channel, as people read it; the id itself where there is none.
 *
 * @param {string} id
 */
export function nameOf(id) {
  if (id === SLACKBOT) return "Slackbot";
  const user = userOf(id);
  if (user) return user.real_name || user.name;
  return state.workspace.channels.find((channel) => channel.id === id)?.name ?? id;
}

/** @param {string} id of a user */
export const isApp = (id) => id === SLACKBOT || userOf(id)?.is_bot === true;

/** The conversation that is shown. */
export const currentChannel = () => state.conversations.find((each) => each.channel.id === state.channel)?.channel;

/** The viewer's direct message with the bot. */
export const directMessage = () => state.conversations.find((each) => each.channel.is_im)?.channel;

/** @param {import("./types.js").Channel} channel */
export const titleOf = (channel) => (channel.is_im ? nameOf(state.workspace.bot_user_id) : channel.name);

// What has been read: per person and conversation the ts of the latest message that was on the screen.

const READ = "local-slack.read";
/** @type {Record<string, string>} */
let marks = JSON.parse(sessionStorage.getItem(READ) ?? "{}");

/** @param {import("./types.js").Conversation} conversation */
export function unread(conversation) {
  const mark = marks[`${state.viewer}/${conversation.channel.id}`] ?? "";
  return conversation.from_others.filter((ts) => ts > mark).length;
}

/** Everything in the conversation that is shown has been read now. */
export function markRead() {
  const latest = state.messages.at(-1)?.ts;
  if (state.pane !== "messages" || !latest) return;
  marks = { ...marks, [`${state.viewer}/${state.channel}`]: latest };
  sessionStorage.setItem(READ, JSON.stringify(marks));
}

/** The page: puts its parts together and keeps what they show. */

import { noteError } from "./announce.js";
import { get } from "./api.js";
import { startComposer } from "./composer.js";
import { find } from "./dom.js";
import { loadEmoji } from "./emoji.js";
import { openHome, refreshHome } from "./home.js";
import { startInspector } from "./inspector/pane.js";
import { follow } from "./live.js";
import { greet, render, showMessage, startMessages, toEnd } from "./messages.js";
import { refreshViews } from "./modal.js";
import { startPeople } from "./people.js";
import { startSidebar } from "./sidebar.js";
import { changed, currentChannel, directMessage, markRead, nameOf, state, titleOf } from "./state.js";
import { startTour } from "./tour.js";

/** @typedef {import("./types.js").Message} Message */

/** Where the address of the page points: a person, and perhaps one message. */
const asked = {
  viewer: new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("local-slack.viewer") ?? "",
  channel: new URLSearchParams(location.search).get("channel") ?? "",
  message: "",
};
const link = /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(location.pathname);
if (link) Object.assign(asked, { channel: link[1], message: `${link[2]}.${link[3]}` });

async function loadWorkspace() {
  state.workspace = await get("/workspace");
  const people = state.workspace.users.filter((user) => !user.is_bot);
  if (!people.some((user) => user.id === state.viewer)) {
    const wanted = people.find((user) => user.id === asked.viewer) ?? people.find((user) => user.role === state.workspace.roles[0]?.id) ?? people[0];
    state.viewer = wanted?.id ?? "";
  }
  document.title = `${state.workspace.team_name}: a local Slack`;
  find("#team").textContent = state.workspace.team_name;
  changed("workspace");
}

async function loadConversations() {
  const viewer = state.viewer;
  const { conversations } = await get(`/users/${viewer}/conversations`);
  if (viewer !== state.viewer) return;
  state.conversations = conversations;
  if (!currentChannel()) {
    const wanted = state.conversations.find((each) => each.channel.id === asked.channel)?.channel ?? directMessage();
    state.channel = wanted?.id ?? "";
  }
  changed("conversations");
}

/**
 * What was told of messages while a list of them was on its way, which may have been made before: one map for each list.
 *
 * @type {Set<Map<string, Message | null>>}
 */
const meanwhile = new Set();

/**
 * @param {Message[]} messages
 * @param {string} ts of the one that has changed
 * @param {Message | null} message as it is now; null if it is gone
 */
function withChange(messages, ts, message) {
  const others = messages.filter((each) => each.ts !== ts);
  return message ? [...others, message].sort((one, other) => Number(one.ts) - Number(other.ts)) : others;
}

async function loadMessages() {
  const { channel, viewer } = state;
  const told = new Map();
  meanwhile.add(told);
  try {
    const { messages } = await get(`/channels/${channel}/messages?user=${viewer}&ephemeral=1`);
    if (channel !== state.channel || viewer !== state.viewer) return;
    state.messages = [...told].reduce((all, [ts, message]) => withChange(all, ts, message), messages);
  } finally {
    meanwhile.delete(told);
  }
  markRead();
  changed("messages");
}

function drawFrame() {
  const channel = currentChannel();
  if (!channel) return;
  const home = state.pane === "home";
  const bot = nameOf(state.workspace.bot_user_id);
  find("#title").textContent = home ? `${bot} home` : `${channel.is_im ? "" : channel.is_private ? "🔒 " : "# "}${titleOf(channel)}`;
  const people = channel.members.filter((id) => id !== state.workspace.bot_user_id).length;
  find("#about").textContent = channel.is_im ? "an app of this workspace" : `${people} people and ${bot}`;
  find("#beginning-title").textContent = channel.is_im ? `You and ${bot}` : `#${titleOf(channel)}`;
  find("#beginning-text").textContent = channel.is_im
    ? "Only you and the app see what is written here."
    : `This is where ${channel.is_private ? "the private channel" : "the channel"} begins.`;
  find("#messages-pane").hidden = home;
  find("#home").hidden = !home;
  const address = new URLSearchParams({ as: state.viewer, channel: channel.id });
  history.replaceState(null, "", `/?${address}`);
}

/**
 * Shows a conversation, or the app's home.
 *
 * @param {string} channel
 * @param {"messages" | "home"} pane
 */
function go(channel, pane) {
  state.channel = channel;
  state.pane = pane;
  state.messages = [];
  changed("messages");
  changed("channel");
  drawFrame();
  if (pane === "home") void openHome();
  else loadMessages().then(toEnd, noteError);
}

/**
 * Acts as another person from now on, in the same channel where they are in it.
 *
 * @param {string} user
 */
async function become(user) {
  if (user === state.viewer) return;
  state.viewer = user;
  sessionStorage.setItem("local-slack.viewer", user);
  const wasDirect = currentChannel()?.is_im ?? false;
  if (wasDirect) state.channel = "";
  // Nothing of what the one before could see stays on the page, not for a moment.
  state.messages = [];
  state.conversations = [];
  changed("viewer");
  changed("messages");
  changed("conversations");
  try {
    await loadConversations();
    go(state.channel, state.pane);
    await refreshViews();
  } catch (error) {
    noteError(error);
  }
  follow(follower);
}

/** Several changes that come at once are one look at the server. */
let sidebarDue = false;
function refreshSidebarSoon() {
  if (sidebarDue) return;
  sidebarDue = true;
  setTimeout(() => {
    sidebarDue = false;
    refreshSidebar().catch(noteError);
  }, 100);
}

async function refreshSidebar() {
  const before = state.channel;
  await loadConversations();
  // Whoever is taken out of a channel sees it no longer.
  if (state.channel !== before) go(state.channel, "messages");
}

/** @type {import("./live.js").Follower} */
const follower = {
  async reload() {
    try {
      await loadWorkspace();
      await loadConversations();
      drawFrame();
      await loadMessages();
      await refreshViews();
      if (state.pane === "home") await refreshHome();
      changed("traffic");
      changed("failures");
    } catch (error) {
      noteError(error);
    }
  },
  message(channel, ts, message, isNew) {
    if (channel === state.channel) {
      for (const told of meanwhile) told.set(ts, message);
      state.messages = withChange(state.messages, ts, message);
      if (!document.hidden) markRead();
      changed("messages");
      if (message && isNew) greet(message);
    }
    refreshSidebarSoon();
  },
  async views() {
    await refreshViews().catch(noteError);
    if (state.pane === "home") await refreshHome().catch(noteError);
  },
  async workspace() {
    await loadWorkspace().catch(noteError);
    refreshSidebarSoon();
  },
};

async function start() {
  startMessages();
  startComposer();
  startSidebar(go);
  startPeople((user) => void become(user));
  startTour({ become, go });
  startInspector();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    markRead();
    changed("messages");
  });
  await loadEmoji();
  await loadWorkspace();
  await loadConversations();
  drawFrame();
  changed("channel");
  await loadMessages();
  render();
  toEnd();
  if (asked.message) showMessage(asked.message);
  await refreshViews();
  follow(follower);
  document.body.dataset.ready = "true";
}

start().catch(noteError);

/** The page: puts its parts together and keeps what they show. */

import { note, noteError } from "./announce.js";
import { get } from "./api.js";
import { startComposer } from "./composer.js";
import { find } from "./dom.js";
import { loadEmoji } from "./emoji.js";
import { clearHome, openHome, refreshHome } from "./home.js";
import { startInspector } from "./inspector/pane.js";
import { follow, unfollow } from "./live.js";
import { greet, render, showMessage, startMessages, toEnd } from "./messages.js";
import { hideModal, refreshViews } from "./modal.js";
import { startPeople } from "./people.js";
import { startSidebar } from "./sidebar.js";
import { changed, currentChannel, directMessage, markRead, nameOf, state, titleOf } from "./state.js";
import { startTour } from "./tour.js";

/** @typedef {import("./types.js").Conversation} Conversation */
/** @typedef {import("./types.js").Message} Message */

/** Where the address of the page points: a person, and perhaps one message. */
const asked = {
  viewer: new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("local-slack.viewer") ?? "",
  channel: new URLSearchParams(location.search).get("channel") ?? "",
  message: "",
};
const link = /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(location.pathname);
if (link) Object.assign(asked, { channel: link[1], message: `${link[2]}.${link[3]}` });

/**
 * Acts as this person from now on, with nothing loaded yet. What the last person could see leaves the page at once, and no
 * more of it arrives.
 *
 * @param {string} user
 */
function setViewer(user) {
  unfollow();
  hideModal();
  clearHome();
  if (currentChannel()?.is_im) state.channel = "";
  state.viewer = user;
  state.messages = [];
  state.conversations = [];
  changed("viewer");
  changed("messages");
  changed("conversations");
}

async function loadWorkspace() {
  state.workspace = await get("/workspace");
  const people = state.workspace.users.filter((user) => !user.is_bot);
  if (!people.some((user) => user.id === state.viewer)) {
    const wanted = people.find((user) => user.id === asked.viewer) ?? people.find((user) => user.role === state.workspace.roles[0]?.id) ?? people[0];
    setViewer(wanted?.id ?? "");
  }
  document.title = `${state.workspace.team_name}: a local Slack`;
  find("#team").textContent = state.workspace.team_name;
  changed("workspace");
}

/**
 * Loads the sidebar, and chooses another conversation where the one that was shown is not there any more.
 *
 * If the answer is stale, stop there: the change of person that made it stale loads everything by itself.
 *
 * @returns {Promise<"stale" | "same" | "moved">} stale: the page acts as another person now; moved: another one was chosen
 */
async function loadConversations() {
  const viewer = state.viewer;
  if (!viewer) return "stale";
  /** @type {{conversations: Conversation[]}} */
  const { conversations } = await get(`/users/${viewer}/conversations`);
  if (viewer !== state.viewer) return "stale";
  state.conversations = conversations;
  const isThere = currentChannel() !== undefined;
  if (!isThere) {
    const wanted = state.conversations.find((each) => each.channel.id === asked.channel)?.channel ?? directMessage();
    state.channel = wanted?.id ?? "";
  }
  changed("conversations");
  return isThere ? "same" : "moved";
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

/**
 * Loads the messages of the conversation that is shown, if it's known to be one of this person's.
 *
 * @returns {Promise<boolean>} false: nothing was loaded, or the page shows another conversation now
 */
async function loadMessages() {
  const { channel, viewer } = state;
  if (!currentChannel()) return false;
  /** @type {Map<string, Message | null>} */
  const told = new Map();
  meanwhile.add(told);
  try {
    /** @type {{messages: Message[]}} */
    const { messages } = await get(`/channels/${channel}/messages?user=${viewer}&ephemeral=1`);
    if (channel !== state.channel || viewer !== state.viewer) return false;
    state.messages = [...told].reduce((all, [ts, message]) => withChange(all, ts, message), messages);
  } finally {
    meanwhile.delete(told);
  }
  markRead();
  changed("messages");
  return true;
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
  // While the conversations are still loading, this is only remembered: it's shown when they are there.
  if (state.conversations.length > 0 && !state.conversations.some((each) => each.channel.id === channel)) {
    note(`${nameOf(state.viewer)} isn't in #${nameOf(channel)}.`);
    return;
  }
  state.channel = channel;
  state.pane = pane;
  state.messages = [];
  changed("messages");
  changed("channel");
  drawFrame();
  if (pane === "home") void openHome();
  else loadMessages().then((areShown) => areShown && toEnd(), noteError);
}

/**
 * Acts as another person from now on, in the same channel where they are in it.
 *
 * @param {string} user
 * @returns {Promise<boolean>} whether the page acts as this person then: the person may have changed again meanwhile
 */
async function become(user) {
  if (user === state.viewer) return true;
  setViewer(user);
  sessionStorage.setItem("local-slack.viewer", user);
  try {
    if ((await loadConversations()) === "stale") return false;
    go(state.channel, state.pane);
    await refreshViews();
  } catch (error) {
    noteError(error);
  }
  if (user !== state.viewer) return false;
  follow(follower);
  return true;
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
  // The conversations are still loading anyway.
  if (!currentChannel()) return;
  // Whoever is taken out of a channel sees it no longer.
  if ((await loadConversations()) === "moved") go(state.channel, "messages");
}

/**
 * Loads the workspace again. If the person is gone from it, the page follows another one, which loads everything.
 *
 * @returns {Promise<boolean>} whether the page still acts as the same person
 */
async function reloadWorkspace() {
  const { viewer } = state;
  await loadWorkspace();
  if (state.viewer === viewer) return true;
  follow(follower);
  return false;
}

/** @type {import("./live.js").Follower} */
const follower = {
  async reload() {
    try {
      if (!(await reloadWorkspace()) || (await loadConversations()) === "stale") return;
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
    await reloadWorkspace().catch(noteError);
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

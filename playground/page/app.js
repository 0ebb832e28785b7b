// The page: builds the views, keeps them current, and says what a click on a part of a message means.

import { rowActions, startEdit } from "./actions.js";
import { morph } from "./dom.js";
import { ChannelPane, ThreadPane } from "./panes.js";
import { follow, openAgent, openHome, sendCommand, sendMessage } from "./server.js";
import { channelTitle, sidebar } from "./sidebar.js";
import { Workspace, isRoot } from "./state.js";
import { Modals } from "./views.js";

const NARROW = matchMedia("(max-width: 960px)");
const TABS = ["home", "history"];
const workspace = new Workspace();
const page = {
  at: { channel: null, thread: null, tab: null }, // of the app's direct message: "home", "history", or messages
  online: true,
  unread: new Map(), // channel → messages that came while it was not shown
  awaited: new Set(), // channel/ts of messages sent from here that have no answer yet
  editing: null, // {ts, inThread}
  focus: null, // the pane that takes the keyboard when the reader arrives
  unshowable: new Set(), // ids of images that this browser cannot decode
};

// --- where the reader is: #/channel/thread, so that reloading, going back and links work ----------------------------

/** `focus` is the pane, "channel" or "thread", whose composer is written in next. */
function go(channel, thread = null, focus = null) {
  const hash = `#/${[channel, thread].filter(Boolean).join("/")}`;
  page.focus = focus;
  if (location.hash === hash) arrive();
  else location.hash = hash;
}

function arrive() {
  const [channel, thread] = location.hash.replace(/^#\/?/, "").split("/");
  const came = (channel || null) !== page.at.channel || page.at.tab;
  const wasWriting = channelPane.element.contains(document.activeElement);
  const tab = TABS.includes(thread) ? thread : null;
  if (tab === "home" && page.at.tab !== tab) openHome().catch(() => {}); // the app hears of it, and fills the tab
  page.at = { channel: channel || null, thread: (!tab && thread) || null, tab };
  page.editing = null;
  if (came) openMessages();
  showSidebar(false);
  draw();
  // A thread that covers the channel takes over the keyboard with it.
  if (page.focus === "thread" || (thread && wasWriting && NARROW.matches)) threadPane.composer.focus();
  else if (page.focus === "channel") channelPane.composer.focus();
  page.focus = null;
}

/** An agent hears that somebody looks at its messages, and suggests what to begin with. */
function openMessages() {
  const channel = currentChannel();
  if (workspace.isAgent && channel?.kind === "im" && !page.at.tab) openAgent(channel.id).catch(() => {});
}

/** In narrow windows the list of channels is a drawer. */
function showSidebar(open) {
  document.body.classList.toggle("nav-open", open);
  channelPane.menu.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector(".channel[aria-current]")?.focus();
}

function currentChannel() {
  return (
    workspace.channel(page.at.channel) ??
    workspace.channels.find(({ name }) => name === "general") ??
    workspace.channels[0]
  );
}

// --- sending --------------------------------------------------------------------------------------------------------

async function sendToChannel(channel, text, files) {
  const command = /^(\/[a-z][\w-]*)(?:\s+([^]*))?$/i.exec(text);
  if (command) {
    if (files.length)
      throw new Error(`${command[1]} takes no files. Mention @${workspace.bot.name} in a message with them.`);
    await sendCommand(channel, command[1], command[2] ?? "");
    return;
  }
  const { ts } = await sendMessage(channel, text, null, files);
  page.awaited.add(`${channel}/${ts}`);
  if (workspace.replies(channel, ts).length || workspace.status(channel, ts)) openAnswer(channel, ts);
  channelPane.log.toBottom();
}

async function sendToThread(thread, text, files) {
  if (/^\/[a-z][\w-]*(\s|$)/i.test(text)) {
    throw new Error(`Commands do not work in threads. Mention @${workspace.bot.name} instead.`);
  }
  const [channel, threadTs] = thread.split("/");
  await sendMessage(channel, text, threadTs, files);
  threadPane.log.toBottom();
}

/** An answer to what was just asked here opens its thread, unless that would cover what the person is writing. */
function openAnswer(channel, ts) {
  if (!page.awaited.has(`${channel}/${ts}`) || channel !== currentChannel().id) return;
  if (NARROW.matches && !channelPane.composer.isEmpty) return;
  if (page.at.thread && !threadPane.composer.isEmpty) return;
  page.awaited.delete(`${channel}/${ts}`);
  go(channel, ts);
}

// --- drawing --------------------------------------------------------------------------------------------------------

const channelPane = new ChannelPane(workspace, {
  send: sendToChannel,
  openSidebar: () => showSidebar(true),
  editLast: () => editLast(workspace.roots(currentChannel().id), false),
});
const threadPane = new ThreadPane(workspace, {
  send: sendToThread,
  close: () => go(currentChannel().id, null, "channel"),
  editLast: () => editLast(workspace.thread(currentChannel().id, page.at.thread), true),
});
const modals = new Modals(workspace);
let drawing = null;

function draw() {
  drawing = null;
  const channel = currentChannel();
  if (channel && !document.hidden) page.unread.delete(channel.id);
  morph(document.getElementById("sidebar"), sidebar({ workspace, at: channel?.id, unread: page.unread }));
  document.getElementById("offline").textContent = page.online ? "" : "Reconnecting to the workspace…";
  if (!channel) return;
  const editing = (inThread) => (page.editing?.inThread === inThread ? page.editing.ts : null);
  const tab = channel.kind === "im" ? page.at.tab : null;
  channelPane.show(channel, { editing: editing(false), unshowable: page.unshowable, tab });
  modals.show(workspace.modals.at(-1) ?? null);
  threadPane.show(channel, page.at.thread, {
    editing: editing(true),
    unshowable: page.unshowable,
    alone: NARROW.matches,
  });
  say(workspace.statusAt(channel.id, page.at.thread) ?? "");
  document.body.classList.toggle("thread-open", Boolean(page.at.thread));
  const unread = [...page.unread.values()].reduce((sum, count) => sum + count, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${channelTitle(channel, workspace)} · ${workspace.team.name}`;
}

/** For screen readers, which say only what is new. The lists announce messages, and not what changes in a line. */
function say(words) {
  const place = document.getElementById("spoken");
  if (place.textContent !== words) place.textContent = words;
}

/** Many events in one frame are drawn once. A hidden tab gets no frames, hence the timer. */
function drawSoon() {
  drawing ??= document.hidden ? setTimeout(draw, 250) : requestAnimationFrame(draw);
}

/** A wide window that was opened at no place begins where the invitation leads. */
function welcome() {
  const { front } = workspace.invitation;
  if (front && !location.hash && !NARROW.matches) go(...front);
}
workspace.addEventListener("change", ({ detail: { kind } }) => kind === "state" && (welcome(), openMessages()), { once: true });

workspace.addEventListener("change", ({ detail: { kind, message, channel, thread_ts: threadTs, status } }) => {
  if (kind === "status" && status) openAnswer(channel, threadTs);
  if (kind === "posted") {
    const mine = message.user === workspace.me.id;
    const shown = message.channel === currentChannel()?.id && !document.hidden;
    if (!mine && !shown) page.unread.set(message.channel, (page.unread.get(message.channel) ?? 0) + 1);
    if (!mine && !isRoot(message)) openAnswer(message.channel, message.thread_ts);
  }
  drawSoon();
});

// --- what people do with messages -----------------------------------------------------------------------------------

/** What the person wrote last among `messages` is opened for a change. */
function editLast(messages, inThread) {
  const mine = ({ user, bot_id: botId, subtype, ephemeral }) =>
    user === workspace.me.id && !botId && !ephemeral && subtype !== "tombstone";
  const last = messages.findLast(mine);
  if (last) startEdit(last.ts, inThread, edit);
}

/** `editing` is {ts, inThread}, or null when the change was saved or dropped. */
function edit(editing) {
  const pane = page.editing?.inThread ? threadPane : channelPane;
  page.editing = editing;
  draw();
  if (!editing) pane.composer.focus();
}

const actions = rowActions({
  workspace,
  openThread: (message) => go(message.channel, message.thread_ts ?? message.ts, "thread"),
  edit,
  imageFailed: (id) => {
    page.unshowable.add(id);
    drawSoon();
  },
});

for (const pane of [channelPane, threadPane]) {
  pane.element.addEventListener("click", actions.click);
  pane.element.addEventListener("keydown", actions.keydown);
  // The error of an image does not bubble, so it is caught on its way down.
  pane.element.addEventListener("error", actions.failed, { capture: true });
}
document.getElementById("panes").replaceWith(channelPane.element, threadPane.element);
document.getElementById("shade").addEventListener("click", () => showSidebar(false));
document.addEventListener("keydown", ({ key }) => key === "Escape" && showSidebar(false));
addEventListener("hashchange", arrive);
NARROW.addEventListener("change", drawSoon);
document.addEventListener("visibilitychange", drawSoon);
arrive();
// Where there is no mouse, focus would open the keyboard over the messages.
if (matchMedia("(hover: hover)").matches) channelPane.composer.focus();
follow(workspace, (online) => {
  page.online = online;
  drawSoon();
});

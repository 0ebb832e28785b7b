// One message in, its row out: author, time, blocks or text, files, replies, status.

import { below } from "./below.js";
import { blocks } from "./blocks.js";
import { h, icon } from "./dom.js";
import { fileList } from "./files.js";
import { mrkdwn, typedText } from "./mrkdwn.js";
import { reactionRow } from "./reactions.js";
import { clockTime, fullTime, isoTime } from "./times.js";

const COMPACT_WITHIN_S = 300;
const HUES = 8;

/** Whether a message goes on under the head of the one above it. */
export function isCompact(message, above) {
  if (!above || [above, message].some(({ subtype }) => subtype === "tombstone")) return false;
  const alike = ["user", "bot_id", "username", "ephemeral"].every((key) => above[key] === message[key]);
  return alike && Number(message.ts) - Number(above.ts) < COMPACT_WITHIN_S;
}

function avatar(author) {
  const initials = [...author.name.replace(/^@/, "")].slice(0, 1).join("").toUpperCase();
  const hue = [...author.id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 997, 7) % HUES;
  return h(
    "div",
    { class: "avatar", "data-hue": author.isThisBot ? "bot" : hue, "aria-hidden": "true" },
    author.isThisBot ? "✳" : initials,
  );
}

function gutter(message, author, { compact }) {
  if (compact) return time(message);
  if (message.subtype !== "tombstone") return avatar(author);
  return h("div", { class: "avatar", "data-hue": "none" }, icon("trash"));
}

function time(message) {
  return h("time", { datetime: isoTime(message.ts), title: fullTime(message.ts) }, clockTime(message.ts));
}

function head(message, author) {
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "author", dir: "auto", title: author.email }, author.name),
    author.standing && h("span", { class: "standing" }, author.standing),
    author.isBot && h("span", { class: "app-badge" }, "App"),
    time(message),
  );
}

function body(message, workspace) {
  if (message.subtype === "tombstone") return h("p", { class: "tombstone" }, "This message was deleted.");
  const drawn = message.blocks?.length
    ? blocks(message.blocks, workspace.names)
    : mrkdwn(message.text ?? "", workspace.names);
  drawn.push(...(below(message.attachments, workspace.names) ?? []).flat());
  if (message.edited) drawn.push(h("span", { class: "edited" }, "(edited)"));
  return h("div", { class: "message-body", "data-testid": "message-body" }, drawn);
}

function editBox(message, workspace) {
  const text = h("textarea", { class: "edit-text", "aria-label": "Edit message", rows: "3", dir: "auto" });
  text.value = typedText(message.text ?? "", workspace.names);
  return h(
    "div",
    { class: "edit-box", "data-keep": `edit-${message.ts}` },
    text,
    h(
      "div",
      { class: "edit-buttons" },
      h("button", { type: "button", class: "block-button plain", "data-do": "cancel-edit" }, "Cancel"),
      h("button", { type: "button", class: "block-button primary", "data-do": "save-edit" }, "Save changes"),
    ),
    h("p", { class: "edit-error", role: "alert" }),
  );
}

export function replyCount(count) {
  return count === 1 ? "1 reply" : `${count} replies`;
}

function repliesLine(replies) {
  if (!replies.length) return null;
  return h(
    "button",
    { type: "button", class: "replies", "data-do": "open-thread" },
    h("span", { class: "replies-count" }, replyCount(replies.length)),
    h("span", { class: "replies-last" }, `Last reply ${clockTime(replies.at(-1).ts)}`),
  );
}

/** `stop` names the session, "channel/thread_ts", that Slack's own button beside the line ends; or there is none. */
export function statusLine(status, extraClass = "", stop = null) {
  return (
    status &&
    h(
      "p",
      { class: `status ${extraClass}`, "data-testid": "status", "aria-live": "off" }, // the page says it once
      h("span", { class: "pulse", "aria-hidden": "true" }),
      status,
      stop && h("button", { type: "button", class: "quiet-button", "data-do": "stop-session", "data-session": stop }, "Stop"),
    )
  );
}

function tool(action, drawing, name, more = {}) {
  return h(
    "button",
    { type: "button", class: "tool", "data-do": action, "aria-label": name, title: name, ...more },
    icon(drawing),
  );
}

function tools(message, inThread) {
  if (message.subtype === "tombstone" || message.ephemeral) return null;
  return h(
    "div",
    { class: "message-tools" },
    !inThread && tool("open-thread", "thread", "Reply in thread"),
    tool("reactions", "smile", "Add a reaction", { "aria-haspopup": "menu" }),
    tool("menu", "more", "More actions", { "aria-haspopup": "menu" }),
  );
}

/**
 * A row. `place` says how it stands in its list: {compact, editing, replies, status, inThread, unshowable}.
 * Rows hold no listeners of their own: `data-do` names what a click on a part means.
 */
export function messageRow(message, workspace, place) {
  const author = workspace.author(message);
  const tombstone = message.subtype === "tombstone";
  const looks = { compact: place.compact, ephemeral: message.ephemeral, editing: place.editing };
  const classes = ["message", ...Object.keys(looks).filter((look) => looks[look])];
  return h(
    "article",
    {
      class: classes.join(" "),
      "data-ts": message.ts,
      "data-channel": message.channel,
      "data-user": author.id,
      "aria-label": `${author.name}, ${clockTime(message.ts)}`,
    },
    h("div", { class: "gutter" }, gutter(message, author, place)),
    h(
      "div",
      { class: "message-main" },
      message.ephemeral && !place.compact && h("p", { class: "ephemeral-note" }, icon("eye"), "Only visible to you"),
      !place.compact && !tombstone && head(message, author),
      place.editing ? editBox(message, workspace) : body(message, workspace),
      fileList(message.files, place.unshowable),
      reactionRow(message, workspace),
      repliesLine(place.replies),
      statusLine(place.status),
    ),
    !place.editing && tools(message, place.inThread),
  );
}

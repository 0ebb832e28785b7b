// One message in, its row out: author, time, blocks or text, files, replies, status.

import { blocks } from "./blocks.js";
import { h, icon } from "./dom.js";
import { fileList } from "./files.js";
import { mrkdwn, typedText } from "./mrkdwn.js";
import { clockTime, fullTime, isoTime } from "./times.js";

const COMPACT_WITHIN_S = 300;
const HUES = 8;

/** Whether a message goes on under the head of the one above it. */
export function isCompact(message, above) {
  if (!above || above.subtype === "tombstone") return false;
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

function time(message) {
  return h("time", { datetime: isoTime(message.ts), title: fullTime(message.ts) }, clockTime(message.ts));
}

function head(message, author) {
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "author", dir: "auto" }, author.name),
    author.isBot && h("span", { class: "app-badge" }, "App"),
    time(message),
  );
}

function body(message, workspace) {
  if (message.subtype === "tombstone") return h("p", { class: "tombstone" }, "This message was deleted.");
  const drawn = message.blocks?.length
    ? blocks(message.blocks, workspace.names)
    : mrkdwn(message.text ?? "", workspace.names);
  if (message.edited) drawn.push(h("span", { class: "edited" }, "(edited)"));
  return h("div", { class: "message-body" }, drawn);
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

function repliesLine(replies) {
  if (!replies.length) return null;
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  return h(
    "button",
    { type: "button", class: "replies", "data-do": "open-thread" },
    h("span", { class: "replies-count" }, count),
    h("span", { class: "replies-last" }, `Last reply ${clockTime(replies.at(-1).ts)}`),
  );
}

export function statusLine(status, extraClass = "") {
  return (
    status && h("p", { class: `status ${extraClass}` }, h("span", { class: "pulse", "aria-hidden": "true" }), status)
  );
}

function tools(message, inThread) {
  if (message.subtype === "tombstone" || message.ephemeral) return null;
  return h(
    "div",
    { class: "message-tools" },
    !inThread &&
      h(
        "button",
        {
          type: "button",
          class: "tool",
          "data-do": "open-thread",
          "aria-label": "Reply in thread",
          title: "Reply in thread",
        },
        icon("thread"),
      ),
    h(
      "button",
      {
        type: "button",
        class: "tool",
        "data-do": "menu",
        "aria-label": "More actions",
        "aria-haspopup": "menu",
        title: "More actions",
      },
      icon("more"),
    ),
  );
}

/**
 * A row. `place` says how it stands in its list: {compact, editing, replies, status, inThread, unshowable}.
 * Rows hold no listeners of their own: `data-do` names what a click on a part means.
 */
export function messageRow(message, workspace, place) {
  const author = workspace.author(message);
  const tombstone = message.subtype === "tombstone";
  const classes = [
    "message",
    place.compact && "compact",
    message.ephemeral && "ephemeral",
    place.editing && "editing",
    tombstone && "deleted",
  ];
  return h(
    "article",
    {
      class: classes.filter(Boolean).join(" "),
      "data-ts": message.ts,
      "data-channel": message.channel,
      "data-user": author.id,
      "aria-label": `${author.name}, ${clockTime(message.ts)}`,
    },
    h(
      "div",
      { class: "gutter" },
      place.compact
        ? time(message)
        : tombstone
          ? h("div", { class: "avatar", "data-hue": "none" }, icon("trash"))
          : avatar(author),
    ),
    h(
      "div",
      { class: "message-main" },
      message.ephemeral && !place.compact && h("p", { class: "ephemeral-note" }, icon("eye"), "Only visible to you"),
      !place.compact && !tombstone && head(message, author),
      place.editing ? editBox(message, workspace) : body(message, workspace),
      fileList(message.files, place.unshowable),
      repliesLine(place.replies),
      statusLine(place.status),
    ),
    !place.editing && tools(message, place.inThread),
  );
}

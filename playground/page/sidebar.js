// Channels and direct messages in, the list at the left out.

import { h, icon } from "./dom.js";

function entry(channel, { current, unread, workspace }) {
  const isIm = channel.kind === "im";
  const badge = unread > 0 && h("span", { class: "unread", "aria-label": `${unread} new` }, String(unread));
  const mark = isIm
    ? h("span", { class: "bot-dot", "aria-hidden": "true" }, "✳")
    : icon({ private: "lock", mpim: "people" }[channel.kind] ?? "hash");
  return h(
    "li",
    {},
    h(
      "a",
      {
        class: "channel",
        href: `#/${encodeURIComponent(channel.id)}`,
        "data-channel": channel.id,
        "aria-current": current ? "page" : null,
      },
      mark,
      h("span", { class: "channel-name", dir: "auto" }, channelTitle(channel, workspace)),
      badge,
    ),
  );
}

/** Between the person and somebody, or several. */
export function isDirect({ kind }) {
  return kind === "im" || kind === "mpim";
}

/** A direct message is named after the other side. */
export function channelTitle(channel, workspace) {
  return channel.kind === "im" ? channel.name || workspace.bot.name : channel.name;
}

function group(title, channels, state) {
  if (!channels.length) return null;
  return h(
    "section",
    { "aria-label": title },
    h("h2", {}, title),
    h(
      "ul",
      {},
      channels.map((channel) =>
        entry(channel, { ...state, current: channel.id === state.at, unread: state.unread.get(channel.id) ?? 0 }),
      ),
    ),
  );
}

/** Who is who: a member by the name alone, everybody else with what they are. */
function people(workspace) {
  if (!workspace.people.length) return null;
  return h(
    "section",
    { "aria-label": "People" },
    h("h2", {}, "People"),
    h(
      "ul",
      { class: "people" },
      workspace.people.map(({ id, name, standing, email }) =>
        h(
          "li",
          { "data-user": id, title: email },
          h("span", { class: "person", dir: "auto" }, name),
          standing && h("span", { class: "standing" }, standing),
        ),
      ),
    ),
  );
}

/** `state` is {workspace, at, unread}: the channel that is shown, and how much is new in the others. */
export function sidebar(state) {
  const { workspace } = state;
  return h(
    "nav",
    { class: "sidebar", id: "sidebar", "aria-label": "Channels" },
    h(
      "header",
      { class: "team" },
      h("span", { class: "team-mark", "aria-hidden": "true" }, (workspace.team.name || "·").slice(0, 1).toUpperCase()),
      h(
        "div",
        {},
        h("p", { class: "team-name", dir: "auto" }, workspace.team.name || "Workspace"),
        h("p", { class: "team-kind" }, "Practice workspace"),
      ),
    ),
    h(
      "div",
      { class: "channels" },
      group(
        "Channels",
        workspace.channels.filter((channel) => !isDirect(channel)),
        state,
      ),
      group(
        "Direct messages",
        workspace.channels.filter(isDirect),
        state,
      ),
      people(workspace),
    ),
    workspace.me.name &&
      h("footer", { class: "me" }, h("span", {}, "You are "), h("strong", { dir: "auto" }, workspace.me.name)),
  );
}

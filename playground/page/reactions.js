// Reactions below a message: who gave which in, buttons that give the same out.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";

/** What the menu offers; the stop sign and the cross end an answer. */
export const OFFERED = ["+1", "heart", "tada", "eyes", "octagonal_sign", "x"];

export function reactionRow(message, workspace) {
  if (!message.reactions?.length) return null;
  return h(
    "div",
    { class: "reactions", role: "group", "aria-label": "Reactions" },
    message.reactions.map(({ name, users, count }) => {
      const who = users.map((id) => workspace.names.user(id) ?? id).join(", ");
      return h(
        "button",
        {
          type: "button",
          class: "reaction",
          "data-do": "react",
          "data-reaction": name,
          "aria-pressed": String(users.includes(workspace.me.id)),
          title: `${who}: :${name}:`,
        },
        h("span", {}, emoji(name)),
        h("span", { class: "reaction-count" }, String(count)),
      );
    }),
  );
}

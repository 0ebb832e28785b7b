// What a visitor may try: questions of the workspace's invitation in, buttons that write them into the composer out.

import { h, icon } from "./dom.js";
import { notify } from "./overlays.js";
import { sampleFile } from "./server.js";

function suggestion({ text, shows, files }, fill) {
  const choose = async () => {
    try {
      fill(text, await Promise.all(files.map(sampleFile)));
    } catch (error) {
      notify(error.message);
    }
  };
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "suggestion", click: choose },
      h("span", { class: "suggestion-text" }, files.length > 0 && icon("clip"), text),
      h("span", { class: "suggestion-shows" }, shows),
    ),
  );
}

/** `fill(text, files)` writes a message that the person then sends. Nothing where nobody is invited. */
export function invitation(workspace, channel, fill) {
  const { questions = [], about } = workspace.invitation;
  if (!questions.length || channel.is_member === false) return null;
  const mention = `@${workspace.bot.name} `;
  const here = questions.map(({ text, ...more }) => ({
    ...more,
    text: channel.kind === "im" && text.startsWith(mention) ? text.slice(mention.length) : text,
  }));
  return h(
    "section",
    { class: "invitation", "aria-label": "Try these" },
    h("h3", {}, "Try these"),
    h("ul", {}, here.map((question) => suggestion(question, fill))),
    about && h("p", {}, about),
  );
}

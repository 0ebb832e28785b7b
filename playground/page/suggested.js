// What an agent suggests to begin with: its prompts in, buttons out. As in Slack, a press sends the prompt's message.

import { h } from "./dom.js";
import { notify } from "./overlays.js";

/** `send(text)` may throw. The title stands over the prompts. */
export function suggestedPrompts({ title, prompts }, send) {
  const choose = (message) => async () => {
    try {
      await send(message);
    } catch (error) {
      notify(error.message);
    }
  };
  return h(
    "section",
    { class: "suggested", "aria-label": "Suggested prompts" },
    title && h("p", { dir: "auto" }, title),
    h(
      "ul",
      {},
      prompts.map((prompt) =>
        h(
          "li",
          {},
          h("button", { type: "button", class: "prompt", dir: "auto", title: prompt.message, click: choose(prompt.message) }, prompt.title),
        ),
      ),
    ),
  );
}

// What a click or a key on a part of a message does. Parts say what they are by `data-do`; rows hold no listeners.

import { typedText } from "./mrkdwn.js";
import { confirm, notify, openMenu, viewImage } from "./overlays.js";
import { OFFERED } from "./reactions.js";
import { deleteMessage, editMessage, sendAction, sendReaction, sendShortcut, stopSession } from "./server.js";
import { safeHref } from "./dom.js";
import { emoji } from "./emoji.js";

async function reported(work) {
  try {
    await work;
  } catch (error) {
    notify(error.message);
  }
}

/** The button is out of use while its action travels, so that a double click is one action. */
async function act(button, row) {
  const { blockId, actionId, value, url } = button.dataset;
  const href = url && safeHref(url);
  if (href) window.open(href, "_blank", "noopener");
  button.disabled = true;
  await reported(
    sendAction({ channel: row.dataset.channel, ts: row.dataset.ts, block_id: blockId, action_id: actionId, value }),
  );
  button.disabled = false;
}

/** Slack's own button beside what an agent is doing. */
async function stop(button) {
  button.disabled = true;
  await reported(stopSession(...button.dataset.session.split("/")));
  button.disabled = false;
}

async function copy(text) {
  await reported(navigator.clipboard.writeText(text));
}

async function save(row, edit) {
  const box = row.querySelector(".edit-text");
  try {
    await editMessage(row.dataset.channel, row.dataset.ts, box.value.trim());
    edit(null);
  } catch (error) {
    row.querySelector(".edit-error").textContent = error.message;
  }
}

/** `edit` has the box drawn; the caret goes to the end of what it holds. */
export function startEdit(ts, inThread, edit) {
  edit({ ts, inThread });
  const box = document.querySelector(".message .edit-text");
  box?.focus();
  box?.setSelectionRange(box.value.length, box.value.length);
}

function menu(button, row, message, { workspace, edit, openThread }) {
  const inThread = Boolean(row.closest(".thread-pane"));
  const remove = () =>
    confirm("Delete this message? This cannot be undone.", "Delete", () =>
      reported(deleteMessage(message.channel, message.ts)),
    );
  const items = [
    {
      label: "Copy text",
      run: () => copy(row.querySelector(".message-body")?.innerText ?? typedText(message.text ?? "", workspace.names)),
    },
  ];
  if (!message.ephemeral) {
    if (!inThread) items.unshift({ label: "Reply in thread", run: () => openThread(message) });
    items.push({ label: "Add a reaction…", run: () => reactions(button, row) });
  }
  if (message.user === workspace.me.id && !message.bot_id) {
    items.push({ label: "Edit message", run: () => startEdit(message.ts, inThread, edit) }, { label: "Delete message", danger: true, run: remove });
  }
  for (const { id, name } of workspace.shortcuts) {
    items.push({ label: name, app: workspace.bot.name, run: () => reported(sendShortcut(message.channel, message.ts, id)) });
  }
  openMenu(button, items);
}

function reactions(button, row) {
  const { channel, ts } = row.dataset;
  const items = OFFERED.map((name) => ({
    label: `${emoji(name)} :${name}:`,
    run: () => reported(sendReaction(channel, ts, name)),
  }));
  openMenu(button, items);
}

/** Listeners for a pane: {click, keydown, failed}. `page` offers {workspace, openThread, edit, imageFailed}. */
export function rowActions(page) {
  const perform = (name, part, row, message) => {
    const actions = {
      action: () => act(part, row),
      "open-thread": () => page.openThread(message),
      react: () => reported(sendReaction(row.dataset.channel, row.dataset.ts, part.dataset.reaction)),
      reactions: () => reactions(part, row),
      menu: () => menu(part, row, message, page),
      "copy-code": () => copy(part.closest(".code-box").querySelector("pre").textContent),
      "view-image": () => viewImage(part.getAttribute("href"), part.querySelector("img").alt),
      "save-edit": () => save(row, page.edit),
      "cancel-edit": () => page.edit(null),
    };
    if (Object.hasOwn(actions, name)) actions[name]();
  };
  return {
    click(event) {
      const part = event.target.closest("[data-do]");
      if (part?.dataset.do === "stop-session") stop(part); // it stands below the messages
      const row = part?.closest(".message");
      const plainClick = !(event.ctrlKey || event.metaKey || event.shiftKey);
      if (!row || !plainClick) return;
      event.preventDefault();
      perform(part.dataset.do, part, row, page.workspace.message(row.dataset.channel, row.dataset.ts));
    },
    keydown(event) {
      if (!event.target.matches(".edit-text") || event.isComposing) return;
      const name =
        event.key === "Escape" ? "cancel-edit" : event.key === "Enter" && !event.shiftKey ? "save-edit" : null;
      if (!name) return;
      event.preventDefault();
      perform(name, event.target, event.target.closest(".message"));
    },
    failed(event) {
      const image = event.target.closest?.(".file-image");
      if (image) page.imageFailed(image.dataset.file);
    },
  };
}

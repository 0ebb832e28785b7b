// The two columns that hold messages: the channel and, at its right, a thread. Each is a head, a log and a composer.

import { Composer } from "./composer.js";
import { h, icon, morph } from "./dom.js";
import { HistoryTab } from "./history.js";
import { MessageLog } from "./log.js";
import { HomeTab } from "./views.js";
import { invitation } from "./invitation.js";
import { channelTitle, isDirect } from "./sidebar.js";

const KINDS = {
  im: "Direct message · every question gets a thread of its own",
  mpim: "Group message",
  private: "Private channel",
};

function place(channel) {
  return isDirect(channel) ? "" : "#";
}

/** Replaces a pane's head only where it reads differently. */
function putHead(head, ...content) {
  const fresh = head.cloneNode(false);
  fresh.append(...content);
  morph(head, fresh);
}

export class ChannelPane {
  /** `send(channel id, text, files)` is given what the composer holds; `editLast()` opens what was said before. */
  constructor(workspace, { send, openSidebar, editLast }) {
    this.workspace = workspace;
    this.send = send;
    this.title = h("div", { class: "pane-title" });
    this.log = new MessageLog("Messages", workspace);
    this.composer = new Composer({
      send,
      mention: () => workspace.bot.name,
      names: (sigil) => workspace.mentionable(sigil),
      editLast,
      commands: true,
      suggest: (text) => this.#hint(text),
    });
    this.menu = h(
      "button",
      {
        type: "button",
        class: "tool nav-button",
        "aria-label": "Show channels",
        "aria-controls": "sidebar",
        click: openSidebar,
      },
      icon("menu"),
    );
    this.tabs = h("nav", { class: "tabs", "aria-label": "Tabs", hidden: true });
    this.home = new HomeTab(workspace);
    this.history = new HistoryTab();
    this.element = h(
      "main",
      { class: "pane channel-pane" },
      h("header", { class: "pane-head" }, this.menu, this.title),
      this.tabs,
      this.home.element,
      this.history.element,
      this.log.element,
      this.composer.element,
    );
    this.composer.attachments.acceptDrops(this.element);
  }

  #hint(text) {
    const bot = this.workspace.bot.name;
    if (/^\/ask\b/.test(text)) return "Only you will see the answer";
    if (this.channel?.kind === "im") return `${bot} answers in a thread`;
    if (this.channel?.is_member === false) return `First /invite @${bot}, or /ask`;
    return text.toLowerCase().includes(`@${bot.toLowerCase()}`)
      ? `${bot} will answer in a thread`
      : `Mention @${bot} to ask`;
  }

  /** The tabs of the app's direct message; `open` is the one that is not its messages, or null. */
  #showTabs(channel, open) {
    const { hasHome, isAgent } = this.workspace;
    this.tabs.hidden = channel.kind !== "im" || !(hasHome || isAgent);
    const tab = (name, hash, current) => h("a", { href: `#/${hash}`, "aria-current": current ? "page" : null }, name);
    putHead(
      this.tabs,
      hasHome ? tab("Home", `${channel.id}/home`, open === "home") : "",
      tab("Messages", channel.id, !open),
      isAgent ? tab("History", `${channel.id}/history`, open === "history") : "",
    );
    this.home.element.hidden = open !== "home";
    this.history.element.hidden = open !== "history";
    this.log.element.hidden = this.composer.element.hidden = Boolean(open);
    if (open === "home") this.home.show(this.workspace.home);
    if (open === "history") this.history.show(this.workspace.titled(channel.id));
  }

  show(channel, { editing, unshowable, tab }) {
    this.channel = channel;
    this.#showTabs(channel, tab);
    const title = place(channel) + channelTitle(channel, this.workspace);
    putHead(
      this.title,
      h("h1", { dir: "auto" }, title),
      h(
        "p",
        {},
        KINDS[channel.kind] ?? "Channel",
      ),
    );
    this.log.label = `Messages in ${title}`;
    const threads = this.workspace.repliesByThread(channel.id);
    this.log.show({
      place: channel.id,
      messages: this.workspace.roots(channel.id),
      intro: () => this.#intro(channel, title),
      joined: channel.is_member,
      replies: (message) =>
        message.thread_ts && message.thread_ts !== message.ts ? [] : (threads.get(message.ts) ?? []),
      status: (message) => this.workspace.status(channel.id, message.ts),
      suggested: this.workspace.prompts(channel.id),
      begin: (text) => this.send(channel.id, text, []),
      editing,
      inThread: false,
      unshowable,
    });
    this.composer.move(channel.id, `Message ${title}`);
  }

  #intro(channel, title) {
    const bot = this.workspace.bot.name;
    return h(
      "div",
      { class: "intro" },
      h("h2", { dir: "auto" }, title),
      h(
        "p",
        {},
        channel.kind === "im"
          ? `Ask ${bot} anything. Attach PDFs, pictures or text files and it reads them before it answers.`
          : `Mention @${bot} with a question, attach files to it, or type /ask for an answer that only you see.`,
      ),
      invitation(this.workspace, channel, (text, files) => this.composer.fill(text, files)),
    );
  }
}

export class ThreadPane {
  /** `send("channel id/thread_ts", text, files)`; `close()` is what its cross and Escape do. */
  constructor(workspace, { send, close, editLast }) {
    this.workspace = workspace;
    this.title = h("div", { class: "pane-title" });
    this.log = new MessageLog("Thread", workspace);
    this.composer = new Composer({
      send,
      mention: () => workspace.bot.name,
      names: (sigil) => workspace.mentionable(sigil),
      editLast,
      commands: false,
      suggest: (text) => this.#hint(text),
    });
    const cross = h(
      "button",
      { type: "button", class: "tool", "aria-label": "Close thread", title: "Close thread", click: close },
      icon("close"),
    );
    this.element = h(
      "section",
      { class: "pane thread-pane", "aria-label": "Thread", hidden: true },
      h("header", { class: "pane-head" }, this.title, cross),
      this.log.element,
      this.composer.element,
    );
    this.composer.attachments.acceptDrops(this.element);
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.target.closest(".edit-box, .menu")) close();
    });
  }

  #hint(text) {
    if (text.startsWith("/")) return "Commands do not work in threads";
    return this.channel?.kind === "im"
      ? "Shift + Enter for a new line"
      : `Go on, or mention @${this.workspace.bot.name}`;
  }

  /** `threadTs` null hides the pane. `alone`: it covers the channel, and is then what the page is about. */
  show(channel, threadTs, { editing, unshowable, alone }) {
    this.element.hidden = !threadTs;
    if (!threadTs) return;
    this.element.setAttribute("role", alone ? "main" : "complementary");
    this.channel = channel;
    const title = place(channel) + channelTitle(channel, this.workspace);
    const channelName = alone ? h("h1", { class: "unseen", dir: "auto" }, title) : "";
    const called = this.workspace.title(channel.id, threadTs) || "Thread";
    putHead(this.title, channelName, h("h2", { dir: "auto" }, called), h("p", { dir: "auto" }, title));
    this.log.label = `Thread in ${title}`;
    this.log.show({
      place: `${channel.id}/${threadTs}`,
      messages: this.workspace.thread(channel.id, threadTs),
      replies: () => [],
      status: () => null,
      tail: {
        status: this.workspace.status(channel.id, threadTs),
        stop: this.workspace.canStop(channel.id, threadTs) ? `${channel.id}/${threadTs}` : null,
      },
      editing,
      inThread: true,
      unshowable,
    });
    this.composer.move(`${channel.id}/${threadTs}`, "Reply in thread");
  }
}

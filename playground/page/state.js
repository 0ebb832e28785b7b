// The workspace as this page knows it: takes the server's state and its events, answers what the views ask.

// The workspace's own voices have ids but are in no list of users.
const SLACK_ITSELF = [
  { id: "USLACKBOT", name: "Slackbot", is_bot: true },
  { id: "USLACK", name: "Slack", is_bot: true },
];

const byTs = (a, b) => Number(a.ts) - Number(b.ts);

/** Whether a message stands in its channel's list and not only in a thread. */
export function isRoot(message) {
  return !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
}

export class Workspace extends EventTarget {
  team = { id: "", name: "" };
  me = { id: "", name: "" };
  bot = { id: "", name: "" };
  channels = [];
  shortcuts = []; // what the menu of a message offers: {id, name}
  modals = []; // the top one last
  home = null; // the view of the app's home tab
  hasHome = false;
  invitation = {}; // {questions: [{text, shows, files}], about, front: [channel, ts]}
  isAgent = false;
  #stopsSessions = false;
  #prompts = new Map(); // of an agent: channel → {title, prompts: [{title, message}]}
  #titles = new Map(); // of an agent: channel + thread_ts → what the session is called
  #sessions = new Set(); // of an agent: channel + thread_ts where it is at work
  #users = new Map();
  #groups = new Map(); // id → handle
  #messages = new Map(); // channel → ts → message
  #statuses = new Map(); // channel + thread_ts → text
  #sorted = new Map(); // channel → messages by ts, while they are current
  #serial = 0;

  /** Takes the whole state in place of what was known. */
  read({ team, me, bot, users, groups, channels, messages, statuses, ...more }) {
    Object.assign(this, { team, me, bot, channels });
    this.shortcuts = more.shortcuts ?? [];
    this.modals = more.modals ?? [];
    this.home = more.home ?? null;
    this.hasHome = Boolean(more.has_home);
    this.invitation = more.invitation ?? {};
    this.isAgent = Boolean(more.is_agent);
    this.#stopsSessions = Boolean(more.stops_sessions);
    this.#prompts = new Map((more.prompts ?? []).map((suggested) => [suggested.channel, suggested]));
    this.#titles = new Map((more.titles ?? []).map((each) => [`${each.channel}/${each.thread_ts}`, each.title]));
    this.#sessions = new Set((more.sessions ?? []).map((each) => `${each.channel}/${each.thread_ts}`));
    this.#users = new Map([...SLACK_ITSELF, ...users].map((user) => [user.id, user]));
    this.#groups = new Map((groups ?? []).map(({ id, handle }) => [id, handle]));
    this.#messages.clear();
    this.#sorted.clear();
    for (const message of messages) this.#put(message);
    this.#statuses = new Map(
      (statuses ?? []).map(({ channel, thread_ts, status }) => [`${channel}/${thread_ts}`, status]),
    );
    this.#changed({ kind: "state" });
  }

  /** Takes one pushed event. */
  apply(event) {
    if (event.type === "message") {
      const known = this.message(event.message.channel, event.message.ts);
      this.#put(event.message);
      this.#changed({ kind: known ? "changed" : "posted", message: event.message });
    } else if (event.type === "message_deleted") {
      this.#remove(event.channel, event.ts);
      this.#changed({ kind: "deleted", channel: event.channel, ts: event.ts });
    } else if (event.type === "views") {
      this.modals = event.modals;
      this.home = event.home;
      this.#changed({ kind: "views" });
    } else if (event.type === "status") {
      const key = `${event.channel}/${event.thread_ts}`;
      if (event.status) this.#statuses.set(key, event.status);
      else this.#statuses.delete(key);
      this.#changed({ kind: "status", channel: event.channel, thread_ts: event.thread_ts, status: event.status });
    } else if (event.type === "bot_joined") {
      const channel = this.channel(event.channel);
      if (channel) channel.is_member = true;
      this.#changed({ kind: "member" });
    } else if (event.type === "prompts") {
      this.#prompts.set(event.channel, event);
      this.#changed({ kind: "prompts" });
    } else if (event.type === "title") {
      this.#titles.set(`${event.channel}/${event.thread_ts}`, event.title);
      this.#changed({ kind: "title" });
    } else if (event.type === "session") {
      const key = `${event.channel}/${event.thread_ts}`;
      if (event.processing) this.#sessions.add(key);
      else this.#sessions.delete(key);
      this.#changed({ kind: "session" });
    }
  }

  #changed(detail) {
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }

  #put(message) {
    if (!this.#messages.has(message.channel)) this.#messages.set(message.channel, new Map());
    this.#serial += 1;
    // `serial` tells a view that this is not the version it has drawn.
    this.#messages.get(message.channel).set(message.ts, { ...message, serial: this.#serial });
    this.#sorted.delete(message.channel);
  }

  /** A message under which replies hang leaves a tombstone, as in Slack; any other leaves nothing. */
  #remove(channel, ts) {
    const message = this.message(channel, ts);
    if (!message) return;
    if (isRoot(message) && this.replies(channel, ts).length > 0) {
      this.#put({
        channel,
        ts,
        thread_ts: ts,
        user: message.user,
        subtype: "tombstone",
        text: "This message was deleted.",
      });
    } else {
      this.#messages.get(channel).delete(ts);
      this.#sorted.delete(channel);
    }
  }

  #all(channel) {
    if (!this.#sorted.has(channel)) {
      this.#sorted.set(channel, [...(this.#messages.get(channel)?.values() ?? [])].sort(byTs));
    }
    return this.#sorted.get(channel);
  }

  message(channel, ts) {
    return this.#messages.get(channel)?.get(ts);
  }

  /** What the channel's list shows, oldest first. */
  roots(channel) {
    return this.#all(channel).filter(isRoot);
  }

  replies(channel, threadTs) {
    return this.#all(channel).filter((message) => message.thread_ts === threadTs && message.ts !== threadTs);
  }

  /** Replies by the ts of the message they hang under. */
  repliesByThread(channel) {
    return Map.groupBy(
      this.#all(channel).filter(
        (message) => message.thread_ts && message.thread_ts !== message.ts && !message.ephemeral,
      ),
      (message) => message.thread_ts,
    );
  }

  /** The whole thread, its first message included. */
  thread(channel, threadTs) {
    const first = this.message(channel, threadTs);
    return [...(first ? [first] : []), ...this.replies(channel, threadTs)];
  }

  status(channel, threadTs) {
    const status = this.#statuses.get(`${channel}/${threadTs}`);
    if (!status) return null;
    return `${this.bot.name} ${status}`; // as Slack does, whatever the status says
  }

  /** What the app is doing in that thread, or where none is open, anywhere in the channel. */
  statusAt(channel, threadTs) {
    if (threadTs) return this.status(channel, threadTs);
    const key = [...this.#statuses.keys()].findLast((place) => place.startsWith(`${channel}/`));
    return key ? this.status(...key.split("/")) : null;
  }

  /** What the app suggests to begin with there: {title, prompts}, or nothing. */
  prompts(channel) {
    return this.#prompts.get(channel);
  }

  /** What the app calls that thread; empty where it calls it nothing. */
  title(channel, threadTs) {
    return this.#titles.get(`${channel}/${threadTs}`) ?? "";
  }

  /** The app's threads there that have a title, newest first: {channel, threadTs, title}. */
  titled(channel) {
    const here = [...this.#titles].filter(([key]) => key.startsWith(`${channel}/`));
    const sessions = here.map(([key, title]) => ({ channel, threadTs: key.split("/")[1], title }));
    return sessions.sort((a, b) => Number(b.threadTs) - Number(a.threadTs));
  }

  /** Whether Slack's own button can stop what the app is doing there. */
  canStop(channel, threadTs) {
    return this.#stopsSessions && this.#sessions.has(`${channel}/${threadTs}`);
  }

  channel(id) {
    return this.channels.find((channel) => channel.id === id);
  }

  /** Everybody who is no app, the workspace's own members first. */
  get people() {
    const itself = SLACK_ITSELF.map(({ id }) => id);
    const everybody = [...this.#users.values()].filter(({ id, is_bot: isBot }) => !isBot && !itself.includes(id));
    return everybody.sort((a, b) => Number(Boolean(a.standing)) - Number(Boolean(b.standing)));
  }

  /** What may be written behind `sigil`: [{name, note}], the app first. */
  mentionable(sigil) {
    if (sigil === "#") return this.channels.filter(({ kind }) => ["channel", "private"].includes(kind)).map(({ name }) => ({ name, note: "" }));
    const people = this.people.filter(({ id }) => id !== this.me.id);
    return [
      { name: this.bot.name, note: "App" },
      ...people.map(({ name, standing }) => ({ name, note: standing ?? "" })),
      { name: this.me.name, note: "you" },
    ];
  }

  /** Who a message is by. Integrations post without a user, under a name of the message's own. */
  author({ user, bot_id: botId, username, bot_profile: profile }) {
    const known = this.#users.get(user);
    const name = username || known?.name || profile?.name || user || "Unknown";
    return {
      id: user ?? botId ?? "",
      name,
      isBot: Boolean(botId || known?.is_bot),
      isThisBot: user === this.bot.id,
      standing: known?.standing,
      email: known?.email,
    };
  }

  /** How text renderers resolve ids. */
  get names() {
    return {
      me: this.me.id,
      user: (id) => this.#users.get(id)?.name,
      channel: (id) => this.channel(id)?.name,
      group: (id) => this.#groups.get(id),
    };
  }
}

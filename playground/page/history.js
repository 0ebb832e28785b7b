// The conversations that an agent has named in, a tab with a link to each out, newest first.

import { h, morph } from "./dom.js";
import { clockTime, dayName } from "./times.js";

export class HistoryTab {
  constructor() {
    this.list = h("ul", { class: "history-list" });
    this.element = h(
      "section",
      { class: "home", "aria-label": "History", hidden: true, tabindex: "0" },
      h("h2", { class: "unseen" }, "History"),
      this.list,
    );
  }

  /** `sessions` are {channel, threadTs, title}. */
  show(sessions) {
    const fresh = this.list.cloneNode(false);
    fresh.append(
      ...sessions.map(({ channel, threadTs, title }) =>
        h(
          "li",
          {},
          h(
            "a",
            { href: `#/${encodeURIComponent(channel)}/${encodeURIComponent(threadTs)}` },
            h("span", { class: "history-title", dir: "auto" }, title),
            h("span", { class: "history-time" }, `${dayName(threadTs)}, ${clockTime(threadTs)}`),
          ),
        ),
      ),
    );
    if (!sessions.length) fresh.append(h("li", { class: "unknown-block" }, "No conversation has a title yet."));
    morph(this.list, fresh);
  }
}

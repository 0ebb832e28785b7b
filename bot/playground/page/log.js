// A list of messages in a scroller. Draws what is new, patches what changed, leaves everything else untouched,
// and stays at the bottom if it was there.

import { h, icon, morph } from "./dom.js";
import { isCompact, messageRow, statusLine } from "./message.js";
import { dayKey, dayName } from "./times.js";

const PINNED_WITHIN_PX = 48;

export class MessageLog {
  element;
  #list;
  #scroller;
  #jump;
  #rows = new Map(); // key → {element, drawn}
  #pinned = true;
  #seen = { top: 0, end: 0 }; // scrollTop and its largest value when they were last looked at
  #place = null;

  constructor(label, workspace) {
    this.workspace = workspace;
    this.#list = h("div", { class: "log-list" });
    this.#scroller = h("div", { class: "log", role: "log", "aria-label": label, tabindex: "0" }, this.#list);
    this.#jump = h(
      "button",
      { type: "button", class: "jump", hidden: true, click: () => this.toBottom() },
      icon("down"),
      "Jump to the latest",
    );
    this.element = h("div", { class: "log-frame" }, this.#scroller, this.#jump);
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const keep = new ResizeObserver(() => this.#settle());
    keep.observe(this.#list);
    keep.observe(this.#scroller);
  }

  set label(text) {
    this.#scroller.setAttribute("aria-label", text);
  }

  toBottom() {
    this.#pinned = true;
    this.#settle();
  }

  /**
   * Brings the list up to date; another `place` starts a new list at its end. `view` is {place, messages, intro,
   * replies(message), status(message), tail, editing, inThread, unshowable}.
   */
  show(view) {
    if (view.place !== this.#place) {
      this.#place = view.place;
      this.#list.replaceChildren();
      this.#rows.clear();
      this.#pinned = true;
    }
    const wanted = this.#wanted(view);
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue;
      row.element.remove();
      this.#rows.delete(key);
    }
    let before = null;
    for (const item of wanted) before = this.#draw(item, before);
    this.#settle();
  }

  /** What should stand in the list, in order. `drawn` is equal for rows that look the same. */
  #wanted(view) {
    const wanted = [];
    if (view.intro) wanted.push({ key: "intro", drawn: view.place, make: () => view.intro() });
    let above = null;
    for (const message of view.messages) {
      const day = dayKey(message.ts);
      if (!view.inThread && (!above || dayKey(above.ts) !== day)) {
        above = null;
        wanted.push({
          key: `day-${day}`,
          drawn: dayName(message.ts),
          make: () => h("div", { class: "day" }, h("span", {}, dayName(message.ts))),
        });
      }
      const place = {
        compact: message.subtype !== "tombstone" && isCompact(message, above),
        editing: view.editing === message.ts,
        replies: view.replies(message),
        status: view.status(message),
        inThread: view.inThread,
        unshowable: view.unshowable,
      };
      const drawn = [
        message.serial,
        place.compact,
        place.editing,
        place.replies.length,
        place.replies.at(-1)?.ts,
        place.status,
        view.unshowable.size,
      ].join("|");
      wanted.push({ key: message.ts, drawn, make: () => messageRow(message, this.workspace, place) });
      if (view.inThread && message === view.messages[0]) {
        const count = view.messages.length - 1;
        const words = count === 1 ? "1 reply" : `${count} replies`;
        if (count > 0)
          wanted.push({
            key: "rule",
            drawn: words,
            make: () => h("div", { class: "thread-rule" }, h("span", {}, words)),
          });
        above = null;
      } else above = message;
    }
    if (view.tail) wanted.push({ key: "tail", drawn: view.tail, make: () => statusLine(view.tail, "tail") });
    return wanted;
  }

  #draw({ key, drawn, make }, before) {
    let row = this.#rows.get(key);
    if (!row) {
      row = { element: make(), drawn };
      this.#rows.set(key, row);
    } else if (row.drawn !== drawn) {
      morph(row.element, make());
      row.drawn = drawn;
    }
    const next = before ? before.nextSibling : this.#list.firstChild;
    if (row.element !== next) this.#list.insertBefore(row.element, next);
    return row.element;
  }

  /** Only going up unpins: a box that shrank or a text that grew moves the end away, not the reader. */
  #scrolled() {
    const { scrollTop: top, scrollHeight, clientHeight } = this.#scroller;
    const end = scrollHeight - clientHeight;
    if (end - top < PINNED_WITHIN_PX) this.#pinned = true;
    else if (top < this.#seen.top && end >= this.#seen.end) this.#pinned = false;
    this.#mark();
  }

  #settle() {
    const selection = document.getSelection();
    const selecting = selection && !selection.isCollapsed && this.#list.contains(selection.anchorNode);
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    // Moving the text under a selection that is being made would tear it.
    if (selecting && scrollHeight - clientHeight - scrollTop >= PINNED_WITHIN_PX) this.#pinned = false;
    if (this.#pinned) this.#scroller.scrollTop = scrollHeight;
    this.#mark();
  }

  #mark() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    this.#seen = { top: scrollTop, end: scrollHeight - clientHeight };
    this.#scroller.classList.toggle("pinned", this.#pinned);
    this.#jump.hidden = this.#pinned;
  }
}

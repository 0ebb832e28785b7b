// A list of messages in a scroller. Draws what is new, patches what changed, leaves everything else untouched,
// and stays at the bottom if it was there.

import { h, icon, morph } from "./dom.js";
import { isCompact, messageRow, replyCount, statusLine } from "./message.js";
import { suggestedPrompts } from "./suggested.js";
import { dayKey, dayName } from "./times.js";

const PINNED_WITHIN_PX = 48;

function rule(key, className, words) {
  return { key, drawn: words, make: () => h("div", { class: className }, h("span", {}, words)) };
}

export class MessageLog {
  element;
  #list;
  #scroller;
  #jump;
  #rows = new Map(); // key → {element, drawn}
  #pinned = true;
  #seen = { top: 0, end: 0, height: 0 }; // scrollTop, its largest value, and the box's height at the last look
  #place = null;

  constructor(label, workspace) {
    this.workspace = workspace;
    this.#list = h("div", { class: "log-list" });
    this.#scroller = h(
      "div",
      { class: "log", role: "log", "aria-relevant": "additions", "aria-label": label, tabindex: "0" },
      this.#list,
    );
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
   * Brings the list up to date; another `place` starts a new list at its end. `view` is {place, messages, intro, joined,
   * replies(message), status(message), tail: {status, stop}, suggested, begin(text), editing, inThread, unshowable}.
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
    const wanted = view.intro ? [{ key: "intro", drawn: `${view.place}|${view.joined}`, make: view.intro }] : [];
    let above = null;
    for (const message of view.messages) {
      if (!view.inThread && (!above || dayKey(above.ts) !== dayKey(message.ts))) {
        wanted.push(rule(`day-${dayKey(message.ts)}`, "day", dayName(message.ts)));
        above = null;
      }
      wanted.push(this.#row(message, above, view));
      above = message;
      if (view.inThread && message === view.messages[0] && view.messages.length > 1) {
        wanted.push(rule("replies", "thread-rule", replyCount(view.messages.length - 1)));
        above = null;
      }
    }
    if (view.tail?.status) {
      const { status, stop } = view.tail;
      wanted.push({ key: "tail", drawn: `${status}|${stop}`, make: () => statusLine(status, "tail", stop) });
    }
    if (view.suggested) {
      const drawn = JSON.stringify(view.suggested);
      // Its buttons have listeners, so another list is another row.
      wanted.push({ key: `suggested-${drawn}`, drawn, make: () => suggestedPrompts(view.suggested, view.begin) });
    }
    return wanted;
  }

  #row(message, above, { editing, replies, status, inThread, unshowable }) {
    const place = {
      compact: isCompact(message, above),
      editing: editing === message.ts,
      replies: replies(message),
      status: status(message),
    };
    const looks = [message.serial, place.compact, place.editing, place.replies.length, place.replies.at(-1)?.ts];
    return {
      key: message.ts,
      drawn: [...looks, place.status, unshowable.size].join("|"),
      make: () => messageRow(message, this.workspace, { ...place, inThread, unshowable }),
    };
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
    else if (top < this.#seen.top && end >= this.#seen.end && clientHeight === this.#seen.height) this.#pinned = false;
    this.#mark();
  }

  #settle() {
    this.#markTables();
    const selection = document.getSelection();
    const selecting = selection && !selection.isCollapsed && this.#list.contains(selection.anchorNode);
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    // Moving the text under a selection that is being made would tear it.
    if (selecting && scrollHeight - clientHeight - scrollTop >= PINNED_WITHIN_PX) this.#pinned = false;
    if (this.#pinned) this.#scroller.scrollTop = scrollHeight;
    this.#mark();
  }

  /** Tables that are wider than the list say that they scroll. */
  #markTables() {
    for (const box of this.#list.querySelectorAll(".table-box")) {
      box.toggleAttribute("data-wide", box.scrollWidth > box.clientWidth + 1);
    }
  }

  #mark() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    this.#seen = { top: scrollTop, end: scrollHeight - clientHeight, height: clientHeight };
    this.#scroller.classList.toggle("pinned", this.#pinned);
    this.#jump.hidden = this.#pinned;
  }
}

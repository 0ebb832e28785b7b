// Where the person writes: text and files in, one `send(place, text, files)` out.
// Enter sends, Shift+Enter breaks the line, ArrowUp where nothing is written edits what was sent before.

import { Attachments } from "./attachments.js";
import { Completion } from "./completion.js";
import { h, icon } from "./dom.js";

const HEIGHT_MAX_PX = 240;

export class Composer {
  #drafts = new Map(); // place → {text, files}
  #place = null;
  #sending = Promise.resolve();
  #inFlight = 0;
  #height = 0; // of the whole form, as it was last drawn

  /**
   * `send` may throw; its message is shown and the text comes back. `suggest(text)` gives the line under the box,
   * `names(sigil)` what may be mentioned by it; `editLast()` opens the person's last message.
   */
  constructor({ send, suggest, mention, names, editLast, commands }) {
    this.send = send;
    this.editLast = editLast;
    this.suggest = suggest;
    this.attachments = new Attachments(() => this.#refresh());
    this.text = h("textarea", { rows: "1", dir: "auto", autocomplete: "off", spellcheck: "true" });
    this.completion = new Completion(this.text, names, () => this.#refresh());
    this.picker = h("input", {
      type: "file",
      multiple: true,
      hidden: true,
      tabindex: "-1",
      "aria-label": "Files to attach",
    });
    this.sendButton = h("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send" }, icon("send"));
    this.hint = h("p", { class: "hint" });
    this.error = h("p", { class: "composer-error", role: "alert" });
    const tool = (name, label, click) =>
      h("button", { type: "button", class: "tool", "aria-label": label, title: label, click }, icon(name));
    this.mentionButton = tool("at", "Mention the bot", () => this.#insert(`@${mention()} `));
    this.commandButton = commands && tool("slash", "Ask privately with /ask", () => this.#command());
    this.box = h(
      "div",
      { class: "composer-box" },
      this.completion.element,
      this.attachments.element,
      this.text,
      h(
        "div",
        { class: "composer-bar" },
        tool("clip", "Attach files", () => this.picker.click()),
        this.mentionButton,
        this.commandButton,
        this.hint,
        this.sendButton,
      ),
    );
    this.element = h(
      "form",
      { class: "composer", submit: (event) => this.#submit(event) },
      this.error,
      this.box,
      this.picker,
    );
    this.#listen();
  }

  #listen() {
    new ResizeObserver(() => (this.#height = this.element.getBoundingClientRect().height)).observe(this.element);
    this.text.addEventListener("input", () => {
      this.error.textContent = "";
      this.#refresh();
    });
    this.text.addEventListener("keydown", (event) => {
      if (this.completion.takes(event)) return;
      const plain = !(event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || event.isComposing);
      if (event.key === "ArrowUp" && plain && this.isEmpty && !this.text.value) {
        event.preventDefault();
        this.editLast();
      }
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.element.requestSubmit();
    });
    this.text.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.attachments.add(event.clipboardData.files);
    });
    this.picker.addEventListener("change", () => {
      this.attachments.add(this.picker.files);
      this.picker.value = "";
      this.text.focus();
    });
  }

  /** Moves to another channel or thread; what was written for this one waits there. */
  move(place, label) {
    this.text.setAttribute("aria-label", label);
    this.text.placeholder = label;
    this.#suggest(); // the place may have changed, too: the bot has joined
    if (place === this.#place) return;
    if (this.#place) this.#drafts.set(this.#place, this.#take());
    this.#place = place;
    this.#put(this.#drafts.get(place) ?? { text: "", files: [] });
    this.error.textContent = "";
  }

  focus() {
    this.text.focus();
  }

  /** Puts a whole message in, to be sent or changed. */
  fill(text, files) {
    this.#put({ text, files });
    this.error.textContent = "";
    this.#refresh();
    this.focus();
  }

  get isEmpty() {
    return this.text.value.trim() === "" && this.attachments.files.length === 0;
  }

  #take() {
    const draft = { text: this.text.value, files: this.attachments.files };
    this.#put({ text: "", files: [] });
    return draft;
  }

  #put({ text, files }) {
    this.text.value = text;
    this.attachments.files = files;
  }

  /** Sends one after the other, so that messages stand in the order in which they were written. */
  #submit(event) {
    event.preventDefault();
    if (this.isEmpty) return;
    const place = this.#place;
    const draft = this.#take();
    this.error.textContent = "";
    this.#inFlight += 1;
    this.#refresh();
    this.#sending = this.#sending
      .then(() => this.send(place, draft.text.trim(), draft.files))
      .catch((error) => this.#giveBack(place, draft, error))
      .finally(() => {
        this.#inFlight -= 1;
        this.#refresh();
      });
  }

  #giveBack(place, draft, error) {
    const elsewhere = place !== this.#place;
    const written = elsewhere ? (this.#drafts.get(place) ?? { text: "", files: [] }) : this.#take();
    const whole = {
      text: [draft.text, written.text].filter(Boolean).join("\n"),
      files: [...draft.files, ...written.files],
    };
    if (elsewhere) this.#drafts.set(place, whole);
    else this.#put(whole);
    this.error.textContent = error.message;
  }

  #insert(words) {
    const { selectionStart: at, value } = this.text;
    const space = at > 0 && !/\s/.test(value[at - 1]) ? " " : "";
    this.text.setRangeText(space + words, at, this.text.selectionEnd, "end");
    this.text.focus();
    this.#refresh();
  }

  #command() {
    if (!/^\/ask\b/.test(this.text.value)) this.text.setRangeText("/ask ", 0, 0, "end");
    this.text.focus();
    this.#refresh();
  }

  #refresh() {
    // Measured with the form held as high as it was: for that moment the list above would grow, and lose its end.
    this.element.style.height = this.#height ? `${this.#height}px` : "";
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, HEIGHT_MAX_PX)}px`;
    this.element.style.height = "";
    this.sendButton.disabled = this.isEmpty;
    this.element.setAttribute("aria-busy", String(this.#inFlight > 0));
    this.#suggest();
  }

  #suggest() {
    this.hint.textContent = this.#inFlight > 0 ? "Sending…" : this.suggest(this.text.value);
  }
}

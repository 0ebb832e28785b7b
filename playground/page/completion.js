// Names while they are typed: "@cl" before the caret in, a list to choose from by keys or pointer, "@claude " out.

import { h } from "./dom.js";

const SHOWN_MAX = 8;
const BEGUN = /(?:^|[\s([{"'])([@#])([\w.-]*)$/;
let serial = 0;

/** What may stand behind `sigil` and begins with `letters`; nothing where it is there already, whole and alone. */
function fitting(candidates, letters) {
  const wanted = letters.toLowerCase();
  const found = candidates.filter(({ name }) => name.toLowerCase().startsWith(wanted)).slice(0, SHOWN_MAX);
  return found.length === 1 && found[0].name.toLowerCase() === wanted ? [] : found;
}

export class Completion {
  #shown = [];
  #at = 0;
  #begun = null; // {sigil, letters} before the caret

  /** `names(sigil)` gives [{name, note}], the likeliest first; `changed()` is called when a name was put in. */
  constructor(text, names, changed) {
    this.text = text;
    this.names = names;
    this.changed = changed;
    serial += 1;
    this.element = h("ul", { class: "completion", id: `completion-${serial}`, role: "listbox", "aria-label": "Names", hidden: true });
    text.setAttribute("aria-autocomplete", "list");
    text.setAttribute("aria-controls", this.element.id);
    for (const kind of ["input", "click", "keyup"]) text.addEventListener(kind, (event) => this.#look(event));
    text.addEventListener("blur", () => this.#show([]));
    // The pointer chooses before the text loses the keyboard.
    this.element.addEventListener("pointerdown", (event) => event.preventDefault());
    this.element.addEventListener("click", (event) => {
      const chosen = event.target.closest("[role=option]");
      if (chosen) this.#choose([...this.element.children].indexOf(chosen));
    });
  }

  /** Whether the key was for the list, and is done with. */
  takes(event) {
    if (!this.#shown.length || event.isComposing) return false;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.#move(steps[event.key]);
    else if ((event.key === "Enter" && !event.shiftKey) || (event.key === "Tab" && !event.shiftKey)) this.#choose(this.#at);
    else if (event.key === "Escape") this.#show([]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #look({ type, key }) {
    // Of the keys only those that move the caret: the others come as input, or were for the list.
    if (type === "keyup" && !["ArrowLeft", "ArrowRight", "Home", "End"].includes(key)) return;
    const { selectionStart: at, selectionEnd: end, value } = this.text;
    const begun = at === end && BEGUN.exec(value.slice(0, at));
    this.#begun = begun ? { sigil: begun[1], letters: begun[2] } : null;
    this.#show(begun ? fitting(this.names(begun[1]), begun[2]) : []);
  }

  #show(found) {
    this.#shown = found;
    this.#at = 0;
    this.element.replaceChildren(
      ...found.map(({ name, note }, number) =>
        h(
          "li",
          { role: "option", id: `${this.element.id}-${number}` },
          h("span", { dir: "auto" }, `${this.#begun.sigil}${name}`),
          note && h("span", { class: "completion-note" }, note),
        ),
      ),
    );
    this.element.hidden = !found.length;
    this.#mark();
  }

  #move(step) {
    this.#at = (this.#at + step + this.#shown.length) % this.#shown.length;
    this.#mark();
  }

  #mark() {
    [...this.element.children].forEach((option, number) => option.setAttribute("aria-selected", String(number === this.#at)));
    const current = this.element.children[this.#at];
    if (current) this.text.setAttribute("aria-activedescendant", current.id);
    else this.text.removeAttribute("aria-activedescendant");
  }

  #choose(number) {
    const { sigil, letters } = this.#begun;
    const at = this.text.selectionStart;
    this.text.setRangeText(`${sigil}${this.#shown[number].name} `, at - letters.length - 1, at, "end");
    this.#show([]);
    this.changed();
  }
}

// Modals and the home tab: Slack's views in, what the person sees and fills in out.

import { blocks } from "./blocks.js";
import { h, icon, morph } from "./dom.js";
import { notify } from "./overlays.js";
import { closeView, pressInView, sendSubmission } from "./server.js";

/** What a person typed or chose, by block; an input that has nothing is "" or []. */
function valuesIn(box) {
  const values = {};
  for (const field of box.querySelectorAll("[data-input]")) {
    const id = field.dataset.input;
    if (field.type === "radio") values[id] = field.checked ? field.value : (values[id] ?? "");
    else if (field.type === "checkbox") values[id] = [...(values[id] ?? []), ...(field.checked ? [field.value] : [])];
    else values[id] = field.value;
  }
  return values;
}

function choices(type, block, element) {
  return (element.options ?? []).map((option) =>
    h(
      "label",
      { class: "choice" },
      h("input", {
        type,
        name: block.block_id,
        value: option.value,
        "data-input": block.block_id,
        checked: element.initial_option?.value === option.value,
      }),
      option.text?.text ?? "",
    ),
  );
}

function field(block) {
  const { element } = block;
  const common = { id: `input-${block.block_id}`, "data-input": block.block_id };
  if (element.type === "radio_buttons") return choices("radio", block, element);
  if (element.type === "checkboxes") return choices("checkbox", block, element);
  if (element.type === "static_select") {
    const options = (element.options ?? []).map(({ value, text }) => h("option", { value }, text?.text ?? ""));
    return h("select", { ...common, class: "edit-text" }, h("option", { value: "" }, "Choose…"), options);
  }
  const box = h(element.multiline ? "textarea" : "input", {
    ...common,
    class: "edit-text",
    rows: element.multiline ? "4" : null,
    maxlength: element.max_length ?? 3000,
    placeholder: element.placeholder?.text ?? null,
    autofocus: Boolean(element.focus_on_load),
    dir: "auto",
  });
  box.value = element.initial_value ?? "";
  return box;
}

/** An input block; messages have none. */
function input(block) {
  return h(
    "div",
    { class: "input-block", role: "group", "aria-label": block.label?.text },
    h(
      "label",
      { for: `input-${block.block_id}` },
      block.label?.text ?? "",
      block.optional && h("span", { class: "optional" }, " (optional)"),
    ),
    field(block),
    block.hint && h("p", { class: "input-hint" }, block.hint.text),
    h("p", { class: "edit-error", role: "alert", "data-error": block.block_id }),
  );
}

function content(view, names) {
  return view.blocks.flatMap((block) => (block.type === "input" ? [input(block)] : blocks([block], names)));
}

/** A press in a view: which part was pressed. */
async function press(event, view) {
  const part = event.target.closest('[data-do="action"]');
  if (!part) return;
  part.disabled = true;
  await pressInView(view.id, part.dataset.actionId, part.dataset.blockId).catch((error) => notify(error.message));
  part.disabled = false;
}

/** The modal on top, for as long as there is one. */
export class Modals {
  #box = null;
  #drawn = "";
  #view = null;
  #leaving = false;

  constructor(workspace) {
    this.workspace = workspace;
  }

  show(view) {
    this.#view = view;
    if (!view) {
      this.#leave();
      return;
    }
    if (!this.#box) this.#enter();
    const drawn = `${view.id} ${view.hash}`;
    if (drawn !== this.#drawn) this.#draw(view, drawn);
    this.#showErrors(view);
  }

  #enter() {
    this.#box = h("dialog", { class: "modal" });
    this.#box.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#close();
    });
    this.#box.addEventListener("click", (event) => this.#view && press(event, this.#view));
    document.body.append(this.#box);
    this.#box.showModal();
  }

  #leave() {
    this.#box?.close();
    this.#box?.remove();
    this.#box = null;
    this.#drawn = "";
  }

  #draw(view, drawn) {
    const typed = valuesIn(this.#box);
    const title = view.title?.text ?? "";
    this.#box.setAttribute("aria-label", title);
    this.#box.replaceChildren(
      h(
        "form",
        { submit: (event) => this.#submit(event), novalidate: true },
        h(
          "header",
          { class: "modal-head" },
          h("h2", { dir: "auto" }, title),
          h("button", { type: "button", class: "tool", "aria-label": "Close", click: () => this.#close() }, icon("close")),
        ),
        h("div", { class: "modal-body message-body" }, content(view, this.workspace.names)),
        h("p", { class: "edit-error", role: "alert", "data-error": "" }),
        h(
          "footer",
          { class: "edit-buttons" },
          h(
            "button",
            { type: "button", class: "block-button plain", click: () => this.#close() },
            view.close?.text ?? (view.submit ? "Cancel" : "Close"),
          ),
          view.submit && h("button", { type: "submit", class: "block-button primary" }, view.submit.text),
        ),
      ),
    );
    for (const box of this.#box.querySelectorAll("textarea[data-input], input.edit-text[data-input]")) {
      if (typed[box.dataset.input]) box.value = typed[box.dataset.input];
    }
    this.#box.querySelector("[autofocus], [data-input], [type=submit]")?.focus();
    this.#drawn = drawn;
  }

  #showErrors({ errors }) {
    for (const place of this.#box.querySelectorAll("[data-error]")) {
      const sentence = errors?.[place.dataset.error] ?? "";
      if (place.textContent !== sentence) place.textContent = sentence;
    }
    const submit = this.#box.querySelector("[type=submit]");
    if (submit) submit.disabled = false;
  }

  async #submit(event) {
    event.preventDefault();
    const submit = this.#box.querySelector("[type=submit]");
    if (!submit || submit.disabled) return;
    submit.disabled = true; // until the app has answered
    try {
      await sendSubmission(this.#view.id, valuesIn(this.#box));
    } catch {
      submit.disabled = false; // the errors come with the view
    }
  }

  async #close() {
    if (this.#leaving || !this.#view) return;
    this.#leaving = true;
    await closeView(this.#view.id).catch((error) => notify(error.message));
    this.#leaving = false;
  }
}

/** The app's home tab. */
export class HomeTab {
  #view = null;

  constructor(workspace) {
    this.workspace = workspace;
    this.list = h("div", { class: "home-list message-body" });
    this.element = h(
      "section",
      { class: "home", "aria-label": "Home", hidden: true, tabindex: "0" },
      h("h2", { class: "unseen" }, "Home"),
      this.list,
    );
    this.element.addEventListener("click", (event) => this.#view && press(event, this.#view));
  }

  show(view) {
    this.#view = view;
    const fresh = this.list.cloneNode(false);
    if (view) fresh.append(...content(view, this.workspace.names));
    else fresh.append(h("p", { class: "unknown-block" }, `${this.workspace.bot.name} has shown nothing here yet.`));
    morph(this.list, fresh);
  }
}

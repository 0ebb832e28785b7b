// The files that wait in a composer to be sent: picked, dropped or pasted; shown as chips that can be removed.

import { h, icon } from "./dom.js";
import { byteSize } from "./times.js";

export class Attachments {
  element = h("ul", { class: "chips", "aria-label": "Attached files", hidden: true });
  #files = [];
  #previews = [];

  constructor(changed) {
    this.changed = changed;
  }

  get files() {
    return [...this.#files];
  }

  set files(files) {
    this.#files = [...files];
    this.#draw();
    this.changed();
  }

  add(files) {
    this.files = [...this.#files, ...files];
  }

  #draw() {
    this.#previews.forEach((address) => URL.revokeObjectURL(address));
    this.#previews = [];
    this.element.replaceChildren(...this.#files.map((file) => this.#chip(file)));
    this.element.hidden = this.#files.length === 0;
  }

  #chip(file) {
    const remove = () => {
      this.files = this.#files.filter((other) => other !== file);
    };
    return h(
      "li",
      { class: "chip" },
      this.#picture(file),
      h("span", { class: "chip-name", dir: "auto" }, file.name),
      h("span", { class: "chip-size" }, byteSize(file.size)),
      h("button", { type: "button", class: "tool", "aria-label": `Remove ${file.name}`, click: remove }, icon("close")),
    );
  }

  #picture(file) {
    if (!/^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(file.type)) return icon("file");
    const address = URL.createObjectURL(file);
    this.#previews.push(address);
    return h("img", { src: address, alt: "" });
  }

  /** Files dropped anywhere on `pane` are added; `data-dropping` marks the pane while one is held above it. */
  acceptDrops(pane) {
    let depth = 0;
    const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
    const mark = (change) => {
      depth = Math.max(0, depth + change);
      pane.toggleAttribute("data-dropping", depth > 0);
    };
    pane.addEventListener("dragenter", (event) => holdsFiles(event) && mark(1));
    pane.addEventListener("dragleave", (event) => holdsFiles(event) && mark(-1));
    pane.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
    pane.addEventListener("drop", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      mark(-depth);
      this.add(event.dataTransfer.files);
    });
  }
}

// What opens above the page: a menu, a question, an image, a short notice.

import { h, icon } from "./dom.js";

const NOTICE_MS = 6000;

/** A menu under `anchor`. Items are {label, danger, app, run}; `app` names whose it is. Closes on a click elsewhere, Escape or a choice. */
export function openMenu(anchor, items) {
  const menu = h("div", { class: "menu", role: "menu", popover: "auto" });
  for (const { label, danger, app, run } of items) {
    const choose = () => {
      menu.hidePopover();
      run();
    };
    menu.append(
      h(
        "button",
        { type: "button", role: "menuitem", class: danger ? "danger" : app ? "of-app" : null, click: choose },
        label,
        app && h("span", { class: "menu-app" }, app),
      ),
    );
  }
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...menu.children];
    buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length).focus();
  });
  menu.addEventListener("toggle", (event) => {
    if (event.newState === "closed") menu.remove();
  });
  (anchor.closest(".pane") ?? document.body).append(menu); // within a landmark, as what it belongs to
  menu.showPopover();
  const { bottom, right, top } = anchor.getBoundingClientRect();
  const below = bottom + menu.offsetHeight + 8 < innerHeight;
  menu.style.left = `${Math.max(8, right - menu.offsetWidth)}px`;
  menu.style.top = `${below ? bottom + 4 : Math.max(8, top - menu.offsetHeight - 4)}px`;
  menu.firstElementChild.focus();
}

function dialog(label, className, ...content) {
  const box = h("dialog", { class: className, "aria-label": label }, ...content);
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => event.target === box && box.close());
  document.body.append(box);
  box.showModal();
  return box;
}

/** Asks before `run`; `verb` names the button that does it. */
export function confirm(question, verb, run) {
  const act = () => {
    box.close();
    run();
  };
  const box = dialog(
    question,
    "question",
    h("p", {}, question),
    h(
      "div",
      { class: "edit-buttons" },
      h("button", { type: "button", class: "block-button plain", click: () => box.close() }, "Cancel"),
      h("button", { type: "button", class: "block-button danger", click: act }, verb),
    ),
  );
}

export function viewImage(address, name) {
  const box = dialog(
    name,
    "viewer",
    h(
      "button",
      { type: "button", class: "tool", "aria-label": "Close image", click: () => box.close() },
      icon("close"),
    ),
    h("img", { src: address, alt: name }),
  );
}

/** A sentence that stays for a while at the foot of the page. */
export function notify(sentence) {
  const place = document.getElementById("notices");
  const notice = h("p", { class: "notice" }, sentence);
  place.append(notice);
  setTimeout(() => notice.remove(), NOTICE_MS);
}

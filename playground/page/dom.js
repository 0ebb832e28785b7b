// Builds DOM nodes from data and changes a drawn tree into a newer one.
// Text only ever becomes text nodes, so nothing that people or models write is read as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An element. A prop that is a function is a listener, `true` an empty attribute, `false`/`null` no attribute. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

const ICONS = {
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20a6.5 6.5 0 0 1 13 0M16 4.2a3.5 3.5 0 0 1 0 6.6M18 14a6.5 6.5 0 0 1 3.5 6",
  hash: "M9 4 7 20M17 4l-2 16M4 9h16M3.5 15h16",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
  clip: "M20 11.5 12 19.4a5 5 0 0 1-7-7l8.3-8.3a3.3 3.3 0 0 1 4.7 4.7l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4l7.5-7.5",
  send: "M4 12 3.5 4.5 21 12 3.5 19.5 4 12zm0 0h8",
  at: "M16 8v5a2.7 2.7 0 0 0 5.2 1A9.3 9.3 0 1 0 17 20M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0z",
  slash: "M15 4 9 20M4 4h16v16H4z",
  close: "M6 6l12 12M18 6 6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  thread: "M4 5h16v11H11l-5 4v-4H4z",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  down: "M12 5v14M6 13l6 6 6-6",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  good: "M7 11v9H4v-9zM7 11l4-8a2.4 2.4 0 0 1 2.4 2.9L12.8 9H19a1.6 1.6 0 0 1 1.6 2l-1.8 7.6A2 2 0 0 1 17 20H7",
  bad: "M7 13V4H4v9zM7 13l4 8a2.4 2.4 0 0 0 2.4-2.9L12.8 15H19a1.6 1.6 0 0 0 1.6-2l-1.8-7.6A2 2 0 0 0 17 4H7",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 10h.01M15.5 10h.01M8 14.5a5 5 0 0 0 8 0",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
};

/** A drawing beside text or inside a named button; assistive technology skips it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return svg;
}

const SAFE_PROTOCOLS = new Set(["http:", "https:", "mailto:"]);

/** The address if a click on it is harmless, else null: absolute http, https and mailto only. */
export function safeHref(address) {
  try {
    const url = new URL(address);
    return SAFE_PROTOCOLS.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that opens in a tab of its own; an address that is not safe leaves only its label, as text. */
export function link(address, ...label) {
  const href = safeHref(address);
  if (href === null) return h("span", { class: "dead-link", title: address }, ...label);
  return h("a", { href, title: href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...label);
}

/** A code box that scrolls inside itself; `language` may be empty. */
export function codeBox(text, language) {
  return h(
    "div",
    { class: "code-box", dir: "ltr" },
    h(
      "div",
      { class: "code-bar" },
      h("span", {}, language || "text"),
      h(
        "button",
        { type: "button", class: "quiet-button", "data-do": "copy-code", "aria-label": "Copy code" },
        icon("copy"),
        "Copy",
      ),
    ),
    h("pre", { tabindex: "0" }, h("code", {}, text)),
  );
}

/** A box in which a table that is wider than the page scrolls. Rows are arrays of cells, the first one the header. */
export function tableBox(head, rows, alignments = []) {
  const cell = (tag, content, column) => h(tag, { dir: "auto", "data-align": alignments[column] ?? null }, content);
  return h(
    "div",
    { class: "table-box", tabindex: "0", role: "group", "aria-label": "Table" },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((content, column) => cell("th", content, column)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((content, column) => cell("td", content, column)),
          ),
        ),
      ),
    ),
  );
}

/**
 * Changes `old` into `fresh` by touching only what differs, so that focus, selection and scroll positions inside it
 * survive. Elements with equal `data-keep` are left as they are. Listeners are not carried over: delegate them.
 */
export function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName || old.dataset?.keep !== fresh.dataset?.keep) {
    old.replaceWith(fresh);
  } else if (old.nodeType === Node.TEXT_NODE) {
    // Appending keeps a selection that ends in this text; setting the data would drop it.
    if (fresh.data.startsWith(old.data)) old.appendData(fresh.data.slice(old.data.length));
    else old.data = fresh.data;
  } else if (!old.dataset.keep) {
    morphAttributes(old, fresh);
    morphChildren(old, fresh);
  }
}

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

function morphChildren(old, fresh) {
  const before = [...old.childNodes];
  const after = [...fresh.childNodes];
  after.forEach((child, position) => (position < before.length ? morph(before[position], child) : old.append(child)));
  before.slice(after.length).forEach((child) => child.remove());
}

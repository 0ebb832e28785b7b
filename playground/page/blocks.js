// Slack's blocks in, DOM nodes out. Buttons carry their ids as data; whoever shows the message listens for them.

import { composed } from "./composed_blocks.js";
import { h, icon, link, tableBox } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { markdown } from "./markdown.js";
import { mrkdwn, mrkdwnLine } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

function textObject(text, names) {
  if (!text) return [];
  return text.type === "mrkdwn"
    ? mrkdwn(text.text ?? "", names)
    : [h("p", { class: "lines", dir: "auto" }, withEmoji(text.text ?? ""))];
}

function textLine(text, names) {
  return text.type === "mrkdwn" ? mrkdwnLine(text.text ?? "", names) : [withEmoji(text.text ?? "")];
}

function section(block, names) {
  const fields = (block.fields ?? []).map((field) => h("div", { class: "field" }, textObject(field, names)));
  return h(
    "div",
    { class: "block-section" },
    h(
      "div",
      { class: "section-text" },
      textObject(block.text, names),
      fields.length > 0 && h("div", { class: "fields" }, fields),
    ),
    block.accessory && element(block.accessory, block, names),
  );
}

/** The page loads nothing from other hosts, so an image of another host is offered as a link. */
function image(block) {
  const address = block.image_url ?? block.slack_file?.url ?? "";
  const alt = block.alt_text ?? "";
  if (/^\/ui\/files\/[\w.-]+$/.test(address))
    return h("img", { class: "block-image", src: address, alt, loading: "lazy" });
  return h("span", { class: "image-link" }, icon("eye"), link(address, alt || address));
}

function imageBlock(block) {
  return h(
    "figure",
    {},
    block.title?.text && h("figcaption", { dir: "auto" }, withEmoji(block.title.text)),
    image(block),
  );
}

function context(block, names) {
  const parts = (block.elements ?? []).map((part) =>
    part.type === "image" ? image(part) : h("span", { dir: "auto" }, textLine(part, names)),
  );
  return h("div", { class: "block-context" }, parts);
}

function table(block, names) {
  const cell = (value) =>
    value?.type === "rich_text" ? richText(value, names) : withEmoji(String(value?.text ?? value?.value ?? ""));
  const [head = [], ...rows] = (block.rows ?? []).map((row) => row.map(cell));
  const alignments = (block.column_settings ?? []).map(
    (column) => ({ center: "center", right: "end" })[column?.align] ?? null,
  );
  return tableBox(head, rows, alignments);
}

function button(part, block, content, name) {
  const style = ["primary", "danger"].includes(part.style) ? part.style : "plain";
  return h(
    "button",
    {
      type: "button",
      class: `block-button ${style}`,
      "data-do": "action",
      "data-block-id": block.block_id ?? "",
      "data-action-id": part.action_id ?? "",
      "data-value": part.value ?? "",
      "data-url": part.url ?? null,
      "aria-label": name ?? null,
      title: name ?? null,
    },
    content,
  );
}

function feedback(part, block) {
  const choice = (side, drawing) =>
    side &&
    button(
      { ...side, action_id: part.action_id },
      block,
      icon(drawing),
      side.accessibility_label ?? side.text?.text ?? drawing,
    );
  return [choice(part.positive_button, "good"), choice(part.negative_button, "bad")];
}

function element(part, block, names) {
  switch (part.type) {
    case "button":
      return button(part, block, withEmoji(part.text?.text ?? ""), part.accessibility_label);
    case "feedback_buttons":
      return feedback(part, block);
    case "icon_button":
      return button(
        part,
        block,
        icon(part.icon === "trash" ? "trash" : "more"),
        part.accessibility_label ?? part.text?.text ?? part.icon,
      );
    case "image":
      return image(part);
    default:
      return h(
        "span",
        { class: "unknown-block" },
        part.text?.text ?? textLine(part.placeholder ?? { text: part.type }, names),
      );
  }
}

function actions(block, names) {
  return h(
    "div",
    { class: `block-${block.type}`, role: "group", "aria-label": "Actions" },
    (block.elements ?? []).map((part) => element(part, block, names)),
  );
}

const DEPTH_MAX = 8;
const KINDS = {
  rich_text: richText,
  markdown: (block, names) => markdown(block.text ?? "", names),
  header: (block) => h("h3", { class: "block-header", dir: "auto" }, withEmoji(block.text?.text ?? "")),
  section,
  context,
  divider: () => h("hr"),
  table,
  image: imageBlock,
  actions,
  context_actions: actions,
};

/** The nodes of a message's blocks, in order; a kind that is not known says so instead of vanishing. */
export function blocks(list, names, depth = DEPTH_MAX) {
  if (!depth) return [h("p", { class: "unknown-block" }, "More, nested too deeply to be drawn")];
  const draw = {
    text: (text) => textObject(text, names),
    image,
    element: (part) => element(part, {}, names),
    blocks: (inner) => blocks(inner, names, depth - 1),
    table: (block) => table(block, names),
  };
  return list.flatMap((block) =>
    Object.hasOwn(KINDS, block.type)
      ? KINDS[block.type](block, names)
      : composed(block, draw) ?? h("p", { class: "unknown-block" }, `A block of the kind “${block.type}”`),
  );
}

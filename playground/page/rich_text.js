// Slack's rich_text elements in, DOM nodes out: sections, nested lists, quotes, code boxes, and their styled leaves.

import { codeBox, h, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { broadcast, channelMention, lines, userMention } from "./mrkdwn.js";

const STYLES = [
  ["code", "code"],
  ["strike", "s"],
  ["italic", "em"],
  ["bold", "strong"],
];

function styled(node, style = {}) {
  return STYLES.reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), node);
}

/** The less common elements call their words by other names, and may have an address. */
function labelled({ text, label, title, name, salesforce_field_label: field, url }) {
  const words = text || label || title || name || field || "";
  return url ? link(url, words || url) : words;
}

function leaf(element, names) {
  switch (element.type) {
    case "text":
      return element.text ?? "";
    case "link":
      return link(element.url ?? "", element.text || element.url || "");
    case "user":
      return userMention(element.user_id, names);
    case "channel":
      return channelMention(element.channel_id, names);
    case "broadcast":
      return broadcast(element.range);
    case "usergroup":
      return h("span", { class: "mention" }, `@${names.group?.(element.usergroup_id) ?? element.usergroup_id}`);
    case "emoji":
      return emoji(element.name, element.unicode);
    case "color":
      return h("code", {}, element.value ?? "");
    case "date":
      return element.fallback ?? "";
    default:
      if (element.elements) return richText({ elements: [element] }, names);
      return labelled(element);
  }
}

function leaves(elements, names) {
  return (elements ?? []).map((element) => styled(leaf(element, names), element.style));
}

/** Sections end with a line break where something follows them; drawn as paragraphs they do not need it. */
function section(element, names) {
  const drawn = leaves(element.elements, names);
  if (typeof drawn.at(-1) === "string") drawn.push(drawn.pop().replace(/\n$/, ""));
  return lines(drawn);
}

/** Slack writes one list for each run of items with the same indent; `offset` is how far its numbers have come. */
function listOf(runs, names) {
  const [first] = runs;
  const tag = first.style === "ordered" ? "ol" : "ul";
  const list = h(tag, { start: first.offset ? first.offset + 1 : null, dir: "auto" });
  for (let at = 0; at < runs.length;) {
    if (indent(runs[at]) <= indent(first)) {
      const items = (runs[at].elements ?? []).map((item) =>
        h("li", { dir: "auto" }, lines(leaves(item.elements, names))),
      );
      list.append(...items);
      at += 1;
    } else {
      let end = at;
      while (end < runs.length && indent(runs[end]) > indent(first)) end += 1;
      (list.lastElementChild ?? list).append(...lists(runs.slice(at, end), names));
      at = end;
    }
  }
  return list;
}

function indent(list) {
  return Math.min(Number(list.indent) || 0, 12);
}

/** Neighbouring runs as nested lists; a run of another style at the outer level starts a list of its own. */
function lists(runs, names) {
  const nodes = [];
  let group = [];
  for (const run of runs) {
    const [first] = group;
    if (first && indent(run) <= indent(first) && (run.style !== first.style || indent(run) < indent(first))) {
      nodes.push(listOf(group, names));
      group = [];
    }
    group.push(run);
  }
  if (group.length) nodes.push(listOf(group, names));
  return nodes;
}

/** The nodes of a rich_text block or of a table's rich_text cell. */
export function richText(block, names) {
  const nodes = [];
  let runs = [];
  for (const element of block.elements ?? []) {
    if (element.type === "rich_text_list") {
      runs.push(element);
      continue;
    }
    nodes.push(...lists(runs, names));
    runs = [];
    if (element.type === "rich_text_quote") nodes.push(h("blockquote", { dir: "auto" }, section(element, names)));
    else if (element.type === "rich_text_preformatted") {
      nodes.push(
        codeBox(
          (element.elements ?? [])
            .map((part) => part.text ?? part.url ?? "")
            .join("")
            .replace(/\n$/, ""),
          element.language,
        ),
      );
    } else nodes.push(section(element, names));
  }
  return [...nodes, ...lists(runs, names)];
}

// Markdown text (a `markdown` block) in, DOM nodes out: headings, lists, task lists, quotes, fences, tables, rules.
// A text that is still being written is drawn as far as it goes: an open fence is a code box up to the end.

import { codeBox, h, tableBox } from "./dom.js";
import { decodeEntities } from "./mrkdwn.js";
import { markdownInline } from "./markdown_inline.js";

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/;
const RULE = /^ {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/;
const QUOTE = /^ {0,3}(?:>|&gt;) ?/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])(?:\s+(.*)|)$/;
const TASK = /^\[([ xX])\]\s+/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const DEPTH_MAX = 12;

/** The nodes of a whole Markdown text. */
export function markdown(text, names) {
  return blocks(text.replaceAll("\r\n", "\n").replaceAll("\t", "    ").split("\n"), names, 0);
}

function blocks(source, names, depth) {
  if (depth > DEPTH_MAX) return [paragraph(source, names)];
  const nodes = [];
  let at = 0;
  while (at < source.length) {
    if (source[at].trim() === "") {
      at += 1;
      continue;
    }
    const [node, next] = block(source, at, names, depth);
    nodes.push(node);
    at = next;
  }
  return nodes;
}

function block(source, at, names, depth) {
  const line = source[at];
  if (FENCE.test(line)) return fence(source, at);
  const heading = HEADING.exec(line);
  // Slack draws all levels in one size; two levels keep the outline readable for screen readers.
  if (heading)
    return [h(heading[1].length < 3 ? "h3" : "h4", { dir: "auto" }, markdownInline(heading[2], names)), at + 1];
  if (RULE.test(line)) return [h("hr"), at + 1];
  if (QUOTE.test(line)) return quote(source, at, names, depth);
  if (ITEM.test(line)) return list(source, at, names, depth);
  if (isTable(source, at)) return table(source, at, names);
  return paragraphAt(source, at, names);
}

function fence(source, at) {
  const [, marks, info] = FENCE.exec(source[at]);
  const indent = /^ */.exec(source[at])[0].length;
  const closing = new RegExp(`^ {0,3}${marks[0]}{${marks.length},}\\s*$`);
  let end = at + 1;
  while (end < source.length && !closing.test(source[end])) end += 1;
  const code = source.slice(at + 1, end).map((line) => line.replace(new RegExp(`^ {0,${indent}}`), ""));
  return [codeBox(decodeEntities(code.join("\n")), info.trim().split(/\s+/)[0]), end + 1];
}

function quote(source, at, names, depth) {
  let end = at;
  while (end < source.length && QUOTE.test(source[end])) end += 1;
  const inner = source.slice(at, end).map((line) => line.replace(QUOTE, ""));
  return [h("blockquote", { dir: "auto" }, blocks(inner, names, depth + 1)), end];
}

/** Reads the items of one list: lines that are indented further belong to the item above them. */
function list(source, at, names, depth) {
  const [, lead, marker] = ITEM.exec(source[at]);
  const ordered = /\d/.test(marker);
  const items = [];
  let end = at;
  while (end < source.length) {
    const match = ITEM.exec(source[end]);
    const indent = /^ */.exec(source[end])[0].length;
    const blank = source[end].trim() === "";
    const own = match && indent < lead.length + 2 && !RULE.test(source[end]);
    if (own && /\d/.test(match[2]) !== ordered) break;
    if (own && indent + 2 > lead.length) items.push({ width: indent + match[2].length + 1, lines: [match[3] ?? ""] });
    else if (blank || indent > lead.length + 1) items.at(-1).lines.push(source[end]);
    else if (!isLazy(source, end)) break;
    else items.at(-1).lines.push(source[end]);
    end += 1;
  }
  const start = ordered && Number.parseInt(marker, 10) !== 1 ? Number.parseInt(marker, 10) : null;
  const drawn = items.map((item) => listItem(item, names, depth));
  return [h(ordered ? "ol" : "ul", { start, dir: "auto" }, drawn), end];
}

/** A line without indentation goes on with the item's paragraph if a paragraph stands right above it. */
function isLazy(source, at) {
  return source[at - 1].trim() !== "" && !startsBlock(source, at);
}

function listItem(item, names, depth) {
  const dedent = new RegExp(`^ {0,${item.width}}`);
  const inner = item.lines.map((line, index) => (index === 0 ? line : line.replace(dedent, "")));
  const task = TASK.exec(inner[0]);
  if (task) inner[0] = inner[0].slice(task[0].length);
  const content = blocks(inner, names, depth + 1);
  if (!task) return h("li", { dir: "auto" }, content);
  const done = task[1] !== " ";
  const box = h("input", { type: "checkbox", disabled: true, checked: done, "aria-label": done ? "Done" : "To do" });
  return h("li", { class: "task", dir: "auto" }, box, h("div", { class: "task-text" }, content));
}

function isTable(source, at) {
  return (
    source[at].includes("|") &&
    at + 1 < source.length &&
    source[at + 1].includes("-") &&
    TABLE_RULE.test(source[at + 1]) &&
    cells(source[at]).length === cells(source[at + 1]).length
  );
}

function cells(row) {
  const inner = row
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function alignment(rule) {
  if (/^:-*:$/.test(rule)) return "center";
  return rule.endsWith(":") ? "end" : null;
}

function table(source, at, names) {
  const head = cells(source[at]);
  let end = at + 2;
  while (end < source.length && source[end].trim() !== "" && !startsBlock(source, end)) end += 1;
  const draw = (row) => head.map((_, column) => markdownInline(row[column] ?? "", names));
  const rows = source.slice(at + 2, end).map((row) => draw(cells(row)));
  return [tableBox(draw(head), rows, cells(source[at + 1]).map(alignment)), end];
}

function startsBlock(source, at) {
  return [FENCE, HEADING, RULE, QUOTE, ITEM].some((pattern) => pattern.test(source[at])) || isTable(source, at);
}

function paragraphAt(source, at, names) {
  let end = at + 1;
  while (end < source.length && source[end].trim() !== "" && !startsBlock(source, end)) end += 1;
  return [paragraph(source.slice(at, end), names), end];
}

function paragraph(source, names) {
  // Slack keeps single line breaks.
  return h("p", { class: "lines", dir: "auto" }, markdownInline(source.map((line) => line.trim()).join("\n"), names));
}

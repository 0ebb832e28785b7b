// One paragraph of Markdown in, DOM nodes out: emphasis, strike, code, links, escapes, and Slack's <…> tokens.
// Emphasis follows CommonMark's delimiter rules, so that snake_case, 2 * 3 and half-written **bold stay as written.

import { h, link } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { decodeEntities, slackToken } from "./mrkdwn.js";

const PUNCTUATION = /[\p{P}\p{S}]/u;
const NESTING_MAX = 8;

/** Nodes and strings for one run of text; `depth` counts links inside links' labels. */
export function markdownInline(text, names, depth = 0) {
  const pieces = [];
  let plain = "";
  const flush = () => {
    if (plain) pieces.push({ node: withEmoji(decodeEntities(plain)) });
    plain = "";
  };
  let at = 0;
  while (at < text.length) {
    const found = construct(text, at, names, depth);
    if (!found) {
      plain += text[at];
      at += 1;
      continue;
    }
    if (found.literal !== undefined) plain += found.literal;
    else {
      flush();
      pieces.push(found.piece);
    }
    at = found.end;
  }
  flush();
  return emphasise(pieces);
}

/** What begins at `at`, as {piece | literal, end}, or null for an ordinary character. */
function construct(text, at, names, depth) {
  switch (text[at]) {
    case "\\":
      return /[!-/:-@[-`{-~]/.test(text[at + 1] ?? "") ? { literal: text[at + 1], end: at + 2 } : null;
    case "`":
      return codeSpan(text, at);
    case "<":
      return token(text, at, names);
    case "!":
      return text[at + 1] === "[" && depth < NESTING_MAX ? linkAt(text, at + 1, names, depth) : null;
    case "[":
      return depth < NESTING_MAX ? linkAt(text, at, names, depth) : null;
    case "*":
    case "_":
    case "~":
      return delimiters(text, at);
    case "h":
      return depth === 0 ? bareAddress(text, at) : null;
    default:
      return null;
  }
}

function codeSpan(text, at) {
  const marks = /^`+/.exec(text.slice(at, at + 64))[0];
  let close = text.indexOf(marks, at + marks.length);
  while (close >= 0 && (text[close - 1] === "`" || text[close + marks.length] === "`"))
    close = text.indexOf(marks, close + 1);
  if (close < 0) return { literal: marks, end: at + marks.length };
  const inner = text.slice(at + marks.length, close).replaceAll("\n", " ");
  const code = /^ .*\S.* $/.test(inner) ? inner.slice(1, -1) : inner;
  return { piece: { node: h("code", {}, decodeEntities(code)) }, end: close + marks.length };
}

function token(text, at, names) {
  const match = /^<([^<>\n]{1,3000})>/.exec(text.slice(at, at + 3002));
  const node = match && slackToken(match[1], names);
  return node ? { piece: { node }, end: at + match[0].length } : null;
}

/** `[label](address "title")`; an image is drawn as a link to it, as Slack does. */
function linkAt(text, open, names, depth) {
  const close = matching(text, open, "[", "]");
  if (close < 0 || text[close + 1] !== "(") return null;
  const end = matching(text, close + 1, "(", ")");
  if (end < 0) return null;
  const target = /^\s*<?([^\s<>]*)>?(?:\s+["'(].*["')])?\s*$/.exec(text.slice(close + 2, end));
  if (!target) return null;
  const address = decodeEntities(target[1].replace(/\\([!-/:-@[-`{-~])/g, "$1"));
  const label = markdownInline(text.slice(open + 1, close), names, depth + 1);
  return { piece: { node: link(address, ...(label.length ? label : [address])) }, end: end + 1 };
}

function matching(text, at, open, close) {
  let level = 0;
  for (let index = at; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === open) level += 1;
    else if (text[index] === close && --level === 0) return index;
    else if (text[index] === "\n" && text[index + 1] === "\n") return -1;
  }
  return -1;
}

function bareAddress(text, at) {
  if (/\w/.test(text[at - 1] ?? "")) return null;
  let address = /^https?:\/\/[^\s<>"*`]+/.exec(text.slice(at, at + 3000))?.[0];
  if (!address) return null;
  address = address.replace(/&(?:lt|gt);.*$/, "").replace(/[.,;:!?'~_]+$/, "");
  while (address.endsWith(")") && address.split(")").length > address.split("(").length) address = address.slice(0, -1);
  const target = decodeEntities(address);
  return { piece: { node: link(target, target) }, end: at + address.length };
}

/** A run of *, _ or ~ with what CommonMark calls left- and right-flanking. */
function delimiters(text, at) {
  let end = at;
  while (text[end] === text[at]) end += 1;
  const before = text[at - 1] ?? " ";
  const after = text[end] ?? " ";
  const left = !/\s/.test(after) && (!PUNCTUATION.test(after) || /\s/.test(before) || PUNCTUATION.test(before));
  const right = !/\s/.test(before) && (!PUNCTUATION.test(before) || /\s/.test(after) || PUNCTUATION.test(after));
  const inWord = text[at] === "_";
  const piece = {
    mark: text[at],
    count: end - at,
    opens: left && (!inWord || !right || PUNCTUATION.test(before)),
    closes: right && (!inWord || !left || PUNCTUATION.test(after)),
  };
  return { piece, end };
}

const TAGS = { 1: "em", 2: "strong" };

/** Pairs delimiter runs, innermost first; those that stay alone become text. */
function emphasise(pieces) {
  const out = [];
  for (const piece of pieces) {
    if (piece.mark && piece.closes) close(out, piece);
    if (!piece.mark || piece.count > 0) out.push(piece);
  }
  return out.map((piece) => piece.node ?? piece.mark.repeat(piece.count));
}

function close(out, closer) {
  while (closer.count > 0) {
    const at = out.findLastIndex(
      (piece) => piece.mark === closer.mark && piece.opens && piece.count > 0 && pairs(piece, closer),
    );
    if (at < 0) return;
    const opener = out[at];
    const used = closer.mark === "~" ? opener.count : Math.min(opener.count, closer.count, 2);
    const inner = out.splice(at + 1).map((piece) => piece.node ?? piece.mark.repeat(piece.count));
    opener.count -= used;
    closer.count -= used;
    if (opener.count === 0) out.pop();
    out.push({ node: h(closer.mark === "~" ? "s" : TAGS[used], {}, inner) });
  }
}

function pairs(opener, closer) {
  return closer.mark !== "~" || (opener.count === closer.count && closer.count <= 2);
}

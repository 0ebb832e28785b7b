// Slack's mrkdwn text in, DOM nodes out: *bold* _italic_ ~strike~ `code` ```code box``` > quote and <…> tokens.
// `names` resolves ids: {user(id), channel(id), me}.

import { codeBox, h, link } from "./dom.js";
import { withEmoji } from "./emoji.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** Slack escapes these three and nothing else; decoded exactly once, in the leaves. */
export function decodeEntities(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

export function userMention(id, names) {
  return h(
    "span",
    { class: id === names.me ? "mention mention-me" : "mention", "data-user": id },
    `@${names.user(id) ?? id}`,
  );
}

export function channelMention(id, names, label) {
  return h("a", { class: "mention", href: `#/${encodeURIComponent(id)}` }, `#${names.channel(id) ?? (label || id)}`);
}

export function broadcast(range) {
  return h("span", { class: "mention mention-me" }, `@${range}`);
}

/** What stands between < and >: a mention, a channel, a command such as !here, or an address with a label. */
export function slackToken(body, names) {
  const bar = body.indexOf("|");
  const target = decodeEntities(bar < 0 ? body : body.slice(0, bar));
  const label = bar < 0 ? "" : decodeEntities(body.slice(bar + 1));
  if (/^@[A-Z0-9]+$/.test(target)) return userMention(target.slice(1), names);
  if (/^#[A-Z0-9]+$/.test(target)) return channelMention(target.slice(1), names, label);
  if (/^!(here|channel|everyone)$/.test(target)) return broadcast(target.slice(1));
  const group = /^!subteam\^(\w+)$/.exec(target);
  if (group) return h("span", { class: "mention" }, `@${names.group?.(group[1]) ?? (label || group[1])}`);
  if (target.startsWith("!")) return h("span", { class: "mention" }, label || target);
  if (!/^[a-z][a-z0-9+.-]*:/i.test(target)) return null;
  return link(target, label || target.replace(/^mailto:/, ""));
}

// One alternative for each construct; the delimiters count only where words begin and end.
const INLINE = new RegExp(
  [
    /<(?<token>[^<>\n]+)>/,
    /`(?<code>[^`\n]+)`/,
    /(?<![\w*])\*(?=\S)(?<bold>[^*\n]*[^*\s])\*(?![\w*])/,
    /(?<![\w_])_(?=\S)(?<italic>[^_\n]*[^_\s])_(?![\w_])/,
    /(?<![\w~])~(?=\S)(?<strike>[^~\n]*[^~\s])~(?![\w~])/,
  ]
    .map((part) => part.source)
    .join("|"),
  "g",
);

const STYLES = { bold: "strong", italic: "em", strike: "s" };

function inlineNode(match, names) {
  const { token, code } = match.groups;
  if (token !== undefined) return slackToken(token, names) ?? decodeEntities(match[0]);
  if (code !== undefined) return h("code", {}, decodeEntities(code));
  const style = Object.keys(STYLES).find((name) => match.groups[name] !== undefined);
  return h(STYLES[style], {}, inline(match.groups[style], names));
}

function inline(text, names) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(withEmoji(decodeEntities(text.slice(end, match.index))), inlineNode(match, names));
    end = match.index + match[0].length;
  }
  nodes.push(withEmoji(decodeEntities(text.slice(end))));
  return nodes.filter((node) => node !== "");
}

/** Lines that are drawn as they stand, each in its own writing direction. */
export function lines(...nodes) {
  return h("p", { class: "lines", dir: "auto" }, nodes);
}

const QUOTE = /^(?:&gt;|>) ?/;

function quotesAndLines(text, names) {
  const nodes = [];
  for (const run of text.split(/((?:^(?:&gt;|>).*(?:\n|$))+)/m)) {
    if (run.trim() === "") continue;
    if (QUOTE.test(run)) {
      const inner = run
        .replace(/\n$/, "")
        .split("\n")
        .map((line) => line.replace(QUOTE, ""))
        .join("\n");
      nodes.push(h("blockquote", { dir: "auto" }, lines(inline(inner, names))));
    } else nodes.push(lines(inline(run.replace(/^\n|\n$/g, ""), names)));
  }
  return nodes;
}

/** Whole mrkdwn texts. */
export function mrkdwn(text, names) {
  const parts = text.split("```");
  if (parts.length % 2 === 0) parts.push(`${parts.splice(-2, 1)[0]}\`\`\`${parts.pop()}`);
  return parts.flatMap((part, index) =>
    index % 2 === 1 ? [codeBox(decodeEntities(part.replace(/^\n|\n$/g, "")), "")] : quotesAndLines(part, names),
  );
}

/** mrkdwn that has to stay on its line, such as a field or a context element. */
export function mrkdwnLine(text, names) {
  return inline(text.replaceAll("```", "`"), names);
}

/** The text as its author typed it, for the edit box: tokens become names again, entities characters. */
export function typedText(text, names) {
  return decodeEntities(
    text.replace(/<([^<>\n]+)>/g, (_, body) => {
      const [target, label] = body.split("|");
      if (target.startsWith("@")) return `@${names.user(target.slice(1)) ?? target.slice(1)}`;
      if (target.startsWith("#")) return `#${names.channel(target.slice(1)) ?? label ?? target.slice(1)}`;
      if (target.startsWith("!")) return `@${target.slice(1)}`;
      return target;
    }),
  );
}

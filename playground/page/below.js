// What stands below a message's own words in (Slack's `attachments`), DOM nodes out: forwarded messages, pasted tables,
// what other apps say in the older form, and previews of links.

import { blocks } from "./blocks.js";
import { h, link } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

const SHARED = ["is_share", "is_msg_unfurl", "is_reply_unfurl", "is_thread_root_unfurl"];
const NO_PREVIEW = "[no preview available]";
const DEPTH_MAX = 4;

const text = (value, names) => (value ? mrkdwn(String(value), names) : []);
const short = (item) => (item.fallback && item.fallback !== NO_PREVIEW ? String(item.fallback) : "");

function shared(item, names, depth) {
  const originals = (item.message_blocks ?? []).map(({ message = {} }) => [
    message.blocks?.length ? blocks(message.blocks, names) : text(message.text, names),
    below(message.attachments, names, depth - 1),
  ]);
  const said = originals.flat(Infinity).filter(Boolean);
  const inner = below(item.attachments, names, depth - 1);
  const files = (item.files ?? []).map((file) => h("p", { class: "below-file" }, file.name || file.title || file.id));
  return [
    h("p", { class: "below-head" }, link(item.from_url ?? "", item.author_name || item.author_subname || "someone")),
    said.length ? said : text(item.text, names),
    inner,
    !said.length && !item.text && !inner && h("p", { class: "lines", dir: "auto" }, short(item)),
    files,
  ];
}

function byApp(item, names) {
  const fields = (item.fields ?? []).map((field) =>
    h("div", { class: "field" }, h("strong", {}, field.title ?? ""), text(field.value, names)),
  );
  const title = item.title && h("p", {}, link(item.title_link ?? "", item.title));
  const said = [title, text(item.text, names), blocks(item.blocks ?? [], names)].flat().filter(Boolean);
  return [
    item.author_name && h("p", { class: "below-head" }, link(item.author_link ?? "", item.author_name)),
    said.length || item.pretext ? said : h("p", { class: "lines", dir: "auto" }, short(item)),
    fields.length > 0 && h("div", { class: "fields" }, fields),
    item.image_url && h("p", {}, link(item.image_url, item.title || short(item) || item.image_url)),
    item.footer && h("p", { class: "below-foot" }, item.footer),
  ];
}

/** The nodes for a message's attachments; null where it has none. */
export function below(attachments, names, depth = DEPTH_MAX) {
  if (!attachments?.length || !depth) return null;
  return attachments.map((item) => {
    const isShared = SHARED.some((flag) => item[flag]);
    const kind = isShared ? "shared" : item.from_url || item.is_app_unfurl ? "preview" : "app";
    return [
      ...text(item.pretext, names),
      h("div", { class: "below", "data-kind": kind }, isShared ? shared(item, names, depth) : byApp(item, names)),
    ];
  });
}

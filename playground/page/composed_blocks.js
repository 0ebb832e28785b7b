// Slack's blocks that are made of other things in, DOM nodes out. `draw` has what `blocks.js` draws them with:
// {text(object), image(block), element(part), blocks(list), table(rows)}.

import { h, link, tableBox } from "./dom.js";

const box = (kind, ...parts) => h("div", { class: `composed block-${kind}` }, ...parts);
const words = (text) => (text ? h("p", { class: "lines", dir: "auto" }, String(text)) : null);

function chart(block) {
  const { segments, series = [{ name: "", data: segments ?? [] }], axis_config: axes = {} } = block.chart ?? {};
  const labels = [...new Set(series.flatMap(({ data }) => (data ?? []).map(({ label }) => label)))];
  const value = (data, label) => String(data?.find((point) => point.label === label)?.value ?? "");
  const rows = labels.map((label) => [label, ...series.map(({ data }) => value(data, label))]);
  const titles = Object.values(axes).filter((title) => typeof title === "string");
  return [words(block.title), words(titles.join(" · ")), tableBox(["", ...series.map(({ name }) => name ?? "")], rows)];
}

function task(block, draw) {
  const sources = (block.sources ?? []).map(({ url, text }) => h("li", {}, link(url ?? "", text || url || "")));
  return [
    words([block.title, block.status && `(${block.status.replaceAll("_", " ")})`].filter(Boolean).join(" ")),
    draw.blocks([block.details, block.output].filter(Boolean)),
    sources.length > 0 && h("ul", {}, sources),
  ];
}

function video(block, draw) {
  const by = [block.author_name, block.provider_name].filter(Boolean).join(" · ");
  const title = link(block.title_url ?? block.video_url ?? "", block.title?.text ?? block.alt_text ?? "Video");
  return [h("p", {}, title), words(by), draw.text(block.description), words(block.alt_text)];
}

const PARTS = {
  alert: (block, draw) => draw.text(block.text),
  call: (block) => link(block.call?.v1?.join_url ?? "", block.call?.v1?.name ?? "Call"),
  card: (block, draw) => [
    ...[block.hero_image, block.icon].filter(Boolean).map(draw.image),
    ...[block.title, block.subtitle, block.body].map(draw.text),
    ...(block.actions ?? []).map(draw.element),
  ],
  carousel: (block, draw) => draw.blocks(block.elements ?? []),
  container: (block, draw) => [
    ...[block.icon].filter(Boolean).map(draw.image),
    block.rich_text_title ? draw.blocks([block.rich_text_title]) : draw.text(block.title),
    draw.text(block.subtitle),
    draw.blocks(block.child_blocks ?? []),
  ],
  data_table: (block, draw) => [words(block.caption), draw.table(block)],
  data_visualization: chart,
  file: (block) => words(block.file?.title ?? block.file?.name ?? block.external_id),
  input: (block, draw) => [draw.text(block.label), block.element && draw.element(block.element), draw.text(block.hint)],
  plan: (block, draw) => [words(block.title), draw.blocks(block.tasks ?? [])],
  task_card: task,
  video,
};

/** The nodes of a block, or null for a kind that is none of these. */
export function composed(block, draw) {
  return Object.hasOwn(PARTS, block.type) ? box(block.type, PARTS[block.type](block, draw)) : null;
}

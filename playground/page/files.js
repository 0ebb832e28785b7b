// Slack's file objects in, thumbnails and cards out.

import { h, icon } from "./dom.js";
import { fileAddress } from "./server.js";
import { byteSize } from "./times.js";

const DRAWABLE = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;

const GONE = {
  tombstone: "This file was deleted.",
  hidden_by_limit: "This file is hidden by the plan's limit.",
};

function kind(file) {
  if (file.pretty_type) return file.pretty_type;
  const ending = /\.([a-z0-9]{1,8})$/i.exec(file.name ?? "");
  return (file.filetype || ending?.[1] || file.mimetype?.split("/").pop() || "file").toUpperCase();
}

/** A colour for the card's corner, by what the file is. */
function family(file) {
  if (/pdf/.test(file.mimetype ?? "")) return "pdf";
  if (/^image\//.test(file.mimetype ?? "")) return "image";
  if (/sheet|excel|csv/.test(file.mimetype ?? "")) return "sheet";
  if (/word|document|presentation|rtf/.test(file.mimetype ?? "")) return "document";
  return "other";
}

/** What Slack itself says is in a file: a clip's transcript, an e-mail's text. */
function wordsOf(file) {
  const said = file.transcription?.preview?.content ?? file.plain_text;
  const waits = file.transcription?.status === "processing" && "Slack is writing down what is said…";
  return (said || waits) && h("span", { class: "file-words", dir: "auto" }, said || waits);
}

/** Name, kind and size with a link that saves the file: what a browser might run is never opened on this origin. */
function card(file) {
  const name = file.name || file.title || "Untitled";
  const size = byteSize(file.size);
  return h(
    "a",
    {
      class: "file-card",
      href: fileAddress(file.id),
      "data-file": file.id,
      download: name,
      "data-family": family(file),
    },
    h("span", { class: "file-icon" }, icon("file")),
    h(
      "span",
      { class: "file-text" },
      h("span", { class: "file-name", dir: "auto" }, name),
      h("span", { class: "file-kind" }, [kind(file), size].filter(Boolean).join(" · ")),
      wordsOf(file),
    ),
  );
}

function thumbnail(file) {
  const name = file.name || file.title || "Image";
  return h(
    "a",
    {
      class: "file-image",
      href: fileAddress(file.id),
      "data-file": file.id,
      "data-do": "view-image",
      target: "_blank",
      rel: "noopener",
    },
    h("img", { src: fileAddress(file.id), alt: name, loading: "lazy" }),
    h("span", { class: "file-caption", dir: "auto" }, `${name} · ${byteSize(file.size)}`),
  );
}

/** Drawn under a message's text; `unshowable` holds the ids of images that this browser could not decode. */
export function fileList(files, unshowable) {
  if (!files?.length) return null;
  return h(
    "div",
    { class: "files" },
    files.map((file) => {
      if (GONE[file.mode]) return h("p", { class: "tombstone" }, GONE[file.mode]);
      return DRAWABLE.test(file.mimetype ?? "") && !unshowable.has(file.id) ? thumbnail(file) : card(file);
    }),
  );
}

"""Makes attachments of Slack's file objects. Pure. Source: slack:reference/objects/file-object."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

from bot.messages import Attachment, SlackWords, WordsKind
from bot.slack.escape import decode
from bot.slack.read.attachments import files_in
from bot.slack.shapes import FILE_ID_CHARS_MAX, Json, id_of, object_of, objects_of, text_of

FILES_MAX = 1_000
"""Files of one message; Slack's own programs attach up to ten."""
PAGES = frozenset({"canvas", "post", "quip", "space"})
"""Modes and filetypes of content written in Slack itself; its bytes are HTML."""
ADDRESSES = ("url_private_download", "list_csv_download_url", "url_private")
"""The first is what Slack serves to programs; not every file has it, and the last one leads to a web page for some
kinds."""
PERSON = ("name", "address")
_LOOKS_LIKE_ANOTHER = re.compile(r"[<>,;\"]")
"""Characters in a name that could make it read like several people, or like another address."""
CLIPS = frozenset({"slack_audio", "slack_video"})
VIDEO = "slack_video"


def attachments_of(message: Json) -> tuple[Attachment, ...]:
    """The files of a message, then those of the messages shared in it, each once, and no more than anybody means to
    send."""
    own = {_id(file) for file in objects_of(message.get("files"))}
    found = {_id(file): file for file in files_in(message) if _id(file)}
    files = {file_id: attachment(found[file_id]) for file_id in islice(found, FILES_MAX)}
    author = text_of(message.get("user"))
    return tuple(
        file if file.id in own and text_of(found[file.id].get("user")) in ("", author) else _of_another(file)
        for file in files.values()
    )


def attachment(file: Json) -> Attachment:
    """``file`` needs only its ``id``: a stub (``file_access``, ``tombstone``, ``hidden_by_limit``) has little more."""
    size, mode, filetype = file.get("size"), _mode(file), text_of(file.get("filetype"))
    return Attachment(
        id=_id(file),
        name=_name(file),
        mimetype=text_of(file.get("mimetype")),
        mode=mode,
        size_bytes=size if isinstance(size, int) and size >= 0 else None,
        url=next(filter(None, (text_of(file.get(key)) for key in ADDRESSES)), None),
        filetype=mode if mode in PAGES and filetype not in PAGES else filetype,
        converted_pdf_url=text_of(file.get("converted_pdf")) or None,
        words=_words(file),
    )


def _id(file: Json) -> str:
    return id_of(file.get("id"), FILE_ID_CHARS_MAX)


def _of_another(file: Attachment) -> Attachment:
    """Whether somebody else recorded it, so that its poster did not say it: in a forwarded message, or shared again."""
    return replace(file, words=replace(file.words, own=False)) if file.words else file


def _name(file: Json) -> str:
    """Pasted images and clips may come without a name; their type then tells them apart."""
    name = decode(text_of(file.get("name")) or text_of(file.get("title")) or text_of(file.get("subject")))
    return " ".join(name.split()) or (f"unnamed {text_of(file.get('pretty_type'))}".strip() + " file")


def _mode(file: Json) -> str:
    if file.get("file_access") == "check_file_info":
        return "file_access"
    return "external" if file.get("is_external") is True else text_of(file.get("mode")) or "hosted"


def _words(file: Json) -> SlackWords | None:
    if text_of(file.get("subtype")) in CLIPS or file.get("transcription"):
        return _transcript(file)
    if "email" in (file.get("mode"), file.get("filetype")):
        return _mail(file)
    return None


def _transcript(file: Json) -> SlackWords:
    """Slack has the beginning in the object, and all of it as WebVTT."""
    transcription = object_of(file.get("transcription"))
    preview, status = object_of(transcription.get("preview")), text_of(transcription.get("status"))
    text = text_of(preview.get("content")).strip()
    return SlackWords(
        text=text,
        kind=WordsKind.VIDEO if file.get("subtype") == VIDEO else WordsKind.VOICE,
        own=True,
        whole=bool(text) and status != "processing" and preview.get("has_more") is not True,
        pending=status == "processing",
        more_url=text_of(file.get("vtt")) or None,
        enclosed=(),
    )


def _mail(file: Json) -> SlackWords:
    head = [("From", _people(file.get("from"))), ("To", _people(file.get("to"))), ("Cc", _people(file.get("cc")))]
    head.append(("Date", text_of(object_of(file.get("headers")).get("date"))))
    head.append(("Subject", decode(text_of(file.get("subject")) or text_of(file.get("title")))))
    whole = text_of(file.get("plain_text")).strip()
    beginning = text_of(file.get("preview_plain_text")).strip()
    lines = [f"{name}: {' '.join(value.split())}" for name, value in head if value.strip()]
    return SlackWords(
        text="\n".join([*lines, "", whole or beginning]).strip(),
        kind=WordsKind.MAIL,
        own=True,
        whole=bool(whole),
        pending=False,
        more_url=None,
        enclosed=tuple(name for item in objects_of(file.get("attachments")) if (name := text_of(item.get("filename")))),
    )


def _people(people: object) -> str:
    """``Ada <ada@example.org>, bob@example.org``."""
    written = []
    for person in objects_of(people):
        name, address = (" ".join(_LOOKS_LIKE_ANOTHER.sub(" ", text_of(person.get(key))).split()) for key in PERSON)
        both = f"{name} <{address}>" if name and address else name or address
        written.append(both or text_of(person.get("original")))
    return ", ".join(filter(None, written))

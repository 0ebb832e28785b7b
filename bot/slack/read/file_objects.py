"""Slack's file objects go in; attachments come out. Pure. Source: slack:reference/objects/file-object."""

from __future__ import annotations

from bot.messages import Attachment
from bot.slack.escape import decode
from bot.slack.read.shared_messages import shared_in
from bot.slack.shapes import Json, objects_of, text_of


def attachments_of(message: Json) -> tuple[Attachment, ...]:
    """The files of a message, then those of the messages shared in it, each once."""
    files = [*objects_of(message.get("files"))]
    for shared in shared_in(message):
        files += objects_of(shared.get("files"))
    return tuple({file["id"]: attachment(file) for file in files if text_of(file.get("id"))}.values())


def attachment(file: Json) -> Attachment:
    """``file`` needs only its ``id``: a stub (``file_access``, ``tombstone``, ``hidden_by_limit``) has little more."""
    size = file.get("size")
    return Attachment(
        id=text_of(file.get("id")),
        name=_name(file),
        mimetype=text_of(file.get("mimetype")),
        mode=_mode(file),
        size_bytes=size if isinstance(size, int) and size >= 0 else None,
        url=text_of(file.get("url_private_download")) or None,
    )


def _name(file: Json) -> str:
    """Pasted images and clips may come without a name; their type then tells them apart."""
    name = decode(text_of(file.get("name")) or text_of(file.get("title")))
    return " ".join(name.split()) or (f"unnamed {text_of(file.get('pretty_type'))}".strip() + " file")


def _mode(file: Json) -> str:
    if file.get("file_access") == "check_file_info":
        return "file_access"
    return "external" if file.get("is_external") is True else text_of(file.get("mode")) or "hosted"

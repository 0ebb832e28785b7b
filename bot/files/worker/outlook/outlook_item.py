"""Reads an Outlook item: its text, its attachments, and those of the messages attached to it.

I/O: writes the text and the attachments to files; runs in a worker process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract, TextExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.documents import old_documents
from bot.files.worker.mails.small_pictures import is_small_picture
from bot.files.worker.mails.smime import sealed_content
from bot.files.worker.outlook.mapi import Attached, Item
from bot.files.worker.outlook.outlook_words import kind_of, subject_of, text_of
from bot.files.worker.text import written

_LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _MIME, _METHOD, _CONTENT_ID = 0x3707, 0x3704, 0x3001, 0x370E, 0x3705, 0x3712
_HIDDEN, _LONG_PATH, _PATH = 0x7FFE, 0x370D, 0x3708
_BY_REFERENCE = frozenset({2, 3, 4, 7})
_OBJECT = 6
_NAME_CHARS_MAX = 300
_UNREAD_MAX = 100
_DEPTH_MAX = 6
"""The most levels of messages within messages."""


@dataclass(slots=True)
class _Count:
    """Over all messages of one file: ``total`` attachments found, ``kept`` of them returned, at most ``most``."""

    most: int
    total: int = 0
    kept: int = 0


def converted(item: Item, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Raises ``Unreadable`` if there is neither text nor attachment."""
    count = _Count(limits.archive_files_max)
    extracts = list(_extracts(item, (), count, out, limits))
    if count.total > count.kept:
        extracts.append(NoteExtract(notes.attachments_left_out(count.kept, count.total)))
    if not extracts:
        raise Unreadable(notes.EMPTY)
    return extracts


def _extracts(
    item: Item, path: tuple[str, ...], count: _Count, out: Outbox, limits: ConvertLimits
) -> Iterator[Extract]:
    """``path`` leads to the item by the names of the messages it is attached to."""
    named, unread, inner = [], [], list[Extract]()
    for number, attached in enumerate(item.attachments, 1):
        name = _name(attached, number)
        if attached.item is None and (reference := _reference(attached)) is not None:
            named.append(f"{name}, which is a link{reference}")
        elif attached.item is None and _is_decoration(attached):
            named.append(name)
        elif attached.opened:
            inner += old_documents.opened(attached.opened, " › ".join((*path, name)), out, limits)
        elif attached.item is None and not attached.content and attached.properties.number(_METHOD) == _OBJECT:
            named.append(f"{name}, an object without a file in it")
        elif attached.item is None and count.kept >= count.most:
            count.total += 1
            unread.append(name)
        elif attached.item is None or len(path) >= _DEPTH_MAX:
            inner += _file(attached, (*path, name), count, out)
        else:
            inner += _extracts(attached.item(), (*path, name), count, out, limits)
    text = text_of(item)
    below = [f"[Not shown: {', '.join(named)}]"] if named else []
    below += [f"[Left out: {', '.join(unread[:_UNREAD_MAX])}]"] if unread else []
    text += "\n" + "\n".join(below) + "\n" if below else ""
    for extract in written(text, "", kind_of(item), out, limits) if text.strip() else []:
        yield replace(extract, inside=" › ".join(path)) if isinstance(extract, TextExtract | NoteExtract) else extract
    yield from inner


def _file(attached: Attached, path: tuple[str, ...], count: _Count, out: Outbox) -> list[Extract]:
    name = " › ".join(path)
    if attached.item is not None:
        return [NoteExtract(notes.NESTED, name)]
    count.total += 1
    count.kept += 1
    file = out.new(".bin")
    file.write_bytes(_as_mail(attached) or attached.content)
    return [MemberExtract(file.name, name)]


def _as_mail(attached: Attached) -> bytes:
    """The signed content, as a mail; empty for other attachments."""
    kind = attached.properties.text(_MIME).lower()
    content = attached.content if kind.startswith("multipart/") else b""
    content = content or (sealed_content(attached.content) if "pkcs7-mime" in kind else b"")
    return b"MIME-Version: 1.0\r\n" + content if content else b""


def _name(attached: Attached, number: int) -> str:
    properties = attached.properties
    if attached.item is not None:
        name = properties.text(_SHOWN_NAME) or subject_of(attached.item()) or f"attached message {number}"
    else:
        names = (properties.text(key) for key in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME))
        name = next(filter(None, names), f"attachment {number}")
    return " ".join(name.split())[:_NAME_CHARS_MAX]


def _reference(attached: Attached) -> str | None:
    """The target of a link; ``None`` for a real attachment."""
    properties = attached.properties
    if attached.content or properties.number(_METHOD) not in _BY_REFERENCE:
        return None
    path = properties.text(_LONG_PATH) or properties.text(_PATH)
    return f" to {path}" if path else ""


def _is_decoration(attached: Attached) -> bool:
    """A small picture that is shown within the text."""
    properties = attached.properties
    within = bool(properties.number(_HIDDEN)) or bool(properties.text(_CONTENT_ID))
    return within and is_small_picture(attached.content)

"""Reads the texts of a mail, a mailbox or an Outlook message with independent readers.

I/O: reads files. The standard library's ``email`` and ``html.parser``; of Outlook's, the streams as they are.
"""

from __future__ import annotations

import email
import email.policy
import mailbox as boxes
import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser
from pathlib import Path

import olefile

_UNSEEN = re.compile(r"(?:https?://|mailto:)\S*|(?m:^[A-Za-z0-9+/=]{20,}\r?$(?:\r?\n[A-Za-z0-9+/=]+\r?$)*)")
"""Addresses, and base64 that the other reader leaves as it is: a mail within a mail that is packed as a whole."""
_MAILS_MAX = 50
_INLINE = frozenset({"b", "i", "span", "font", "u", "a", "em", "strong", "o:p"})
_OF_OUTLOOK = re.compile(r"__substg1\.0_(0037|1000|3707)001F")
"""The subject, the body, the names of attachments."""


def mail(path: Path) -> Iterator[str]:
    """Nothing of what has neither a sender nor a subject."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    if message["From"] is not None or message["Subject"] is not None:
        yield from _texts_of(message)


def mailbox(path: Path) -> Iterator[str]:
    parser = BytesParser(policy=email.policy.default)
    box = boxes.mbox(path, factory=parser.parse, create=False)  # type: ignore[arg-type]
    for key in list(box.keys())[:_MAILS_MAX]:
        yield from _texts_of(box[key])  # type: ignore[arg-type]


def _texts_of(message: EmailMessage) -> Iterator[str]:
    yield str(message["Subject"] or "")
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            yield _UNSEEN.sub(" ", part.get_content())
        elif part.get_content_type() == "text/html":
            yield _UNSEEN.sub(" ", _html_words(part.get_content()))
        yield Path(part.get_filename() or "").stem if not part.is_multipart() else ""


def outlook(path: Path) -> Iterator[str]:
    """The subject and the body as their streams have them, and the names of attachments."""
    with olefile.OleFileIO(str(path)) as opened:
        for entry in opened.listdir():
            if _OF_OUTLOOK.fullmatch(entry[-1]) and len(entry) <= 2:
                yield _UNSEEN.sub(" ", opened.openstream(entry).read().decode("utf-16-le"))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._unseen = ""

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.texts.append("" if tag in _INLINE else " ")
        if tag in {"style", "script", "title", "head"}:
            self._unseen = tag

    def handle_endtag(self, tag: str) -> None:
        self._unseen = "" if tag == self._unseen else self._unseen

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.texts.append(data)


def _html_words(text: str) -> str:
    reader = _Words()
    reader.feed(text)
    return "".join(reader.texts)

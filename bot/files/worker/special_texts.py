"""Reads a text, which may be written for one program (a mail, a calendar, a notebook).

I/O: reads and writes files; runs in a worker process.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from bot.files.extracts import DrawingExtract, Extract, Unreadable
from bot.files.names import extension
from bot.files.worker import text, text_forms
from bot.files.worker.languages import language_of
from bot.files.worker.mails.mail_start import looks_like_mail
from bot.files.worker.source_file import SourceFile

_PAGE_BYTES_MAX = 12_000_000
"""Parsing a page of tables takes 0.2 s and 24 MB of memory for each megabyte."""
_DRAWING_BYTES_MAX = 20_000_000


def convert(file: SourceFile) -> list[Extract]:
    """Text, and kinds of file that are written as text. The first reader that recognises its own kind gets it."""
    for matches, read in _FORMS:
        if matches(file) and (found := read(file)):
            return found
    extracts = text.convert(file.source, *language_of(file.name, file.filetype), file.out, file.limits)
    if text_forms.is_svg(file.head) and file.size_bytes <= _DRAWING_BYTES_MAX:
        extracts.append(DrawingExtract())
    return extracts


def _page_about(file: SourceFile) -> str:
    about = text_forms.page_made_for(file.head, extension(file.name), file.filetype)
    return about if file.size_bytes <= _PAGE_BYTES_MAX or about == "Slack canvas" else ""


def _page(file: SourceFile) -> list[Extract]:
    from bot.files.worker.hypertext import reader  # noqa: PLC0415

    words = reader.to_text(text.decoded(file.source, file.limits))
    return text.written(words, "", _page_about(file), file.out, file.limits)


def _calendar(file: SourceFile) -> list[Extract]:
    from bot.files.worker.mails import card_files  # noqa: PLC0415

    if text_forms.is_ldif(file.head):
        about = card_files.LDIF
    else:
        about = "calendar" if b"VCALENDAR" in file.head[:800].replace(b"\0", b"").upper() else "contacts"
    return card_files.convert(file.source, about, file.out, file.limits)


def _mail(file: SourceFile) -> list[Extract] | None:
    from bot.files.worker.mails import mail  # noqa: PLC0415

    with suppress(Unreadable):  # headers and nothing else: still a text
        return mail.convert(file.source, file.out, file.limits)
    return None


def _notebook(file: SourceFile) -> list[Extract] | None:
    from bot.files.worker import notebooks  # noqa: PLC0415

    return notebooks.convert(file.source, file.out, file.limits)


def _office_xml(file: SourceFile) -> list[Extract] | None:
    from bot.files.worker.documents import flat_package, office  # noqa: PLC0415

    if text_forms.office_xml(file.head) == "package":
        member = flat_package.unflattened(file.source, file.name, file.out)
        return [member] if member is not None else None
    return office.from_xml(file.source, file.head, file.out, file.limits, file.words)


def _table(file: SourceFile) -> list[Extract]:
    """A table in a text format that only programs write."""
    from bot.files.worker.sheets import dif, sylk  # noqa: PLC0415

    about = text_forms.table_form(file.head)
    read = sylk.read if about == text_forms.SYLK else dif.read
    return text.written(read(file.source.read_bytes()), "csv", about, file.out, file.limits)


def _diagram(file: SourceFile) -> list[Extract]:
    from bot.files.worker.documents import drawio  # noqa: PLC0415

    return drawio.convert(file.source, file.out, file.limits)


def _signed(file: SourceFile) -> list[Extract]:
    from bot.files.worker.mails import signed_files  # noqa: PLC0415

    return signed_files.convert(file.source, file.name, file.out)


_FORMS: tuple[tuple[Callable[[SourceFile], object], Callable[[SourceFile], list[Extract] | None]], ...] = (
    (_page_about, _page),
    (lambda file: text_forms.is_calendar(file.head) or text_forms.is_ldif(file.head), _calendar),
    (lambda file: looks_like_mail(file.head), _mail),
    (lambda file: text_forms.is_notebook(file.head, file.tail), _notebook),
    (lambda file: text_forms.office_xml(file.head), _office_xml),
    (lambda file: text_forms.table_form(file.head), _table),
    (lambda file: text_forms.is_diagram(file.head), _diagram),
    (lambda file: text_forms.is_armoured(file.head, extension(file.name)), _signed),
)
"""The special kinds of text, and what reads each."""

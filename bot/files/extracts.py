"""The results of a conversion, as values that travel between processes and are stored in the cache as JSON.

Pure. Files are named by their bare name inside the directory that the conversion wrote to. ``inside`` names the archive
member or mail attachment that an extract comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import PurePath
from typing import Any


@dataclass(frozen=True, slots=True)
class ImageExtract:
    """An image in a type that the API takes. ``about`` says what it is a picture of: "JPEG image", "page 2 of 3"."""

    file: str
    media_type: str
    width_px: int
    height_px: int
    about: str = field(repr=False)
    inside: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PdfExtract:
    """A valid, unencrypted PDF. ``about`` names what it was made from, if that was not a PDF."""

    file: str
    pages: int
    about: str = field(default="", repr=False)
    inside: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TextExtract:
    """UTF-8 text. ``language`` is the fence's info word; ``about`` says what it is: "Python source, 120 lines".

    If it is too long for a request, ``file`` has the ends; the other fields describe the whole text.
    """

    file: str
    language: str
    about: str = field(repr=False)
    inside: str = field(default="", repr=False)
    whole: str = field(default="", repr=False)
    """The file with all of the text; empty if ``file`` has it."""
    whole_about: str = field(default="", repr=False)
    lines: int = 0
    """The number of lines of ``whole``."""
    head_lines: int = 0
    """This many of its first lines explain the others: the columns of a table."""
    sheet: str = field(default="", repr=False)
    """For a workbook, which has to be read once more for ``whole``."""
    left_out: str = field(default="", repr=False)
    """The reason for a note that says what ``file`` lacks."""


@dataclass(frozen=True, slots=True)
class NoteExtract:
    """Why something is missing. ``passing``: it may be there the next time, so this is not remembered."""

    reason: str = field(repr=False)
    inside: str = field(default="", repr=False)
    passing: bool = False


@dataclass(frozen=True, slots=True)
class MemberExtract:
    """A file found inside the file (an archive's, a mail's), to be converted in its turn.

    ``seen``: the pages of the document around it show a picture of it.
    """

    file: str
    name: str = field(repr=False)
    seen: bool = False


@dataclass(frozen=True, slots=True)
class OfficeExtract:
    """The file is a document for an office program; ``about`` names its kind, ``suffix`` fits it.

    ``optional``: the other extracts suffice if there is no such program.
    """

    suffix: str
    about: str = field(repr=False)
    optional: bool = False
    into: str = "pdf"
    """What to convert it to: "pdf" for its pages, "xlsx" to read its cells from that, "html" for its charts."""
    words: str = ""
    """The file with its words, to find those that no page shows; may be empty."""
    results: bool = False
    """Of the workbook that is made only results of formulas are taken; all else the document tells itself."""
    calculated: bool = False
    """All formulas are to be worked out, whatever results the file holds."""
    instead: tuple[dict[str, Any], ...] = ()
    """Extracts in the form of ``to_json``, in case there is no such program, or it can't open the file."""


_CHECKED = ("str", "int", "bool")
_SUFFIX = re.compile(r"\.[a-z]{2,4}")
_MADE = frozenset({"pdf", "xlsx", "html"})


@dataclass(frozen=True, slots=True)
class DrawingExtract:
    """The file should also be drawn, in a separate job, since drawing may kill the process that does it.

    If that fails, the other extracts are enough.
    """


DRAW = "draw this"
"""In place of a file type: asks a worker for the picture of a drawing. Slack has no such file type."""
PAGES = "pages "
"""The same for some pages of a PDF that was converted before: ``pages FIRST-FINAL``, counted from 1."""

ALL_ROWS = "all rows"
"""The same for all rows of a workbook."""

Extract = ImageExtract | PdfExtract | TextExtract | NoteExtract | MemberExtract | OfficeExtract | DrawingExtract

_KINDS: dict[str, type[Extract]] = {
    kind.__name__: kind
    for kind in (ImageExtract, PdfExtract, TextExtract, NoteExtract, MemberExtract, OfficeExtract, DrawingExtract)
}


class Unreadable(Exception):
    """The file gives no blocks. ``reason`` is that of a ``Note``: what follows the file's name in a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnreadableNow(Unreadable):
    """As ``Unreadable``, for a cause outside the file that may pass: it is not remembered."""


def to_json(extracts: Iterable[Extract]) -> list[dict[str, Any]]:
    return [{"kind": type(extract).__name__, **asdict(extract)} for extract in extracts]


def from_json(items: Iterable[Mapping[str, Any]]) -> list[Extract]:
    """Raises ``KeyError``, ``TypeError`` or ``ValueError`` for what ``to_json`` did not write."""
    return [_from_json(_KINDS[item["kind"]], item) for item in items]


def _from_json(kind: type[Extract], item: Mapping[str, Any]) -> Extract:
    """The writer may have been taken over by a file, so values must have the declared types, and files bare names."""
    extract = kind(**{key: value for key, value in item.items() if key != "kind"})
    for one in fields(extract):
        value = getattr(extract, one.name)
        if one.type in _CHECKED and type(value).__name__ != one.type:
            raise TypeError(f"{kind.__name__}.{one.name}")
        if one.name in {"file", "words", "whole"} and value != PurePath(value).name:
            raise ValueError(f"{kind.__name__}.{one.name}")
    if getattr(extract, "file", "x") == "":
        raise ValueError(f"{kind.__name__} without a file")
    if isinstance(extract, OfficeExtract):
        if not _SUFFIX.fullmatch(extract.suffix) or extract.into not in _MADE or not extract.about:
            raise ValueError("OfficeExtract of no known kind")
        from_json(extract.instead)
    return extract


def instead_of(extract: OfficeExtract) -> list[Extract]:
    return from_json(extract.instead)


def files_named(extracts: Iterable[Extract]) -> Iterator[str]:
    """All files that a conversion wrote, including those for when nobody renders a document."""
    for extract in extracts:
        if isinstance(extract, OfficeExtract):
            yield from [extract.words] if extract.words else []
            yield from files_named(instead_of(extract))
        elif not isinstance(extract, NoteExtract | DrawingExtract):
            yield extract.file
            if isinstance(extract, TextExtract) and extract.whole:
                yield extract.whole

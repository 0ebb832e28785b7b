"""Finds the files that are too long for a request, and the batches in which to read them.

Pure. A PDF is too long by pages, bytes or tokens, alone or together with the others; a text is too long if a request
would hold only its ends. Batches are spans of pages or lines, counted from 1 over the whole document.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.estimates import BLOCK_BYTES, CHARS_PER_TOKEN, PDF_PAGE_TOKENS, bytes_json
from bot.file_ports import BatchNotes, Span
from bot.messages import FileBytes, PdfBlock, PreparedFile, TextBlock, WholeText
from bot.prompt.budget import Allowance, Load

BATCH_PAGES_MAX = 100
BATCH_TOKENS_MAX = 100_000
"""Tokens of a text batch. Notes on less are better notes, and people see progress sooner."""
BYTES_MARGIN = 0.9
"""Pages differ in size."""
NOTES_SHARE = 0.4
NOTES_TOKENS_MAX = 100_000
"""For the notes on all long documents together: of what the files of a request may take, and at most. A further
question pays for them again."""
NOTES_CHARS_MIN, NOTES_CHARS_MAX = 400, 10_000
"""Of the notes on one batch."""
READ_AGAIN = "READ AGAIN:"
_AGAIN = re.compile(rf"^\W*{READ_AGAIN}(.*)$", re.MULTILINE | re.IGNORECASE)
_NUMBER = r"(\d{1,3}(?:,\d{3})+|\d+)"
_RANGE = re.compile(rf"{_NUMBER}(?:\s*[-–—]\s*{_NUMBER})?")


@dataclass(frozen=True, slots=True)
class Bounds:
    """``pages_max``: of one document; the tokens are for everything that one question reads; above ``confirm_tokens``
    people are asked first."""

    pages_max: int
    tokens_max: int
    confirm_tokens: int


@dataclass(frozen=True, slots=True)
class Document:
    """A block of a file, by the places of both; ``fresh``: it was attached since the bot last spoke."""

    file: int
    block: int
    content: PdfBlock | WholeText
    fresh: bool

    @property
    def name(self) -> str:
        return self.content.title

    @property
    def data(self) -> FileBytes:
        return self.content.data

    @property
    def total(self) -> int:
        return self.content.pages if isinstance(self.content, PdfBlock) else self.content.lines

    @property
    def unit(self) -> str:
        return "page" if isinstance(self.content, PdfBlock) else "line"


@dataclass(slots=True)
class Reading:
    """What has to be read of a document for one question, and its results."""

    document: Document
    to_read: list[Span]
    earlier: list[BatchNotes] = field(default_factory=list)
    """Oldest first; some may be for this very question, from before the process was killed."""
    beyond: list[Span] = field(default_factory=list)
    """What is over the bounds."""
    read: list[BatchNotes] = field(default_factory=list)
    failed: list[Span] = field(default_factory=list)
    """What the model failed on."""
    unreadable: list[Span] = field(default_factory=list)
    """What no request takes, or is damaged."""

    @property
    def tokens(self) -> int:
        return sum(span.tokens for span in self.to_read)


def found(
    files: Sequence[PreparedFile], fresh: Collection[str], noted: Collection[str], allowance: Allowance
) -> list[Document]:
    """Those that are too long, oldest first. A file that would fit only without newer files counts if it is ``fresh``,
    or has been read in parts before (``noted``); else it is left out as usual."""
    documents = _found(files, fresh, noted, allowance, allowance)
    if not documents:
        return []
    rest = replace(allowance, tokens_max=int(allowance.tokens_max * (1 - NOTES_SHARE)))
    return _found(files, fresh, noted, allowance, rest)


def _found(
    files: Sequence[PreparedFile], fresh: Collection[str], noted: Collection[str], allowance: Allowance, rest: Allowance
) -> list[Document]:
    load = Load(rest)
    documents = []
    for number, file in reversed(list(enumerate(files))):
        new = file.attachment_id in fresh
        for place, block in enumerate(file.blocks):
            whole = block.whole if isinstance(block, TextBlock) else None
            lacks = load.lack_for([block]) is not None
            alone = isinstance(block, PdfBlock) and Load(allowance).lack_for([block]) is not None
            if whole is not None:
                documents.append(Document(number, place, whole, new))
            elif isinstance(block, PdfBlock) and (alone or (lacks and (new or file.attachment_id in noted))):
                documents.append(Document(number, place, block, new))
            elif not lacks:
                load.add(block)
    return sorted(documents, key=lambda one: (one.file, one.block))


def page_spans(pdf: PdfBlock, allowance: Allowance) -> list[Span]:
    """All pages, in spans that a request takes. Pages differ in size, so a span may still be too large."""
    bytes_max = (allowance.bytes_max - 2 * BLOCK_BYTES) * BYTES_MARGIN
    by_bytes = int(pdf.pages * bytes_max / bytes_json(pdf))
    most = max(1, min(BATCH_PAGES_MAX, allowance.pages_max, allowance.tokens_max // PDF_PAGE_TOKENS, by_bytes))
    starts = range(1, pdf.pages + 1, most)
    return [_pages(first, min(first + most - 1, pdf.pages)) for first in starts]


def _pages(first: int, final: int) -> Span:
    return Span(first, final, (final - first + 1) * PDF_PAGE_TOKENS)


def batch_tokens(allowance: Allowance) -> int:
    """How many tokens of a text are read at once."""
    return max(1_000, min(BATCH_TOKENS_MAX, allowance.tokens_max // 2))


def notes_chars_max(batches: int, allowance: Allowance) -> int:
    """How long the notes on each batch may be, so that all of them fit into one request."""
    return min(max(all_notes_chars(allowance) // max(batches, 1), NOTES_CHARS_MIN), NOTES_CHARS_MAX)


def all_notes_chars(allowance: Allowance) -> int:
    return int(min(allowance.tokens_max * NOTES_SHARE, NOTES_TOKENS_MAX) * CHARS_PER_TOKEN)


def without(spans: Iterable[Span], covered: Iterable[Span]) -> list[Span]:
    """What of ``spans`` is in none of ``covered``; each piece stays within its span."""
    left = list(spans)
    for cover in covered:
        pieces = [(span, part) for span in left for part in _around(span, cover)]
        left = [_part(span, *part) for span, part in pieces]
    return left


def within(spans: Iterable[Span], wanted: Iterable[Span]) -> list[Span]:
    """What of ``spans`` is in any of ``wanted``."""
    spans = list(spans)
    return without(spans, without(spans, wanted))


def _around(span: Span, cover: Span) -> list[tuple[int, int]]:
    if cover.final < span.first or cover.first > span.final:
        return [(span.first, span.final)]
    parts = [(span.first, cover.first - 1), (cover.final + 1, span.final)]
    return [(first, final) for first, final in parts if first <= final]


def _part(span: Span, first: int, final: int) -> Span:
    if (first, final) == (span.first, span.final):
        return span
    return Span(first, final, -(-span.tokens * (final - first + 1) // (span.final - span.first + 1)))


def halves(span: Span) -> list[Span]:
    """Two, or none if it is a single page or line."""
    middle = (span.first + span.final) // 2
    return [] if span.first == span.final else [_part(span, span.first, middle), _part(span, middle + 1, span.final)]


def joined(spans: Iterable[Span]) -> list[Span]:
    """In order, neighbours as one."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda one: one.first):
        if result and span.first <= result[-1].final + 1:
            result[-1] = Span(result[-1].first, max(span.final, result[-1].final), result[-1].tokens + span.tokens)
        else:
            result.append(span)
    return result


def up_to(spans: Iterable[Span], tokens: int, final: int) -> tuple[list[Span], list[Span]]:
    """Splits them: those within so many ``tokens`` and not beyond ``final``, and the rest."""
    kept: list[Span] = []
    beyond: list[Span] = []
    for span in spans:
        inside, outside = within([span], [Span(1, final)]), without([span], [Span(1, final)])
        for part in inside:
            if part.tokens <= tokens:
                kept.append(part)
            else:
                beyond.append(part)
            tokens = tokens - part.tokens if part.tokens <= tokens else 0
        beyond += outside
    return kept, beyond


def to_read_again(said: str, total: int) -> list[Span]:
    """What the model wants to see again, from a line of its own; nothing if it says it in another way."""
    line = _AGAIN.search(said)
    if line is None:
        return []
    pairs = [(_number(first), _number(final or first)) for first, final in _RANGE.findall(line[1])]
    return joined(Span(max(first, 1), min(final, total)) for first, final in pairs if 1 <= first <= min(final, total))


def _number(digits: str) -> int:
    plain = re.sub(r"\D", "", digits)
    return int(plain) if len(plain) <= 9 else 0


def spans_of(notes: Iterable[BatchNotes]) -> list[Span]:
    return [Span(one.first, one.final) for one in notes]


def own(reading: Reading, question: str) -> list[BatchNotes]:
    """The notes that were written for that question before."""
    return [one for one in reading.earlier if one.question == question and one.first]


def others(reading: Reading, question: str) -> list[BatchNotes]:
    return [one for one in reading.earlier if one.question != question and one.first]

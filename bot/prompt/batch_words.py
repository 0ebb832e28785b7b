"""What the model and people are told about documents that are read in batches. Pure.

The model is told what it has before it, what notes to write, and later which notes it wrote. People are told how far
the reading has come, how the document was read, what was not read, and what a reading would cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.citing.page_references import wanted
from bot.file_ports import BatchNotes, Span
from bot.messages import ContentBlock, Note, PdfBlock, PreparedFile, TextBlock
from bot.prompt.long_documents import READ_AGAIN, Document, Reading, joined
from bot.prompt.spoken import fenced

CHARS_PER_WORD = 7
CUT = "[… these notes break off here …]"
_NOTES = (
    "[This is a part of a file that is too long to be read at once: {which} of {total:,}. The other parts are read in "
    "the same way. Don't answer yet: write notes, from which the question will be answered without the file. Write in "
    "the language of the question. First a few lines on what these {unit}s are about, part by part. Then whatever in "
    "them bears on the question, each point with where it stands in the whole file ({where}). Keep figures, names and "
    "decisive words as they stand. If nothing bears on the question, say so. At most {words:,} words.]"
)
_WHERE = {
    "page": "p. N; the first page here is p. {first}",
    "line": "as the file itself counts, by its rows, dates or headings, else lines {first}–{final}",
}
_PLAN = (
    "[Above are notes on {name}, a file of {total:,} {unit}s, which were made for earlier questions. Don't answer yet: "
    "say which of its {unit}s have to be read again to answer the question. Write one line: “"
    + READ_AGAIN
    + " none” where the notes are enough, else “"
    + READ_AGAIN
    + " ” and the numbers of as few {unit}s as will do, such as “12–40, 301”, "
    "or “1–{total}” where the notes say nothing of what is asked about.]"
)


def notes_wanted(document: Document, span: Span, chars_max: int) -> str:
    where = _WHERE[document.unit].format(first=span.first, final=span.final)
    which, words = _which(document, [span]), chars_max // CHARS_PER_WORD
    return _NOTES.format(which=which, total=document.total, unit=document.unit, where=where, words=words)


def plan_wanted(document: Document) -> str:
    return _PLAN.format(name=_quoted(document), total=document.total, unit=document.unit)


def label(document: Document, span: Span) -> str:
    """Before the pages of a PDF: which ones they are."""
    return f"File {_quoted(document)} (PDF, {_which(document, [span])} of {document.total:,}):"


def lines_block(document: Document, span: Span, text: str) -> TextBlock:
    about = language = ""
    if not isinstance(document.content, PdfBlock):
        about, language = document.content.about, document.content.language
    kind = f"{about}, {_which(document, [span])} of {document.total:,}"
    return TextBlock(f"File {_quoted(document)} ({kind}):\n{fenced(text, language)}")


def notes_blocks(document: Document, notes: Sequence[BatchNotes]) -> list[ContentBlock]:
    """The document as its notes, a block each, so that a request may hold some of them."""
    about = "PDF" if isinstance(document.content, PdfBlock) else document.content.about
    counted = f"{document.total:,} {document.unit}s"
    if not notes:
        return [TextBlock(f"File {_quoted(document)} ({about}, {counted}, none of which could be read):")]
    what = f"{about}, {counted}, too long to be sent: below are notes that you made of it"
    if isinstance(document.content, PdfBlock):
        what += f"; behind what you take from it write where it stands, as {wanted(document.content.title)}"
    return [TextBlock(f"File {_quoted(document)} ({what}):"), *(_noted(document, one) for one in notes)]


def _noted(document: Document, notes: BatchNotes) -> TextBlock:
    which = _which(document, [Span(notes.first, notes.final)])
    return TextBlock(f"File {_quoted(document)} (notes on {which} of {document.total:,}):\n{fenced(notes.text)}")


def with_notes(file: PreparedFile, notes: Sequence[tuple[Reading, Sequence[BatchNotes]]]) -> PreparedFile:
    """The file with notes in place of its documents, and without the notes on their length."""
    placed = {reading.document.block: (reading.document, of) for reading, of in notes}
    blocks: list[ContentBlock] = []
    left_out: set[str] = set()
    for place, block in enumerate(file.blocks):
        if place in placed:
            blocks += notes_blocks(*placed[place])
            left_out |= {block.whole.left_out} if isinstance(block, TextBlock) and block.whole else set()
        elif place + 1 not in placed or not isinstance(file.blocks[place + 1], PdfBlock):
            blocks.append(block)  # but for a PDF's label
    return replace(file, blocks=tuple(blocks), notes=tuple(one for one in file.notes if one.reason not in left_out))


# --- for people ----------------------------------------------------------------------------------------------------


def progress(document: Document, span: Span, *, alone: bool) -> str:
    named = "" if alone else f"{document.name}, "
    return f"is reading {named}{_which(document, [span])} of {document.total:,}…"


def notes_for_people(reading: Reading) -> list[Note]:
    """How the document was read, and what of it was not."""
    document = reading.document
    counted = f"{document.total:,} {document.unit}s"
    said = []
    if not reading.to_read and reading.earlier:
        said.append(
            f"was not read again, because this answer is based on notes from an earlier reading of its {counted}."
        )
    elif reading.earlier and reading.read:
        which = _which(document, joined(Span(one.first, one.final) for one in reading.read))
        said.append(
            f"was read again in part ({which}), and the rest of this answer is based on notes from an earlier reading."
        )
    elif reading.read:
        parts = len(reading.read)
        said.append(
            f"is long ({counted}), so it was read in {parts:,} part{'s' * (parts > 1)}, and this answer is based on "
            f"notes on each of them."
        )
    if reading.failed:
        which = _which(document, joined(reading.failed))
        said.append(
            f"was not read on {which}, because the model failed there twice. Please ask again, and I'll try once more."
        )
    if reading.unreadable:
        which = _which(document, joined(reading.unreadable))
        said.append(
            f"was not read on {which}, because that part is damaged or too large for the model. Please send it by "
            f"itself."
        )
    if reading.beyond:
        which = _which(document, joined(reading.beyond))
        said.append(
            f"is longer than what I read for one question, so {which} of {document.total:,} were not read. "
            "Please send the part that matters in a separate file."
        )
    return [Note(document.name, reason) for reason in said]


def estimate(readings: Sequence[Reading]) -> str:
    """What a reading would cost, and what a person can do."""
    names = ", ".join(f"{one.document.name} ({one.document.total:,} {one.document.unit}s)" for one in readings)
    tokens, requests = sum(one.tokens for one in readings), sum(len(one.to_read) for one in readings)
    return (
        f"Reading {names} would take about {_millions(tokens)} tokens, in {requests:,} requests to the model. "
        "Press the button to go on, or send only the part that matters."
    )


def _millions(tokens: int) -> str:
    return f"{tokens / 1_000_000:.1f} million" if tokens >= 950_000 else f"{tokens:,}"


def _which(document: Document, spans: Sequence[Span]) -> str:
    """ "pages 1–100 and 301–400"; "page 7"."""
    ranges = [f"{one.first:,}" if one.first == one.final else f"{one.first:,}–{one.final:,}" for one in spans]
    single = len(spans) == 1 and spans[0].first == spans[0].final
    named = ranges[0] if len(ranges) == 1 else f"{', '.join(ranges[:-1])} and {ranges[-1]}"
    return f"{document.unit}{'' if single else 's'} {named}"


def _quoted(document: Document) -> str:
    return f'"{document.name}"'

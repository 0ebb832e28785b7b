"""What people read about documents that were read in batches."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.file_ports import BatchNotes, Span
from bot.messages import FileBytes, PdfBlock, WholeText
from bot.prompt.batch_words import estimate, notes_for_people, progress
from bot.prompt.long_documents import Document, Reading

BYTES = FileBytes(Path("a"), 9)
PDF = Document(0, 1, PdfBlock("contract.pdf", BYTES, 1_812), fresh=True)
LOG = Document(0, 0, WholeText(BYTES, 90_000, "app.log", "log", "", 0, "is long."), fresh=True)
FIRST, SECOND = BatchNotes("one", 1, 100, "x"), BatchNotes("one", 101, 200, "y")
BOTH = [Span(1, 100, 300_000), Span(101, 200, 300_000)]


def said(reading: Reading) -> list[str]:
    return [f"{note.file_name} {note.reason}" for note in notes_for_people(reading)]


@pytest.mark.parametrize(
    ("reading", "sentence"),
    [
        (
            Reading(PDF, BOTH, read=[FIRST, SECOND]),
            (
                "contract.pdf is long (1,812 pages), so it was read in 2 parts, and this answer is based on notes on "
                "each of them."
            ),
        ),
        (
            Reading(PDF, [], earlier=[FIRST, SECOND]),
            (
                "contract.pdf was not read again, because this answer is based on notes from an earlier reading of "
                "its 1,812 pages."
            ),
        ),
        (
            Reading(PDF, BOTH[:1], earlier=[SECOND], read=[FIRST]),
            (
                "contract.pdf was read again in part (pages 1–100), and the rest of this answer is based on notes "
                "from an earlier reading."
            ),
        ),
        (
            Reading(LOG, BOTH, failed=[Span(101, 150), Span(151, 200), Span(7, 7)]),
            (
                "app.log was not read on lines 7 and 101–200, because the model failed there twice. Please ask again, "
                "and I'll try once more."
            ),
        ),
        (
            Reading(PDF, [Span(7, 7)], unreadable=[Span(7, 7)]),
            (
                "contract.pdf was not read on page 7, because that part is damaged or too large for the model. Please "
                "send it by itself."
            ),
        ),
    ],
)
def test_a_line_says_which_way_a_document_was_read(reading: Reading, sentence: str) -> None:
    assert said(reading) == [sentence]


def test_progress_names_the_file_where_there_are_several() -> None:
    assert progress(PDF, Span(201, 300), alone=True) == "is reading pages 201–300 of 1,812…"
    assert progress(PDF, Span(1_801, 1_801), alone=False) == "is reading contract.pdf, page 1,801 of 1,812…"


def test_an_estimate_says_what_a_reading_takes() -> None:
    assert estimate([Reading(PDF, BOTH), Reading(LOG, BOTH)]) == (
        "Reading contract.pdf (1,812 pages), app.log (90,000 lines) would take about 1.2 million tokens, in 4 requests "
        "to the model. Press the button to go on, or send only the part that matters."
    )

"""What people read about a file that was not read, or not whole: one sentence that begins with its name."""

from __future__ import annotations

import pytest

from bot.files import inner_notes, notes
from bot.messages import Note
from bot.prompt import draft
from bot.slack.write.message_arguments import note_line

REASONS = [
    *(value for name, value in {**vars(notes), **vars(inner_notes)}.items() if name.isupper() and type(value) is str),
    inner_notes.embedded_left_out(20, 3),
    inner_notes.image_cut_off(45),
    draft.REFUSED,
    notes.too_large(30_000_000, 24_000_000),
    notes.too_large(None, 24_000_000),
    notes.too_many_pixels(9_000, 9_000),
    notes.unknown_kind("a .dat file"),
    notes.pages_left_out(1, 12),
    notes.pages_left_out(600, 1_200),
    notes.no_office("OpenDocument text"),
    notes.members_left_out(0, 50, 100_000_000),
    notes.members_left_out(1, 50, 100_000_000),
    notes.members_left_out(50, 50, 100_000_000),
    notes.more_notes(1),
    notes.frames_left_out(1, 9, 9),
    notes.frames_left_out(5, 101, 101),
    notes.frames_left_out(5, 3_000, 2_000),
    notes.pages_unreadable([2], 9),
    notes.pages_unreadable([2, 3], 9),
    notes.pieces_left_out(20, 30),
    notes.pictures_left_out(50, 3),
    notes.attachments_damaged(2),
    notes.attachments_locked(2),
    notes.attachments_left_out(50, 60),
    notes.mails_left_out(50, 60),
    notes.packed_otherwise("Implode"),
    notes.archive_of_kind("a RAR archive"),
    notes.small_preview(160, 120),
    notes.raw_without_preview(),
    notes.foreign_picture("a JPEG XL"),
    notes.unreadable_picture("AVIF"),
    notes.more_notes(8),
    notes.text_left_out(12_345),
    notes.not_what_its_name_says("png"),
    notes.words_alone("OpenDocument text"),
    notes.not_opened("Visio drawing"),
    notes.cut_off("Word document"),
    notes.sheet_rows_left_out(["rows 3–9 of 12 in “Data”"] * 5),
    notes.sheets_break_off(["Data", "Plan"]),
    notes.sheets_left_out(100, 120),
]


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_a_predicate_of_the_file(reason: str) -> None:
    verb = reason.partition(" ")[0]
    assert verb in {"is", "was", "has", "holds", "needs", "took", "did", "could", "can't"}
    assert reason.endswith(".")
    assert not set(reason) & set(";`*_<>\n")


def test_a_note_is_a_sentence_that_begins_with_the_name() -> None:
    assert note_line(Note("song.mp3", notes.AUDIO)) == (
        "song.mp3 is an audio file, which I can't listen to. Please send a transcript."
    )
    assert note_line(Note("", notes.EMPTY)) == "A file is empty."
    assert note_line(Note("a.zip › plan.pdf", notes.pages_left_out(600, 1_200))) == (
        "a.zip › plan.pdf has 1,200 pages, and only the first 600 could be read. Please send the others by themselves."
    )


@pytest.mark.parametrize(
    ("kept", "said"), [(0, "none of its files was"), (1, "only its first file was"), (2, "only its first 2 files were")]
)
def test_what_was_read_of_a_large_archive_is_counted(kept: int, said: str) -> None:
    assert said in notes.members_left_out(kept, 50, 100_000_000)

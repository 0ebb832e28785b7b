"""Which of a thread's files are fetched: the newest, and hardly more than a request can hold."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.file_ports import Fetch
from bot.messages import Attachment, FileBytes, ImageBlock, Note, PdfBlock, PreparedFile, TextBlock
from bot.prompt.budget import Allowance, fitting
from bot.prompt.intake import MISFITS_MAX, RequestIntake, summed_up

MEGABYTE = 1_000_000


def pdf(number: int, size: int = MEGABYTE) -> Attachment:
    return Attachment.bare(f"F{number}", f"{number}.pdf", mimetype="application/pdf", size_bytes=size, filetype="pdf")


def picture(number: int, size: int = MEGABYTE) -> Attachment:
    return Attachment.bare(f"F{number}", f"{number}.png", mimetype="image/png", size_bytes=size, filetype="png")


def prepared(file: Attachment, size: int | None = None) -> PreparedFile:
    """As it is once it was fetched; a picture is made smaller."""
    data = FileBytes(Path(file.name), (file.size_bytes or 0) if size is None else size)
    block = PdfBlock(file.name, data, 1) if file.filetype == "pdf" else ImageBlock("image/png", data, 100, 100)
    return PreparedFile(file.id, (TextBlock(f'File "{file.name}":'), block))


@dataclass
class Reader:
    """Fetches files as ``intake`` says, newest first, ``at_once`` at a time, in any order of arrival."""

    intake: RequestIntake
    dice: random.Random
    at_once: int = 3
    fetched: list[Attachment] = field(default_factory=list)
    results: dict[str, PreparedFile] = field(default_factory=dict)
    running: list[tuple[Attachment, int | None]] = field(default_factory=list)

    def arrive(self) -> None:
        file, size = self.running.pop(self.dice.randrange(len(self.running)))
        self.results[file.id] = prepared(file, size)
        self.intake.add(self.results[file.id])

    def read(self, files: Sequence[tuple[Attachment, int | None]]) -> list[PreparedFile]:
        for file, size in reversed(files):
            while len(self.running) >= self.at_once:
                self.arrive()
            while (fetch := self.intake.fetch(file)) is Fetch.LATER:
                self.arrive()
            if fetch is Fetch.NOW:
                self.fetched.append(file)
                self.running.append((file, size))
            else:
                self.results[file.id] = self.intake.left_out(file)
        while self.running:
            self.arrive()
        return [self.results[file.id] for file, _ in files]


def reader(allowance: Allowance) -> Reader:
    return Reader(RequestIntake(allowance), random.Random(1))


def test_as_many_of_two_hundred_pdfs_are_fetched_as_fit() -> None:
    files = [(pdf(number), None) for number in range(200)]
    reading = reader(Allowance(bytes_max=29 * MEGABYTE))
    results = fitting(reading.read(files), Allowance(bytes_max=29 * MEGABYTE))
    sent = [file.attachment_id for file in results if file.blocks]
    assert {file.id for file in reading.fetched} == {f"F{number}" for number in range(179, 200)}
    assert sent == [f"F{number}" for number in range(184, 200)]


def test_a_small_old_file_is_fetched_beside_a_large_one_that_does_not_fit() -> None:
    files = [(pdf(1, 1_000), None), (pdf(2, 15 * MEGABYTE), None), (pdf(3, 15 * MEGABYTE), None)]
    reading = reader(Allowance(bytes_max=30 * MEGABYTE))
    reading.read(files)
    assert {file.id for file in reading.fetched} == {"F1", "F3"}


def test_pictures_that_become_small_are_fetched_one_after_the_other() -> None:
    files = [(picture(number, 20 * MEGABYTE), 100_000) for number in range(50)]
    reading = reader(Allowance(bytes_max=30 * MEGABYTE))
    reading.read(files)
    assert len(reading.fetched) == 50


sizes = st.integers(1, 5 * MEGABYTE)
kinds = st.sampled_from([pdf, picture])


@given(st.lists(st.tuples(kinds, sizes, sizes), max_size=60), st.integers(1, 4), st.integers(0, 40), st.randoms())
def test_hardly_more_is_fetched_than_is_sent(
    drawn: list[tuple[object, int, int]], at_once: int, megabytes: int, dice: random.Random
) -> None:
    allowance = Allowance(bytes_max=megabytes * MEGABYTE, images_max=20)
    files = [
        (made(number, size), min(size, smaller) if made is picture else None)  # type: ignore[operator]
        for number, (made, size, smaller) in enumerate(drawn)
    ]
    reading = Reader(RequestIntake(allowance), dice, at_once)
    results = fitting(reading.read(files), allowance)
    sent = [file for file in results if file.blocks]
    assert [file.attachment_id for file in results] == [file.id for file, _ in files]
    assert len(reading.fetched) <= 2 * len(sent) + MISFITS_MAX + at_once
    assert all(file.blocks or file.notes for file in results)


def test_many_files_that_were_left_are_one_note() -> None:
    intake = RequestIntake(Allowance())
    left = [note for number in range(178) for note in intake.left_out(pdf(number)).notes]
    locked = Note("a.pdf", "is password-protected.")
    few = summed_up([locked, *left[:3], locked])
    assert few == (locked, *left[:3])
    (other, summary) = summed_up([*left, locked])
    assert other == locked
    assert summary.file_name == "177.pdf and 177 older files"
    assert summary.reason.startswith("were not fetched, because together with this thread's newer files it would be")

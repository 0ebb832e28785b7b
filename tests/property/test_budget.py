"""Whatever a thread holds, one request stays within the API's limits, and what is left out is named."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.estimates import BLOCK_BYTES
from bot.messages import ContentBlock, FileBytes, ImageBlock, Note, PdfBlock, PreparedFile, TextBlock
from bot.prompt.budget import SET_ASIDE, Allowance, fitting

PATH = Path("unread")


def pdf(name: str, *, size: int = 1_000, pages: int = 1) -> PreparedFile:
    blocks = (TextBlock(f'File "{name}" (PDF):'), PdfBlock(name, FileBytes(PATH, size), pages))
    return PreparedFile(name, blocks)


def image(name: str, *, side_px: int = 1_000) -> PreparedFile:
    picture = ImageBlock("image/png", FileBytes(PATH, 1_000), side_px, 10)
    return PreparedFile(name, (TextBlock(f'File "{name}" (PNG):'), picture))


def kept(files: list[PreparedFile]) -> list[str]:
    return [file.attachment_id for file in files if file.blocks]


def notes(files: list[PreparedFile]) -> list[Note]:
    return [note for file in files for note in file.notes]


def test_what_fits_stays_as_it_is() -> None:
    files = [pdf("a"), image("b"), PreparedFile("c", notes=(Note("c", "is empty."),))]
    assert fitting(files, Allowance()) == files


def test_the_newest_files_come_first() -> None:
    files = [pdf("old", size=15_000_000), pdf("small", size=1_000), pdf("new", size=15_000_000)]
    result = fitting(files, Allowance())
    assert kept(result) == ["small", "new"]
    assert notes(result) == [
        Note(
            "old",
            "was left out, because together with this thread's newer files it would be more than the model can read "
            "at once (30 MB).",
        )
    ]


def test_pages_are_counted_over_all_pdfs() -> None:
    files = [pdf("a", pages=60), pdf("b", pages=41), pdf("c", pages=40)]
    assert kept(fitting(files, Allowance())) == ["a", "b", "c"]
    result = fitting(files, Allowance.small_window())
    assert kept(result) == ["b", "c"]
    assert "(100 PDF pages)" in notes(result)[0].reason


def test_images_are_counted() -> None:
    result = fitting([image(f"{number}") for number in range(103)], Allowance.small_window())
    assert kept(result) == [f"{number}" for number in range(16, 103)], "more than has to: the next ones push out none"
    assert "(100 images)" in notes(result)[0].reason
    assert notes(result)[15] == Note("15", SET_ASIDE)


def test_the_files_that_are_left_out_stay_the_same_for_many_turns() -> None:
    starts = [103 + n - len(kept(fitting([image(f"{k}") for k in range(103 + n)], Allowance.small_window())))
              for n in range(60)]  # fmt: skip
    assert starts == sorted(starts)
    assert len(set(starts)) <= 5


def test_a_file_that_is_too_large_by_itself_pushes_out_no_other() -> None:
    files = [image("0"), pdf("large", size=40_000_000), *(image(f"{number}") for number in range(1, 9))]
    assert kept(fitting(files, Allowance())) == ["0", *(f"{number}" for number in range(1, 9))]


def test_with_a_large_image_there_are_no_more_than_twenty() -> None:
    small = [image(f"{number}") for number in range(30)]
    assert len(kept(fitting(small, Allowance()))) == 30
    newest_is_large = fitting([*small, image("large", side_px=2_500)], Allowance())
    assert kept(newest_is_large) == [*(f"{number}" for number in range(11, 30)), "large"]
    assert "2,000 px" in notes(newest_is_large)[0].reason
    oldest_is_large = fitting([image("large", side_px=2_500), *small], Allowance())
    assert kept(oldest_is_large) == [f"{number}" for number in range(30)]


def test_those_parts_of_a_file_that_fit_are_kept() -> None:
    pages = [block for number in range(5) for block in image(f"page {number}").blocks]
    result = fitting([PreparedFile("F", tuple(pages))], Allowance(images_max=3))
    assert len(result[0].blocks) == 6
    assert notes(result)[0].reason.startswith("was read only in part, because ")


def blocks() -> st.SearchStrategy[ContentBlock]:
    data = st.builds(FileBytes, st.just(PATH), st.integers(0, 40_000))
    side_px = st.integers(1, 2_600)
    return st.one_of(
        st.builds(TextBlock, st.text(max_size=50)),
        st.builds(ImageBlock, st.just("image/png"), data, side_px, side_px),
        st.builds(PdfBlock, st.just("x.pdf"), data, st.integers(1, 60)),
    )


files = st.lists(
    st.builds(PreparedFile, st.text(max_size=3), st.lists(blocks(), max_size=25).map(tuple), st.just(())), max_size=6
)
rooms = st.builds(Allowance, st.integers(0, 500_000), st.integers(0, 200), st.integers(0, 40))


@given(files, rooms)
def test_every_request_is_within_the_limits(files: list[PreparedFile], allowance: Allowance) -> None:
    result = fitting(files, allowance)
    sent = [block for file in result for block in file.blocks]
    images = [block for block in sent if isinstance(block, ImageBlock)]
    texts = sum(len(json.dumps(block.text)) for block in sent if isinstance(block, TextBlock))
    data = sum(-(-block.data.size_bytes // 3) * 4 for block in sent if not isinstance(block, TextBlock))
    assert texts + data + len(sent) * BLOCK_BYTES <= allowance.bytes_max or not sent
    assert sum(block.pages for block in sent if isinstance(block, PdfBlock)) <= allowance.pages_max
    assert len(images) <= allowance.images_max
    assert len(images) <= 20 or all(max(block.width_px, block.height_px) <= 2_000 for block in images)


@given(files, rooms)
def test_nothing_is_left_out_in_silence(files: list[PreparedFile], allowance: Allowance) -> None:
    for before, after in zip(files, fitting(files, allowance), strict=True):
        assert after.attachment_id == before.attachment_id
        assert (after.blocks == before.blocks) is (after.notes == before.notes)
        remaining = iter(before.blocks)
        assert all(block in remaining for block in after.blocks)


@given(files, rooms)
def test_the_newest_file_is_never_left_out_for_an_older_one(files: list[PreparedFile], allowance: Allowance) -> None:
    if files:
        assert fitting(files, allowance)[-1] == fitting(files[-1:], allowance)[-1]

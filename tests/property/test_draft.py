"""What is asked instead of a request that was refused: always less, never the wrong file, and not for ever."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.budget import Allowance
from bot.draft import REFUSALS_MAX, REFUSED, Draft, newly_attached, owners, refused_file
from bot.errors import ModelError, ModelOverloaded, ModelRequestInvalid, ModelRequestTooLarge
from bot.messages import (
    Attachment,
    Author,
    AuthorKind,
    ContentBlock,
    Conversation,
    FileBytes,
    ImageBlock,
    Message,
    Note,
    PdfBlock,
    PreparedFile,
    Role,
    TextBlock,
    ThreadMessage,
)

ADA, CLAUDE = Author("U1", "Ada", AuthorKind.PERSON), Author("UBOT", "claude", AuthorKind.THIS_BOT)


def pdf(path: str) -> PdfBlock:
    return PdfBlock(path, FileBytes(Path(path), 1_000), 1)


def image(path: str) -> ImageBlock:
    return ImageBlock("image/png", FileBytes(Path(path), 1_000), 100, 100)


def said(second: int, author: Author, *file_ids: str, text: str = "words") -> ThreadMessage:
    return ThreadMessage(f"{second}.0", author, text, tuple(Attachment.bare(name, f"{name}.pdf") for name in file_ids))


def draft(thread: list[ThreadMessage], files: list[PreparedFile]) -> Draft:
    return Draft(tuple(thread), tuple(files), system="", tokens_max=100_000, allowance=Allowance())


def blocks_of(file_id: str) -> st.SearchStrategy[tuple[ContentBlock, ...]]:
    """Text beside up to three pictures or PDFs, each at a path of its own, as a file of many parts has them."""
    label: ContentBlock = TextBlock(f'File "{file_id}":')
    ways: list[Callable[[str], ContentBlock]] = [pdf, image]

    def labelled(chosen: list[Callable[[str], ContentBlock]]) -> tuple[ContentBlock, ...]:
        return tuple(block for number, way in enumerate(chosen) for block in (label, way(f"{file_id}/{number}")))

    return st.lists(st.sampled_from(ways), max_size=3).map(labelled)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    thread, files = [], []
    for second in range(draw(st.integers(1, 5))):
        ids = [f"F{second}{number}" for number in range(draw(st.integers(0, 3)))]
        files += [PreparedFile(file_id, draw(blocks_of(file_id))) for file_id in ids]
        text = draw(st.text("ab ", max_size=2_000))
        thread.append(said(second, draw(st.sampled_from([ADA, CLAUDE])), *ids, text=text))
    return draft(thread, files)


def media_of(conversation: Conversation) -> dict[tuple[int, int], Path]:
    return {
        (number, place): block.data.path
        for number, message in enumerate(conversation.messages)
        for place, block in enumerate(message.content)
        if not isinstance(block, TextBlock)
    }


@given(drafts(), st.sets(st.tuples(st.integers(0, 6), st.integers(0, 12))))
def test_what_the_api_names_is_traced_to_its_file_and_to_no_other(asked: Draft, named: set[tuple[int, int]]) -> None:
    conversation = asked.request().conversation
    of_files = {path.parent.name for index, path in media_of(conversation).items() if index in named}
    assert owners(conversation, asked.files, named) == of_files


@given(drafts(), st.data())
def test_the_next_request_is_the_same_without_the_named_file(asked: Draft, data: st.DataObject) -> None:
    before = media_of(asked.request().conversation)
    if not before:
        return
    index = data.draw(st.sampled_from(sorted(before)))
    instead = asked.after(ModelRequestInvalid("400", refused_blocks=(index,)))

    assert instead is not None
    [file_id] = instead.refused
    after = media_of(instead.request().conversation).values()
    assert list(after) == [path for path in before.values() if path.parent.name != file_id]
    assert instead.request().notes == (Note(f"{file_id}.pdf", REFUSED),)
    assert [file.attachment_id for file in instead.files] == [file.attachment_id for file in asked.files]


errors = st.one_of(
    st.builds(lambda: ModelRequestTooLarge("413")),
    st.sets(st.tuples(st.integers(0, 3), st.integers(0, 8))).map(
        lambda named: ModelRequestInvalid("400", refused_blocks=tuple(named))
    ),
)


@given(drafts(), st.lists(errors, min_size=REFUSALS_MAX + 2, max_size=REFUSALS_MAX + 2))
def test_there_is_an_end_and_no_request_is_made_twice(asked: Draft, refusals: list[ModelError]) -> None:
    made = [asked.request().conversation]
    now: Draft | None = asked
    for error in refusals:
        now = now.after(error) if now else None
        if now:
            assert now.request().conversation not in made
            made.append(now.request().conversation)
            assert now.request().conversation.messages[-1].role is Role.USER
    assert now is None


def test_other_errors_are_not_mended_here() -> None:
    asked = draft([said(1, ADA, "F1")], [PreparedFile("F1", (pdf("a"),))])
    assert asked.after(ModelOverloaded("529")) is None
    assert asked.after(ModelRequestInvalid("400")) is None


def test_one_part_that_is_refused_costs_the_whole_file_and_one_note() -> None:
    asked = draft([said(1, ADA, "F1", "F2")], [PreparedFile("F1", (pdf("a"), image("b"))), PreparedFile("F2")])
    instead = asked.after(ModelRequestInvalid("400", refused_blocks=((0, 1), (0, 2))))
    assert instead is not None
    assert media_of(instead.request().conversation) == {}
    assert instead.request().notes == (Note("F1.pdf", REFUSED),)


def test_a_file_that_stands_in_the_thread_twice_is_told_of_once() -> None:
    thread = [said(1, ADA, "F1"), said(2, ADA, "F1")]
    asked = draft(thread, [refused_file("F1", thread)] * 2)
    assert asked.request().notes == (Note("F1.pdf", REFUSED),)


def test_files_are_new_until_the_bot_has_spoken_and_those_of_the_question_always() -> None:
    assert newly_attached([said(1, ADA, "a"), said(2, ADA, "b"), said(3, ADA)]) == {"a", "b"}
    assert newly_attached([said(1, ADA, "a"), said(2, CLAUDE), said(3, ADA, "b"), said(4, ADA, "c")]) == {"b", "c"}
    assert newly_attached([said(1, ADA, "a"), said(2, CLAUDE), said(3, ADA, "a")]) == {"a"}
    assert newly_attached([said(1, CLAUDE, "a")]) == {"a"}


def test_indexes_beyond_the_conversation_name_nothing() -> None:
    conversation = Conversation("", (Message(Role.USER, (pdf("a"),)),))
    files = [PreparedFile("F1", (pdf("a"),))]
    assert owners(conversation, files, {(0, 0)}) == {"F1"}
    assert owners(conversation, files, {(0, 1), (1, 0), (-1, 0)}) == frozenset()

"""What is asked instead of a request that was refused: always less, never the wrong file, and not for ever."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Conversation, Message, Role
from bot.errors import MediaBound, Medium, ModelError, ModelOverloaded, ModelRequestInvalid, ModelRequestTooLarge
from bot.messages import (
    Attachment,
    Author,
    AuthorKind,
    ContentBlock,
    FileBytes,
    ImageBlock,
    Note,
    PdfBlock,
    PreparedFile,
    TextBlock,
    ThreadMessage,
)
from bot.prompt.budget import Allowance
from bot.prompt.draft import (
    FEWER_MAX,
    REFUSALS_MAX,
    REFUSED,
    SET_ASIDE,
    SUSPECTED,
    TRIALS_MAX,
    Draft,
    newly_attached,
    owners,
    refused_file,
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


MEDIA = st.sampled_from([None, *Medium])
errors = st.one_of(
    st.builds(lambda fits: ModelRequestTooLarge("413", fits=fits), st.none() | st.floats(0.01, 1)),
    st.builds(
        lambda most, in_pages: ModelRequestTooLarge("400", media=MediaBound(most, in_pages=in_pages)),
        st.none() | st.integers(0, 20),
        st.booleans(),
    ),
    st.sets(st.tuples(st.integers(0, 3), st.integers(0, 8))).map(
        lambda named: ModelRequestInvalid("400", refused_blocks=tuple(named))
    ),
    st.builds(
        lambda medium, none, files: ModelRequestInvalid("400", medium=medium, medium_not_taken=none, about_files=files),
        MEDIA,
        st.booleans(),
        st.booleans(),
    ),
)
STEPS_MAX = REFUSALS_MAX + TRIALS_MAX + FEWER_MAX + 1


@given(drafts(), st.lists(errors, min_size=STEPS_MAX + 1, max_size=STEPS_MAX + 1))
def test_there_is_an_end_and_no_request_is_made_twice(asked: Draft, refusals: list[ModelError]) -> None:
    made = [asked.request().conversation]
    now: Draft | None = asked
    for error in refusals:
        now = now.after(error) if now else None
        if now:
            assert now.request().conversation not in made
            made.append(now.request().conversation)
            assert now.request().conversation.messages[-1].role is Role.USER
            assert not files_in(now.request().conversation) & now.blamed, "nothing is to blame that is still sent"
    assert now is None


# --- a refusal that names nothing ----------------------------------------------------------------------------------


def files_in(conversation: Conversation) -> set[str]:
    return {path.parent.name for path in media_of(conversation).values()}


def kinds_of(asked: Draft, file_id: str) -> set[Medium]:
    blocks = [block for file in asked.files if file.attachment_id == file_id for block in file.blocks]
    images = {Medium.IMAGE for block in blocks if isinstance(block, ImageBlock)}
    return images | {Medium.PDF for block in blocks if isinstance(block, PdfBlock)}


def settled(asked: Draft, culprits: set[str], medium: Medium | None) -> tuple[Draft | None, int]:
    """The draft that an API accepts which does not take ``culprits`` and does not say so; and how often it refused."""
    now: Draft | None = asked
    for refusals in range(TRIALS_MAX + 2):
        if now is None or not files_in(now.request().conversation) & culprits:
            return now, refusals
        now = now.after(ModelRequestInvalid("400", medium=medium))
    raise AssertionError("no end")


@given(drafts(), st.data(), st.booleans())
def test_one_file_that_is_refused_without_a_name_is_found_and_few_others_are_blamed(
    asked: Draft, data: st.DataObject, speaks: bool
) -> None:
    sent = files_in(asked.request().conversation)
    if not sent:
        return
    culprit = data.draw(st.sampled_from(sorted(sent)))
    medium = data.draw(st.sampled_from(sorted(kinds_of(asked, culprit)))) if speaks else None
    accepted, refusals = settled(asked, {culprit}, medium)

    assert accepted is not None
    assert refusals <= 3
    assert culprit in accepted.blamed
    suspects = {file_id for file_id in sent if medium is None or medium in kinds_of(asked, file_id)}
    messages = [{file.id for file in message.attachments} & suspects for message in asked.thread]
    newest = [ids for ids in messages if ids][-1]
    assert accepted.blamed == (newest if culprit in newest else suspects - newest)


@given(drafts(), st.data(), MEDIA)
def test_several_files_that_are_refused_without_a_name_end_in_an_answer_too(
    asked: Draft, data: st.DataObject, medium: Medium | None
) -> None:
    sent = sorted(files_in(asked.request().conversation))
    culprits = {file_id for file_id in sent if data.draw(st.booleans())}
    accepted, refusals = settled(asked, culprits, medium)

    assert accepted is not None
    assert refusals <= TRIALS_MAX
    assert bool(accepted.blamed) == bool(culprits)


def story() -> Draft:
    """An older image and PDF, then two images and a PDF with the question."""
    thread = [said(1, ADA, "old", "paper"), said(2, CLAUDE), said(3, ADA, "new", "newer", "plan")]
    files = [PreparedFile(name, (pdf(f"{name}/0") if name in ("paper", "plan") else image(f"{name}/0"),))
             for name in ("old", "paper", "new", "newer", "plan")]  # fmt: skip
    return draft(thread, files)


def asked_about(medium: Medium | None, times: int) -> Draft:
    now = story()
    for _ in range(times):
        after = now.after(ModelRequestInvalid("400", medium=medium))
        assert after is not None
        now = after
    return now


def test_the_newest_message_s_media_go_first_then_all() -> None:
    assert files_in(asked_about(None, 1).request().conversation) == {"old", "paper"}
    assert files_in(asked_about(None, 2).request().conversation) == set()
    assert asked_about(None, 2).after(ModelRequestInvalid("400")) is None


def test_pdfs_are_left_out_last_where_the_refusal_speaks_of_images() -> None:
    assert files_in(asked_about(Medium.IMAGE, 1).request().conversation) == {"old", "paper", "plan"}
    assert files_in(asked_about(Medium.IMAGE, 2).request().conversation) == {"paper", "plan"}
    assert files_in(asked_about(Medium.IMAGE, 3).request().conversation) == set()
    assert files_in(asked_about(Medium.PDF, 1).request().conversation) == {"old", "paper", "new", "newer"}


def test_people_are_told_which_files_may_be_it_and_which_were_only_set_aside() -> None:
    once, twice = asked_about(Medium.IMAGE, 1), asked_about(Medium.IMAGE, 2)

    assert once.request().notes == (Note("new.pdf", SUSPECTED), Note("newer.pdf", SUSPECTED))
    assert once.blamed == {"new", "newer"}
    assert twice.request().notes == (Note("old.pdf", REFUSED), Note("new.pdf", SET_ASIDE), Note("newer.pdf", SET_ASIDE))
    assert twice.blamed == {"old"}


def test_where_leaving_out_did_not_help_no_file_is_to_blame() -> None:
    given_up = asked_about(None, 2).given_up()

    assert (given_up.blamed, given_up.request().notes) == (frozenset(), ())


def test_a_model_that_takes_no_images_is_asked_without_any_at_once_and_for_good() -> None:
    after = story().after(ModelRequestInvalid("500", medium=Medium.IMAGE, medium_not_taken=True))

    assert after is not None
    assert files_in(after.request().conversation) == {"paper", "plan"}
    assert after.blamed == {"old", "new", "newer"}


def test_a_refusal_that_is_not_about_files_stands() -> None:
    assert story().after(ModelRequestInvalid("400", about_files=False)) is None


# --- a request that is too large -----------------------------------------------------------------------------------


def words_in(asked: Draft) -> int:
    blocks = [block for message in asked.request().conversation.messages for block in message.content]
    return sum(len(block.text) for block in blocks if isinstance(block, TextBlock))


def test_what_would_fit_is_what_the_api_says_and_never_more_than_half() -> None:
    thread = [said(second, ADA, text="words " * 500) for second in range(1, 21)]
    asked = draft(thread, [])

    def left(fits: float | None) -> int:
        after = asked.after(ModelRequestTooLarge("400", fits=fits))
        assert after is not None
        return words_in(after)

    whole = words_in(asked)
    assert 0.3 * whole < left(None) == left(0.99) <= 0.5 * whole
    assert left(0.3) <= 0.3 * whole


@given(drafts(), st.none() | st.integers(1, 20), st.booleans())
def test_where_files_are_too_many_the_newest_stay(asked: Draft, most: int | None, in_pages: bool) -> None:
    before = list(media_of(asked.request().conversation).values())
    fewer = asked.after(ModelRequestTooLarge("400", media=MediaBound(most, in_pages=in_pages)))
    if not before:
        assert fewer is None or media_of(fewer.request().conversation) == {}
        return

    assert fewer is not None
    after = list(media_of(fewer.request().conversation).values())
    allowed = most if most is not None and most < len(before) else len(before) // 2
    assert len(after) <= allowed
    assert set(after) <= set(before)
    assert fewer.blamed == frozenset()


def test_where_files_are_too_many_as_many_are_sent_as_the_api_takes() -> None:
    thread = [said(second, ADA, f"F{second}") for second in range(1, 8)]
    asked = draft(thread, [PreparedFile(f"F{second}", (image(f"F{second}/0"),)) for second in range(1, 8)])
    fewer = asked.after(ModelRequestTooLarge("400", media=MediaBound(3, in_pages=False)))

    assert fewer is not None
    sent = media_of(fewer.request().conversation).values()
    assert [path.parent.name for path in sent] == ["F5", "F6", "F7"]


def test_words_alone_are_not_sent_again_where_files_are_said_to_be_too_many() -> None:
    asked = draft([said(1, ADA, "F1")], [PreparedFile("F1", (image("F1/0"),))])
    without = asked.after(ModelRequestTooLarge("400", media=MediaBound(None, in_pages=False)))
    assert without is not None
    assert media_of(without.request().conversation) == {}
    assert without.after(ModelRequestTooLarge("400", media=MediaBound(0, in_pages=False))) is None


# --- owners and names ----------------------------------------------------------------------------------------------


def test_other_errors_are_not_mended_here() -> None:
    asked = draft([said(1, ADA, "F1")], [PreparedFile("F1", (pdf("a"),))])
    assert asked.after(ModelOverloaded("529")) is None


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

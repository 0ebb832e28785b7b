"""For any thread whatsoever, what the model is sent is a conversation that the Messages API takes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import Conversation, Role
from bot.estimates import MARGIN, estimate_tokens
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
from bot.prompt import spoken
from bot.prompt.history import build

SYSTEM = "You help."
WIDE = 10**9

DATA = FileBytes(Path("made-up"), 1000)
WORDS = st.text(max_size=40) | st.sampled_from(
    ["", " ", "\n", "Ada: I said so", "[12 earlier messages", "\ud800", "\0"]
)
NAMES = WORDS | st.sampled_from(["Ada\nAssistant", "Bob: Eve", "\u202eevil", "[File from Ada: x]", "Zoë 👩‍💻"])
BLOCKS: st.SearchStrategy[ContentBlock] = st.one_of(
    WORDS.map(TextBlock),
    st.builds(ImageBlock, st.just("image/png"), st.just(DATA), st.integers(1, 8000), st.integers(1, 8000)),
    st.builds(PdfBlock, st.just("x.pdf"), st.just(DATA), st.integers(1, 600)),
)
FILE_IDS = [f"F{number}" for number in range(6)]
FILES = st.dictionaries(
    st.sampled_from(FILE_IDS),
    st.builds(
        PreparedFile,
        st.just("F"),
        st.lists(BLOCKS, max_size=3).map(tuple),
        st.lists(st.builds(Note, NAMES, WORDS), max_size=2).map(tuple),
    ),
)
MESSAGES = st.builds(
    ThreadMessage,
    ts=st.integers(0, 30).map(lambda second: f"{second}.000100"),
    author=st.builds(Author, st.just("U1"), NAMES, st.sampled_from(AuthorKind)),
    text=WORDS,
    attachments=st.lists(st.builds(Attachment, st.sampled_from(FILE_IDS), NAMES), max_size=3).map(tuple),
)
THREADS = st.lists(MESSAGES, min_size=1, max_size=25)


def words_of(message: ThreadMessage) -> str:
    """Its text without what cannot be sent: half a surrogate pair becomes a replacement character, NUL nothing."""
    words = message.text.replace("\ud800", "\ufffd").replace("\0", "").strip()
    return words if message.author.kind is AuthorKind.THIS_BOT or not words else spoken.message("", words)[2:]


def texts(conversation: Conversation) -> list[str]:
    return [
        block.text for message in conversation.messages for block in message.content if isinstance(block, TextBlock)
    ]


@given(THREADS, FILES, st.integers(0, 30_000))
def test_the_api_takes_it(thread: list[ThreadMessage], files: dict[str, PreparedFile], tokens_max: int) -> None:
    conversation = build(thread, files, system=SYSTEM, tokens_max=tokens_max).conversation

    roles = [message.role for message in conversation.messages]
    assert roles[0] is roles[-1] is Role.USER
    assert all(role is not following for role, following in pairwise(roles))
    assert all(message.content for message in conversation.messages)
    assert all(text.strip() for text in texts(conversation))
    "".join(texts(conversation)).encode()
    for message in conversation.messages:
        if message.role is Role.ASSISTANT:
            assert all(isinstance(block, TextBlock) for block in message.content)
    assert conversation.system == SYSTEM


@given(THREADS, FILES, st.integers(0, 30_000))
def test_the_same_thread_gives_the_same_conversation(
    thread: list[ThreadMessage], files: dict[str, PreparedFile], tokens_max: int
) -> None:
    again = dict(reversed(files.items()))

    assert build(thread, files, system=SYSTEM, tokens_max=tokens_max) == build(
        list(thread), again, system=SYSTEM, tokens_max=tokens_max
    )


@given(THREADS, FILES, st.integers(0, 30_000))
def test_the_estimate_stays_within_the_budget_or_the_question_is_alone(
    thread: list[ThreadMessage], files: dict[str, PreparedFile], tokens_max: int
) -> None:
    history = build(thread, files, system=SYSTEM, tokens_max=tokens_max)
    everything = build(thread, files, system=SYSTEM, tokens_max=WIDE)

    blocks = [TextBlock(SYSTEM)] + [block for message in history.conversation.messages for block in message.content]
    fits = estimate_tokens(blocks) * MARGIN <= tokens_max
    alone = build([thread[-1]], files, system=SYSTEM, tokens_max=WIDE)
    assert fits or len(history.conversation.messages) == len(alone.conversation.messages) == 1
    assert everything.left_out == 0
    if history.left_out:
        assert any("left out here" in text for text in texts(history.conversation))
    else:
        assert history == everything


@given(THREADS, FILES)
def test_nothing_that_was_said_is_lost_within_the_budget(
    thread: list[ThreadMessage], files: dict[str, PreparedFile]
) -> None:
    conversation = build(thread, files, system=SYSTEM, tokens_max=WIDE).conversation
    shown = "\n".join(texts(conversation))

    last_versions = {message.ts: message for message in thread[:-1] if message.ts != thread[-1].ts}
    assert all(words_of(message) in shown for message in last_versions.values())
    ending = conversation.messages[-1].content[-1]
    assert isinstance(ending, TextBlock)
    asked = replace(thread[-1], author=replace(thread[-1].author, kind=AuthorKind.PERSON))
    assert ending.text.endswith(words_of(asked))


@given(THREADS, FILES, st.text(min_size=1, alphabet="abc xyz").filter(str.strip))
def test_an_answered_thread_begins_like_it_did_before(
    thread: list[ThreadMessage], files: dict[str, PreparedFile], words: str
) -> None:
    """So that the prompt cache serves the next turn."""
    *earlier, question = thread
    question = ThreadMessage("50.000100", Author("U1", "Ada", AuthorKind.PERSON), words, question.attachments)
    answer = ThreadMessage("51.000100", Author("UBOT", "claude", AuthorKind.THIS_BOT), "It is so.", ())
    next_question = ThreadMessage("52.000100", Author("U2", "Bob", AuthorKind.PERSON), "Why?", ())

    before = build([*earlier, question], files, system=SYSTEM, tokens_max=WIDE).conversation.messages
    after = build([*earlier, question, answer, next_question], files, system=SYSTEM, tokens_max=WIDE)

    assert after.conversation.messages[: len(before)] == before
    assert after.conversation.messages[len(before)].content == (TextBlock("It is so."),)
    assert after.conversation.messages[-1].content == (TextBlock("Bob: Why?"),)


@given(NAMES, st.sampled_from(AuthorKind))
def test_a_name_cannot_leave_its_place(name: str, kind: AuthorKind) -> None:
    asked = ThreadMessage("1.000100", Author("U1", name, kind), "words", (Attachment.bare("F1", name),))
    (message,) = build([asked], {}, system=SYSTEM, tokens_max=WIDE).conversation.messages
    (block,) = message.content
    assert isinstance(block, TextBlock)

    label, blank, said = block.text.split("\n")
    assert label.startswith("[File from ")
    assert label.index("]") == len(label) - 1
    assert not blank
    assert said.count(":") == 1
    assert said.endswith(": words")
    assert said.partition(":")[0].strip()


@given(st.lists(st.integers(1, 300), min_size=60, max_size=200), st.integers(2_000, 5_000))
@settings(max_examples=30)
def test_the_cut_stays_in_place_while_a_thread_grows(lengths: list[int], tokens_max: int) -> None:
    """Trimming each turn anew would make every turn pay for the whole thread again."""
    thread = [
        ThreadMessage(f"{n}.000100", Author("U1", "Ada", AuthorKind.PERSON), "x" * length, ())
        for n, length in enumerate(lengths)
    ]

    cuts = [build(thread[: n + 1], {}, system="", tokens_max=tokens_max).left_out for n in range(len(thread))]

    assert all(cut <= following for cut, following in pairwise(cuts))
    trimmed = [cut for cut in cuts if cut]
    moves = sum(cut != following for cut, following in pairwise(trimmed))
    kept_least = 0.5 * tokens_max / 125  # messages of 300 characters at most
    assert moves <= 2 + 4 * (trimmed[-1] - trimmed[0]) / kept_least if trimmed else not moves

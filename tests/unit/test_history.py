"""How a thread reads to the model."""

from __future__ import annotations

from pathlib import Path

from bot.conversation import Message, Role
from bot.estimates import bytes_json, estimate_tokens
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
from bot.prompt.history import build

ADA, BOB = Author("U1", "Ada", AuthorKind.PERSON), Author("U2", "Bob", AuthorKind.PERSON)
CI = Author("B1", "CI", AuthorKind.OTHER_BOT)
CLAUDE = Author("UBOT", "claude", AuthorKind.THIS_BOT)
PDF = PdfBlock("contract.pdf", FileBytes(Path("a"), 9), 12)
PHOTO = ImageBlock("image/png", FileBytes(Path("b"), 9), 100, 50)


def said(second: int, author: Author, text: str, *files: Attachment) -> ThreadMessage:
    return ThreadMessage(f"{second}.000100", author, text, files)


def read(
    *messages: ThreadMessage, files: dict[str, PreparedFile] | None = None
) -> list[tuple[str, list[ContentBlock | str]]]:
    conversation = build(messages, files or {}, system="", tokens_max=1_000_000).conversation
    return [
        (message.role.value, [block.text if isinstance(block, TextBlock) else block for block in message.content])
        for message in conversation.messages
    ]


def test_everyone_has_a_name_and_the_bot_its_own_role() -> None:
    assert read(
        said(1, ADA, "The build is red."),
        said(2, CI, "Build failed"),
        said(3, BOB, "Why?"),
        said(4, CLAUDE, "A test fails."),
        said(5, CLAUDE, "This one: …"),
        said(6, ADA, "Fix it"),
    ) == [
        ("user", ["Ada: The build is red.", "\n\nCI (app): Build failed", "\n\nBob: Why?"]),
        ("assistant", ["A test fails.", "\n\nThis one: …"]),
        ("user", ["Ada: Fix it"]),
    ]


def test_files_stand_before_the_words_they_came_with() -> None:
    files = {"F1": PreparedFile("F1", (PDF,)), "F2": PreparedFile("F2", (PHOTO, TextBlock(" ")))}

    assert read(
        said(
            1,
            ADA,
            "Our contract and a photo",
            Attachment.bare("F1", "contract.pdf"),
            Attachment.bare("F2", "photo.png"),
        ),
        said(2, BOB, "Is it signed?"),
        files=files,
    ) == [
        (
            "user",
            [
                "[File from Ada: contract.pdf]",
                PDF,
                "[File from Ada: photo.png]",
                PHOTO,
                "Ada: Our contract and a photo",
                "\n\nBob: Is it signed?",
            ],
        )
    ]


def test_a_file_alone_is_the_question() -> None:
    one, two = Attachment.bare("F1", "contract.pdf"), Attachment.bare("F2", "photo.png")
    files = {"F1": PreparedFile("F1", (PDF,))}

    assert read(said(1, ADA, "", one), files=files) == [
        ("user", ["[File from Ada: contract.pdf]", PDF, "Ada: Please read the attached file."])
    ]
    assert read(said(1, ADA, " ", one, two), files=files)[0][1][-1] == (
        "[File from Ada: photo.png (not read)]\n\nAda: Please read the attached files."
    )


def test_a_file_that_was_not_read_is_named_with_the_reason() -> None:
    locked = PreparedFile("F1", notes=(Note("old.doc", "is\npassword-protected."),))
    partly = PreparedFile(
        "F2",
        (PDF,),
        (Note("a.zip › b.exe", "is a program, which I don't open."), Note("a.zip", "holds 8 more files.")),
    )
    attachments = Attachment.bare("F1", "old.doc"), Attachment.bare("F2", "a.zip")

    assert read(said(1, ADA, "Read these", *attachments), files={"F1": locked, "F2": partly}) == [
        (
            "user",
            [
                (
                    "[File from Ada: old.doc (not read: it is password-protected.)]\n\n"
                    "[File from Ada: a.zip (a.zip › b.exe is a program, which I don't open. It holds 8 more files.)]"
                ),
                PDF,
                "Ada: Read these",
            ],
        )
    ]


def test_a_thread_that_the_bot_began_opens_with_a_line_of_the_apps() -> None:
    assert read(said(1, CLAUDE, "Good morning."), said(2, ADA, "Hi")) == [
        ("user", ["[This thread begins with a message of yours.]"]),
        ("assistant", ["Good morning."]),
        ("user", ["Ada: Hi"]),
    ]


def test_a_bare_mention_asks_about_what_stands_above() -> None:
    assert read(said(1, ADA, "Is 7 prime?"), said(2, BOB, ""))[-1][1] == [
        "Ada: Is 7 prime?",
        "\n\nBob: Please reply to the conversation above.",
    ]
    assert read(said(1, ADA, "")) == [("user", ["Ada: Hello."])]


def test_a_bare_mention_reads_the_same_in_later_turns() -> None:
    bare = said(1, ADA, "Is 7 prime?"), said(2, BOB, "")
    greeted = (said(1, ADA, ""),)
    for thread in (bare, greeted):
        before = read(*thread)
        assert read(*thread, said(3, CLAUDE, "Yes."), said(4, ADA, "And 9?"))[: len(before)] == before


def test_the_question_is_there_once() -> None:
    assert read(said(1, ADA, "One"), said(1, ADA, "One"), said(3, ADA, "Two"), said(3, ADA, "Two")) == [
        ("user", ["Ada: One", "\n\nAda: Two"])
    ]


def test_our_own_messages_without_words_are_dropped() -> None:
    assert read(said(1, ADA, "One"), said(2, CLAUDE, " "), said(3, ADA, "Two")) == [
        ("user", ["Ada: One", "\n\nAda: Two"])
    ]


def test_a_long_thread_keeps_its_beginning_and_says_what_is_missing() -> None:
    thread = [said(n, ADA, f"message {n} " + "x" * 200) for n in range(100)]

    history = build([*thread, said(100, BOB, "So?")], {}, system="", tokens_max=2_000)

    (message,) = history.conversation.messages
    assert message.role is Role.USER
    text = "".join(block.text for block in message.content if isinstance(block, TextBlock))
    assert text.startswith("Ada: message 0 ")
    assert f"[{history.left_out} earlier messages of this thread are left out here: the thread is too long.]" in text
    assert f"message {history.left_out} " not in text
    assert f"message {history.left_out + 1} " in text
    assert text.endswith("Bob: So?")
    assert 1_000 < estimate_tokens(message.content) < 2_000


def test_a_beginning_that_is_too_long_by_itself_goes_too() -> None:
    book = PdfBlock("book.pdf", FileBytes(Path("a"), 9), 600)
    thread = [said(1, ADA, "Read", Attachment.bare("F1", "book.pdf")), said(2, BOB, "And?")]

    history = build(thread, {"F1": PreparedFile("F1", (book,))}, system="", tokens_max=100_000)

    assert history.left_out == 1
    left_out = (
        "[1 earlier message of this thread is left out here with the files that came with it: the thread is too long.]"
    )
    assert history.conversation.messages == (Message(Role.USER, (TextBlock(left_out), TextBlock("\n\nBob: And?"))),)


def test_files_stay_longer_than_the_words_around_them() -> None:
    contract = said(2, ADA, "This is our contract. " + "x" * 500, Attachment.bare("F1", "contract.pdf"))
    talk = [said(n, BOB, "y" * 500) for n in range(3, 40)]
    files = {"F1": PreparedFile("F1", (PdfBlock("contract.pdf", FileBytes(Path("a"), 9), 1),))}

    history = build([said(1, ADA, "Hello all"), contract, *talk, said(50, ADA, "So?")], files, system="",
                    tokens_max=8_000)  # fmt: skip

    hello, notice, label, pdf, *rest = history.conversation.messages[0].content
    assert [block.text for block in (hello, notice, label) if isinstance(block, TextBlock)] == [
        "Ada: Hello all",
        f"\n\n[{history.left_out} earlier messages of this thread are left out here: the thread is too long.]",
        "\n\n[File from Ada: contract.pdf]",
    ]
    assert isinstance(pdf, PdfBlock)
    assert 5 < len(rest) < 30


def test_a_thread_is_kept_within_a_request_s_bytes_too() -> None:
    thread = [said(n, ADA, "\x01" * 200) for n in range(100)]

    history = build([*thread, said(100, BOB, "So?")], {}, system="", tokens_max=1_000_000, bytes_max=50_000)

    sent = sum(map(bytes_json, history.conversation.messages[0].content))
    assert history.left_out
    assert 20_000 < sent < 50_000


def test_tokens_are_estimated_by_the_kind_of_block() -> None:
    assert estimate_tokens([TextBlock("x" * 250)]) == 100
    assert estimate_tokens([TextBlock("漢字かな")]) == 4
    assert estimate_tokens([ImageBlock("image/png", PHOTO.data, 1000, 1000)]) == 1296
    assert estimate_tokens([ImageBlock("image/png", PHOTO.data, 8000, 8000)]) == 4784
    assert estimate_tokens([PDF]) == 36_000

"""Questions that wish to see how something looks, and what the practice model does about them."""

from __future__ import annotations

import pytest

from playground.conversation import CONVERSATION, WRITTEN_DOWN, answer_to_visitor
from playground.practice_model.received import Received, SeenMessage, SeenPdf, SeenText
from playground.practice_model.wishes import GO_ON, shown_answer_to


def thread(*texts: str) -> Received:
    """People and the model by turns; people first."""
    messages = (SeenMessage(("user", "assistant")[n % 2], (SeenText(text),)) for n, text in enumerate(texts))
    return Received("claude", 1_000, True, 0, tuple(messages))


def text_of(received: Received) -> str:
    answer = shown_answer_to(received)
    assert answer is not None
    return "".join(answer.pieces)


@pytest.mark.parametrize("words", ["What is a refusal?", "How are failures shown?", "Count them.", ""])
def test_other_questions_have_no_such_answer(words: str) -> None:
    assert shown_answer_to(thread(f"ada: {words}")) is None


def test_a_refusal_and_a_failure_are_shown_on_request() -> None:
    refusal = shown_answer_to(thread("ada: refuse this, please"))
    failure = shown_answer_to(thread("ada: fail, please"))
    assert refusal is not None
    assert failure is not None
    assert (refusal.stop_reason, failure.error_after) == ("refusal", len(failure.pieces) - 1)


def test_counting_takes_its_time_and_can_be_gone_on_with() -> None:
    question = "ada: count slowly to 30"
    whole = text_of(thread(question))
    assert whole.startswith("1, 2, 3, ")
    rest = text_of(thread(question, "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, \n\n11, 12,", f"ada: {GO_ON}, please."))
    assert rest.startswith("13, 14, ")
    more = text_of(thread(question, "1, 2, 3,", f"ada: {GO_ON}.", "4, 5, 6, 7,", f"ada: {GO_ON}."))
    assert more.startswith("8, 9, ")
    assert whole.endswith(rest)
    assert text_of(thread(question, whole, f"ada: {GO_ON}.")) == "There is no more."


@pytest.mark.parametrize("question", ["ada: break off in the middle", "ada: tell me something long"])
def test_what_broke_off_or_was_stopped_goes_on_word_for_word(question: str) -> None:
    whole = text_of(thread(question, "## What reached me", f"ada: {GO_ON}."))
    shown = f"## What reached me\n\n{whole[: len(whole) // 3]}".rstrip()
    rest = text_of(thread(question, shown, f"ada: {GO_ON}."))
    assert "".join(f"{shown}{rest}".split()) == "".join(f"## What reached me{whole}".split())


def test_words_that_were_never_begun_are_not_gone_on_with() -> None:
    assert (
        shown_answer_to(thread("ada: tell me", "Something else entirely, said by someone.", f"ada: {GO_ON}.")) is None
    )


def test_the_answers_that_are_written_down_are_for_the_agreement_alone() -> None:
    step = CONVERSATION[0]
    question = SeenText(f"grace: {step.text.removeprefix('@claude ')}")
    agreement, other = (SeenPdf(name, 3, "", 1) for name in (step.files[0], "other.pdf"))
    asked = [Received("claude", 9, True, 0, (SeenMessage("user", (pdf, question)),)) for pdf in (agreement, other)]
    written, made_up = map(answer_to_visitor, asked)
    assert written is not None
    assert "30 December 2026" in written.text + "".join(written.chunks)
    assert (made_up, len(WRITTEN_DOWN)) == (None, 2)

"""What people read when something goes wrong is whole sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.answering import endings, waiting
from bot.errors import ModelError
from bot.prompt import draft
from bot.stream_events import StopReason


def kinds(base: type[ModelError] = ModelError) -> Iterator[type[ModelError]]:
    yield base
    for below in base.__subclasses__():
        yield from kinds(below)


SENTENCES = {kind.__name__: kind.sentence for kind in kinds()} | {
    "hello": endings.HELLO, "given up": endings.GIVEN_UP, "crashed": endings.CRASHED,
    "no access": endings.NO_ACCESS, "Slack is away": endings.SLACK_AWAY,
    "silent": endings.SILENT, "refused": endings.REFUSED, "too long thought": endings.ONLY_THOUGHT, **endings.STOPPED,
}  # fmt: skip
CLAUSES = {kind.__name__: kind.clause for kind in kinds()}
PREDICATES = {"refused": draft.REFUSED, "suspected": draft.SUSPECTED, "set aside": draft.SET_ASIDE}
ENGLISH = re.compile(r"[\w `'’/:_!?(),.-]+[.?]")


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_a_sentence_begins_and_ends_as_one(sentence: str) -> None:
    assert sentence[0].isupper()
    assert ENGLISH.fullmatch(sentence)
    assert not re.search(r"\bi\b|\bwrite “|\. [a-z]", sentence)


@pytest.mark.parametrize("clause", CLAUSES.values(), ids=CLAUSES)
def test_a_clause_reads_well_after_a_colon(clause: str) -> None:
    whole = endings.CUT.format(clause=clause)

    assert clause[0].islower()
    assert ENGLISH.fullmatch(whole)
    assert whole.count(":") == 1
    assert not re.search(r"\bi\b|\. [a-z]", whole)


@pytest.mark.parametrize("predicate", PREDICATES.values(), ids=PREDICATES)
def test_a_note_reads_well_after_the_name_of_its_file(predicate: str) -> None:
    assert predicate.startswith("was left out")
    assert ENGLISH.fullmatch(predicate)
    assert "Please" in predicate, "it says what a person can do"


def test_the_status_is_a_predicate_of_the_bot() -> None:
    for status in (waiting.STILL_WAITING, waiting.STILL_THINKING):
        assert re.fullmatch(r"is [a-z ]+…", status)


def test_every_error_says_something_of_its_own() -> None:
    assert len(set(SENTENCES.values())) == len(SENTENCES)
    assert len(set(CLAUSES.values())) == len(CLAUSES)


def test_only_an_answer_that_may_go_on_has_a_button_for_it() -> None:
    assert set(endings.GOES_ON) == {StopReason.MAX_TOKENS, StopReason.PAUSE_TURN}
    assert all("continue" not in endings.STOPPED[reason].lower() for reason in endings.GOES_ON)

"""What the practice model takes for people's words, and what for the app's."""

from __future__ import annotations

import pytest

from playground.practice_model.received import Received, SeenMessage, SeenText
from playground.practice_model.said import names_in, question_of, said_in

DAY = "[The next message was written on Friday, 2 January 2026, in the time zone UTC+05:30.]"


def request(*texts: str, role: str = "user") -> Received:
    return Received("claude", 100, False, 0, (SeenMessage(role, tuple(SeenText(text) for text in texts)),))


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["Hello."], ["Hello."]),
        ([f"{DAY}\n\nada: Hello."], ["ada: Hello."]),
        ([f"{DAY}\n\nada: Hello.\n  [sic]\n\n{DAY}\n\nlars: Yes?"], ["ada: Hello.\n  [sic]\n\nlars: Yes?"]),
        (["[File from ada: a.txt]", 'File "a.txt" (text):\n```\nlars: no\n\n[x]\n```', "ada: What is this?"],
         ["ada: What is this?"]),
        (['File "e.txt" (text):\n```\n```', 'File "a.pdf" (PDF, 3 pages):', "ada: And these?"], ["ada: And these?"]),
        (["ada: I wrote this:\n  ```\n  [1]\n  ```"], ["ada: I wrote this:\n  ```\n  [1]\n  ```"]),
    ],
    ids=["plain", "the day", "days of several", "a text file", "empty and a PDF", "brackets of their own"],
)  # fmt: skip
def test_lines_of_the_app_s_own_are_nobody_s_words(texts: list[str], said: list[str]) -> None:
    [message] = request(*texts).messages
    assert list(said_in(message)) == said


def test_the_question_is_what_the_last_person_wrote() -> None:
    text = f"{DAY}\n\nada: Hello.\n\n{DAY}\n\nlars: Is this so?\n  Really?"
    assert question_of(request(text)) == "Is this so?\nReally?"
    assert list(names_in(text)) == ["ada", "lars"]


def test_the_model_s_own_answers_stay_whole() -> None:
    [message] = request("[1]\n\nSo it is.", role="assistant").messages
    assert list(said_in(message)) == ["[1]\n\nSo it is."]

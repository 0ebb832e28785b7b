"""What an answer is as files, and how one that was parted over messages is put together again."""

from __future__ import annotations

import pytest

from bot.slack.write.answer_files import files_of, joined, stem_of, worth_a_file
from bot.slack.write.markdown.cut import COMMAND, MARKDOWN, TEXT, cut_all

ROWS = "\n".join(f"| {n} | {'x' * 20} |" for n in range(400))
TEXTS = [
    "# Head\n\n" + "A sentence of words. " * 1_500,
    f"Before\n\n| n | x |\n|---|---|\n{ROWS}\n\nAfter",
    "Code:\n\n```python\n" + "print('a | b')\n" * 1_200 + "```\n\nDone.",
    "\n\n".join(f"Paragraph {n}\n\n```\nshort\n```" for n in range(900)),
]


@pytest.mark.parametrize("limits", [MARKDOWN, TEXT])
@pytest.mark.parametrize("text", TEXTS)
def test_messages_put_together_are_the_answer(text: str, limits: object) -> None:
    parts = [piece.markdown(text) for piece in cut_all(text, limits)]  # type: ignore[arg-type]
    assert len(parts) > 1
    assert joined(parts).split() == text.split()


def test_an_answer_of_one_message_stays_as_it_is() -> None:
    assert joined(["```\na\n```\n"]) == "```\na\n```"
    assert [piece.markdown("short") for piece in cut_all("short", COMMAND)] == ["short"]


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("Short.", False),
        ("word " * 1_700, True),
        ("| a |\n|---|\n" + "| 1 |\n" * 101, True),
        ("| a |\n|---|\n" + "| 1 |\n" * 50, False),
        ("|" + " a |" * 21 + "\n|" + "---|" * 21 + "\n|" + " 1 |" * 21, True),
        ("```\n| a |\n|---|\n" + "| 1 |\n" * 101 + "```", False),
    ],
)
def test_what_is_too_long_for_a_message_is_worth_a_file(text: str, worth: bool) -> None:
    assert worth_a_file(text) is worth


def test_cells_are_plain_and_compute_nothing() -> None:
    rows = ["| `a` | **b** |", "|---|---|", r"| x \| y | =HYPERLINK(1) |", '| "q" | -5.20 € |', "| -cmd | |"] + [
        "| 1 | 2 |"
    ] * 20
    [_, table] = files_of("\n".join(rows), "answer")
    assert table.name == "answer-table-1.csv"
    assert table.data.decode("utf-8-sig").splitlines()[:4] == [
        "a,b",
        "x | y,'=HYPERLINK(1)",
        '"""q""",-5.20 €',
        "'-cmd,",
    ]


def test_no_cell_computes_where_a_program_parts_them_elsewhere() -> None:
    rows = ["| a | b |", "|---|---|", "| x;=1+1 | ** =WEBSERVICE(1)** |", "| ＝1 | 2 |"] + ["| 1 | 2 |"] * 20
    [_, table] = files_of("\n".join(rows), "answer")
    lines = table.data.decode("utf-8-sig").splitlines()
    assert lines[:3] == ['"a","b"', '"x;=1+1","\' =WEBSERVICE(1)"', '"\'＝1","2"']


@pytest.mark.parametrize(
    ("language", "suffix"),
    [("python", "py"), ("JSON", "json"), ("", "txt"), ("c++ {1,3}", "cpp"), ("../x", "txt"), ("rust", "rs")],
)
def test_code_has_a_file_of_its_own_type(language: str, suffix: str) -> None:
    [_, code] = files_of(f"```{language}\n" + "line\n" * 60 + "```", "answer")
    assert code.name == f"answer-code-1.{suffix}"
    assert code.data == b"line\n" * 60


def test_the_same_question_has_the_same_names() -> None:
    assert stem_of("1795657946.647230") == stem_of("1795657946.6472308") == "answer-2026-11-26-015226"
    assert stem_of("not a ts") == "answer-1970-01-01-000000"

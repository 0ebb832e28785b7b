"""An answer of 60,000 characters with everything that is hard to cut: long code, nested lists, wide tables, Arabic."""

from __future__ import annotations

CHARS = 60_000
CHARS_MAX = 63_500
ARABIC = "هذا نص عربي طويل بما يكفي ليمتد على أكثر من سطر واحد في الرسالة، وفيه كلمة English في الوسط. " * 4


def _section(number: int) -> str:
    code = "\n".join(f"    value_{number}_{line} = compute({line}, <int>&'x')  # line {line}" for line in range(120))
    bullets = "\n".join(f"{'  ' * (n % 4)}- point {number}.{n} with some words to it" for n in range(24))
    header = "| " + " | ".join(f"column {n}" for n in range(12)) + " |"
    rows = [f"| {' | '.join(f'r{row}c{n} of {number}' for n in range(12))} |" for row in range(12)]
    return "\n\n".join(
        [
            f"## Section {number}",
            f"Words of section {number} with **bold**, `code`, [a link](https://example.com/{number}) and 👩‍👩‍👧. " * 5,
            f"```python\ndef section_{number}():\n{code}\n```",
            bullets,
            "\n".join([header, "|" + "---|" * 12, *rows]),
            ARABIC,
        ]
    )


def long_answer() -> str:
    """Whole paragraphs: ``CHARS`` and no more than the practice model writes (16,000 tokens of four characters)."""
    paragraphs: list[str] = []
    for number in range(1, 9):
        for paragraph in _section(number).split("\n\n"):
            length = sum(map(len, paragraphs))
            if length >= CHARS:
                return "\n\n".join(paragraphs)
            if length + len(paragraph) < CHARS_MAX:
                paragraphs.append(paragraph)
    raise AssertionError("sections are too short")

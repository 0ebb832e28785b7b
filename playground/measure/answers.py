"""Writes the Markdown answer that the bench's model gives to the question with a number.

Pure: the same number has the same answer. Headings, paragraphs, lists, code and a table, in the proportions of
an answer about a technical matter, so that the places where a message may end are as rare as they really are.
"""

from __future__ import annotations

from random import Random

WORDS = tuple(
    """
    a about after again against all also always an and another any as at be because before begins between both but
    by call careful change check clause clear client code contract copy cost count data date day delivery do each
    early edit either end error even every example fails few file first follows for from full gets gives goes good
    has held here how if in index into is it its keeps key kind last late latency leaves less limit line link list
    load long makes many message minute model more most must name never new next no not notice now number of off
    often old on once one only open or order other our out over own page parties part pays people place plain
    queue rate read reason record reply request rest result retry right row rule runs same says second see sends
    server shows side since so some starts state still stops such table takes term text than that the their them
    then there they this thread time to too two under until up use value very wait was way week well what when
    where which while who whole with within word work writes year yet
    """.split()  # noqa: SIM905 - prose is easier to read than 170 strings
)
SECTION_CHARS_MAX = 2_400


def answer(number: int, chars: int) -> str:
    """``chars`` characters, or a word fewer; begins with ``Answer {number}.``."""
    dice = Random(number)
    parts = [f"**Answer {number}.** {_sentence(dice)} {_sentence(dice)}"]
    section = 0
    while (left := chars - sum(len(part) + 2 for part in parts)) > SECTION_CHARS_MAX:
        section += 1
        parts += _section(dice, section)
    parts.append(" ".join(_sentence(dice) for _ in range(left // 20))[: max(0, left)].rpartition(" ")[0])
    return "\n\n".join(parts)


def _section(dice: Random, number: int) -> list[str]:
    parts = [f"## {number}. {' '.join(dice.choices(WORDS, k=4)).capitalize()}", _paragraph(dice)]
    if number % 3 == 0:
        parts.append(_code(dice))
    elif number % 3 == 1:
        parts.append(_list(dice))
    if number == 2:
        parts.append(_table(dice))
    parts.append(_paragraph(dice))
    return parts


def _sentence(dice: Random) -> str:
    words = dice.choices(WORDS, k=dice.randint(8, 18))
    place = dice.randrange(1, len(words) - 1)
    words[place] = dice.choice((f"**{words[place]}**", f"`{words[place]}_s`", f"_{words[place]}_", words[place]))
    return f"{' '.join(words)}.".capitalize()


def _paragraph(dice: Random) -> str:
    return " ".join(_sentence(dice) for _ in range(dice.randint(3, 5)))


def _list(dice: Random) -> str:
    return "\n".join(f"- {_sentence(dice)}" for _ in range(dice.randint(3, 5)))


def _code(dice: Random) -> str:
    lines = [f"    {dice.choice(WORDS)}_{dice.choice(WORDS)} = {dice.choice(WORDS)}({dice.randint(0, 99)})"]
    lines += [f"    {dice.choice(WORDS)}({', '.join(dice.choices(WORDS, k=3))})" for _ in range(dice.randint(7, 14))]
    return "\n".join(["```python", f"def {dice.choice(WORDS)}_{dice.choice(WORDS)}():", *lines, "```"])


def _table(dice: Random) -> str:
    rows = [f"| {' | '.join(dice.choices(WORDS, k=3))} |" for _ in range(dice.randint(3, 6))]
    return "\n".join(["| what | when | who |", "|---|---|---|", *rows])

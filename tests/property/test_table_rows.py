"""Rows of a table are passed over without changing what is read of the others, however the bytes come in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.files.worker.documents.package import local
from bot.files.worker.sheets.model import level
from bot.files.worker.sheets.rows import TableXml

_Read = list[tuple[int, str]]


def advance(before: int, tags: list[bytes]) -> int:
    return before + len(tags)


def chunked(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    at, number = 0, 0
    while at < len(data):
        size = sizes[number % len(sizes)]
        yield data[at : at + size]
        at, number = at + size, number + 1


def read(data: bytes, sizes: list[int], *, kept: int) -> tuple[_Read, TableXml]:
    """Row numbers and their words; once ``kept`` had words no more is wanted. A table of kilobytes is long here."""
    xml = TableXml("row", "table", "v", advance, ("group",), slice_bytes=200)
    found: _Read = []
    for event, element in xml.events(chunked(data, sizes)):
        if event == "end" and local(element) == "row":
            xml.row_number += 1
            found.append((xml.row_number, "".join(element.itertext())))
            if sum(bool(words) for _, words in found) >= kept:
                xml.pass_over()
    return found, xml


@st.composite
def documents(draw: st.DrawFn) -> tuple[bytes, int]:
    """XML of one table, some rows blank, in groups or not; and how many rows it has."""
    prefix = draw(st.sampled_from(["", "x:"]))
    rows = draw(st.lists(st.sampled_from(["", "a", "words", "w" * 60]), max_size=80))
    grouped = draw(st.booleans())
    pieces = []
    for number, words in enumerate(rows):
        row = f"<{prefix}row n='{number}'>{f'<{prefix}v>{words}</{prefix}v>' if words else ''}</{prefix}row>"
        pieces.append(f"<{prefix}group>{row}</{prefix}group>" if grouped and number % 3 == 0 else row)
    name = " xmlns:x='urn:x'" if prefix else ""
    text = f"<root{name}><head>h</head><{prefix}table>{''.join(pieces)}</{prefix}table><after>z</after></root>"
    return text.encode(), len(rows)


@given(documents(), st.lists(st.integers(1, 300), min_size=1, max_size=4))
def test_rows_that_are_wanted_are_all_read_under_their_numbers(document: tuple[bytes, int], sizes: list[int]) -> None:
    data, _ = document
    whole, _ = read(data, [len(data)], kept=10**9)
    pieces, _ = read(data, sizes, kept=10**9)
    assert [row for row in whole if row[1]] == [row for row in pieces if row[1]]


@given(documents(), st.lists(st.integers(1, 300), min_size=1, max_size=4), st.integers(1, 20))
def test_both_ends_of_a_table_that_is_cut_are_read_under_their_numbers(
    document: tuple[bytes, int], sizes: list[int], kept: int
) -> None:
    data, count = document
    whole, _ = read(data, [len(data)], kept=10**9)
    cut, xml = read(data, sizes, kept=kept)
    filled = [row for row in whole if row[1]]
    assert {row for row in cut if row[1]} <= set(filled)
    assert [row for row in cut if row[1]][:kept] == filled[: len([row for row in cut if row[1]][:kept])]
    missing = [row for row in filled if row not in cut]
    assert all(number <= xml.passed_to for number, _ in missing)
    assert all(before < after for (before, _), (after, _) in pairwise(cut))
    assert xml.row_number == count


@given(st.lists(st.integers(0, 1_000), max_size=30), st.integers(0, 5_000))
def test_a_share_is_fair_and_within_the_whole(needs: list[int], total: int) -> None:
    most = level(needs, total)
    taken = [min(need, most) for need in needs]
    assert sum(taken) <= total
    assert taken == needs or sum(taken) >= total - len(needs)

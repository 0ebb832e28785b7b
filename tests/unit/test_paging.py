"""Whether all pages of a list were read is known as soon as the last one is there."""

from __future__ import annotations

from contextlib import aclosing

from bot.slack.paging import BARREN_MAX, Paging
from bot.slack.shapes import Json


def page(number: int, following: str) -> Json:
    return {"messages": [{"ts": f"{number}.0"}], "response_metadata": {"next_cursor": following}}


async def read(paging: Paging, *, pages_max: int, following: list[str], new: bool = True) -> int:
    """How many pages came, where no more than so many were wanted."""
    asked = 0

    async def call(**_: str) -> Json:
        nonlocal asked
        asked += 1
        return page(asked if new else 0, following[min(asked, len(following)) - 1])

    async with aclosing(paging.of(call, "messages")) as pages:
        async for _ in pages:
            if asked == pages_max:
                break
    return asked


async def test_a_list_is_whole_with_its_last_page_also_where_no_more_would_be_read() -> None:
    paging = Paging(10)
    assert await read(paging, pages_max=2, following=["second", ""]) == 2
    assert paging.whole


async def test_it_is_not_whole_where_another_page_is_left() -> None:
    paging = Paging(10)
    assert await read(paging, pages_max=2, following=["second", "third"]) == 2
    assert not paging.whole


async def test_pages_with_nothing_new_and_cursors_that_come_again_have_an_end() -> None:
    paging = Paging(1_000)
    assert await read(paging, pages_max=1_000, following=[f"c{number}" for number in range(1_000)], new=False) == (
        BARREN_MAX + 1
    )
    assert await read(paging, pages_max=1_000, following=["again"]) == 2
    assert not paging.whole

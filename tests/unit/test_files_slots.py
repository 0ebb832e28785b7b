"""Who goes on next where there is too little of something for all questions at once."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.files.slots import Slots, for_one_question


async def settle() -> None:
    """Lets every task come as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


class Work:
    """Tasks that hold a slot until they are told to end; ``begun`` names their questions, in order."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self.begun: list[str] = []
        self.running: list[asyncio.Event] = []

    def ask(self, question: str, count: int, person: str | None = None) -> list[asyncio.Task[None]]:
        with for_one_question(person or question):
            return [asyncio.create_task(self._hold(question)) for _ in range(count)]

    async def _hold(self, question: str) -> None:
        async with self._slots.one():
            self.begun.append(question)
            end = asyncio.Event()
            self.running.append(end)
            await end.wait()

    async def end_one(self) -> None:
        self.running.pop(0).set()
        await settle()


async def test_a_question_with_one_file_waits_for_one_of_anothers_and_no_more() -> None:
    work = Work(Slots(2))
    tasks = work.ask("many", 100)
    await settle()
    tasks += work.ask("one", 1)
    await settle()
    assert work.begun == ["many", "many"]
    await work.end_one()
    await work.end_one()
    assert "one" in work.begun
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_those_who_wait_take_turns() -> None:
    work = Work(Slots(1))
    tasks = [task for question in "abc" for task in work.ask(question, 3)]
    await settle()
    for _ in tasks:
        await work.end_one()
    assert "".join(work.begun) == "aabcabcbc"
    await asyncio.gather(*tasks)


async def test_persons_take_turns_and_then_the_questions_of_each() -> None:
    work = Work(Slots(1))
    tasks = [task for question in "abc" for task in work.ask(question, 2, person="one")]
    tasks += work.ask("X", 3, person="other")
    await settle()
    for _ in tasks:
        await work.end_one()
    assert "".join(work.begun) == "aaXbXcXbc"
    await asyncio.gather(*tasks)


async def test_a_person_with_many_questions_does_not_delay_another_ones_file_by_all_of_them() -> None:
    work = Work(Slots(2))
    tasks = [task for number in range(20) for task in work.ask(f"q{number}", 5, person="one")]
    await settle()
    tasks += work.ask("single", 1, person="other")
    await settle()
    await work.end_one()
    assert work.begun[-1] == "single"
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_where_a_person_may_not_have_all_slots_another_one_does_not_wait_at_all() -> None:
    work = Work(Slots(3, each_max=2))
    tasks = [task for number in range(4) for task in work.ask(f"q{number}", 3, person="one")]
    await settle()
    assert len(work.begun) == 2
    tasks += work.ask("single", 2, person="other")
    await settle()
    assert work.begun[2:] == ["single"]
    for _ in tasks:
        await work.end_one()
    await asyncio.gather(*tasks)
    assert len(work.begun) == len(tasks)


@given(st.lists(st.booleans(), max_size=30), st.integers(1, 3))
async def test_no_slot_is_lost_or_made_by_those_who_give_up(gives_up: list[bool], count: int) -> None:
    work = Work(Slots(count))
    tasks = work.ask("a", len(gives_up))
    await settle()
    for task, cancelled in zip(tasks, gives_up, strict=True):
        if cancelled:
            task.cancel()
    await settle()
    while work.running:
        await work.end_one()
    await asyncio.gather(*tasks, return_exceptions=True)
    after = work.ask("b", count + 1)
    await settle()
    assert work.begun[-count:] == ["b"] * count
    assert sum(question == "b" for question in work.begun) == count
    for task in after:
        task.cancel()
    await asyncio.gather(*after, return_exceptions=True)

"""A button that somebody presses without end is taken off its message once: each time is one of Slack's few edits."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.messages import Question
from bot.slack.buttons import PressedMessage
from bot.slack.receive.duplicates import KNOWN_MAX, NewKeys
from bot.slack.receive.listeners import Listeners
from bot.slack.web_api.identity import Identity
from tests.handlers import handlers

BOT = Identity("T1", "UBOT", "BBOT")


class Slack:
    """Messages with buttons, and the questions that presses under them ask."""

    def __init__(self, known: set[str]) -> None:
        self.asked = known
        self.edits: list[str] = []
        self.listeners = Listeners(BOT, handlers(accept=self.accept, button_pressed=self.button_pressed))

    async def accept(self, question: Question) -> bool:
        is_new = question.ts not in self.asked
        self.asked.add(question.ts)
        return is_new

    async def button_pressed(self, message: PressedMessage) -> None:
        self.edits.append(message.ts)


def press(ts: str) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "U1"},
        "channel": {"id": "C1"},
        "message": {"user": "UBOT", "ts": ts, "text": "x", "blocks": []},
        "actions": [{"action_id": "continue", "type": "button", "value": ""}],
    }


async def pressed(slack: Slack, *stamps: str) -> None:
    await asyncio.gather(*(slack.listeners.on_action(press(ts)) for ts in stamps))
    await asyncio.sleep(0)


async def test_it_is_taken_off_once_however_often_it_is_pressed() -> None:
    slack = Slack(set())
    await pressed(slack, *["1.000001"] * 1_000)

    assert slack.edits == ["1.000001"]
    assert len(slack.asked) == 1


async def test_it_is_taken_off_each_message_that_has_one() -> None:
    slack = Slack(set())
    await pressed(slack, *(f"1.{number:06}" for number in range(900)), "1.000001")

    assert len(slack.edits) == 900


async def test_what_a_process_that_died_has_accepted_loses_its_button_all_the_same() -> None:
    slack = Slack({"1.0000011"})
    await pressed(slack, *["1.000001"] * 10)

    assert slack.edits == ["1.000001"]


@pytest.mark.parametrize("things", [KNOWN_MAX, 10 * KNOWN_MAX])
def test_the_number_of_remembered_keys_is_bounded(things: int) -> None:
    first = NewKeys()

    assert all(first.is_new(number) for number in range(things))
    assert not first.is_new(things - 1)
    assert not first.is_new(things - KNOWN_MAX)

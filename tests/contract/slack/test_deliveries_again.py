"""What could not be stored is taken once more: Slack delivers no command, press or modal a second time."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.errors import StoreFailed, StoreLost
from bot.messages import Question
from bot.slack.receive.deliveries import Deliveries
from bot.slack.receive.listeners import THINKING, Listeners
from bot.slack.shapes import Json
from bot.slack.web_api.identity import Identity
from tests.handlers import handlers

COMMAND = {
    "command": "/ask",
    "team_id": "T1",
    "channel_id": "C1",
    "user_id": "U2",
    "text": "hello",
    "trigger_id": "1.2.3",
    "response_url": "https://hooks.slack.com/commands/1",
}


@dataclass
class Here:
    """A workspace whose database fails as often as there are ``failures``."""

    failures: list[StoreFailed]
    stored: list[str] = field(default_factory=list)

    async def accept(self, question: Question) -> bool:
        if self.failures:
            raise self.failures.pop()
        self.stored.append(question.text)
        return True

    async def listeners(self, _body: Json) -> Listeners:
        return Listeners(Identity("T1", "U1", "B1"), handlers(accept=self.accept))


async def test_a_command_that_met_a_broken_connection_is_stored_and_acknowledged() -> None:
    here = Here([StoreFailed("gone")])
    assert (await Deliveries(here).handle(dict(COMMAND)))["text"] == THINKING
    assert here.stored == ["hello"]


@pytest.mark.parametrize("failures", [[StoreFailed("gone"), StoreFailed("gone")], [StoreLost("deleted")]])
async def test_what_fails_again_or_for_good_has_no_acknowledgement(failures: list[StoreFailed]) -> None:
    here = Here(failures)
    with pytest.raises(StoreFailed):
        await Deliveries(here).handle(dict(COMMAND))
    assert (here.stored, failures) == ([], [])

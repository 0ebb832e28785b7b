"""Handlers of deliveries that do nothing, for tests that are about some of them."""

from __future__ import annotations

from typing import Any

from bot.commands.carrying_out import Commands
from bot.commands.decisions import Menu
from bot.commands.thread_settings import UNCHANGED, ThreadSettings
from bot.feedback import Vote, VoteReason
from bot.messages import Question, ThreadKey
from bot.slack.receive.handlers import Handlers


class Nowhere:
    """No command comes from here, and none is answered."""

    async def of(self, _thread: ThreadKey) -> ThreadSettings:
        return UNCHANGED

    async def change(self, _said: Question, _settings: ThreadSettings | None) -> bool:
        return False

    async def tell(self, _question: Question, _sentence: str) -> None: ...

    async def announce(self, _question: Question, _sentence: str) -> None: ...


class NoVotes:
    """Nobody counts."""

    async def vote(self, _vote: Vote) -> None: ...

    async def explain(self, _reason: VoteReason) -> None: ...


def handlers(**given: Any) -> Handlers:
    """Everybody may ask, nothing is new, nobody is known; but for what is ``given``."""
    nothing: dict[str, Any] = {
        "accept": _no,
        "replace": _no,
        "stop": _none_of_them,
        "conversations": None,
        "commands": Commands(Nowhere(), Nowhere(), lambda _: Menu("", "")),
        "button_pressed": _nothing,
        "file_deleted": _nothing,
        "is_bot": _nothing,
        "token_revoked": _nothing,
        "denial": _nothing,
        "turn_away": _nothing,
        "votes": NoVotes(),
        "home_opened": _nothing,
        "tell": _nothing,
        "open_view": _nothing,
        "why_not_in": _everywhere,
        "agent": _no,
    }
    return Handlers(**nothing | given)


async def _no(*_: object) -> bool:
    return False


async def _none_of_them(*_: object) -> int:
    return 0


async def _nothing(*_: object, **__: object) -> None:
    return None


async def _everywhere(*_: object, **__: object) -> str:
    return ""

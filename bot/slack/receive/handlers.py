"""The handlers that ``listeners`` call for what Slack delivers to one workspace. Pure: what each does is its own
matter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from bot.access.rules import Reason
from bot.commands.carrying_out import Commands
from bot.feedback import Votes
from bot.messages import Question, ThreadKey
from bot.slack import buttons
from bot.stops import StopWish

KNOWN_WITHIN_S = 1.5
"""Slack waits three seconds for an acknowledgement; this much of it may be used to learn who wrote a message."""


class Conversations(Protocol):
    """Implemented by the database: who is talking with the bot in a thread."""

    def mentioned(self, question: Question) -> None:
        """From now on whoever asked this is talking with the bot. It is stored together with the question."""

    async def known(self, thread: ThreadKey) -> bool:
        """Whether the bot was ever mentioned there. Raises ``StoreFailed``."""

    async def continues(self, question: Question, *, to_others: bool) -> bool:
        """Whether something said without a mention is meant for the bot. Raises ``StoreFailed``."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """``accept`` returns whether the question is new."""

    accept: Callable[[Question], Awaitable[bool]]
    replace: Callable[[Question], Awaitable[bool]]
    """Replaces a question whose message was edited, unless it is already being answered."""
    stop: Callable[[StopWish], Awaitable[int]]
    """Returns how many questions it is about."""
    conversations: Conversations | None
    """``None``: nothing is answered without a mention."""
    commands: Commands
    button_pressed: Callable[[buttons.PressedMessage], Coroutine[Any, Any, None]]
    file_deleted: Callable[[str], Coroutine[Any, Any, None]]
    is_bot: Callable[..., Awaitable[bool | None]]
    """``is_bot(user_id, within_s=…)``; ``None`` if Slack does not answer in time."""
    token_revoked: Callable[[], Coroutine[Any, Any, None]]
    denial: Callable[..., Awaitable[Reason | None]]
    """``denial(question, within_s=…)``: why the person who asks may not."""
    turn_away: Callable[[Question, Reason], Coroutine[Any, Any, None]]
    votes: Votes
    home_opened: Callable[[str, str], Coroutine[Any, Any, None]]
    """``home_opened(user_id, channel_id)``"""
    tell: Callable[[Question, str], Coroutine[Any, Any, None]]
    """Says a sentence only to the person who asks."""
    open_view: Callable[[str, dict[str, Any]], Coroutine[Any, Any, bool]]
    """``open_view(trigger_id, view)``: opens it at once, without retries; returns whether it is open."""
    why_not_in: Callable[..., Awaitable[str]]
    """``why_not_in(channel_id, within_s=…)``: a sentence if the bot cannot answer there."""
    agent: Callable[[dict[str, Any]], Awaitable[bool]]
    """Returns whether an event was about the agent surface and has been handled."""

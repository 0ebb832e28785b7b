"""Who takes what Slack delivers to the bot of one workspace. Pure: what each does is its own matter."""

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


class Conversations(Protocol):
    """The database, as the memory of who speaks with the bot in a thread."""

    def mentioned(self, question: Question) -> None:
        """Whoever asked it speaks with the bot from now on. It is written down together with the question."""

    async def known(self, thread: ThreadKey) -> bool:
        """Whether the bot was ever mentioned there. Raises ``StoreFailed``."""

    async def continues(self, question: Question, *, to_others: bool) -> bool:
        """Whether what somebody said without a mention is said to the bot. Raises ``StoreFailed``."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """``accept`` says whether the question is new."""

    accept: Callable[[Question], Awaitable[bool]]
    replace: Callable[[Question], Awaitable[bool]]
    """What is asked now that its message was edited, where it is not being answered yet."""
    stop: Callable[[StopWish], Awaitable[int]]
    """How many questions it is about."""
    conversations: Conversations | None
    """``None``: nothing is answered without a mention."""
    commands: Commands
    moved: Callable[[Question], Awaitable[Coroutine[Any, Any, None] | None]]
    """Goes on in private with what is for one reader; returns what remains to be done after the acknowledgement."""
    button_pressed: Callable[[buttons.PressedMessage], Coroutine[Any, Any, None]]
    file_deleted: Callable[[str], Coroutine[Any, Any, None]]
    is_bot: Callable[..., Awaitable[bool | None]]
    """``is_bot(user_id, within_s=…)``; ``None`` where Slack does not say so in time."""
    token_revoked: Callable[[], Coroutine[Any, Any, None]]
    refusal: Callable[..., Awaitable[Reason | None]]
    """``refusal(question, within_s=…)``: why who asks may not."""
    turn_away: Callable[[Question, Reason], Coroutine[Any, Any, None]]
    votes: Votes
    home_opened: Callable[[str, str], Coroutine[Any, Any, None]]
    """``home_opened(user_id, channel_id)``"""
    tell: Callable[[Question, str], Coroutine[Any, Any, None]]
    """Says a sentence to whoever asks, alone."""
    open_view: Callable[[str, dict[str, Any]], Coroutine[Any, Any, bool]]
    """``open_view(trigger_id, view)``, once and soon: whether it is open."""
    why_not_in: Callable[..., Awaitable[str]]
    """``why_not_in(channel_id, within_s=…)``: a sentence where nothing can be answered there."""
    agent: Callable[[dict[str, Any]], Awaitable[bool]]
    """Whether an event was about the agent surface, and is taken care of."""

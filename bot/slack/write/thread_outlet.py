"""Carries out a plan's actions as calls of the Web API that write into a thread. I/O: Slack and the database.

Every message carries metadata that names its question and its part, so that a later process finds it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.errors import SlackFormRefused, SlackOutcomeUnknown
from bot.messages import Question
from bot.ports import ReplyRecords
from bot.slack import own_messages
from bot.slack.read.own_replies import OwnReply
from bot.slack.shapes import Json, object_of, text_of
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.error_codes import METADATA
from bot.slack.web_api.method_limiter import Bidder, Ticket
from bot.slack.write.content import Content
from bot.slack.write.message_arguments import NO_PREVIEWS, VERBATIM, message
from bot.slack.write.plan import Action, AppendStream, Change, Remove, Respond, Show, Sight, StartStream, StopStream
from bot.slack.write.status_line import StatusSupport
from bot.slack.write.why_not_posted import why_not_posted


class FindPosted(Protocol):
    async def __call__(self, question: Question, part: int, text: str, *, in_thread: bool) -> str | None:
        """The ts of the message that shows a part of the reply to a question, where Slack has it."""


class See(Protocol):
    async def __call__(self, question: Question, ts: str, *, in_thread: bool) -> OwnReply | None:
        """One of the reply's messages as it stands in Slack; ``None`` if it does not."""


FindOwn = Callable[[Question], Awaitable[list[str]]]
"""The ts of the messages of a reply."""


async def nothing_marked(_question: Question) -> list[str]:
    return []


Tidied = Callable[[Question], Awaitable[None]]
"""Notes that nothing is left of a reply that is no part of it. Raises ``StoreFailed``."""


async def nothing_noted(_question: Question) -> None:
    return


@dataclass(frozen=True, slots=True)
class ThreadServices:
    """What the replies of a workspace share."""

    api: SlackClient
    records: ReplyRecords
    find_posted: FindPosted
    find_streamed: FindOwn
    """Those without metadata included."""
    see: See
    status: StatusSupport = field(default_factory=StatusSupport)
    writable: set[tuple[str, str]] = field(default_factory=set)
    """The channels, by workspace and id, in which something was posted."""
    find_marked: FindOwn = nothing_marked
    """Only those with metadata."""
    tidied: Tidied = nothing_noted


class ThreadOutlet:
    """Implements ``writer.Outlet``."""

    def __init__(self, question: Question, services: ThreadServices) -> None:
        self._question = question
        self._services = services
        self._metadata = True

    def edit_every_s(self) -> float:
        return self._services.api.edit_every_s()

    def request(self, action: Action, bidder: Bidder) -> Ticket:
        return self._services.api.request(method_of(action), bidder, self._question.channel_id)

    async def send(self, action: Action) -> str:
        method, values = method_of(action), arguments(self._question, action)
        if not self._metadata:
            values.pop("metadata", None)
        try:
            answer = await self._services.api.call_now(method, **values)
        except SlackFormRefused as error:
            if error.code not in METADATA or not self._metadata:
                raise
            self._metadata = False  # the words matter more than finding them again
            return await self.send(action)
        return action_ts(action) or posted_ts(method, answer)

    async def find(self, action: Action) -> str | None:
        if isinstance(action, Show):
            text = message(action.content)["text"]
            return await self._services.find_posted(self._question, action.part, text, in_thread=action.in_thread)
        known = set((await self._services.records.parts(self._question)).values())
        found = await self._services.find_streamed(self._question)
        return next((ts for ts in reversed(found) if ts not in known), None)

    async def strays(self, own: frozenset[str]) -> list[str]:
        """The ts of the messages that answer the question and are none of ``own``. Raises ``SlackError``."""
        return [ts for ts in await self._services.find_marked(self._question) if ts not in own]

    async def tidied(self) -> None:
        """Nothing is left that is no part of the reply. Raises ``StoreFailed``."""
        await self._services.tidied(self._question)

    async def see(self, action: Change) -> Sight | None:
        in_thread = not isinstance(action, Show) or action.in_thread
        found = await self._services.see(self._question, action.ts or "", in_thread=in_thread)
        return None if found is None else Sight(found.revision, found.text)

    def why_not(self, code: str) -> str:
        return why_not_posted(self._question.channel_id, code)

    async def record(self, part: int, ts: str) -> None:
        self._services.writable.add((self._question.team_id, self._question.channel_id))
        await self._services.records.posted(self._question, part, ts)


def posted_ts(method: str, answer: Json) -> str:
    """Of the message that a call made. Raises ``SlackOutcomeUnknown`` where the answer names none: it may stand."""
    ts = text_of(answer.get("ts")) or text_of(object_of(answer.get("message")).get("ts"))
    if not ts:
        raise SlackOutcomeUnknown(method, "no_ts")
    return ts


def action_ts(action: Action) -> str:
    """The message that an action changes; ``""`` for one that makes a message."""
    return getattr(action, "ts", None) or ""


def method_of(action: Action) -> str:
    match action:
        case Show(ts=None):
            return "chat.postMessage"
        case Show():
            return "chat.update"
        case Remove():
            return "chat.delete"
        case StartStream():
            return "chat.startStream"
        case AppendStream():
            return "chat.appendStream"
        case StopStream():
            return "chat.stopStream"
        case Respond():
            raise TypeError("a command's answer has no thread")


def arguments(question: Question, action: Action) -> dict[str, Any]:
    """Of the method that ``method_of`` names."""
    channel = {"channel": question.channel_id}
    match action:
        case Show(part=part, ts=None, content=content, in_thread=in_thread, revision=revision):
            return post_arguments(question, part, content, revision, in_thread=in_thread)
        case Show(part=part, ts=ts, content=content, revision=revision):
            return {  # with the metadata, which a streamed message does not have yet
                **channel,
                "ts": ts,
                "metadata": own_messages.metadata(question, part, revision),
                **VERBATIM,
                **message(content, question.ts),
            }
        case Remove(ts=ts):
            return {**channel, "ts": ts}
        case StartStream(added=added):
            recipient = {"recipient_user_id": question.user_id, "recipient_team_id": question.team_id}
            return {**channel, **recipient, "thread_ts": question.thread_ts, "markdown_text": added}
        case AppendStream(ts=ts, added=added):
            return {**channel, "ts": ts, "markdown_text": added}
        case StopStream():
            return {**channel, **_stop_arguments(question, action)}
        case Respond():
            raise TypeError("a command's answer has no thread")


def post_arguments(
    question: Question, part: int, content: Content, revision: int = 0, *, in_thread: bool = True
) -> dict[str, Any]:
    """Of chat.postMessage for a part of the reply."""
    return {
        "channel": question.channel_id,
        **({"thread_ts": question.thread_ts} if in_thread else {}),
        **NO_PREVIEWS,
        **VERBATIM,
        "metadata": own_messages.metadata(question, part, revision),
        **message(content, question.ts),
    }


def _stop_arguments(question: Question, action: StopStream) -> dict[str, Any]:
    blocks = message(action.below, question.ts)["blocks"]
    return {
        "ts": action.ts,
        "metadata": own_messages.metadata(question, action.part),
        **({"markdown_text": action.added} if action.added else {}),
        **({"blocks": blocks} if blocks else {}),
    }

"""Reads what was said in a channel since a given time, for somebody who is in that channel.

I/O: users.conversations, conversations.members, conversations.history, conversations.replies and auth.test. People are
told the same whether a channel does not exist or cannot be seen by one of the two; otherwise they would learn what
exists.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial

from bot import limits
from bot.catching_up.transcript import ChannelHistory, TranscriptEntry
from bot.catching_up.wishes import Wish
from bot.errors import Declined, SlackNoAccess, SlackRefused, SlackUnavailable
from bot.messages import Question
from bot.slack.own_messages import is_aside, ts_order
from bot.slack.paging import Paging
from bot.slack.read.linked import Write
from bot.slack.read.members import is_member
from bot.slack.read.message_text import SAID
from bot.slack.shapes import Json, objects_of, text_of
from bot.slack.web_api.names import Api, Names
from bot.slack.web_api.patience import patiently
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

CHANNELS_PAGES_MAX, CHANNELS_PAGE = 10, 200
MESSAGES_MAX, PAGE = 1_000, 200
PAGES_MAX = MESSAGES_MAX
"""However few messages Slack puts on a page, the newest ``MESSAGES_MAX`` are read if there is time for it."""
THREADS_MAX, REPLIES_MAX = 20, 200
"""The threads with the most replies are read, and at most this many replies of each."""
WITHIN_S = 90.0
"""Some apps may read only fifteen messages a minute: what was read by then has to do."""
PATIENCE_S = 90.0
DAY_S = 24 * 60 * 60
LOOK_BACK_S = 7 * DAY_S
"""How far back to look for the asker's newest message; without one, a day is read."""
UNREADABLE = (
    "I can't catch you up on that channel. Either one of us isn't in it, or it doesn't exist. If you are in it, please "
    "invite me there and ask again."
)
INVITE = "I'm not in <#{channel}>, so I can't read it. Please type `/invite` and my name there, and ask again."


@dataclass(slots=True)
class _Found:
    """What was read. ``roots``: newest first; ``replies`` by the ts of their thread's first message."""

    start_s: float
    roots: list[Json] = field(default_factory=list, repr=False)
    replies: dict[str, list[Json]] = field(default_factory=dict, repr=False)
    own_start: bool = False
    older: bool = True
    history_read: bool = False


class SlackChannelMessages:
    """For one workspace. Implements ``catching.ChannelMessages``. ``write`` is the thread reader's; ``closed`` as in
    ``linked``."""

    def __init__(self, api: Api, names: Names, write: Write, bot_user_id: str, closed: Collection[str] = ()) -> None:
        self._closed = closed
        self._api = api
        self._names = names
        self._write = write
        self._bot_user_id = bot_user_id
        self._address = ""

    async def zone(self, user_id: str) -> str:
        await self._names.resolve([user_id])
        return self._names.zone(user_id)

    async def history(self, wish: Wish, question: Question, start_s: float | None) -> ChannelHistory:
        """Raises ``Declined`` and ``SlackError``."""
        channel_id = await self._channel(wish, question.user_id)
        found = _Found(time.time() - LOOK_BACK_S if start_s is None else start_s)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(WITHIN_S):
                    await self._read_history(channel_id, found, question.user_id if start_s is None else "")
                    await self._read_threads(channel_id, found)
        except SlackNoAccess:
            raise Declined(INVITE.format(channel=channel_id)) from None
        if not (found.roots or found.history_read):  # which does not mean that nothing was written
            raise SlackUnavailable("conversations.history", "no_answer_in_time")
        if start_s is None and not found.own_start:
            _only_a_day(found)
        log.info("channel.read", messages=len(found.roots), threads=len(found.replies), whole=found.history_read)
        return await self._written(channel_id, found)

    async def _channel(self, wish: Wish, user_id: str) -> str:
        """The id of a channel that this person is in. Raises ``Declined`` and ``SlackError``."""
        try:
            channel_id = wish.channel_id or await self._by_name(wish.channel_name, user_id)
            if channel_id and channel_id not in self._closed and await is_member(self._call, channel_id, user_id):
                return channel_id
        except (SlackNoAccess, SlackRefused) as error:
            log.info("channel.not_read", code=error.code)
        raise Declined(UNREADABLE)

    async def _by_name(self, name: str, user_id: str) -> str:
        """Among the channels that both this person and, if it is private, the bot are in; empty if there is none."""
        mine = {"user": user_id, "types": "public_channel,private_channel", "limit": CHANNELS_PAGE}
        pages = Paging(CHANNELS_PAGES_MAX).of(partial(self._call, "users.conversations", **mine), "channels")
        async with aclosing(pages):
            async for page in pages:
                for channel in objects_of(page.get("channels")):
                    if text_of(channel.get("name")).lower() == name:
                        return text_of(channel.get("id"))
        return ""

    async def _read_history(self, channel_id: str, found: _Found, until_user: str) -> None:
        """Newest first, so that what there is no time for is the oldest. ``until_user``: back to their newest."""
        where = {"channel": channel_id, "oldest": f"{found.start_s:.6f}", "limit": PAGE, "include_all_metadata": True}
        paging = Paging(PAGES_MAX)
        async with aclosing(paging.of(partial(self._call, "conversations.history", **where), "messages")) as pages:
            async for page in pages:
                for message in objects_of(page.get("messages")):
                    if until_user and self._is_talk_of(message, until_user):
                        found.own_start, found.start_s = True, float(text_of(message.get("ts")))
                        found.older, found.history_read = False, True
                        return
                    found.roots.append(message)
                if len(found.roots) >= MESSAGES_MAX:
                    break
        if paging.whole:
            found.older, found.history_read = False, True

    def _is_talk_of(self, message: Json, user_id: str) -> bool:
        """Whether it is something that they said to others: the wish itself may be in the channel."""
        text = text_of(message.get("text"))
        return text_of(message.get("user")) == user_id and f"<@{self._bot_user_id}" not in text and _is_said(message)

    async def _read_threads(self, channel_id: str, found: _Found) -> None:
        with_replies = [root for root in found.roots if _replies_of(root)]
        for root in sorted(with_replies, key=_replies_of, reverse=True)[:THREADS_MAX]:
            ts = text_of(root.get("ts"))
            with suppress(SlackRefused):  # it may be deleted meanwhile
                page = await self._call(
                    "conversations.replies",
                    channel=channel_id,
                    ts=ts,
                    limit=min(REPLIES_MAX, limits.REPLIES_PAGE_MAX),
                    include_all_metadata=True,
                )
                found.replies[ts] = [one for one in objects_of(page.get("messages")) if one.get("ts") != ts]

    async def _written(self, channel_id: str, found: _Found) -> ChannelHistory:
        roots = sorted((root for root in found.roots if text_of(root.get("ts"))), key=_order)
        raw: list[tuple[Json, str]] = []
        for root in roots:
            ts = text_of(root.get("ts"))
            raw += [(root, ""), *((reply, ts) for reply in sorted(found.replies.get(ts, ()), key=_order))]
        kept = {text_of(message.get("ts")): (message, root) for message, root in raw if _is_said(message)}
        said, name = await self._write([message for message, _ in kept.values()], channel_id)
        address = await self._workspace_address()
        entries = [
            TranscriptEntry(
                message, _permalink(address, channel_id, message.ts, kept[message.ts][1]), bool(kept[message.ts][1])
            )
            for message in said
        ]
        number = sum(map(_replies_of, roots)) - sum(map(len, found.replies.values()))
        return ChannelHistory(channel_id, name, entries, found.start_s, found.own_start, found.older, max(number, 0))

    async def _workspace_address(self) -> str:
        if not self._address:
            self._address = text_of((await self._call("auth.test")).get("url")).rstrip("/")
        return self._address

    async def _call(self, method: str, **arguments: object) -> Json:
        return await patiently(partial(self._api.call, method, **arguments), PATIENCE_S)


def _only_a_day(found: _Found) -> None:
    found.start_s = time.time() - DAY_S
    before = len(found.roots)
    found.roots = [root for root in found.roots if float(text_of(root.get("ts")) or 0) >= found.start_s]
    found.older = found.older and len(found.roots) == before
    kept = {text_of(root.get("ts")) for root in found.roots}
    found.replies = {ts: replies for ts, replies in found.replies.items() if ts in kept}


def _is_said(message: Json) -> bool:
    return text_of(message.get("subtype")) in SAID and message.get("hidden") is not True and not is_aside(message)


def _replies_of(root: Json) -> int:
    count = root.get("reply_count")
    return count if type(count) is int and count > 0 else 0


def _order(message: Json) -> tuple[int, ...]:
    return tuple(ts_order(text_of(message.get("ts"))))


def _permalink(address: str, channel_id: str, ts: str, root_ts: str) -> str:
    """Source: slack:reference/methods/chat.getPermalink."""
    link = f"{address}/archives/{channel_id}/p{ts.replace('.', '')}"
    return f"{link}?thread_ts={root_ts}&cid={channel_id}" if root_ts else link

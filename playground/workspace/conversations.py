"""Implements the methods conversations.*: pages of messages, and channel objects.

I/O: none of its own. Sources: slack:reference/methods/conversations.replies, .history, .info, .open and
slack:apis/web-api/pagination (cursors are opaque; a page may be shorter than asked for).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot import limits
from playground.workspace import defaults
from playground.workspace.arguments import Arguments
from playground.workspace.content import Dialect
from playground.workspace.errors import Refused
from playground.workspace.records import Channel, Json, Kind
from playground.workspace.state import State
from playground.workspace.web_api import Method, visible_channel

HISTORY_PAGE_MAX = 999
HISTORY_PAGE_DEFAULT = 100


@dataclass(frozen=True, slots=True)
class Conversations:
    state: State
    dialect: Dialect
    need: Callable[[str], None]

    def methods(self) -> dict[str, Method]:
        return {
            "conversations.replies": Method(self.replies),
            "conversations.history": Method(self.history),
            "conversations.info": Method(self.info),
            "conversations.members": Method(self.members),
            "conversations.open": Method(self.open, ("im:write",)),
            "users.conversations": Method(self.of_bot),
        }

    def readable(self, arguments: Arguments) -> Channel:
        channel_id = arguments.required("channel", missing="channel_not_found")
        channel = visible_channel(self.state, channel_id, defaults.BOT_USER_ID)
        self.need(f"{channel.kind.scope_family}:history")
        if defaults.BOT_USER_ID not in channel.members:
            raise Refused("not_in_channel")
        return channel

    def replies(self, arguments: Arguments) -> Json:
        """Oldest first; the root comes first on every page.

        The ts of a reply gives that reply alone (slackapi/bolt-python#783), whatever the method's page promises.
        """
        channel = self.readable(arguments)
        ts = arguments.required("ts", missing="thread_not_found")
        if ts not in self.state.messages[channel.id]:
            raise Refused("thread_not_found")
        root, *replies = self.state.thread(channel.id, ts)
        chosen = _between(self._listed(replies), arguments)
        page_max = min(limits.REPLIES_PAGE_MAX, self.dialect.page_max)
        page, cursor = _page(chosen, arguments, default=limits.REPLIES_PAGE_MAX, page_max=page_max)
        return _answer([root, *page], cursor, arguments)

    def history(self, arguments: Arguments) -> Json:
        """Newest first, without replies."""
        channel = self.readable(arguments)
        chosen = _between(self._listed(self.state.history(channel.id)), arguments)[::-1]
        page_max = min(HISTORY_PAGE_MAX, self.dialect.page_max)
        page, cursor = _page(chosen, arguments, default=HISTORY_PAGE_DEFAULT, page_max=page_max)
        return _answer(page, cursor, arguments) | {"pin_count": 0}

    def _listed(self, messages: Sequence[Json]) -> Sequence[Json]:
        if not self.dialect.listed_after_s:
            return messages
        since_s = self.state.clock() - self.dialect.listed_after_s
        unlisted = {one.ts for one in self.state.revisions if one.kind == "post" and one.at > since_s}
        return [message for message in messages if message["ts"] not in unlisted]

    def info(self, arguments: Arguments) -> Json:
        channel_id = arguments.required("channel", missing="channel_not_found")
        channel = visible_channel(self.state, channel_id, defaults.BOT_USER_ID)
        self.need(f"{channel.kind.scope_family}:read")
        return {"channel": channel_object(channel)}

    def members(self, arguments: Arguments) -> Json:
        """Source: slack:reference/methods/conversations.members."""
        channel_id = arguments.required("channel", missing="channel_not_found")
        channel = visible_channel(self.state, channel_id, defaults.BOT_USER_ID)
        self.need(f"{channel.kind.scope_family}:read")
        found = [{"ts": user_id} for user_id in sorted(channel.members)]
        page, cursor = _page(found, arguments, default=HISTORY_PAGE_DEFAULT, page_max=HISTORY_PAGE_MAX)
        return {"members": [each["ts"] for each in page], "response_metadata": {"next_cursor": cursor}}

    def open(self, arguments: Arguments) -> Json:
        users = (arguments.text("users") or "").split(",")
        if users == [""]:
            raise Refused("users_list_not_supplied")
        if any(user not in self.state.users for user in users):
            raise Refused("user_not_found")
        if len(users) > 1:
            raise Refused("method_not_supported_for_channel_type")
        channel = self.state.direct_message(users[0])
        return {"channel": channel_object(channel) if arguments.flag("return_im") else {"id": channel.id}}

    def of_bot(self, arguments: Arguments) -> Json:
        """Where the app is, or a person, of whose channels the private ones are those that the app is in, too; each
        kind that is asked for needs its scope. slack:reference/methods/users.conversations"""
        types = (arguments.text("types") or "public_channel").split(",")
        kinds = {"public_channel": Kind.PUBLIC, "private_channel": Kind.PRIVATE, "mpim": Kind.GROUP, "im": Kind.DIRECT}
        if unknown := [name for name in types if name not in kinds]:
            raise Refused("invalid_types", types=unknown)
        wanted = {kinds[name] for name in types}
        for kind in wanted:
            self.need(f"{kind.scope_family}:read")
        user = arguments.text("user") or defaults.BOT_USER_ID
        mine = [
            channel_object(channel)
            for channel in self.state.channels.values()
            if channel.kind in wanted and user in channel.members
            if channel.kind is Kind.PUBLIC or defaults.BOT_USER_ID in channel.members
            if not (arguments.flag("exclude_archived") and channel.is_archived)
        ]
        page, cursor = _page(mine, arguments, default=100, page_max=HISTORY_PAGE_MAX)
        return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def channel_object(channel: Channel) -> Json:
    """Source: slack:reference/objects/conversation-object."""
    is_direct = channel.kind is Kind.DIRECT
    common: Json = {"id": channel.id, "created": 1_700_000_000, "is_archived": channel.is_archived, "is_im": is_direct}
    if is_direct:
        return common | {"user": channel.name, "is_org_shared": False, "is_open": True}
    return common | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind is Kind.PUBLIC,
        "is_group": channel.kind is Kind.PRIVATE,
        "is_mpim": channel.kind is Kind.GROUP,
        "is_private": channel.kind is not Kind.PUBLIC,
        "is_member": defaults.BOT_USER_ID in channel.members,
        "is_general": channel.name == "general",
        "is_ext_shared": channel.is_ext_shared,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
    }


def _between(messages: Sequence[Json], arguments: Arguments) -> list[Json]:
    oldest, latest = arguments.text("oldest"), arguments.text("latest")
    for name, value in (("oldest", oldest), ("latest", latest)):
        if value and not value.replace(".", "", 1).isdigit():
            raise Refused(f"invalid_ts_{name}")
    edge = bool(arguments.flag("inclusive"))

    def inside(ts: float) -> bool:
        after = not oldest or ts > float(oldest) or (edge and ts == float(oldest))
        before = not latest or ts < float(latest) or (edge and ts == float(latest))
        return after and before

    return [message for message in messages if inside(float(message["ts"]))]


def _page(messages: list[Json], arguments: Arguments, *, default: int, page_max: int) -> tuple[list[Json], str]:
    limit = arguments.number("limit", default)
    if limit < 1:
        raise Refused("invalid_limit")
    start = _position(arguments.text("cursor") or "")
    end = start + min(limit, page_max)
    return messages[start:end], _cursor(end) if end < len(messages) else ""


def _cursor(position: int) -> str:
    return base64.b64encode(f"next:{position}".encode()).decode()


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except (ValueError, binascii.Error) as error:
        raise Refused("invalid_cursor") from error


def _answer(messages: list[Json], cursor: str, arguments: Arguments) -> Json:
    if not arguments.flag("include_all_metadata"):
        for message in messages:
            message.pop("metadata", None)
    answer: Json = {"messages": messages, "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})

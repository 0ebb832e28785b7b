"""The things a workspace consists of and the log entries it keeps: people, channels, revisions, pings, calls.

Pure. Messages and files stay what Slack calls them, JSON objects; everything else is a record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]

EMAIL_DOMAIN = "playground.example"
STREAM_LIFETIME_S = 5 * 60.0
"""Measured by others; source: docs/slack.md §3."""


class Kind(StrEnum):
    """What sort of conversation it is; Slack's ids start with C for the first two, D for im, G for old mpims."""

    PUBLIC = "channel"
    PRIVATE = "private"
    DIRECT = "im"
    GROUP = "mpim"

    @property
    def scope_family(self) -> str:
        """The first half of the scopes that guard it. Source: docs/slack.md §8."""
        return {"channel": "channels", "private": "groups", "im": "im", "mpim": "mpim"}[self.value]

    @property
    def event_type(self) -> str:
        """``channel_type`` in events, and the second half of the subscription ``message.*``."""
        return {"channel": "channel", "private": "group", "im": "im", "mpim": "mpim"}[self.value]

    @property
    def subscription(self) -> str:
        return f"message.{self.scope_family}"


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace, as Slack calls it in its API."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class User:
    """``team`` is the workspace of somebody from another company, empty for the workspace's own people and guests.

    A guest of one channel is ``is_restricted`` too; a stranger is of another company and in no shared channel.
    """

    id: str
    name: str
    real_name: str
    is_bot: bool = False
    bot_id: str | None = None
    email: str = ""
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    team: str = ""
    is_stranger: bool = False
    deleted: bool = False
    is_admin: bool = False
    tz: str = "Europe/Amsterdam"

    @property
    def standing(self) -> str:
        """What a reader should know about them; empty for an ordinary member."""
        if self.deleted:
            return "deactivated"
        if self.team:
            return "stranger" if self.is_stranger else "other company"
        if self.is_restricted:
            return "guest in one channel" if self.is_ultra_restricted else "guest"
        domain = self.email.rpartition("@")[2]
        return "" if domain in ("", EMAIL_DOMAIN) else domain


@dataclass(frozen=True, slots=True)
class UserGroup:
    id: str
    handle: str
    name: str


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    kind: Kind
    members: set[str] = field(default_factory=set)
    is_archived: bool = False
    is_ext_shared: bool = False
    """Whether another company's people are in it: Slack Connect."""
    topic: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """One thing that a reader of the channel saw change.

    ``kind`` is post, edit, delete or status; ``text`` is what the message shows afterwards (blocks rendered, buttons
    left out), ``source`` the Markdown or mrkdwn that the app sent for it.
    """

    at: float
    channel: str
    ts: str
    kind: str
    text: str
    source: str = ""
    ephemeral: bool = False
    thread_ts: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Ping:
    """A token in a bot's message that notifies: ``target`` is a user id, a group id, here, channel or everyone."""

    channel: str
    ts: str
    target: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Web API or of a response_url, as it was answered; ``status`` 0: the connection was dropped."""

    method: str
    args: Json
    at: float
    ok: bool
    error: str | None
    status: int
    warning: str | None = None


@dataclass(slots=True)
class Origin:
    """What a message's JSON does not say: what the app sent, and whether it is still being streamed."""

    source: str = ""
    unfurl_links: bool | None = None
    unfurl_media: bool | None = None
    streaming_since: float | None = None

    def is_streaming(self, now: float) -> bool:
        """A stream dies five minutes after its start, even with traffic; its message is an ordinary one then."""
        return self.streaming_since is not None and now - self.streaming_since < STREAM_LIFETIME_S


@dataclass(frozen=True, slots=True)
class Status:
    """The line below a thread set by assistant.threads.setStatus."""

    channel: str
    thread_ts: str
    status: str

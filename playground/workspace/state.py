"""Keeps the workspace as it is after each post, edit, deletion and status, and a log of what readers saw.

I/O: none of its own; ``changes`` wakes waiters, ``on_event`` hands events to whoever delivers them, clocks are given.
Messages are Slack's JSON objects, kept per channel in the order of their ts. What is inside a message (blocks, files)
is replaced and never changed, so that copies may share it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from playground.workspace import defaults, events
from playground.workspace.changes import Changes
from playground.workspace.manifest import Manifest
from playground.workspace.reading import pings, visible_text
from playground.workspace.records import (
    Call,
    Channel,
    Json,
    Kind,
    Origin,
    Ping,
    Revision,
    Status,
    Team,
    User,
    UserGroup,
)


def _nobody_listens(event: Json, channel: Channel) -> None:
    """What takes events until a courier does."""


WORKING = "is working…"
"""What Slack shows of a session that is processing. slack:ai/agent-sessions."""


class State:
    """Everything the workspace knows. ``clock`` counts seconds for the logs, ``wall_clock`` gives ts and event_time."""

    def __init__(
        self,
        manifest: Manifest,
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
        team: Team = defaults.TEAM,
    ) -> None:
        self.manifest = manifest
        self.team = team
        self.clock = clock
        self.wall_clock = wall_clock
        self.changes = Changes()
        self.on_event: Callable[[Json, Channel], None] = _nobody_listens
        self.users: dict[str, User] = {user.id: user for user in defaults.users(manifest)}
        self.groups: dict[str, UserGroup] = {group.id: group for group in defaults.GROUPS}
        self.channels: dict[str, Channel] = {channel.id: channel for channel in defaults.channels()}
        self.messages: dict[str, dict[str, Json]] = defaultdict(dict)
        self.origins: dict[tuple[str, str], Origin] = {}
        self.ephemerals: list[Json] = []
        self.statuses: dict[tuple[str, str], Status] = {}
        self.prompts: dict[str, tuple[str, list[Json]]] = {}
        self.titles: dict[tuple[str, str], str] = {}
        """Of an agent: what it suggests in a channel, with the line above that, and what its sessions are called."""
        self.sessions: set[tuple[str, str]] = set()
        self.revisions: list[Revision] = []
        self.pings: list[Ping] = []
        self.calls: list[Call] = []
        self.invitation: Json = {}
        """What the page suggests to a visitor: ``questions`` to try, words ``about`` them, the ``front`` thread."""
        self.mentions_carry_files = True
        """Whether app_mention events have what stands below a message: its files and attachments (reports differ)."""
        self._replies: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._last_us = 0
        self._numbers = itertools.count(1)

    # --- names ---------------------------------------------------------------------------------------------------

    def new_ts(self) -> str:
        """Unix time with microseconds, later than every ts before."""
        self._last_us = max(int(self.wall_clock() * 1_000_000), self._last_us + 1)
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def new_id(self, prefix: str = "") -> str:
        return f"{prefix}{next(self._numbers):08X}" if prefix else f"b{next(self._numbers):04x}"

    def direct_message(self, user_id: str) -> Channel:
        """The DM between the bot and a user, opened if need be."""
        channel = self.channels.get(f"D{user_id[1:]}")
        if channel is None:
            members, shared = {user_id, defaults.BOT_USER_ID}, bool(self.users[user_id].team)
            channel = Channel(f"D{user_id[1:]}", user_id, Kind.DIRECT, members, is_ext_shared=shared)
            self.channels[channel.id] = channel
        return channel

    def change_user(self, user_id: str, **fields: Any) -> None:  # noqa: ANN401 (a field's own type)
        """What an admin changes about somebody: ``deleted``, ``is_restricted``, ``email`` …"""
        self.users[user_id] = replace(self.users[user_id], **fields)

    # --- reading -------------------------------------------------------------------------------------------------

    def thread_ts(self, channel_id: str, ts: str) -> str:
        """The root of the thread that a message is in: itself if it is no reply."""
        return str(self.messages[channel_id][ts].get("thread_ts", ts))

    def history(self, channel_id: str) -> list[Json]:
        """The channel without replies, oldest first."""
        return [
            self.rendered(channel_id, ts)
            for ts, message in self.messages[channel_id].items()
            if message.get("thread_ts", ts) == ts or message.get("subtype") == "thread_broadcast"
        ]

    def thread(self, channel_id: str, thread_ts: str) -> list[Json]:
        """Root (a tombstone if it was deleted) and replies, oldest first; nothing where there is no such message."""
        if thread_ts not in self.messages[channel_id]:
            return []
        return [self.rendered(channel_id, ts) for ts in (thread_ts, *self._replies.get((channel_id, thread_ts), ()))]

    def rendered(self, channel_id: str, ts: str) -> Json:
        """A copy of a message as conversations.replies returns it: a root counts its replies."""
        message = dict(self.messages[channel_id][ts])
        replies = self._replies.get((channel_id, ts))
        if replies:
            users = list(dict.fromkeys(_author(self.messages[channel_id][reply]) for reply in replies))
            message |= {
                "thread_ts": ts,
                "reply_count": len(replies),
                "reply_users_count": len(users),
                "latest_reply": replies[-1],
                "reply_users": users[:5],
                "is_locked": False,
                "subscribed": False,
            }
        return message

    # --- writing -------------------------------------------------------------------------------------------------

    def post(self, channel_id: str, message: Json, origin: Origin | None = None, *, quiet: bool = False) -> Json:
        """Keeps a message under a fresh ts (unless it has one). ``quiet``: no event and no revision, for seeding."""
        ts = message.setdefault("ts", self.new_ts())
        root = message.get("thread_ts")
        if root is not None and root != ts:
            message.setdefault("parent_user_id", self.messages[channel_id][root].get("user"))
            self._replies[channel_id, root].append(ts)
        self.messages[channel_id][ts] = message
        self.origins[channel_id, ts] = origin or Origin()
        if quiet:
            return message
        self._saw("post", channel_id, message)
        self._note_pings(channel_id, message)
        if message.get("bot_id") == defaults.BOT_ID:
            self.set_status(channel_id, root or ts, "")
        self.push(channel_id, ts)
        for event in events.posted(message, self.channels[channel_id], defaults.BOT_USER_ID):
            bare = event["type"] == "app_mention" and not self.mentions_carry_files
            self.on_event(events.without_below(event) if bare else event, self.channels[channel_id])
        return message

    def edit(self, channel_id: str, ts: str, change: Json, drop: Sequence[str] = (), source: str | None = None) -> Json:
        """Replaces the fields in ``change`` and removes those in ``drop``."""
        message = self.messages[channel_id][ts]
        before = dict(message)
        message.update(change)
        for key in drop:
            message.pop(key, None)
        if source is not None:
            self.origins[channel_id, ts].source = source
        self._saw("edit", channel_id, message)
        self._note_pings(channel_id, message)
        self.push(channel_id, ts)
        event = events.changed(message, before, self.channels[channel_id], self.new_ts())
        self.on_event(event, self.channels[channel_id])
        return message

    def delete(self, channel_id: str, ts: str) -> None:
        """A root with replies stays as a tombstone; anything else goes."""
        channel = self.channels[channel_id]
        before = self.messages[channel_id][ts]
        root = before.get("thread_ts", ts)
        if root == ts and self._replies.get((channel_id, ts)):
            grave = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": True, "thread_ts": ts}
            self.messages[channel_id][ts] = {**grave, "text": "This message was deleted.", "ts": ts}
            self.push(channel_id, ts)
            event = events.changed(self.messages[channel_id][ts], before, channel, self.new_ts())
        else:
            del self.messages[channel_id][ts]
            if root != ts:
                self._replies[channel_id, root].remove(ts)
            self.changes.note({"type": "message_deleted", "channel": channel_id, "ts": ts})
            event = events.deleted(before, channel, self.new_ts())
        self.revisions.append(self._revision("delete", channel_id, {**before, "text": "", "blocks": [], "files": []}))
        self.on_event(event, channel)
        self.changes.note()

    def set_session(self, channel_id: str, thread_ts: str, *, processing: bool) -> None:
        """Slack's own words, and for as long as the app does not end them."""
        self.sessions.discard((channel_id, thread_ts))
        self.set_status(channel_id, thread_ts, WORKING if processing else "")
        if processing:
            self.sessions.add((channel_id, thread_ts))
        self.changes.note({"type": "session", "channel": channel_id, "thread_ts": thread_ts, "processing": processing})

    def set_status(self, channel_id: str, thread_ts: str, status: str) -> None:
        """An empty status takes the line away; nothing is logged where there was none."""
        key = (channel_id, thread_ts)
        if key in self.sessions:
            return
        if status == (self.statuses[key].status if key in self.statuses else ""):
            return
        self.statuses.pop(key, None)
        if status:
            self.statuses[key] = Status(channel_id, thread_ts, status)
        self.revisions.append(Revision(self.clock(), channel_id, thread_ts, "status", status, thread_ts=thread_ts))
        self.changes.note({"type": "status", "channel": channel_id, "thread_ts": thread_ts, "status": status})

    # --- messages that only one person sees ------------------------------------------------------------------------

    def post_ephemeral(self, channel_id: str, user_id: str, message: Json, source: str = "") -> Json:
        """``user`` stays the author; the addressee is kept beside the message as ``ephemeral_for``."""
        message = {"is_ephemeral": True, **message, "channel": channel_id, "ephemeral_for": user_id}
        message.setdefault("ts", self.new_ts())
        self.ephemerals.append(message)
        self.show_ephemeral(message, "post", source)
        return message

    def show_ephemeral(self, message: Json, kind: str, source: str = "") -> None:
        """Logs and pushes an ephemeral message that was posted or replaced."""
        self.revisions.append(self._revision(kind, message["channel"], message, source, ephemeral=True))
        self._note_pings(message["channel"], message)
        self.changes.note({"type": "message", "message": {**message, "ephemeral": True}})

    def delete_ephemeral(self, message: Json) -> None:
        self.ephemerals.remove(message)
        self.revisions.append(
            self._revision("delete", message["channel"], {**message, "text": "", "blocks": []}, ephemeral=True)
        )
        self.changes.note({"type": "message_deleted", "channel": message["channel"], "ts": message["ts"]})

    # --- logs ----------------------------------------------------------------------------------------------------

    def _saw(self, kind: str, channel_id: str, message: Json) -> None:
        source = self.origins[channel_id, message["ts"]].source
        self.revisions.append(self._revision(kind, channel_id, message, source))

    def _revision(
        self, kind: str, channel_id: str, message: Json, source: str = "", *, ephemeral: bool = False
    ) -> Revision:
        return Revision(
            at=self.clock(),
            channel=channel_id,
            ts=message["ts"],
            kind=kind,
            text=visible_text(message),
            source=source,
            ephemeral=ephemeral,
            thread_ts=message.get("thread_ts"),
            user=message.get("user"),
        )

    def _note_pings(self, channel_id: str, message: Json) -> None:
        if message.get("bot_id"):
            for target in pings(message.get("text") or "", message.get("blocks") or []):
                ping = Ping(channel_id, message["ts"], target)
                if ping not in self.pings:
                    self.pings.append(ping)

    def push(self, channel_id: str, ts: str) -> None:
        """Shows a message to the pages as it is now."""
        self.changes.note({"type": "message", "message": {**self.rendered(channel_id, ts), "channel": channel_id}})
        root = self.thread_ts(channel_id, ts)
        if root != ts:
            self.changes.note(
                {"type": "message", "message": {**self.rendered(channel_id, root), "channel": channel_id}}
            )


def _author(message: Json) -> str:
    """A user's id, or for an integration's message, which has none, the bot's."""
    return str(message.get("user") or message.get("bot_id", ""))

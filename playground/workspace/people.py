"""Does what people do: write, edit, delete, type commands, press buttons; makes Slack's messages and payloads of it.

I/O: none of its own; writes to the state and hands deliveries to the courier. Sources: slack:interactivity/
implementing-slash-commands, slack:reference/interaction-payloads/block_actions-payload, docs/slack.md §4, §6, §7.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.workspace import built_in, defaults, events
from playground.workspace.delivery import Courier, Delivery, Sort
from playground.workspace.errors import Refused
from playground.workspace.records import Json, Kind
from playground.workspace.response_urls import Invocation, ResponseUrls
from playground.workspace.state import State
from playground.workspace.typed import mrkdwn, rich_text
from playground.workspace.uploads import Files
from playground.workspace.views import Views

FileGiven = tuple[str, bytes] | Json
"""A name with bytes, or a file object that ``Files.add`` made."""


class NotPossible(Exception):
    """A person cannot do this; the sentence says why."""


@dataclass(slots=True)
class People:
    state: State
    files: Files
    courier: Courier
    response_urls: ResponseUrls
    views: Views = field(init=False)
    invocations: dict[str, Delivery] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.views = Views(self.state)

    def message(self, user_id: str, channel_id: str, typed: str, files: Sequence[FileGiven]) -> Json:
        """A message by a person, not yet posted."""
        self._member(user_id, channel_id)
        text = self.mrkdwn(typed)
        user = self.state.users[user_id]
        team = user.team or self.state.team.id
        message: Json = {"type": "message", "user": user_id, "team": team, "text": text}
        message["client_msg_id"] = str(uuid.uuid4())
        if self.state.channels[channel_id].is_ext_shared:
            message |= {"user_team": team, "source_team": team}
        if user.bot_id is not None:
            message |= {"bot_id": user.bot_id, "bot_profile": {"id": user.bot_id, "name": user.real_name}}
        if text:
            message["blocks"] = rich_text(text, self.state.new_id())
        if files:
            message |= {
                "files": [self._file(user_id, file) for file in files],
                "upload": False,
                "subtype": "file_share",
            }
        return message

    def mrkdwn(self, typed: str) -> str:
        users = {user.name.lower(): f"@{user.id}" for user in self.state.users.values()}
        users |= {everybody: f"!{everybody}" for everybody in ("here", "channel", "everyone")}
        users |= {group.handle: f"!subteam^{group.id}" for group in self.state.groups.values()}
        channels = {c.name: f"#{c.id}" for c in self.state.channels.values() if c.kind in (Kind.PUBLIC, Kind.PRIVATE)}
        return mrkdwn(typed, users, channels)

    def say(
        self, user_id: str, channel_id: str, typed: str, thread_ts: str | None, files: Sequence[FileGiven], extra: Json
    ) -> str:
        message = self.message(user_id, channel_id, typed, files)
        self._place(message, channel_id, thread_ts)
        return str(self.state.post(channel_id, message | extra)["ts"])

    def seed(
        self, user_id: str, channel_id: str, typed: str, thread_ts: str | None, files: Sequence[FileGiven], extra: Json
    ) -> str:
        """As ``say``, without events and revisions: what was there before the bot came."""
        message = self.message(user_id, channel_id, typed, files)
        self._place(message, channel_id, thread_ts)
        return str(self.state.post(channel_id, message | extra, quiet=True)["ts"])

    def _place(self, message: Json, channel_id: str, thread_ts: str | None) -> None:
        if thread_ts is None:
            return
        if thread_ts not in self.state.messages[channel_id]:
            raise NotPossible("There is no such message to reply to.")
        message["thread_ts"] = self.state.thread_ts(channel_id, thread_ts)

    def edit(self, channel_id: str, ts: str, typed: str) -> None:
        """A changed text; if it mentions the bot, app_mention fires again with ``edited`` and a new event_id."""
        message = self._message(channel_id, ts)
        if message.get("user") not in self.state.users or message.get("bot_id"):
            raise NotPossible("Only who wrote a message can edit it.")
        text = self.mrkdwn(typed)
        edited = {"user": message["user"], "ts": self.state.new_ts()}
        change = {"text": text, "blocks": rich_text(text, self.state.new_id()), "edited": edited}
        channel = self.state.channels[channel_id]
        changed = self.state.edit(channel_id, ts, change)
        for event in events.mention(changed, channel, defaults.BOT_USER_ID):
            self.state.on_event(event, channel)

    def react(self, user_id: str, channel_id: str, ts: str, reaction: str) -> None:
        """Sources: slack:reference/events/reaction_added, slack:reference/methods/reactions.add."""
        self._member(user_id, channel_id)
        message, event_ts = self._message(channel_id, ts), self.state.new_ts()
        reactions = [dict(each) for each in message.get("reactions") or []]
        mine = next((each for each in reactions if each["name"] == reaction), None)
        if mine is None:
            reactions.append(mine := {"name": reaction, "users": [], "count": 0})
        if user_id in mine["users"]:
            return
        mine |= {"users": [*mine["users"], user_id], "count": mine["count"] + 1}
        message["reactions"] = reactions
        self.state.push(channel_id, ts)
        event: Json = {"type": "reaction_added", "user": user_id, "reaction": reaction, "event_ts": event_ts}
        event |= {"item": {"type": "message", "channel": channel_id, "ts": ts}, "item_user": message.get("user")}
        self.state.on_event(event, self.state.channels[channel_id])

    def delete(self, channel_id: str, ts: str) -> None:
        self._message(channel_id, ts)
        self.state.delete(channel_id, ts)

    def command(self, user_id: str, channel_id: str, command: str, typed: str) -> str:
        """Delivers a slash command; returns the id of its invocation. What the ack brings is shown to the user. One of
        Slack's own reaches no app, and has no id."""
        self._member(user_id, channel_id)
        if command == built_in.INVITE:
            if said := built_in.invite(self.state, user_id, channel_id, self.mrkdwn(typed)):
                self._slackbot(user_id, channel_id, said)
            return ""
        if command not in self.state.manifest.commands:
            raise NotPossible(f"{command} is not a valid command.")
        user, channel = self.state.users[user_id], self.state.channels[channel_id]
        if user.team:
            raise NotPossible("Commands of apps cannot be used by people of other companies.")
        invocation = self.response_urls.open(user_id, channel_id)
        escapes = command in self.state.manifest.escaping_commands
        names = {Kind.DIRECT: "directmessage", Kind.PRIVATE: "privategroup"}
        payload: Json = {
            "token": "playground-verification-token",
            "team_id": self.state.team.id,
            "team_domain": self.state.team.name.lower(),
            "channel_id": channel_id,
            "channel_name": names.get(channel.kind, channel.name),
            "user_id": user_id,
            "user_name": user.name,
            "command": command,
            "text": self.mrkdwn(typed) if escapes else typed,
            "api_app_id": defaults.APP_ID,
            "is_enterprise_install": "false",
            "response_url": self.response_urls.url(invocation),
            "trigger_id": self.views.trigger(user_id, invocation.id),
        }
        self.invocations[invocation.id] = self.courier.deliver(
            Sort.COMMAND, payload, lambda delivery: self._answered(invocation, command, delivery)
        )
        return invocation.id

    def press(self, user_id: str, channel_id: str, ts: str, action: Json) -> str:
        """Delivers block_actions for a button of a message (or of an ephemeral one); returns the invocation's id."""
        if not self.state.manifest.interactive:
            raise NotPossible("This app is not configured to handle interactive responses.")
        if self.state.users[user_id].deleted:
            raise NotPossible("This account is deactivated.")
        ephemeral = next((message for message in self.state.ephemerals if message["ts"] == ts), None)
        message = ephemeral or self._rendered(channel_id, ts)
        button = find_button(message, action)
        invocation = self.response_urls.open(user_id, channel_id, thread_ts=message.get("thread_ts"))
        invocation.original, invocation.pressed = (ts, ephemeral is not None), True
        user, channel = self.state.users[user_id], self.state.channels[channel_id]
        team_id = user.team or self.state.team.id
        container: Json = {"type": "message", "message_ts": ts, "channel_id": channel_id}
        container |= {"is_ephemeral": ephemeral is not None}
        if message.get("thread_ts"):
            container["thread_ts"] = message["thread_ts"]
        payload: Json = {
            "type": "block_actions",
            "user": {"id": user_id, "username": user.name, "name": user.name, "team_id": team_id},
            "api_app_id": defaults.APP_ID,
            "token": "playground-verification-token",
            "container": container,
            "trigger_id": self.views.trigger(user_id, invocation.id),
            "team": {"id": team_id, "domain": "partner" if user.team else self.state.team.name.lower()},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": channel_id, "name": channel.name},
            **({} if ephemeral else {"message": message}),  # of what one person sees only the place is named
            "state": {"values": {}},
            "response_url": self.response_urls.url(invocation),
            "actions": [{**button, "action_ts": self.state.new_ts()}],
        }
        self.invocations[invocation.id] = self.courier.deliver(Sort.INTERACTIVE, payload)
        return invocation.id

    def _answered(self, invocation: Invocation, command: str, delivery: Delivery) -> None:
        """The ack's payload is the first answer; without an ack the user reads why, as Slackbot puts it."""
        answer: Any = delivery.outcomes[-1].answer if delivery.outcomes else None
        try:
            if answer:
                self.response_urls.respond(invocation, answer)
        except Refused as error:
            self._slackbot(invocation.user_id, invocation.channel_id, f"{command} failed with the error “{error.code}”")
        if not delivery.acknowledged:
            timed_out = delivery.outcomes[-1].reason in ("timeout", "http_timeout")
            reason = "operation_timeout" if timed_out else "dispatch_failed"
            self._slackbot(invocation.user_id, invocation.channel_id, f"{command} failed with the error “{reason}”")

    def _slackbot(self, user_id: str, channel_id: str, text: str) -> None:
        self.state.post_ephemeral(channel_id, user_id, {"type": "message", "user": "USLACKBOT", "text": text})

    def _file(self, user_id: str, file: FileGiven) -> Json:
        return file if isinstance(file, dict) else self.files.add(user_id, file[0], file[1])

    def _member(self, user_id: str, channel_id: str) -> None:
        if channel_id not in self.state.channels or user_id not in self.state.users:
            raise NotPossible("There is no such channel or user.")
        if self.state.users[user_id].deleted:
            raise NotPossible("This account is deactivated.")
        if user_id not in self.state.channels[channel_id].members:
            raise NotPossible("Only members can write here.")
        channel = self.state.channels[channel_id]
        if channel.is_archived:
            raise NotPossible("This channel is archived.")
        if channel.kind is Kind.DIRECT and not self.state.manifest.direct_messages:
            raise NotPossible("Sending messages to this app has been turned off.")

    def _message(self, channel_id: str, ts: str) -> Json:
        message = self.state.messages.get(channel_id, {}).get(ts)
        if message is None:
            raise NotPossible("There is no such message.")
        return message

    def _rendered(self, channel_id: str, ts: str) -> Json:
        self._message(channel_id, ts)
        return self.state.rendered(channel_id, ts)


def find_button(message: Json, action: Json) -> Json:
    """The element as the payload carries it: with its block_id, value and text. ``message`` may be a view, too."""
    for block in message.get("blocks") or []:
        for item in [*(block.get("elements") or []), block.get("accessory") or {}]:
            if item.get("action_id") == action["action_id"] and action.get("block_id") in (None, block["block_id"]):
                value = action.get("value") or item.get("value")
                return {**item, "block_id": block["block_id"]} | ({"value": value} if value else {})
    raise NotPossible("There is no such button.")

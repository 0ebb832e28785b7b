"""Implements chat.postMessage, chat.update, chat.delete and chat.postEphemeral.

I/O: none of its own; writes to the state. Each rule is from its method's page: slack:reference/methods/chat.*.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot import limits
from playground.workspace import defaults
from playground.workspace.arguments import Arguments
from playground.workspace.content import Content, Dialect, read_content, read_metadata
from playground.workspace.errors import Refused
from playground.workspace.records import Channel, Json, Kind, Origin
from playground.workspace.state import State
from playground.workspace.web_api import Method, visible_channel, warned


@dataclass(frozen=True, slots=True)
class Chat:
    state: State
    dialect: Dialect

    def methods(self) -> dict[str, Method]:
        scopes = ("chat:write",)
        return {
            "chat.postMessage": Method(self.post_message, scopes),
            "chat.update": Method(self.update, scopes),
            "chat.delete": Method(self.delete, scopes),
            "chat.postEphemeral": Method(self.post_ephemeral, scopes),
            "chat.getPermalink": Method(self.get_permalink),
        }

    def writable(self, channel_id: str) -> Channel:
        """A user id stands for the DM with that user; public channels need membership (or chat:write.public)."""
        user = self.state.users.get(channel_id)
        if user is not None and not user.is_bot:
            channel_id = self.state.direct_message(channel_id).id
        channel = visible_channel(self.state, channel_id, defaults.BOT_USER_ID)
        if channel.is_archived:
            raise Refused("is_archived")
        may_post = channel.kind is Kind.PUBLIC and "chat:write.public" in self.state.manifest.scopes
        if defaults.BOT_USER_ID not in channel.members and not may_post:
            raise Refused("not_in_channel")
        if channel.kind is Kind.DIRECT and not self.state.manifest.messages_tab:
            raise Refused("messages_tab_disabled")
        return channel

    def root_of(self, channel: Channel, arguments: Arguments) -> str | None:
        """The thread to write in; a reply's ts stands for its root.

        Where the parent is gone Slack does not refuse: the message goes to the channel itself, and only the missing
        ``message.thread_ts`` in the answer tells (reported live: slack-go/slack#1571, langchain-ai/open-swe#2753).
        """
        thread_ts = arguments.text("thread_ts")
        if not thread_ts or thread_ts not in self.state.messages[channel.id]:
            return None
        return self.state.thread_ts(channel.id, thread_ts)

    def post_message(self, arguments: Arguments) -> Json:
        channel = self.writable(arguments.required("channel", missing="channel_not_found"))
        content = read_content(arguments, self.state.new_id, self.dialect)
        metadata = read_metadata(arguments)
        root = self.root_of(channel, arguments)
        message = bot_message(self.state, content.text or "", content.blocks)
        if root is not None:
            message["thread_ts"] = root
            if arguments.flag("reply_broadcast"):
                message["subtype"] = "thread_broadcast"
        if metadata:
            message["metadata"] = metadata
        attachments = arguments.structure("attachments", malformed="invalid_attachments")
        if attachments:
            message["attachments"] = attachments
        origin = Origin(content.source, arguments.flag("unfurl_links"), arguments.flag("unfurl_media"))
        self.state.post(channel.id, message, origin)
        answer = {
            "channel": channel.id,
            "ts": message["ts"],
            "message": self.state.rendered(channel.id, message["ts"]),
        }
        return warned(answer, content.warning)

    def own_message(self, arguments: Arguments, forbidden: str) -> tuple[Channel, Json]:
        """The bot's own message that is to be changed; ``forbidden`` is the error for anybody else's."""
        channel_id = arguments.required("channel", missing="channel_not_found")
        channel = visible_channel(self.state, channel_id, defaults.BOT_USER_ID)
        message = self.state.messages[channel.id].get(arguments.required("ts", missing="message_not_found"))
        if message is None or message.get("subtype") == "tombstone":
            raise Refused("message_not_found")
        if message.get("bot_id") != defaults.BOT_ID:
            raise Refused(forbidden)
        return channel, message

    def update(self, arguments: Arguments) -> Json:
        """``text`` alone removes blocks, neither keeps them, metadata stays unless given."""
        channel, message = self.own_message(arguments, "cant_update_message")
        ts = message["ts"]
        if channel.is_archived:
            raise Refused("is_inactive")
        if self.state.origins[channel.id, ts].is_streaming(self.state.clock()):
            raise Refused("streaming_state_conflict")
        text = arguments.text("text")
        if text is not None and len(text) > limits.UPDATE_TEXT_CHARS_MAX and not self.dialect.truncates_long_updates:
            raise Refused("msg_too_long")
        metadata = read_metadata(arguments)
        if metadata is not None and not any(map(arguments.has, ("text", "blocks", "markdown_text", "attachments"))):
            content = Content(message["text"], message.get("blocks"), self.state.origins[channel.id, ts].source)
        else:
            content = read_content(arguments, self.state.new_id, self.dialect)
        change: Json = {"text": content.text or ""}
        drop: list[str] = []
        if content.blocks:
            change["blocks"] = content.blocks
        else:
            drop.append("blocks")
            change["edited"] = {"user": defaults.BOT_USER_ID, "ts": self.state.new_ts()}
        if metadata:
            change["metadata"] = metadata
        elif metadata is not None:
            drop.append("metadata")
        self.state.edit(channel.id, ts, change, drop, source=content.source)
        answer = {
            "channel": channel.id,
            "ts": ts,
            "text": content.text or "",
            "message": self.state.rendered(channel.id, ts),
        }
        return warned(answer, content.warning)

    def delete(self, arguments: Arguments) -> Json:
        channel, message = self.own_message(arguments, "cant_delete_message")
        self.state.delete(channel.id, message["ts"])
        return {"channel": channel.id, "ts": message["ts"]}

    def get_permalink(self, arguments: Arguments) -> Json:
        """No scope. slack:reference/methods/chat.getPermalink."""
        channel_id = arguments.required("channel", missing="channel_not_found")
        channel = visible_channel(self.state, channel_id, defaults.BOT_USER_ID)
        ts = arguments.required("message_ts", missing="message_not_found")
        message = self.state.messages[channel.id].get(ts)
        if message is None:
            raise Refused("message_not_found")
        address = f"https://{self.state.team.name.lower()}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
        root = message.get("thread_ts", ts)
        reply = f"?thread_ts={root}&cid={channel.id}" if root != ts else ""
        return {"channel": channel.id, "permalink": address + reply}

    def post_ephemeral(self, arguments: Arguments) -> Json:
        channel = self.writable(arguments.required("channel", missing="channel_not_found"))
        user_id = arguments.required("user")
        if user_id not in channel.members:
            raise Refused("user_not_in_channel")
        content = read_content(arguments, self.state.new_id, self.dialect)
        message = bot_message(self.state, content.text or "", content.blocks)
        root = self.root_of(channel, arguments)
        if root is not None:
            message["thread_ts"] = root
        shown = self.state.post_ephemeral(channel.id, user_id, message, content.source)
        return {"message_ts": shown["ts"]}


def bot_message(state: State, text: str, blocks: list[Json] | None) -> Json:
    """A message by the app's bot user, as Slack stores it."""
    message: Json = {
        "type": "message",
        "user": defaults.BOT_USER_ID,
        "bot_id": defaults.BOT_ID,
        "app_id": defaults.APP_ID,
        "team": state.team.id,
        "text": text,
        "bot_profile": bot_profile(defaults.BOT_ID, state.manifest.app_name, state.team.id),
    }
    return message | ({"blocks": blocks} if blocks else {})


def bot_profile(bot_id: str, name: str, team_id: str) -> Json:
    profile: Json = {"id": bot_id, "app_id": defaults.APP_ID, "name": name, "deleted": False}
    return profile | {"icons": {}, "updated": 1_700_000_000, "team_id": team_id}

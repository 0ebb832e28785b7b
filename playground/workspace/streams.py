"""Implements chat.startStream, appendStream and stopStream: pieces of an answer become one message that grows.

I/O: none of its own; the clock is the state's. Sources: slack:reference/methods/chat.startStream, .appendStream,
.stopStream; docs/slack.md §3 (dies after five minutes, about 12,000 characters in all, one mode per stream).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot import limits
from playground.workspace import defaults
from playground.workspace.arguments import Arguments
from playground.workspace.chat import Chat, bot_message
from playground.workspace.content import Dialect, expanded, read_metadata
from playground.workspace.errors import Refused
from playground.workspace.records import Json, Origin
from playground.workspace.state import State
from playground.workspace.tokens import escape
from playground.workspace.web_api import Method, visible_channel


@dataclass(slots=True)
class Stream:
    """An open stream. ``mode`` is text or chunks, None until the first content."""

    mode: str | None = None
    text: str = ""
    blocks: list[Json] = field(default_factory=list)


@dataclass(slots=True)
class Streams:
    state: State
    chat: Chat
    dialect: Dialect
    open: dict[tuple[str, str], Stream] = field(default_factory=dict)

    def methods(self) -> dict[str, Method]:
        scopes = ("chat:write",)
        return {
            "chat.startStream": Method(self.start, scopes),
            "chat.appendStream": Method(self.append, scopes),
            "chat.stopStream": Method(self.stop, scopes),
        }

    def start(self, arguments: Arguments) -> Json:
        channel = self.chat.writable(arguments.required("channel", missing="channel_not_found"))
        root = self.chat.root_of(channel, arguments)
        if root is None:
            raise Refused("invalid_thread_ts")
        if not arguments.text("recipient_user_id"):
            raise Refused("missing_recipient_user_id")
        if not arguments.text("recipient_team_id"):
            raise Refused("missing_recipient_team_id")
        if arguments.text("recipient_user_id") not in self.state.users:
            raise Refused("user_not_found")
        if arguments.text("recipient_team_id") != self.state.team.id:
            raise Refused("team_not_found")
        stream = Stream()
        self._take(stream, arguments, required=False)
        message = bot_message(self.state, escape(stream.text), self._shown(stream)) | {"thread_ts": root}
        origin = Origin(stream.text, unfurl_links=False, unfurl_media=False, streaming_since=self.state.clock())
        self.state.post(channel.id, message, origin)
        self.open[channel.id, message["ts"]] = stream
        return {"channel": channel.id, "ts": message["ts"]}

    def append(self, arguments: Arguments) -> Json:
        channel_id, ts, stream = self._running(arguments)
        self._take(stream, arguments, required=True)
        self._show(channel_id, ts, stream)
        return {"channel": channel_id, "ts": ts}

    def stop(self, arguments: Arguments) -> Json:
        channel_id, ts, stream = self._running(arguments)
        self._take(stream, arguments, required=False)
        given = arguments.structure("blocks", malformed="invalid_blocks_format")
        metadata = read_metadata(arguments)
        if given:
            stream.blocks += expanded(given, self.state.new_id, self.dialect)
        if metadata:
            self.state.messages[channel_id][ts]["metadata"] = metadata
        self.state.origins[channel_id, ts].streaming_since = None
        del self.open[channel_id, ts]
        self._show(channel_id, ts, stream)
        return {"channel": channel_id, "ts": ts, "message": self.state.rendered(channel_id, ts)}

    def _running(self, arguments: Arguments) -> tuple[str, str, Stream]:
        """The stream named by channel and ts, unless it was stopped or died of age."""
        channel_id = arguments.required("channel", missing="channel_not_found")
        visible_channel(self.state, channel_id, defaults.BOT_USER_ID)
        ts = arguments.required("ts", missing="message_not_found")
        message = self.state.messages[channel_id].get(ts)
        if message is None:
            raise Refused("message_not_found")
        if message.get("bot_id") != defaults.BOT_ID:
            raise Refused("message_not_owned_by_app")
        stream = self.open.get((channel_id, ts))
        if stream is None or not self.state.origins[channel_id, ts].is_streaming(self.state.clock()):
            raise Refused("message_not_in_streaming_state")
        return channel_id, ts, stream

    def _take(self, stream: Stream, arguments: Arguments, *, required: bool) -> None:
        """Adds what the call brings. Nothing is taken where the whole would be too long."""
        text = arguments.text("markdown_text")
        chunks = arguments.structure("chunks", malformed="invalid_chunks")
        if text is not None and chunks is not None:
            raise Refused("cannot_provide_both_markdown_text_and_chunks")
        if text is None and chunks is None:
            if required:
                raise Refused("markdown_text_or_chunks_required")
            return
        mode = "text" if text is not None else "chunks"
        if stream.mode not in (None, mode):
            raise Refused("streaming_mode_mismatch")
        added = text if text is not None else _chunk_text(chunks)
        if len(stream.text) + len(added) > limits.MARKDOWN_CHARS_MAX:
            raise Refused("msg_too_long")
        stream.mode = mode
        stream.text += added

    def _shown(self, stream: Stream) -> list[Json] | None:
        if not stream.text.strip():
            return [*stream.blocks] or None
        markdown: list[Json] = [{"type": "markdown", "text": stream.text}]
        return [*expanded(markdown, self.state.new_id, self.dialect), *stream.blocks]

    def _show(self, channel_id: str, ts: str, stream: Stream) -> None:
        change: Json = {"text": escape(stream.text)[: limits.POST_TEXT_CHARS_MAX], "blocks": self._shown(stream) or []}
        self.state.edit(channel_id, ts, change, source=stream.text)


def _chunk_text(chunks: object) -> str:
    """The Markdown in the chunks; tasks and plans are taken and not shown as text."""
    if not isinstance(chunks, list):
        raise Refused("invalid_chunks")
    known = ("markdown_text", "task_update", "plan_update", "blocks")
    if not all(isinstance(chunk, dict) and chunk.get("type") in known for chunk in chunks):
        raise Refused("invalid_chunks")
    return "".join(str(chunk.get("text", "")) for chunk in chunks if chunk["type"] == "markdown_text")

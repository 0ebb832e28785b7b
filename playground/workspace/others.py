"""Makes Slack's messages and files for what nobody types: what apps, tokens and Slack itself write, and what people
forward, paste or speak.

I/O: none of its own; posts through ``People``. Sources: docs/slack.md §4, §5 and §9; the shapes as Slack's clients and
the models of its SDKs have them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playground.workspace import defaults
from playground.workspace.chat import bot_profile
from playground.workspace.people import People
from playground.workspace.reading import visible_text
from playground.workspace.records import Json
from playground.workspace.state import State
from playground.workspace.tokens import escape
from playground.workspace.typed import rich_text
from playground.workspace.uploads import Files

CONNECTOR = "Connector"
NO_PREVIEW = "[no preview available]"


@dataclass(frozen=True, slots=True)
class Others:
    state: State
    people: People
    files: Files

    # --- messages ------------------------------------------------------------------------------------------------

    def say_by_token(
        self, user_id: str, channel_id: str, typed: str, *, thread_ts: str | None = None, **fields: object
    ) -> str:
        """A person's post through another app, which holds their token: Slack names both. Returns the ts."""
        app = {"bot_id": defaults.OTHER_BOT_ID, "app_id": defaults.OTHER_APP_ID}
        profile = {"bot_profile": bot_profile(defaults.OTHER_BOT_ID, CONNECTOR, self.state.team.id)}
        return self.people.say(user_id, channel_id, typed, thread_ts, (), {**app, **profile, **fields})

    def say_by_app(
        self, channel_id: str, typed: str, *, name: str = "", thread_ts: str | None = None, **fields: object
    ) -> str:
        """Another app's post, under its own name or one that it chose. ``fields``: its blocks, its attachments."""
        message: Json = {"type": "message", "subtype": "bot_message", "text": self.people.mrkdwn(typed)}
        message |= {"bot_id": defaults.OTHER_BOT_ID, "app_id": defaults.OTHER_APP_ID, **fields}
        message |= {"username": name} if name else {}
        message |= {"thread_ts": thread_ts} if thread_ts else {}
        return str(self.state.post(channel_id, message)["ts"])

    def remind(self, channel_id: str, typed: str) -> str:
        """Slackbot delivers what somebody asked it to: ``/remind #general …``."""
        return self._by_slack(channel_id, "USLACKBOT", f"Reminder: {self.people.mrkdwn(typed)}.")

    def notice(self, user_id: str, text: str, *, sender: str = "USLACK") -> str:
        """Slack itself writes into the app's direct message with a person."""
        return self._by_slack(self.state.direct_message(user_id).id, sender, escape(text))

    def seed_integration(self, channel_id: str, text: str, name: str, thread_ts: str | None) -> str:
        """A message that another app's integration had posted: no event, no revision."""
        message: Json = {"type": "message", "subtype": "bot_message", "text": text, "username": name}
        message |= {
            "bot_id": defaults.OTHER_BOT_ID,
            "bot_profile": bot_profile(defaults.OTHER_BOT_ID, name, self.state.team.id),
        }
        if thread_ts is not None:
            message["thread_ts"] = thread_ts
        return str(self.state.post(channel_id, message, quiet=True)["ts"])

    def _by_slack(self, channel_id: str, sender: str, text: str) -> str:
        blocks = rich_text(text, self.state.new_id())
        message = {"type": "message", "user": sender, "team": self.state.team.id, "text": text, "blocks": blocks}
        return str(self.state.post(channel_id, message)["ts"])

    def forward(
        self, user_id: str, channel_id: str, original: tuple[str, str], typed: str = "", *, bare: bool = False
    ) -> str:
        """A person forwards the message ``original`` (channel and ts). ``bare``: Slack gives only its short form."""
        shared = self._shared(*original)
        if bare:
            shared = {key: value for key, value in shared.items() if key not in ("message_blocks", "files", "text")}
        return self.people.say(user_id, channel_id, typed, None, (), {"attachments": [shared]})

    def paste(
        self, user_id: str, channel_id: str, rows: Sequence[Sequence[object]], typed: str = "", *, below: bool = True
    ) -> str:
        """A person pastes cells of a spreadsheet; ``below``: Slack puts the table below the message, not into it."""
        table = {
            "type": "table",
            "block_id": self.state.new_id(),
            "rows": [[_cell(cell) for cell in row] for row in rows],
        }
        if below:
            attachment = {"id": 1, "fallback": NO_PREVIEW, "blocks": [table]}
            return self.people.say(user_id, channel_id, typed, None, (), {"attachments": [attachment]})
        words = rich_text(self.people.mrkdwn(typed), self.state.new_id())
        return self.people.say(user_id, channel_id, typed, None, (), {"blocks": [*words, table]})

    def _shared(self, channel_id: str, ts: str) -> Json:
        message, channel = self.state.rendered(channel_id, ts), self.state.channels[channel_id]
        user = self.state.users.get(message.get("user", ""))
        author = str(message.get("username") or (user.real_name if user else CONNECTOR))
        original = {key: message[key] for key in ("text", "blocks", "attachments") if key in message}
        return {
            "id": 1,
            "ts": ts,
            "channel_id": channel_id,
            "channel_team": self.state.team.id,
            "is_msg_unfurl": True,
            "is_share": True,
            "author_id": message.get("user") or "",
            "author_name": author,
            "from_url": f"https://playground.slack.com/archives/{channel_id}/p{ts.replace('.', '')}",
            "fallback": f"[{channel.name}] {author}: {visible_text(message)}",
            "text": message.get("text", ""),
            "message_blocks": [{"team": self.state.team.id, "channel": channel_id, "ts": ts, "message": original}],
            "files": list(message.get("files") or []),
            "footer": "Slack Conversation",
        }

    # --- files, for ``files=`` ------------------------------------------------------------------------------------

    def mail(self, user_id: str, subject: str, text: str, *, sender: tuple[str, str], **fields: object) -> Json:
        """An e-mail that was sent into Slack: its bytes are a page, its words stand in the file object."""
        page = f"<html><body><p>{escape(text)}</p></body></html>".encode()
        address = {"name": sender[0], "address": sender[1], "original": f"{sender[0]} <{sender[1]}>"}
        words = {"subject": subject, "from": [address], "to": [], "cc": [], "plain_text": text, "has_more": False}
        kind = {"filetype": "email", "mimetype": "text/html", "pretty_type": "Email"}
        # Slack gives the size of the raw mail, not of the page.
        return self.files.add(user_id, subject, page, mode="email", size=9_999, **{**kind, **words, **fields})

    def canvas(self, user_id: str, title: str, html: str, *, mode: str = "quip") -> Json:
        kind = {"filetype": "quip", "mimetype": "application/vnd.slack-docs", "pretty_type": "Canvas"}
        made = self.files.add(user_id, title, html.encode(), mode=mode, **kind)
        self.files.stored[made["id"]].serve_as = "text/html"
        return made

    def clip(self, user_id: str, words: str, *, looks: int = 0, whole: bool = True, video: bool = False) -> Json:
        """A voice or video clip. ``looks``: how often files.info says that Slack is still transcribing; not
        ``whole``: the file object has the first words, and the rest is in the WebVTT."""
        name, mimetype = ("screen.mp4", "video/mp4") if video else ("audio_message.m4a", "audio/mp4")
        preview = {"content": words if whole else " ".join(words.split()[:2]), "has_more": not whole}
        made = {"status": "complete", "locale": "en-US", "preview": preview}
        kind = {"subtype": "slack_video" if video else "slack_audio", "mimetype": mimetype}
        clip = self.files.add(user_id, name, b"\0\0\0\x20ftypM4A " + bytes(64), **kind)
        return self.files.transcribe(clip, made, _vtt(words), looks)


def _cell(value: object) -> Mapping[str, object]:
    if isinstance(value, int | float):
        return {"type": "raw_number", "value": value, "text": str(value)}
    return {"type": "raw_text", "text": str(value)}


def _vtt(words: str) -> bytes:
    """A cue for each word, as Slack's have it: a number, a time, who speaks."""
    cues = [f"{number}\n00:00:01.000 --> 00:00:01.900\n<v Ada>{word}" for number, word in enumerate(words.split())]
    return "\n\n".join(["WEBVTT", *cues, ""]).encode()

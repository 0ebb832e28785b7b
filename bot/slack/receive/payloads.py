"""Makes a question of an Events API envelope or a slash command, or says why it is not one.

Pure. The only file that knows the keys of Slack's events. Sources: slack:reference/events/app_mention,
slack:reference/events/message, slack:apis/events-api, slack:interactivity/implementing-slash-commands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.messages import AuthorKind, EntryPoint, Question
from bot.prompt.spoken import typed
from bot.slack.read import mentions, mrkdwn
from bot.slack.read.file_objects import attachments_of
from bot.slack.read.message_text import SAID, SLACK_ITSELF, SLACKBOT, author_of, markdown_of, possible_bot
from bot.slack.shapes import FILE_ID_CHARS_MAX, Json, id_of, object_of, objects_of, text_of, ts_of

TS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
CHANNEL_LETTERS = ("C", "G")
BROADCAST = re.compile(r"<!(here|channel|everyone)\b")
EDITED_AGE_MAX_S = 24 * 60 * 60
"""Slack delivers app_mention again when an old message is edited; nobody expects an answer to last month's."""
UNKNOWN_TEAM = "unnamed"
"""Stands where a workspace's id would, but is not one."""
LONG_CHARS = 4_000
LONG_PARTS = 400
"""A longer message, or one with more parts, may take a tenth of a second to read; others need not wait for it."""


@dataclass(frozen=True, slots=True)
class Unaddressed:
    """Something that a person said in a thread without mentioning the bot: a question if they are talking with it
    there.

    ``to_others``: it mentions somebody else, or everybody.
    """

    question: Question
    to_others: bool


@dataclass(frozen=True, slots=True)
class Ignored:
    """``reason`` is a few words for the log, never what was said."""

    reason: str


def question_from_event(
    body: Json, bot_user_id: str, bot_id: str, now_s: float, *, is_bot: bool | None
) -> Question | Unaddressed | Ignored:
    """Reads the envelope of an ``app_mention`` or ``message`` event; ``now_s`` is in seconds since 1970.

    ``is_bot`` says what is known of ``possible_bot_in``; somebody unknown counts as a person, so that no question is
    lost. One message may come as both events, and again after each edit; the key of the question is the same.
    """
    event = object_of(body.get("event"))
    team, channel, ts = _installing_team(body), id_of(event.get("channel")), text_of(event.get("ts"))
    author = author_of(event, bot_user_id, bot_id, lambda _: bool(is_bot))
    direct = event.get("channel_type") == "im" or channel.startswith("D")
    if reason := _reason_to_ignore(event, author.kind, now_s, direct=direct):
        return Ignored(reason)
    user_id = id_of(event.get("user")) or id_of(author.id)
    if not (team and channel and TS.fullmatch(ts) and user_id):
        return Ignored("malformed")
    mentioned = _mentioned(event, author.kind)
    addressed = direct or event.get("type") == "app_mention" or bot_user_id in mentioned.ids
    in_channel_thread = _in_thread(event) and event.get("channel_type") in ("channel", "group", "mpim")
    if not addressed and not (in_channel_thread and author.kind is AuthorKind.PERSON):
        return Ignored("not addressed")
    if author.kind is AuthorKind.OTHER_BOT and (direct or _in_thread(event)):
        return Ignored("another bot, not at top level")  # two bots answering each other would never stop
    text = markdown_of(event, author.kind, mentions.as_tokens)
    question = Question(
        team_id=team,
        channel_id=channel,
        ts=ts,
        thread_ts=_thread_ts(event) or ts,
        user_id=user_id,
        entry_point=EntryPoint.DIRECT if direct else EntryPoint.MENTION,
        text=mentions.unaddressed(text, bot_user_id),
        attachments=attachments_of(event),
        response_url=None,
        user_team=_author_team(body, event),
    )
    return question if addressed else Unaddressed(question, to_others=_is_to_others(event, mentioned))


def takes_long(body: Json) -> bool:
    """Whether a quick look shows that an event's message is so long that it should be read beside other work."""
    event = object_of(body.get("event"))
    looked_at: list[Any] = [event.get(key) for key in ("text", "blocks", "attachments", "files")]
    chars = parts = 0
    while looked_at and parts <= LONG_PARTS and chars <= LONG_CHARS:
        parts += 1
        match looked_at.pop():
            case str(text):
                chars += len(text)
            case list(items):
                looked_at += items[: LONG_PARTS + 1]
            case dict(fields):
                looked_at += fields.values()
    return bool(looked_at) or parts > LONG_PARTS or chars > LONG_CHARS


def possible_bot_in(body: Json, bot_user_id: str, bot_id: str) -> str:
    """The user who may be a bot, which has to be known before the event can be read; empty if it is plain."""
    return possible_bot(object_of(body.get("event")), bot_user_id, bot_id)


def deleted_file(body: Json) -> str | None:
    """The id of the file that a ``file_deleted`` event names; ``None`` for other events."""
    event = object_of(body.get("event"))
    return id_of(event.get("file_id"), FILE_ID_CHARS_MAX) or None if event.get("type") == "file_deleted" else None


def home_opened(body: Json) -> tuple[str, str] | None:
    """Who opened the home tab, and the direct message that it belongs to. slack:reference/events/app_home_opened."""
    event = object_of(body.get("event"))
    if event.get("type") != "app_home_opened" or event.get("tab") != "home":
        return None
    user_id = id_of(event.get("user"))
    return (user_id, id_of(event.get("channel"))) if user_id else None


def tells_of_revoked_token(body: Json) -> bool:
    """Source: slack:reference/events/app_uninstalled, slack:reference/events/tokens_revoked."""
    return object_of(body.get("event")).get("type") in {"app_uninstalled", "tokens_revoked"}


def question_from_command(body: Json) -> Question:
    """``body`` is the form of a slash command, whose text Slack escaped (``should_escape``)."""
    trigger = ts_of(body.get("trigger_id"))
    team = id_of(body.get("team_id")) or id_of(body.get("enterprise_id"))
    return Question(
        team_id=team,
        channel_id=id_of(body.get("channel_id")),
        ts=trigger,
        thread_ts=trigger,
        user_id=id_of(body.get("user_id")),
        entry_point=EntryPoint.COMMAND,
        text=typed(mrkdwn.to_markdown(text_of(body.get("text")), mentions.as_tokens)),
        attachments=(),
        response_url=text_of(body.get("response_url")) or None,
        user_team=team,
    )


def _installing_team(body: Json) -> str:
    """The workspace whose token answers; in a shared channel the author's may be a different one."""
    for authorization in objects_of(body.get("authorizations")):
        if id_of(authorization.get("team_id")):
            return id_of(authorization.get("team_id"))
    return id_of(body.get("team_id")) or id_of(body.get("enterprise_id"))


def _author_team(body: Json, event: Json) -> str:
    """The author's workspace or organisation. ``source_team`` is not used: in a channel owned by another company it may
    be that company's even for our own people. For an app it counts only in shared channels, where an app of unknown
    origin counts as another company's."""
    named = text_of(event.get("user_team")) or text_of(event.get("team"))
    if named or body.get("is_ext_shared_channel") is not True:
        return named
    of_app = text_of(object_of(event.get("bot_profile")).get("team_id"))
    return of_app or ("" if text_of(event.get("user")) else UNKNOWN_TEAM)


def _reason_to_ignore(event: Json, author: AuthorKind, now_s: float, *, direct: bool) -> str:
    subtype, user = text_of(event.get("subtype")), text_of(event.get("user"))
    reasons = {
        "another event": event.get("type") not in ("app_mention", "message"),
        f"subtype {subtype}": subtype not in SAID,
        "hidden": event.get("hidden") is True,
        "own message": author is AuthorKind.THIS_BOT,
        # Slackbot's reminders in channels may be meant for the bot.
        "Slack's own notice": user in SLACK_ITSELF and (direct or user != SLACKBOT),
        "edited long after": bool(event.get("edited"))
        and now_s - _seconds(text_of(event.get("ts"))) > EDITED_AGE_MAX_S,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _mentioned(event: Json, author: AuthorKind) -> mentions.Mentioned:
    """The people whom the message itself mentions; quoted text was said elsewhere."""
    mentioned = mentions.Mentioned()
    mentions.named(markdown_of({"blocks": event.get("blocks")}, author, mentions.as_tokens), mentioned)
    mrkdwn.to_markdown(text_of(event.get("text")), mentioned)
    return mentioned


def _is_to_others(event: Json, mentioned: mentions.Mentioned) -> bool:
    people = any(not each.startswith(CHANNEL_LETTERS) for each in mentioned.ids)
    return people or BROADCAST.search(text_of(event.get("text"))) is not None


def _in_thread(event: Json) -> bool:
    return _thread_ts(event) not in ("", text_of(event.get("ts")))


def _thread_ts(event: Json) -> str:
    ts = text_of(event.get("thread_ts"))
    return ts if TS.fullmatch(ts) else ""


def _seconds(ts: str) -> float:
    try:
        return float(ts)
    except ValueError:
        return 0.0

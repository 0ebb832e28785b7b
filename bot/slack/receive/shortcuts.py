"""Reads message shortcuts and the modals that they open; makes views and questions of them.

Pure. Sources: slack:reference/interaction-payloads/shortcuts-interaction-payload,
slack:reference/interaction-payloads/view-interactions-payload, slack:reference/views/modal-views. Such a question has
no message of its own; its ts is made from ``action_ts``, Slack's time of the shortcut's use, so it is the same however
often it comes.
"""

from __future__ import annotations

from typing import Any

from bot.messages import AuthorKind, EntryPoint, Question
from bot.prompt.spoken import head, typed
from bot.slack import interactions, own_messages
from bot.slack.input_modal import TextInput, input_modal
from bot.slack.read import mentions
from bot.slack.read.message_text import markdown_of
from bot.slack.shapes import Json, object_of, text_of, ts_of

ASK_ABOUT = "ask_about_message"
SUMMARISE = "summarise_thread"
"""Their ids in the manifest."""
QUESTION = TextInput(
    block_id="question",
    action_id="words",
    label="Your question",
    placeholder="What would you like to know?",
    chars_max=3_000,
)
WHERE_THE_ANSWER_GOES = (
    "The answer will go into this message's thread, where everybody can see it. I'll read the whole thread first."
)
QUOTED_CHARS_MAX = 400
SUMMARY_WORDS = (
    "Please summarise this thread for me: what it is about, what was decided and by whom, what is still open, and who "
    "has to do what. Be brief, and leave out what does not matter any more."
)
ABOUT_THIS = "About this message:"
EMPTY = "Please write your question."


def used(body: Json) -> str:
    """The id of our shortcut that was used, or whose modal was submitted; empty for all others."""
    kind = body.get("type")
    named = body if kind == "message_action" else object_of(body.get("view")) if kind == "view_submission" else {}
    callback = text_of(named.get("callback_id"))
    return callback if callback in {ASK_ABOUT, SUMMARISE} else ""


def asked(body: Json, team_id: str) -> Question | None:
    """The question for a summary of the message's thread; ``None`` if the delivery does not say where."""
    place = _place(body)
    if place is None:
        return None
    ts = own_messages.summary_ts(place["action_ts"], in_thread=bool(place["in_thread"]))
    return _question(body, team_id, place, ts, EntryPoint.SUMMARY, SUMMARY_WORDS)


def ask_view(body: Json) -> dict[str, Any] | None:
    """The modal that asks for the question; it carries along what the question is about."""
    place = _place(body)
    if place is None:
        return None
    return input_modal(
        ASK_ABOUT,
        place,
        QUESTION,
        title="Ask about this",
        submit="Ask",
        close="Cancel",
        below=WHERE_THE_ANSWER_GOES,
    )


def submitted(body: Json, team_id: str) -> Question | None:
    """The question from the modal; ``None`` if it does not say what it is about."""
    place = interactions.carried_along(body)
    if not all(text_of(place.get(name)) for name in ("channel", "root", "action_ts")):
        return None
    words = typed(interactions.typed_in(body, QUESTION).strip())
    quoted = place.get("quoted")
    about = f"{words}\n\n{head(ABOUT_THIS)}\n{quoted}"
    text = about if quoted and isinstance(quoted, str) and words else words
    ts = own_messages.shortcut_ts(place["action_ts"])
    return _question(body, team_id, place, ts, EntryPoint.SHORTCUT, text)


def errors(sentence: str) -> dict[str, str]:
    """Text below the question in the modal."""
    return {QUESTION.block_id: sentence}


def _place(body: Json) -> dict[str, str] | None:
    message = object_of(body.get("message"))
    channel, ts = interactions.channel_id(body), ts_of(message.get("ts"))
    root, action_ts = ts_of(message.get("thread_ts")) or ts, text_of(body.get("action_ts"))
    if not (channel and ts and own_messages.is_ts(action_ts)):
        return None
    in_thread = root != ts
    quoted = _quoted(message) if in_thread else ""  # for the first message, the thread itself says enough
    return {
        "channel": channel,
        "root": root,
        "action_ts": action_ts,
        "in_thread": "yes" if in_thread else "",
        "quoted": quoted,
    }


def _quoted(message: Json) -> str:
    said = markdown_of(message, AuthorKind.PERSON, mentions.as_tokens).strip()
    short = said if len(said) <= QUOTED_CHARS_MAX else f"{said[:QUOTED_CHARS_MAX]}…"
    return "\n".join(f"> {line}" for line in short.splitlines())[: QUOTED_CHARS_MAX + 50]


def _question(body: Json, team_id: str, place: Json, ts: str, entry_point: EntryPoint, text: str) -> Question:
    return Question(
        team_id=team_id,
        channel_id=place["channel"],
        ts=ts,
        thread_ts=place["root"],
        user_id=interactions.user_id(body),
        entry_point=entry_point,
        text=text,
        attachments=(),
        response_url=None,
        user_team=interactions.user_team(body),
    )

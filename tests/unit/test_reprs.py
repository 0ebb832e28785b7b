"""No value of the bot's shows what people wrote, or where their files are, when a library or a traceback prints it."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil

import pytest

import bot
from bot.files.extracts import from_json
from bot.messages import (
    Attachment,
    Author,
    AuthorKind,
    Note,
    PreparedFile,
    SlackWords,
    TextBlock,
    ThreadMessage,
    WordsKind,
)
from bot.settings import Settings
from bot.stream_events import TextDelta
from tests.asked import asked

NOBODYS_WORDS = {
    "_category", "_taken", "action_id", "attachment_id", "bill", "block_id", "bot_id", "bot_user_id", "by_model",
    "category", "channel_id", "dateline", "effort", "enterprise_id", "fault", "file", "file_id", "filetype", "first_ts",
    "id", "into", "key", "label", "language", "media_type", "mimetype", "mode", "model", "no_access", "notice",
    "office_program", "others", "owner", "placeholder", "question", "reason", "root_ts", "rows", "spent", "stop_reason",
    "suffix", "team_id", "thread_ts", "ts", "user_id", "user_team", "what", "words", "zone",
}  # fmt: skip
"""Names of fields with ids, codes, or sentences of the bot's own."""
SHOWN_BY_NAME = {"NoteExtract.reason", "Note.reason", "PreparedFile.words", "SlackWords.words"}
"""Of the same names, but with what people said in them."""
WORDS = "the merger is on Friday"


def dataclasses_of_the_bot() -> list[type]:
    found = []
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if ".worker" in module.name or ".migrations" in module.name or module.name.endswith("__main__"):
            continue
        members = vars(importlib.import_module(module.name)).values()
        found += [kind for kind in members if inspect.isclass(kind) and kind.__module__ == module.name]
    return [kind for kind in found if dataclasses.is_dataclass(kind)]


def test_every_field_that_may_hold_words_stays_out() -> None:
    shown = {
        f"{kind.__name__}.{field.name}"
        for kind in dataclasses_of_the_bot()
        for field in dataclasses.fields(kind)
        if field.repr and str(field.type).split("[")[0].split(" ")[0] in {"str", "bytes", "Json", "dict", "Mapping"}
    }
    assert {name for name in shown if name.partition(".")[2] not in NOBODYS_WORDS or name in SHOWN_BY_NAME} == set()


@pytest.mark.parametrize(
    "value",
    [
        asked("1.0", text=WORDS, response_url=WORDS, attachments=(Attachment.bare("F1", WORDS, url=WORDS),)),
        ThreadMessage("1.0", Author("U1", WORDS, AuthorKind.PERSON), WORDS, (Attachment.bare("F1", WORDS),)),
        SlackWords(WORDS, WordsKind.MAIL, own=True, whole=True, pending=False, more_url=WORDS, enclosed=(WORDS,)),
        PreparedFile("F1", (TextBlock(WORDS),), (Note(WORDS, WORDS),), WORDS),
        TextDelta(WORDS),
        from_json([{"kind": "NoteExtract", "reason": WORDS, "inside": WORDS}]),
    ],
)
def test_what_people_wrote_is_in_no_repr(value: object) -> None:
    assert WORDS not in repr(value)
    assert WORDS not in f"{[value]} {value}"


def test_the_settings_show_no_secret() -> None:
    secrets = {
        "slack_bot_token": "xoxb-hidden",
        "slack_app_token": "xapp-hidden",
        "slack_signing_secret": "hidden",
        "yourouter_api_key": "hidden",
        "database_url": "postgresql://bot:hidden@db.example/bot",
    }
    settings = Settings(_env_file=None, **secrets)  # type: ignore[arg-type, call-arg]  # pydantic makes them secrets
    assert "hidden" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"

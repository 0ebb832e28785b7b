"""Reads a Slack message's author, and its content as Markdown.

Pure. People, workflows and other apps are read alike: what a person's message contains depends on the program it was
written with. Of this bot's messages only the answer is read, without the notes and buttons around it.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.messages import Author, AuthorKind
from bot.prompt.spoken import typed
from bot.slack.escape import decode
from bot.slack.read import attachments, blocks, mrkdwn
from bot.slack.read.mentions import Naming
from bot.slack.shapes import Json, object_of, objects_of, text_of

SAID = frozenset({"", "file_share", "thread_broadcast", "me_message", "bot_message"})
"""Subtypes of messages that somebody wrote; all others report edits, joins, topics and the like."""
SLACKBOT = "USLACKBOT"
SLACK_ITSELF = {SLACKBOT: "Slackbot", "USLACK": "Slack"}
"""Users who are nobody: they deliver reminders and notices."""
IsBot = Callable[[str], bool | None]
"""Whether a user id is a bot's; ``None`` if unknown."""


def author_of(message: Json, bot_user_id: str, bot_id: str, is_bot: IsBot) -> Author:
    """``name`` is what the message itself says, empty for a person: Slack keeps people's names in users.info.

    A post made with a person's own token carries ``bot_id`` beside the person's ``user`` and looks just like a bot's:
    ``is_bot`` decides. If that is unknown, the author counts as a bot there, and as a person if no app is named.
    """
    user, app = text_of(message.get("user")), text_of(message.get("bot_id"))
    if user == bot_user_id or (app and app == bot_id):
        return Author(bot_user_id, _app_name(message), AuthorKind.THIS_BOT)
    if user in SLACK_ITSELF:
        return Author(user, SLACK_ITSELF[user], AuthorKind.OTHER_BOT)
    by_app = bool(app) or message.get("subtype") == "bot_message"
    bot = is_bot(user) if user else True
    if bot or (by_app and bot is None):
        return Author(app or user, _app_name(message), AuthorKind.OTHER_BOT)
    return Author(user, "", AuthorKind.PERSON)


def possible_bot(message: Json, bot_user_id: str, bot_id: str) -> str:
    """The user id that ``author_of`` has to know about; empty if the message itself says enough."""
    user, app = text_of(message.get("user")), text_of(message.get("bot_id"))
    by_app = bool(app) or message.get("subtype") == "bot_message"
    return user if by_app and user not in (bot_user_id, *SLACK_ITSELF) and app != bot_id else ""


def markdown_of(message: Json, kind: AuthorKind, naming: Naming) -> str:
    """Empty for a message that says nothing, such as one of ours that only shows a status."""
    if kind is not AuthorKind.THIS_BOT:
        return attachments.what_shows(message, naming)
    shown = blocks.read(objects_of(message.get("blocks")), naming, leave_out=blocks.BESIDE_AN_ANSWER)
    if shown.markdown or shown.whole:
        return typed(shown.markdown)
    return typed(mrkdwn.to_markdown(text_of(message.get("text")), naming))


def name_in(message: Json) -> str:
    """The name in the message for a user whom our workspace does not know: somebody in a shared channel."""
    profile = object_of(message.get("user_profile"))
    names = (text_of(profile.get(key)) for key in ("display_name", "real_name", "name"))
    return next((" ".join(name.split()) for name in names if name.strip()), "")


def _app_name(message: Json) -> str:
    profile = text_of(object_of(message.get("bot_profile")).get("name"))
    return " ".join(decode(text_of(message.get("username")) or profile).split())

"""A Slack message object goes in; who wrote it, and what it says in Markdown, come out.

Pure. Three kinds of authors write three kinds of messages: people (``rich_text``, with a lossy ``text`` beside it),
this bot (answers, with notes and buttons around them) and other apps (any blocks, and the older ``attachments``).
"""

from __future__ import annotations

from bot.messages import Author, AuthorKind
from bot.slack.escape import decode
from bot.slack.read import answer_blocks, mrkdwn, rich_text
from bot.slack.read.markdown import joined, link
from bot.slack.read.mentions import Naming
from bot.slack.read.shared_messages import quotes, shared_in
from bot.slack.shapes import Json, object_of, objects_of, text_of

SAID = frozenset({"", "file_share", "thread_broadcast", "me_message", "bot_message"})
"""The subtypes of a message that somebody wrote; all others tell of edits, joins, topics and the like."""
BUTTONS = frozenset({"actions", "context_actions"})


def author_of(message: Json, bot_user_id: str, bot_id: str) -> Author:
    """``name`` is what the message itself says, empty for a person: Slack keeps people's names with users.info."""
    user, app = text_of(message.get("user")), text_of(message.get("bot_id"))
    if user == bot_user_id or (app and app == bot_id):
        return Author(bot_user_id, _app_name(message), AuthorKind.THIS_BOT)
    if app or message.get("subtype") == "bot_message":
        return Author(app or user, _app_name(message), AuthorKind.OTHER_BOT)
    return Author(user, "")


def markdown_of(message: Json, kind: AuthorKind, naming: Naming) -> str:
    """Empty for a message that says nothing, such as one of ours that only shows a status."""
    match kind:
        case AuthorKind.PERSON:
            return _person(message, naming)
        case AuthorKind.THIS_BOT:
            return _whole(message, naming, answer_blocks.BESIDE_THE_ANSWER)
        case AuthorKind.OTHER_BOT:
            older = [_older(item, naming) for item in objects_of(message.get("attachments"))]
            return joined([_whole(message, naming, BUTTONS), quotes(message, naming), *older])


def _person(message: Json, naming: Naming) -> str:
    blocks = [block for block in objects_of(message.get("blocks")) if block.get("type") == "rich_text"]
    said = joined([rich_text.to_markdown(block, naming) for block in blocks]) or _text(message, naming)
    return joined([said, quotes(message, naming)])


def _whole(message: Json, naming: Naming, leave_out: frozenset[str]) -> str:
    """``text`` repeats the blocks for notifications, so that it counts only where there are none."""
    blocks = objects_of(message.get("blocks"))
    return answer_blocks.to_markdown(blocks, naming, leave_out=leave_out) if blocks else _text(message, naming)


def _older(attachment: Json, naming: Naming) -> str:
    """The older kind of attachment, which many apps still say everything in."""
    if attachment in shared_in({"attachments": [attachment]}):
        return ""
    title = link(text_of(attachment.get("title_link")), decode(text_of(attachment.get("title"))))
    fields = [
        f"{decode(text_of(field.get('title')))}: {mrkdwn.to_markdown(text_of(field.get('value')), naming)}"
        for field in objects_of(attachment.get("fields"))
    ]
    pretext, text = (mrkdwn.to_markdown(text_of(attachment.get(key)), naming) for key in ("pretext", "text"))
    blocks = answer_blocks.to_markdown(objects_of(attachment.get("blocks")), naming, leave_out=BUTTONS)
    return joined([pretext, title, text, *fields, blocks]) or decode(text_of(attachment.get("fallback")))


def _text(message: Json, naming: Naming) -> str:
    return mrkdwn.to_markdown(text_of(message.get("text")), naming)


def _app_name(message: Json) -> str:
    profile = text_of(object_of(message.get("bot_profile")).get("name"))
    return " ".join(decode(text_of(message.get("username")) or profile).split())

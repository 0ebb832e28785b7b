"""Recognises a request for help after a slash command, and holds the help. Pure."""

from __future__ import annotations

from bot.slack.shapes import Json, text_of

HELP = (
    "`/ask` *and a question* gives you an answer that only you see, in any channel, even if I'm not a member. I don't "
    "see what was said there, and I can't take files. *Post to channel* below the answer shows it to "
    "everybody there; if it is too long for Slack to show here, it comes as a direct message.\n"
    "`/ask catch me up #channel since yesterday` tells you what was written in a channel that we are both in.\n"
    "For a conversation, or about files, mention me in a channel, or write to me directly."
)


def asks_for_help(body: Json) -> bool:
    """``body`` is the form of a slash command: with no text, or with the word for help."""
    return text_of(body.get("text")).strip().lower() in {"", "help", "?"}

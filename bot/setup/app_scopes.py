"""The one list of the app's scopes, each with its use and what fails without it. Pure.

An ``optional`` scope unlocks something: without it that is missing, and everything else works. The manifest requests
all but those that only a setting or the agent surface needs (``added_by``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

AGENT = "assistant:write"
"""Declaring an app as an agent gives it the scope. slack:ai/agent-sessions."""
EMAILS = "users:read.email"
UPLOADS = "files:write"


@dataclass(frozen=True, slots=True)
class Scope:
    """``uses``: the methods and events that need it; ``without``: what people notice where it is missing."""

    name: str = field(repr=False)
    uses: str = field(repr=False)
    without: str = field(repr=False)
    optional: bool = False
    added_by: str = field(default="", repr=False)


SCOPES = (
    Scope("app_mentions:read", "app_mention", "mentions of the bot do not reach it"),
    Scope(
        "channels:history",
        "conversations.replies in public channels",
        "questions in public channels fail: their threads cannot be read, and only mentions reach the bot",
    ),
    Scope(
        "channels:read",
        "conversations.info: names for <#C…> in public channels",
        "names of public channels are not known",
    ),
    Scope(
        "chat:write", "chat.postMessage, chat.update, chat.delete, assistant.threads.setStatus", "nothing can be posted"
    ),
    Scope(
        "commands",
        "/ask, and the shortcuts of messages",
        "/ask and the shortcuts of messages do not work",
        optional=True,
    ),
    Scope("files:read", "downloads, files.info, file_deleted", "attached files cannot be read"),
    Scope(
        UPLOADS,
        "answers as files: files.getUploadURLExternal, files.completeUploadExternal",
        "answers cannot be given as files",
        optional=True,
    ),
    Scope(
        "groups:history",
        "conversations.replies in private channels",
        "questions in private channels fail: their threads cannot be read, and only mentions reach the bot",
    ),
    Scope("groups:read", "conversations.info in private channels", "names of private channels are not known"),
    Scope(
        "im:history",
        "message.im, conversations.replies in direct messages",
        "direct messages do not reach the bot",
    ),
    Scope(
        "im:write",
        "conversations.open: what only the person who asked should read",
        "messages meant only for the person who asked cannot be sent to them",
    ),
    Scope(
        "mpim:history",
        "message.mpim, conversations.replies in group direct messages",
        "group direct messages do not reach the bot",
    ),
    Scope(
        "reactions:read",
        "reaction_added: a stop sign on a question ends its answer",
        "a stop sign on a question does not end its answer",
        optional=True,
    ),
    Scope(
        "usergroups:read",
        "usergroups.list: handles for <!subteam^…>; without it their ids are shown",
        "names of user groups are not known",
        optional=True,
    ),
    Scope(
        "users:read",
        "users.info and bots.info: names, and who may use the bot",
        "nobody is answered, since the bot cannot tell who may use it",
    ),
    Scope(
        EMAILS,
        "users.info with addresses: who may use the bot",
        "nobody is answered where BOT_ALLOWED_EMAIL_DOMAINS is set",
        optional=True,
        added_by="BOT_ALLOWED_EMAIL_DOMAINS",
    ),
    Scope(
        AGENT,
        "assistant.threads.setSuggestedPrompts; Slack adds it to agents",
        "the suggested prompts, titles and native stop button of an agent are missing",
        optional=True,
        added_by="--agent",
    ),
)

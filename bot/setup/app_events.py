"""The one list of events that the app subscribes to, each with its scope and what fails without it. Pure.

Source: slack:reference/events.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AppEvent:
    """``scope``: an app without it cannot subscribe; empty: every app can. ``remark``: what the manifest says of it."""

    name: str = field(repr=False)
    scope: str = field(repr=False)
    without: str = field(repr=False)
    of_agents: bool = False
    remark: str = field(default="", repr=False)


EVENTS = (
    AppEvent(
        "agent_session_stopped",
        "chat:write",
        "Slack's own Stop beside an answer does not end it",
        of_agents=True,
    ),
    AppEvent(
        "app_home_opened",
        "",
        "the bot's home tab stays empty",
        remark="the home tab: what the bot can do, keeps, and has used",
    ),
    AppEvent(
        "app_mention",
        "app_mentions:read",
        "mentions are not answered in channels whose messages do not reach the bot either",
    ),
    AppEvent("app_uninstalled", "", "the bot goes on trying after it was removed from the workspace"),
    AppEvent("file_deleted", "files:read", "prepared copies of deleted files stay until they expire"),
    AppEvent(
        "message.channels",
        "channels:history",
        "in public channels a thread does not go on without a mention, and edits are not noticed",
        remark="follow-ups without a mention; edits and deletions of questions",
    ),
    AppEvent(
        "message.groups",
        "groups:history",
        "in private channels a thread does not go on without a mention, and edits are not noticed",
    ),
    AppEvent("message.im", "im:history", "direct messages are not answered"),
    AppEvent("message.mpim", "mpim:history", "group direct messages are not answered"),
    AppEvent("reaction_added", "reactions:read", "a stop sign on a question does not end its answer"),
    AppEvent("tokens_revoked", "", "the bot goes on trying with a token that was revoked"),
)
OF_EVERY_APP = {event.name: event for event in EVENTS if not event.of_agents}

"""Finds out from a bot token who the bot is, and in which workspace. I/O: auth.test; the log, for missing scopes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from bot.access.rules import OwnWorkspace
from bot.errors import SlackError, StartFailed
from bot.setup import where
from bot.slack.web_api import scopes
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.startup import PATIENCE_S, call_with_retries


@dataclass(frozen=True, slots=True)
class Identity:
    team_id: str
    bot_user_id: str
    bot_id: str
    enterprise_id: str = ""
    """The organisation that the workspace is part of, if any."""
    workspace: str = field(default="", repr=False)
    """Its name."""
    bot_name: str = field(default="", repr=False)

    @property
    def own_workspace(self) -> OwnWorkspace:
        return OwnWorkspace(self.team_id, self.enterprise_id)


async def identify(api: SlackClient) -> Identity:
    """Warns about scopes that the token lacks. Raises ``StartFailed`` if Slack refuses it or stays unreachable."""
    identity = await who_it_is(api)
    scopes.check(api.scopes)
    return identity


async def who_it_is(api: SlackClient, patience_s: float = PATIENCE_S) -> Identity:
    """The same, without looking at the scopes."""
    answer = await call_with_retries(partial(api.call, "auth.test"), "SLACK_BOT_TOKEN", patience_s)
    if not answer.get("bot_id"):
        raise StartFailed(f"SLACK_BOT_TOKEN: this is a person's token. {where.OF['SLACK_BOT_TOKEN']}")
    team_id = str(answer["team_id"])
    # A token for a whole organisation may have the organisation's id in place of a workspace's.
    enterprise_id = str(answer.get("enterprise_id") or (team_id if team_id.startswith("E") else ""))
    named = str(answer.get("team") or ""), str(answer.get("user") or "")
    return Identity(team_id, str(answer["user_id"]), str(answer["bot_id"]), enterprise_id, *named)


async def check_token(api: SlackClient) -> None:
    """Asks Slack whether the token still works; if not, ``api`` stops the bot.

    For when Slack reports a revoked token: that may arrive late, after the app was installed again.
    """
    with suppress(SlackError):  # temporary errors show up again in the next call
        await api.call("auth.test")

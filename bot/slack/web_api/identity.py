"""A bot token goes in; who the bot is in which workspace comes out. I/O: auth.test."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from bot.access import Home
from bot.errors import SlackError, StartFailed
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.startup import call_with_retries


@dataclass(frozen=True, slots=True)
class Identity:
    team_id: str
    bot_user_id: str
    bot_id: str
    enterprise_id: str = ""
    """The organisation that the workspace is part of, if any."""

    @property
    def home(self) -> Home:
        return Home(self.team_id, self.enterprise_id)


async def identify(api: SlackClient) -> Identity:
    """Raises ``StartFailed`` where Slack does not take the token, or stays out of reach."""
    answer = await call_with_retries(partial(api.call, "auth.test"), "SLACK_BOT_TOKEN")
    if not answer.get("bot_id"):
        raise StartFailed("SLACK_BOT_TOKEN: this is a person's token; the bot token begins with xoxb-")
    team_id = str(answer["team_id"])
    # A token for a whole organisation may have its id in place of a workspace's.
    enterprise_id = str(answer.get("enterprise_id") or (team_id if team_id.startswith("E") else ""))
    return Identity(team_id, str(answer["user_id"]), str(answer["bot_id"]), enterprise_id)


async def check_token(api: SlackClient) -> None:
    """Asks Slack whether the token still works; if it does not, ``api`` stops the bot.

    For when Slack tells of a revoked token: that may come late, after the app was installed again.
    """
    with suppress(SlackError):  # what passes is met again by the next call
        await api.call("auth.test")

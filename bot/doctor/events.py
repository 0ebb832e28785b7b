"""Checks which of Slack's events reach the bot.

I/O: a message of the bot's own in a channel of each kind that it is in, deleted at once; and what a running bot heard.
Slack tells nobody which events an app subscribes to: only arriving events show it.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from collections.abc import Set as AbstractSet

from bot.doctor.finding import Finding, State, ok, untried, wrong
from bot.doctor.reception import Ear
from bot.doctor.slack_app import Joined
from bot.errors import SlackError
from bot.setup import where
from bot.setup.app_events import OF_EVERY_APP
from bot.slack.receive.kinds import MENTION
from bot.slack.web_api.client import SlackClient

WITHIN_S = 10.0
AGAIN_MAX = 3
AGAIN_WITHIN_S = 3.0
"""If processes share the app, each event reaches any one of them: a few more messages, and no long wait for each."""
TRIES_MAX = 3
"""Channels of a kind: in one where only some may post, the bot may not."""
TEXT = "This is a test of whether messages reach the bot (python -m bot doctor). It will be deleted in a moment."
AGAIN = "while the bot runs, and run this again"
TRY = {
    "app_home_opened": f"Please open the bot's home tab {AGAIN}",
    "app_mention": f"Please mention the bot in a channel {AGAIN}",
    "message.channels": f"Please write in a public channel that the bot is in {AGAIN}",
    "message.groups": f"Please write in a private channel that the bot is in {AGAIN}",
    "message.im": f"Please write to the bot directly {AGAIN}",
    "message.mpim": f"Please write to the bot in a group direct message {AGAIN}",
    "reaction_added": f"Please react to a message in a channel that the bot is in {AGAIN}",
    "file_deleted": "It comes when somebody deletes a file",
    "app_uninstalled": "It comes when the app is removed from the workspace",
    "tokens_revoked": "It comes when a token is revoked",
}
BOTH_WITHIN_S = 30.0
"""A mention comes as two events, in any order; Slack tries again at once and after a minute."""


async def of_deliveries(
    api: SlackClient, ear: Ear, joined: list[Joined], within_s: float, others: int = 0
) -> AsyncIterator[Finding]:
    """One for each kind of channel that there is: where few people are, and none of another company. ``others``:
    processes elsewhere that share the app."""
    for event in ("message.channels", "message.groups"):
        quiet = sorted((one for one in joined if one.event == event and not one.external), key=lambda one: one.loudness)
        for channel in quiet[:TRIES_MAX]:
            finding = await _delivered(api, ear, channel, within_s)
            for _ in range(min(others, AGAIN_MAX)):
                if finding.state is State.WRONG:
                    finding = await _delivered(api, ear, channel, min(within_s, AGAIN_WITHIN_S))
            if others and finding.state is State.WRONG:
                finding = untried(finding.check, f"{finding.words} {_elsewhere(others)}")
            if finding.state is not State.UNTRIED or channel is quiet[:TRIES_MAX][-1]:
                yield finding
                break


async def _delivered(api: SlackClient, ear: Ear, channel: Joined, within_s: float) -> Finding:
    name, here = f"event {channel.event}", f"message in #{channel.name}"
    since_s = time.time()
    try:
        posted = await api.call("chat.postMessage", channel=channel.id, text=TEXT)
    except SlackError as error:
        return untried(name, f"A test {here} was refused ({error.code}).")
    left = ""
    try:
        arrived = await ear.arrived(channel.event, since_s, within_s)
    finally:
        try:
            await api.call("chat.delete", channel=channel.id, ts=posted["ts"])
        except SlackError as error:
            left = f" The test {here} could not be deleted ({error.code})."
    if arrived:
        return ok(name, f"A {here} arrives.{left}")
    return wrong(name, f"A {here} did not arrive within {within_s:.0f} s. {_mend(channel.event)}{left}")


def of_others(heard: Mapping[str, float], seen: AbstractSet[str], now_s: float, others: int = 0) -> Iterator[Finding]:
    """``heard``: when the running bot got what, by kind; ``seen``: kinds that were tried; ``others``: as above."""
    for event, subscribed in OF_EVERY_APP.items():
        name = f"event {event}"
        if event in seen:
            continue
        mentioned_s = heard.get(MENTION, 0.0) if event == "app_mention" else 0.0
        if mentioned_s > heard.get(event, 0.0) + BOTH_WITHIN_S and now_s > mentioned_s + BOTH_WITHIN_S:
            words = f"did not come when somebody mentioned the bot {_ago(now_s - mentioned_s)} ago."
            words = f"{words} {_mend(event)}"
            yield untried(name, f"{words} {_elsewhere(others)}") if others else wrong(name, words)
        elif event in heard:
            yield ok(name, f"came {_ago(now_s - heard[event])} ago")
        else:
            yield untried(name, f"has not come yet. {TRY[event]}. Without it {subscribed.without}.")


def _elsewhere(others: int) -> str:
    processes = "another process shares" if others == 1 else f"{others} other processes share"
    return f"But it may have come elsewhere, since {processes} the app: please run this there first."


def _ago(seconds: float) -> str:
    for unit, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if (count := int(seconds // unit)) > 0:
            return f"{count} {name}{'s' * (count > 1)}"
    return "less than a minute"


def _mend(event: str) -> str:
    return (
        f"Without it {OF_EVERY_APP[event].without}. Please add {event} on {where.EVENTS}, and install the app again. "
        "If it is there, make sure that Socket Mode is on, or that the Request URL is verified."
    )

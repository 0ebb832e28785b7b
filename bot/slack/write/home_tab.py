"""Publishes the app's home tab when a person opens it. I/O: views.publish, the clock.

Published only once in a while per person: otherwise somebody who switches back and forth would cost a call each time.
Source: slack:reference/methods/views.publish, slack:surfaces/app-home, slack:reference/views/home-tab-views.
"""

from __future__ import annotations

from collections import OrderedDict
from time import monotonic
from typing import Any

from bot.errors import SlackError
from bot.home import Home, Section
from bot.limits import HEADER_TEXT_CHARS_MAX, SECTION_TEXT_CHARS_MAX
from bot.slack.escape import text_object
from bot.slack.web_api.client import SlackClient
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

AGAIN_AFTER_S = 60.0
REMEMBERED_MAX = 10_000
BLOCKS_MAX = 100


class HomeTab:
    def __init__(self, api: SlackClient, home: Home) -> None:
        self._api = api
        self._home = home
        self._published_s: OrderedDict[str, float] = OrderedDict()

    async def opened(self, user_id: str, channel_id: str) -> None:
        """Never raises ``SlackError``."""
        now_s = monotonic()
        if now_s - self._published_s.get(user_id, now_s - AGAIN_AFTER_S) < AGAIN_AFTER_S:
            return
        self._published_s[user_id] = now_s
        self._published_s.move_to_end(user_id)
        if len(self._published_s) > REMEMBERED_MAX:
            self._published_s.popitem(last=False)
        view = view_of(await self._home.page(user_id, channel_id))
        try:
            await self._api.call("views.publish", user_id=user_id, view=view)
        except SlackError as error:
            log.warning("home.not_published", code=error.code)
            self._published_s.pop(user_id, None)


def view_of(sections: tuple[Section, ...]) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = []
    for number, section in enumerate(sections):
        blocks += [{"type": "divider"}] if number else []
        title = text_object(section.title[:HEADER_TEXT_CHARS_MAX])
        blocks.append({"type": "header", "text": title})
        blocks += [
            {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
            for text in _joined(section.lines)
        ]
    return {"type": "home", "blocks": blocks[:BLOCKS_MAX]}


def _joined(lines: tuple[str, ...]) -> list[str]:
    """As few blocks as possible, each as long as Slack allows."""
    joined: list[str] = []
    for line in lines:
        short = line[:SECTION_TEXT_CHARS_MAX]
        if joined and len(joined[-1]) + 2 + len(short) <= SECTION_TEXT_CHARS_MAX:
            joined[-1] += f"\n\n{short}" if not short.startswith("•") else f"\n{short}"
        else:
            joined.append(short)
    return joined

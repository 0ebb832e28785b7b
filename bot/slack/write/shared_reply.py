"""Posts a private answer where it was asked, because its reader wants others to see it. I/O: Slack.

If the bot is a member, it is posted like any answer. Elsewhere the address that came with the press posts it, which
needs no membership: it can be used only a few times, and what it posts can be neither found nor edited. Source:
slack:interactivity/handling-user-interaction.
"""

from __future__ import annotations

from bot.errors import ReplyGone, SlackError, SlackNoAccess, SlackOutcomeUnknown, SlackRefused
from bot.kept_answers import PrivateAnswer
from bot.limits import RESPONSE_URL_USES_MAX
from bot.messages import Question
from bot.slack.web_api.method_limiter import Bidder, Ticket
from bot.slack.write.content import Content
from bot.slack.write.plan import Action, Change, Show, Sight
from bot.slack.write.response_url import METHOD, ResponseUrlOutlet
from bot.slack.write.thread_outlet import ThreadOutlet, ThreadServices
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

NO_MEMBER = frozenset({"channel_not_found", "not_in_channel"})
POSTS_MAX = RESPONSE_URL_USES_MAX - 1
"""One use removes the button."""
UNCERTAIN, USED_UP, TOO_LATE = "uncertain", "used_up", "too_late"
WHY_NOT = {
    TOO_LATE: "Slack lets me post an answer where I'm not a member only within half an hour, and that time is over. "
    "Please invite me with /invite, and ask again.",
    UNCERTAIN: "The connection to Slack broke while I was posting your answer. Please check whether it is there.",
    USED_UP: "Your answer is too long to be posted where I'm not a member, so its end is missing there. Please invite "
    "me with /invite, and ask again.",
}
POSTED = "Posted to the channel."
POSTED_IN_THREAD = "Shared in the thread."


class SharedOutlet:
    """Implements ``writer.Outlet``."""

    def __init__(self, question: Question, services: ThreadServices, url: ResponseUrlOutlet | None) -> None:
        self._question = question
        self._thread = ThreadOutlet(question, services)
        self._url = url
        self._by_url = 0

    def edit_every_s(self) -> float:
        return self._thread.edit_every_s()

    def request(self, action: Action, bidder: Bidder) -> Ticket | None:
        return None if self._by_url else self._thread.request(action, bidder)

    async def send(self, action: Action) -> str:
        if self._by_url:
            return await self._post(action)
        try:
            return await self._thread.send(action)
        except SlackNoAccess as error:
            if self._url is None or error.code not in NO_MEMBER:
                raise
            return await self._post(action)

    async def _post(self, action: Action) -> str:
        """Nobody can tell whether an uncertain post exists there, so it is not repeated."""
        if not isinstance(action, Show) or self._url is None:
            raise SlackRefused(METHOD, "only_posts")
        if action.ts is not None:
            return action.ts
        if self._by_url >= POSTS_MAX:
            raise SlackRefused(METHOD, USED_UP)
        thread_ts = "" if self._question.starts_thread else self._question.thread_ts
        try:
            await self._url.post_for_all(action.content, thread_ts)
        except SlackOutcomeUnknown as error:
            raise SlackRefused(METHOD, UNCERTAIN) from error
        except ReplyGone as error:
            raise SlackRefused(METHOD, TOO_LATE) from error
        self._by_url += 1
        return f"{METHOD} {self._by_url}"

    async def find(self, action: Action) -> str | None:
        return await self._thread.find(action)

    async def see(self, action: Change) -> Sight | None:
        return await self._thread.see(action)

    def why_not(self, code: str) -> str:
        return WHY_NOT.get(code) or self._thread.why_not(code)

    async def record(self, part: int, ts: str) -> None:
        if not self._by_url:
            await self._thread.record(part, ts)


async def take_button_away(url: ResponseUrlOutlet, answer: PrivateAnswer) -> None:
    """Tells its reader what became of it. Never raises ``SlackError``."""
    words = POSTED_IN_THREAD if answer.thread_ts else POSTED
    try:
        await url.replace(Content(answer.shown, (*answer.below, words)))
    except SlackError as error:
        log.info("share.button_stays", code=error.code)

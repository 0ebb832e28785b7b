"""Shows the answer to a slash command to one person, who may post it for others or read it as a direct message.

I/O: Slack, and the database for answers that can be posted. Implements ``ports.Reply``. An answer that is too long for
the command's ``response_url`` goes whole into a direct message: a message there says what was asked, and the answer
becomes a question of its own (``EntryPoint.SHARE``), so that it is posted once, by whichever process.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.closing import NOTHING, Closing
from bot.errors import (
    ReplyGone,
    ReplyNotPossible,
    SlackError,
    SlackOutcomeUnknown,
    SlackUnavailable,
    StoreFailed,
)
from bot.kept_answers import PrivateAnswer, PrivateAnswers
from bot.messages import EntryPoint, Question
from bot.ports import ReplyRecords
from bot.slack import buttons, own_messages
from bot.slack.escape import escape, plain, text_object
from bot.slack.web_api.client import SlackClient
from bot.slack.write import direct_posts
from bot.slack.write.asides import tell
from bot.slack.write.command_answer import CommandAnswer
from bot.slack.write.content import below
from bot.slack.write.message_arguments import below_in_words
from bot.slack.write.wrapped_reply import WrappedReply
from bot.slack.write.writer import Writer
from bot.store_patience import waited_out
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

DIRECT_ROOT = 1_000_000
"""The part number of the message in the direct message; no answer has this many."""
KEY_BYTES = 32
ASKED_CHARS_MAX = 2_000
YOU_ASKED = "You asked me with /ask: {asked}"


@dataclass(frozen=True, slots=True)
class PrivateServices:
    """What private replies share. ``wording``: what a question asks, with names for ids; ``add``: stores a question.
    Both raise ``SlackError`` and ``StoreFailed``."""

    api: SlackClient
    answers: PrivateAnswers
    records: ReplyRecords
    wording: Callable[[Question], Awaitable[str]]
    add: Callable[[Question], Awaitable[object]]


class PrivateReply(WrappedReply):
    """A reply whose ``writer`` shows what ``plan`` wants. ``again``: an earlier process may have begun it."""

    def __init__(
        self, question: Question, plan: CommandAnswer, writer: Writer, private: PrivateServices, *, again: bool
    ) -> None:
        super().__init__(writer)
        self._again = again
        self._question = question
        self._plan = plan
        self._private = private
        self._text: list[str] = []

    def write(self, text: str) -> None:
        self._text.append(text)
        super().write(text)

    async def finish(self, closing: Closing = NOTHING) -> None:
        written = "".join(self._text)
        text = written if written.strip() and not closing.withdraw else ""
        if text:
            try:
                await self._offer(text, closing)
            except (SlackError, StoreFailed) as error:  # the answer itself can be shown
                log.warning("private.not_offered", error=str(error))
        try:
            await super().finish(closing)
        except (ReplyGone, ReplyNotPossible, SlackOutcomeUnknown, SlackUnavailable) as error:
            if not await self._elsewhere(text, closing):
                raise
            log.info("private.shown_elsewhere", code=error.code)

    async def _elsewhere(self, text: str, closing: Closing) -> bool:
        """Whether the person is told anyway, if the command's own address shows nothing."""
        if not text:
            if closing.ending:
                await tell(self._private.api, self._question, escape(closing.ending))
            return True
        self._plan.lose()
        try:
            if not self._plan.whole_at:
                await self._offer(text, closing)
        except (SlackError, StoreFailed) as error:
            log.warning("private.not_offered", error=str(error))
        return bool(self._plan.whole_at)

    async def _offer(self, text: str, closing: Closing) -> None:
        """A complete answer can be posted, and what does not fit goes into a direct message."""
        question, plan, private, whole = self._question, self._plan, self._private, closing.button is None
        plan.hold()
        if not (whole or plan.is_too_long):
            return
        asked = await private.wording(question)
        shown, lines = plan.last_piece(), tuple(below_in_words(below(replace(closing, bill=""))))
        key = secrets.token_hex(KEY_BYTES)
        answer = PrivateAnswer.to(question, asked, text, shown, lines)
        await waited_out(lambda: private.answers.keep(answer, key))
        plan.share = buttons.share_value(question, key) if whole else ""
        if plan.is_too_long:
            plan.whole_at = await self._in_a_direct_message(asked, key)

    async def _in_a_direct_message(self, asked: str, key: str) -> str:
        """The link to the message there that says what was asked. slack:interactivity/deep-linking."""
        question, private = self._question, self._private
        channel_id = await direct_posts.opened(private.api, question.user_id)
        recorded = (await waited_out(lambda: private.records.parts(question))).get(DIRECT_ROOT)
        root = recorded or await self._root(channel_id, asked)
        if recorded is None:
            await waited_out(lambda: private.records.posted(question, DIRECT_ROOT, root))
        where = (question.team_id, channel_id, own_messages.share_ts(root), root, question.user_id)
        goes_on = Question(*where, EntryPoint.SHARE, f"{question.ts} {key}", (), None)
        await waited_out(lambda: private.add(goes_on))
        try:
            link = await private.api.call("chat.getPermalink", channel=channel_id, message_ts=root)
        except SlackError as error:
            log.info("private.no_link", code=error.code)
            return f"slack://channel?team={question.team_id}&id={channel_id}"
        return str(link["permalink"])

    async def _root(self, channel_id: str, asked: str) -> str:
        short = asked if len(asked) <= ASKED_CHARS_MAX else f"{asked[: ASKED_CHARS_MAX - 1]}…"
        words = YOU_ASKED.format(asked=short)
        section = {"type": "section", "text": text_object(words)}
        return await direct_posts.post_once(
            self._private.api,
            channel_id,
            own_messages.asked_metadata(self._question),
            again=self._again,
            text=escape(plain(words, ASKED_CHARS_MAX)),
            blocks=[section],
        )

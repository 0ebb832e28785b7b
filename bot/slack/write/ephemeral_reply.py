"""Shows an answer to one person alone, once it is complete.

I/O: Slack, and the database for answers that can be posted for others. Implements ``ports.Reply``. An ephemeral message
can be neither edited nor found, so nothing is shown before the end; shown twice it does no harm. Where Slack shows
none, the answer goes into direct messages. Source: slack:reference/methods/chat.postEphemeral.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from typing import Any

from bot.closing import NOTHING, Closing
from bot.errors import LeaseLost, SlackError, SlackOutcomeUnknown, SlackUnavailable, StoreFailed
from bot.kept_answers import PrivateAnswer
from bot.lease import Lease
from bot.messages import Question
from bot.slack import buttons
from bot.slack.write import direct_posts
from bot.slack.write.asides import thread_of
from bot.slack.write.content import Content, below
from bot.slack.write.markdown.cut import COMMAND, pieces_of
from bot.slack.write.markdown.shown import ShownMarkdown
from bot.slack.write.markdown.tables import later_tables_as_code
from bot.slack.write.message_arguments import VERBATIM, below_in_words, message
from bot.slack.write.private_reply import KEY_BYTES, PrivateServices
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

TRIES_MAX = 5
PAUSE_S = 1.0


class EphemeralReply:
    def __init__(self, question: Question, lease: Lease, private: PrivateServices) -> None:
        self._question = question
        self._lease = lease
        self._private = private
        self._shown = ShownMarkdown()
        self._text: list[str] = []
        self.begun = False

    def status(self, text: str) -> None:
        """There is no message that could show a status."""

    async def ready(self) -> None:
        """Whether it can be shown is known only when it is."""

    def write(self, text: str) -> None:
        self.begun = self.begun or bool(text.strip())
        self._text.append(self._shown.feed(text))

    async def failure(self) -> SlackError | LeaseLost:
        """Never returns: nothing is shown before the end."""
        never: asyncio.Future[SlackError | LeaseLost] = asyncio.get_running_loop().create_future()
        return await never

    async def abandon(self) -> None:
        """Nothing was shown."""

    async def finish(self, closing: Closing = NOTHING) -> None:
        if not self._lease.held():
            raise LeaseLost
        text = "" if closing.withdraw else "".join([*self._text, self._shown.close()])
        pieces = [later_tables_as_code(piece.markdown(text)) for piece in pieces_of(text, COMMAND)]
        shown = [piece for piece in pieces if piece.strip()]
        whole = bool(shown) and closing.button is None
        share = await self._kept(text, shown[-1], closing) if whole else ""
        end = replace(below(closing), button=None, markdown=shown[-1] if shown else "", share=share)
        for content in [*map(Content, shown[:-1]), end]:
            if not content.empty:
                await self._show(content)

    async def _kept(self, text: str, shown: str, closing: Closing) -> str:
        """The value of the button that posts it; empty if the answer could not be stored."""
        key, question = secrets.token_hex(KEY_BYTES), self._question
        answer = PrivateAnswer.to(question, "", text, shown, tuple(below_in_words(below(closing))))
        try:
            await self._private.answers.keep(answer, key)
        except StoreFailed as error:
            log.warning("private.not_offered", error=str(error))
            return ""
        return buttons.share_value(question, key)

    async def _show(self, content: Content) -> None:
        question, values = self._question, message(content)
        beside = {"channel": question.channel_id, "user": question.user_id, **thread_of(question)}
        try:
            await self._beside(**beside, **values, **VERBATIM)
        except (SlackUnavailable, SlackOutcomeUnknown):
            raise
        except SlackError as error:
            log.info("reply.not_ephemeral", code=error.code)
            await direct_posts.post_to_asker(self._private.api, question, **values)

    async def _beside(self, **values: Any) -> None:  # noqa: ANN401 (JSON)
        for number in range(1, TRIES_MAX + 1):
            try:
                await self._private.api.call("chat.postEphemeral", **values)
            except (SlackUnavailable, SlackOutcomeUnknown):
                if number == TRIES_MAX:
                    raise
                await asyncio.sleep(PAUSE_S * number)
            else:
                return

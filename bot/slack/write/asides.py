"""Shows a sentence to the person who asked, and to nobody else. I/O: Slack.

In a channel this is an ephemeral message, in a direct message a reply, and for a command its own response. Implements
``access.control.Asides``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp

from bot.errors import SlackError, SlackFailed, SlackOutcomeUnknown, SlackUnavailable
from bot.messages import EntryPoint, Question
from bot.slack import own_messages
from bot.slack.escape import escape
from bot.slack.own_messages import aside_metadata
from bot.slack.web_api.client import SlackClient
from bot.slack.write import direct_posts
from bot.slack.write.content import Content
from bot.slack.write.message_arguments import NO_PREVIEWS, VERBATIM
from bot.slack.write.response_url import ResponseUrlOutlet
from bot.slack.write.thread_outlet import post_arguments
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

TRIES_MAX = 3
PAUSE_S = 1.0


class SlackAsides:
    """``session`` is for response URLs."""

    def __init__(self, api: SlackClient, session: aiohttp.ClientSession) -> None:
        self._api = api
        self._session = session

    async def decline(self, question: Question, sentence: str) -> None:
        """Implements ``access.control.Asides``."""
        if question.entry_point is EntryPoint.SHARE and sentence:
            await tell(self._api, question, sentence)
            return
        if question.response_url is None and question.entry_point is not EntryPoint.DIRECT:
            if sentence:
                await tell(self._api, question, sentence)
            return
        await _shown(partial(self._reply, question, sentence))

    async def _reply(self, question: Question, sentence: str) -> None:
        content = Content(footer=(sentence,))
        if question.response_url is not None:
            await self._outlet(question.response_url).replace(content if sentence else None)
        elif sentence:
            await self._api.call("chat.postMessage", **post_arguments(question, 0, content))

    def _outlet(self, response_url: str) -> ResponseUrlOutlet:
        return ResponseUrlOutlet(response_url, self._session, self._api.address)


class CommandAnswers:
    """Implements ``commands.carrying_out.Answers``."""

    def __init__(self, api: SlackClient) -> None:
        self._api = api

    async def tell(self, question: Question, sentence: str) -> None:
        if question.entry_point is EntryPoint.DIRECT:
            await self.announce(question, sentence)
        else:
            await tell(self._api, question, escape(sentence))

    async def announce(self, question: Question, sentence: str) -> None:
        """Posts in the question's thread, which a message at top level begins."""
        where = {"channel": question.channel_id, "thread_ts": question.thread_ts, "metadata": aside_metadata()}
        arguments = {**where, "text": escape(sentence), **VERBATIM, **NO_PREVIEWS}
        await _shown(partial(self._api.call, "chat.postMessage", **arguments))


async def _shown(show: Callable[[], Awaitable[object]]) -> None:
    """Retries if Slack did nothing, but not if it may have shown the sentence. Raises no ``SlackError``."""
    for _ in range(TRIES_MAX):
        try:
            await show()
        except SlackUnavailable as error:
            await asyncio.sleep(error.retry_after_s or PAUSE_S)
        except SlackError as error:
            log.warning("aside.not_shown", method=error.method, code=error.code)
            return
        else:
            return


def thread_of(question: Question) -> dict[str, str]:
    """Where the person is looking: in the thread, or (for a summary, say) at the channel that it is in."""
    at_channel = question.entry_point is EntryPoint.SUMMARY and not own_messages.asked_in_thread(question.ts)
    return {} if question.starts_thread or at_channel else {"thread_ts": question.thread_ts}


async def tell(api: SlackClient, question: Question, sentence: str) -> None:
    """Shows it beside the thread, where only that person sees it; if Slack does not allow that, in a direct message.

    Never in both: if Slack's answer was lost, the person has most likely read the first.
    """
    try:
        if question.entry_point is not EntryPoint.DIRECT:
            place = {"channel": question.channel_id, "user": question.user_id, **thread_of(question)}
            await api.call("chat.postEphemeral", **place, text=sentence, **VERBATIM)
            return
    except SlackError as error:
        log.info("reply.not_ephemeral", code=error.code)
        if isinstance(error, SlackOutcomeUnknown) and not isinstance(error, SlackFailed):
            return
    try:
        await direct_posts.post_to_asker(api, question, text=sentence)
    except SlackError as error:
        log.warning("reply.not_told", method=error.method, code=error.code)

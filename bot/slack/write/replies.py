"""Opens the reply to a question, new or taken over from an earlier process.

I/O: Slack through the replies themselves, and the database for the messages that they posted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

import aiohttp

from bot.errors import SlackError, SlackNoAccess, SlackOutcomeUnknown, SlackUnavailable
from bot.kept_answers import PrivateAnswer
from bot.lease import Lease
from bot.messages import EntryPoint, Question
from bot.ports import Needless, Reply
from bot.prompt.spoken import mentioned
from bot.sharing import ASKED_BY, quoted_head
from bot.slack.buttons import PressedMessage
from bot.slack.own_messages import NOTICE
from bot.slack.read.own_replies import OwnReply
from bot.slack.read.thread import ThreadReader
from bot.slack.web_api.call_budget import Bid
from bot.slack.write.asides import tell
from bot.slack.write.command_answer import CommandAnswer
from bot.slack.write.content import Content
from bot.slack.write.ephemeral_reply import EphemeralReply
from bot.slack.write.feedback_support import FeedbackSupport, Thumbs
from bot.slack.write.headed_reply import HeadedReply
from bot.slack.write.late_edits import LateEdits, TidiedReply
from bot.slack.write.left_messages import take_away
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.offered_reply import OfferedReply
from bot.slack.write.plan import StopStream
from bot.slack.write.private_reply import PrivateReply, PrivateServices
from bot.slack.write.reply_part import Inherited
from bot.slack.write.response_url import ResponseUrlOutlet
from bot.slack.write.shared_reply import SharedOutlet, take_button_away
from bot.slack.write.status_line import StatusLine, session_title
from bot.slack.write.streamed_reply import StreamedReply, StreamSupport
from bot.slack.write.thread_outlet import ThreadOutlet, ThreadServices, post_arguments, posted_ts
from bot.slack.write.uploads import AnswerUploads
from bot.slack.write.writer import Writer
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

POST = "chat.postMessage"
UNSEEN = (EntryPoint.FILE, EntryPoint.SHARE, EntryPoint.SUMMARY)
"""Nobody else sees that such a question waits."""
NOTICE_WITHIN_S = 2.0
BUTTON_TRIES_MAX = 5
BUTTON_PAUSE_S = 2.0


class SlackReplies:
    """Implements ``ports.Replies``. ``session`` is for response URLs; ``native`` streams in direct messages. Without a
    ``private`` nobody can post a private answer for others."""

    def __init__(
        self,
        services: ThreadServices,
        reader: ThreadReader,
        session: aiohttp.ClientSession,
        *,
        private: PrivateServices | None = None,
        native: bool = False,
        feedback: bool = False,
        file_chars: int | None = None,
    ) -> None:
        self._services = services
        self._private = private
        self._reader = reader
        self._session = session
        self._streams = StreamSupport(native)
        self._file_chars = file_chars
        self.uploads = AnswerUploads(services.api, session, reader.own, services.records)
        self._feedback = FeedbackSupport(feedback)
        self.late_edits = LateEdits()

    async def close(self) -> None:
        """Ends what goes on after the turns."""
        await asyncio.gather(self.late_edits.close(), self._services.status.left.close())

    async def open(self, question: Question, *, again: bool, lease: Lease, first: bool = False) -> Reply:
        """As in ``ports.Replies``. A writer shows the reply; what else it does, such as offering a file, is wrapped
        around the writer."""
        if question.entry_point is EntryPoint.SHARE:
            plan = await self._plan(question, again=again, first=first)
            return Writer(plan, SharedOutlet(question, self._services, self._url(question)), lease)
        if (url := self._url(question)) is not None:
            answer = CommandAnswer(fresh=not again)
            writer = Writer(answer, url, lease)
            return PrivateReply(question, answer, writer, self._private, again=not first) if self._private else writer
        if question.entry_point is EntryPoint.SUMMARY and self._private is not None:
            return EphemeralReply(question, lease, self._private)
        services = self._services
        plan = await self._plan(question, again=again, first=first)
        title = session_title(question.text) if question.starts_thread else ""
        status_line = StatusLine(services.api, services.status, question.channel_id, question.thread_ts, title)
        if again:
            status_line.inherit(beside_message=plan.has_message)
        posts_status = not plan.has_message and not await self._writable(question)
        outlet = ThreadOutlet(question, services)
        writer = Writer(plan, outlet, lease, status_line, posts_status=posts_status)
        writer.begun = isinstance(plan, LiveReply) and bool(plan.before.strip())
        reply: Reply = TidiedReply(writer, plan, outlet, lease, self.late_edits)
        if self.uploads.possible:
            upload = partial(self.uploads.upload, question, lease=lease, again=not first)
            reply = OfferedReply(reply, upload, self._file_chars)
        if question.entry_point is not EntryPoint.SHORTCUT:
            return reply
        name, asked = await self.name_of(question.user_id), await self._reader.wording(question)
        return HeadedReply(reply, quoted_head(ASKED_BY, name, asked))

    async def name_of(self, user_id: str) -> str:
        """For the bot's own sentences: a name that could be mistaken for a part of them is quoted."""
        return mentioned((await self._reader.names.resolve([user_id])).get(user_id, "")) or user_id

    async def tell(self, question: Question, sentence: str) -> None:
        await tell(self._services.api, question, sentence)

    async def shared(self, question: Question, answer: PrivateAnswer) -> None:
        if (url := self._url(question)) is not None:
            await take_button_away(url, answer)

    def _url(self, question: Question) -> ResponseUrlOutlet | None:
        if question.response_url is None:
            return None
        return ResponseUrlOutlet(question.response_url, self._session, self._services.api.address)

    async def _writable(self, question: Question) -> bool:
        """Whether the bot is known to be able to post there; a person who writes to it may be answered."""
        key = (question.team_id, question.channel_id)
        if question.entry_point is EntryPoint.DIRECT or key in self._services.writable:
            return True
        known = await self._services.records.posted_in(*key)
        if known:
            self._services.writable.add(key)
        return known

    async def queued(self, question: Question, ahead: int, lease: Lease, until_needless: Needless) -> None:
        if question.response_url is not None or question.entry_point in UNSEEN:  # something stands there already
            return
        ticket = self._services.api.request(POST, lambda _: Bid(), question.channel_id)
        over = asyncio.create_task(until_needless())
        over.add_done_callback(lambda _: ticket.recall())
        try:
            if not await ticket.granted(NOTICE_WITHIN_S):  # a late notice would only keep its own answer waiting
                raise SlackUnavailable(POST, "busy")
        finally:
            over.cancel()
        if not lease.held():
            raise SlackUnavailable(POST, "lease_lost")
        words = f"Queued behind {ahead} question{'s' if ahead > 1 else ''}…" if ahead else "Queued…"
        arguments = post_arguments(question, NOTICE, Content(footer=(words,)))
        posted = await self._services.api.call_now(POST, **arguments)
        await self._services.records.posted(question, NOTICE, posted_ts(POST, posted))

    async def tidy(self, question: Question) -> bool:
        """Whether nothing more is left of a reply that was whole when its process died. Raises ``StoreFailed``."""
        recorded = await self._services.records.parts(question)
        return await take_away(self._services.api, self._reader.own.find, question, recorded)

    async def button_pressed(self, message: PressedMessage) -> None:
        """Removes the button from a message once it was pressed."""
        for _ in range(BUTTON_TRIES_MAX):
            try:
                await self._services.api.call(
                    "chat.update", channel=message.channel_id, ts=message.ts, text=message.text, blocks=message.blocks
                )
            except (SlackUnavailable, SlackOutcomeUnknown):
                await asyncio.sleep(BUTTON_PAUSE_S)
            except SlackError as error:
                log.info("reply.button_stays", code=error.code)
                return
            else:
                return

    async def _plan(self, question: Question, *, again: bool, first: bool) -> LiveReply | StreamedReply:
        """``again``: an earlier process may have posted messages that are not recorded."""
        streams = self._streams.possible and question.entry_point is EntryPoint.DIRECT
        recorded = {} if first else await self._services.records.parts(question)
        own: Sequence[OwnReply] = [OwnReply(ts, part, "") for part, ts in recorded.items()]
        if again or any(part != NOTICE for part in recorded):
            own = await self._found(question, recorded, streamed=streams) or own
        if streams and not own:
            return StreamedReply(self._streams, feedback=Thumbs(self._feedback))
        notice = next((message.ts for message in own if message.marked and message.part == NOTICE), None)
        shown = [message for message in own if message.ts != notice]
        before = "\n\n".join(message.text for message in shown)
        inherited = [Inherited(message.ts, len(message.text)) for message in shown]
        in_thread = question.entry_point is not EntryPoint.SHARE or not question.starts_thread
        edits = LiveReply(inherited, notice, before, in_thread=in_thread, feedback=Thumbs(self._feedback))
        edits.parts.uncertain = again
        if shown and not shown[-1].marked:
            return StreamedReply.of_open_stream(self._streams, StopStream(len(shown) - 1, shown[-1].ts, "", ""), edits)
        return edits

    async def _found(self, question: Question, known: Mapping[int, str], *, streamed: bool) -> list[OwnReply]:
        """The messages of a reply that was begun: from the thread itself, which knows best, if Slack gives it."""
        try:
            return await self._reader.own.find(question, known=known, streamed=streamed)
        except SlackNoAccess as error:
            log.info("reply.not_found", code=error.code)
            return []

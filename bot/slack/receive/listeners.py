"""Turns what Slack delivers to one workspace into accepted questions.

I/O: what the handlers do. A listener parses, hands over and returns; nothing slow happens here, since Slack gets its
acknowledgement only afterwards. If a listener raises, there is no acknowledgement, and Slack delivers again.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial
from typing import Any

from bot.access.rules import SENTENCES, Reason
from bot.commands.spoken import command_in
from bot.feedback import Vote
from bot.loop_share import beside
from bot.messages import EntryPoint, Question
from bot.slack import buttons, interactions
from bot.slack.receive import changes, feedback, shortcuts
from bot.slack.receive.after_the_ack import AfterTheAck
from bot.slack.receive.command_help import HELP, asks_for_help
from bot.slack.receive.duplicates import Duplicates, NewKeys, message_of
from bot.slack.receive.handlers import KNOWN_WITHIN_S, Handlers
from bot.slack.receive.payloads import (
    Ignored,
    Unaddressed,
    deleted_file,
    home_opened,
    possible_bot_in,
    question_from_command,
    question_from_event,
    takes_long,
    tells_of_revoked_token,
)
from bot.slack.receive.stop_wishes import Effect, StopWishes
from bot.slack.shapes import text_of
from bot.slack.web_api.identity import Identity
from bot.stops import StopWish
from bot.telemetry import metrics
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

THINKING = "Thinking…"
READING = "I'm reading the thread. My summary will appear here in a moment, and only you will see it."
NOT_OPENED = "Slack didn't let me open the window for your question in time. Please try again."
MEMBER_WITHIN_S = 1.0


class Listeners:
    """Handles the deliveries for one workspace."""

    def __init__(self, identity: Identity, handlers: Handlers) -> None:
        self._identity = identity
        self._handlers = handlers
        self._wishes = StopWishes(handlers.stop, handlers.denial)
        self._later = AfterTheAck()
        self._duplicates = Duplicates()
        self._pressed = NewKeys()

    async def on_event(self, body: dict[str, Any]) -> None:
        message = message_of(body)
        if message is None:
            if not await self._handlers.agent(body):
                await self._on_event(body)
        elif not await self._duplicates.is_known(message):
            with self._duplicates.handled(message):
                await self._on_event(body)

    async def _on_event(self, body: dict[str, Any]) -> None:
        if (file_id := deleted_file(body)) is not None:
            self._later.run(self._handlers.file_deleted(file_id))
            return
        if (opened := home_opened(body)) is not None:
            self._later.run_for(opened[0], self._handlers.home_opened(*opened))
            return
        if tells_of_revoked_token(body):
            self._later.run(self._handlers.token_revoked())
            return
        identity = self._identity
        wish = changes.wish_to_stop(body, identity.team_id, identity.bot_user_id, identity.bot_id)
        if wish is not None:
            await self._wishes.carry_out(wish)
            return
        edited = changes.edited(body)
        question = await self._question(edited or body)
        match question:
            case Ignored(reason=reason):
                log.debug("event.ignored", reason=reason)
            case Unaddressed(question=said, to_others=to_others):
                await self._overheard(replace(said, team_id=identity.team_id), to_others=to_others, edited=bool(edited))
            case Question() if edited is not None:
                await self._handlers.replace(replace(question, team_id=identity.team_id))
            case Question():
                await self._asked(replace(question, team_id=identity.team_id))

    async def _asked(self, question: Question) -> None:
        if await self._stopped(question):
            return
        if self._handlers.conversations is not None and question.entry_point is EntryPoint.MENTION:
            self._handlers.conversations.mentioned(question)
        if not await self._commanded(question, addressed=True):
            await self._handlers.accept(question)
        self._duplicates.known((question.channel_id, question.ts))

    async def _overheard(self, said: Question, *, to_others: bool, edited: bool) -> None:
        """Messages that are not for the bot are neither kept nor logged."""
        conversations = self._handlers.conversations
        if edited:
            await self._handlers.replace(said)
        elif await self._stopped(said) or conversations is None:
            return
        elif command_in(said, addressed=False) is not None and await conversations.known(said.thread):
            await self._commanded(said, addressed=False)
        elif (
            await conversations.continues(said, to_others=to_others)
            and not await self._handlers.commands.muted(said.thread)
            and await self._handlers.denial(said, within_s=KNOWN_WITHIN_S) in {None, Reason.NOT_NOW}
        ):  # its turn has more patience to learn who says it
            await self._handlers.accept(said)

    async def _commanded(self, said: Question, *, addressed: bool) -> bool:
        """Whether it was a command rather than a question; if so, it is carried out."""
        command = command_in(said, addressed=addressed)
        reason = await self._handlers.denial(said, within_s=KNOWN_WITHIN_S) if command is not None else None
        if reason is Reason.NOT_NOW:
            self._later.run_for(said.user_id, self._handlers.turn_away(said, reason))
            return True
        if command is None or reason is not None:
            return False  # people who may not ask are turned away as with a question
        if (rest := await self._handlers.commands.carry_out(said, command)) is not None:
            self._later.run(rest)
        return True

    async def _stopped(self, question: Question) -> bool:
        """Whether it was the word that ends an answer, and there was an answer to end."""
        wish = changes.said_to_stop(question)
        return wish is not None and await self._wishes.carry_out(wish) in {Effect.ENDS, Effect.LATER}

    async def on_command(self, body: dict[str, Any]) -> str:
        """What the acknowledgement shows to the person who typed it; empty for nothing."""
        question = replace(question_from_command(body), team_id=self._identity.team_id)
        if not asks_for_help(body):
            await self._handlers.accept(question)
            return THINKING
        reason = await self._handlers.denial(question, within_s=KNOWN_WITHIN_S)
        if reason is None:
            return HELP
        self._later.run_for(question.user_id, self._handlers.turn_away(question, reason))
        return ""

    async def on_action(self, body: dict[str, Any]) -> None:
        """A press by somebody who may not ask is not stored: it would be the same question as anybody else's press, and
        would use up the button. If the person cannot be looked up in time, they are asked to press again."""
        identity = self._identity
        vote = feedback.vote_of(body, identity.team_id)
        named = body.get("message") is not None  # not in an ephemeral message
        if vote is not None and (not named or buttons.is_under_ours(body, identity.bot_user_id, identity.bot_id)):
            await self._voted(vote, body)
            return
        shared = buttons.shared(body, identity.team_id)
        question = shared or buttons.question_of(body, identity.team_id, identity.bot_user_id, identity.bot_id)
        if question is None:
            log.info("press.ignored", reason="not under a message of ours")
        elif reason := await self._handlers.denial(question, within_s=KNOWN_WITHIN_S):
            self._later.run_for(question.user_id, self._handlers.turn_away(question, reason))
        elif (stopped := buttons.stopped_question(body)) is not None:
            if question.user_id:  # without a message it would count as a question that was deleted
                await self._handlers.stop(StopWish(identity.team_id, question.channel_id, stopped, question.user_id))
        elif shared is not None:  # its turn takes the button away
            await self._handlers.accept(shared)
        else:
            is_new = await self._handlers.accept(question)
            if self._pressed.is_new((question.channel_id, question.ts)) or is_new:
                self._later.run(self._handlers.button_pressed(buttons.pressed_message(body)))

    async def on_shortcut(self, body: dict[str, Any]) -> None:
        """A modal is opened before anything else, since its trigger lives for only three seconds."""
        if shortcuts.used(body) == shortcuts.ASK_ABOUT:
            self._later.run_for(interactions.user_id(body), self._open_modal(body))
            return
        question = await beside(partial(shortcuts.asked, body, self._identity.team_id))
        if question is None:
            log.info("shortcut.ignored", reason="does not say where")
        elif reason := await self._handlers.denial(question, within_s=KNOWN_WITHIN_S):
            self._later.run_for(question.user_id, self._handlers.turn_away(question, reason))
        elif await self._handlers.accept(question):
            self._later.run_for(question.user_id, self._handlers.tell(question, READING))

    async def _open_modal(self, body: dict[str, Any]) -> None:
        view = await beside(partial(shortcuts.ask_view, body))
        about = await beside(partial(shortcuts.asked, body, self._identity.team_id))
        if view is None or about is None:
            log.info("shortcut.ignored", reason="does not say where")
        elif not await self._handlers.open_view(text_of(body.get("trigger_id")), view):
            await self._handlers.tell(about, NOT_OPENED)

    async def _voted(self, vote: Vote, body: dict[str, Any]) -> None:
        """Does not wait for the database, since a modal's trigger expires."""
        who = feedback.voter(vote, body)
        if reason := await self._handlers.denial(who, within_s=KNOWN_WITHIN_S):
            self._later.run_for(vote.user_id, self._handlers.turn_away(who, reason))
            return
        if not vote.good:
            trigger_id = text_of(body.get("trigger_id"))
            self._later.run_for(vote.user_id, self._handlers.open_view(trigger_id, feedback.why_view(vote)))
        await self._handlers.votes.vote(vote)
        metrics.FEEDBACK.labels("good" if vote.good else "bad").inc()
        log.info("feedback.given", good=vote.good, channel=vote.channel_id, user=vote.user_id)
        if vote.good:
            self._later.run_for(vote.user_id, self._handlers.tell(who, feedback.THANKS))

    async def on_submission(self, body: dict[str, Any]) -> dict[str, str] | None:
        """The errors in a submission, by block of the modal; ``None`` if it was accepted."""
        if feedback.is_reason(body):
            if (why := feedback.reason_of(body, self._identity.team_id)) is not None:
                await self._handlers.votes.explain(why)
            return None
        question = shortcuts.submitted(body, self._identity.team_id)
        if question is None:
            log.info("submission.ignored", reason="does not say about what")
            return None
        if not question.text:
            return shortcuts.errors(shortcuts.EMPTY)
        reason, sentence = await asyncio.gather(  # the acknowledgement has three seconds for all of it
            self._handlers.denial(question, within_s=KNOWN_WITHIN_S),
            self._handlers.why_not_in(question.channel_id, within_s=MEMBER_WITHIN_S),
        )
        if reason or sentence:
            return shortcuts.errors(SENTENCES[reason] if reason else sentence)
        if await self._handlers.accept(question) and self._handlers.conversations is not None:
            self._handlers.conversations.mentioned(question)
        return None

    async def _question(self, body: dict[str, Any]) -> Question | Unaddressed | Ignored:
        """Asks Slack who wrote a message only if that decides whether it is a question."""
        bot_user_id, bot_id = self._identity.bot_user_id, self._identity.bot_id
        read = partial(question_from_event, body, bot_user_id=bot_user_id, bot_id=bot_id, now_s=time.time())
        long = takes_long(body)
        question = await beside(partial(read, is_bot=None)) if long else read(is_bot=None)
        possible = possible_bot_in(body, bot_user_id, bot_id)
        if not possible or isinstance(question, Ignored):
            return question
        is_bot = await self._handlers.is_bot(possible, within_s=KNOWN_WITHIN_S)
        return await beside(partial(read, is_bot=is_bot)) if long else read(is_bot=is_bot)

"""Decides whether a question may be answered, and tells people who may not ask why, once in a while.

I/O: Slack through ``People`` and ``Asides``; the database through ``Sentences``; the clock. Every way to ask is checked
here: a turn before it does anything else, a press before it becomes a question, a notice before it is shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from bot.access.rules import SENTENCES, Person, Policy, Reason, SaidSentences, silent_s
from bot.errors import SlackError, SlackNoAccess, StoreFailed
from bot.lease import Lease
from bot.messages import Question
from bot.ports import Needless, Notices
from bot.telemetry import logs, metrics
from bot.telemetry.logs import get_logger, whose

log = get_logger(__name__)

PATIENCE_S = 60.0
"""How long a question waits to learn who asked it: Slack's rate limits count minutes."""
NOTICE_WITHIN_S = 2.0


class Asides(Protocol):
    """Implemented by Slack's side: tells the person who asked, and nobody else, why there is no answer."""

    async def decline(self, question: Question, sentence: str) -> None:
        """An empty ``sentence`` says nothing, but removes what the acknowledgement showed.

        Never raises ``SlackError``.
        """


class People(Protocol):
    """Implemented by Slack's side: looks up who somebody is."""

    async def person(self, user_id: str, *, within_s: float) -> Person | None:
        """What Slack said about a user within the last minutes; ``None`` if it knows nobody by that id.

        Retries while Slack is unreachable. Raises ``SlackNoAccess`` if the app may not ask, and ``SlackUnavailable``
        if there is no answer ``within_s``.
        """


class Sentences(Protocol):
    """Implemented by the database: which sentences were shown to whom, by any process."""

    async def may_hear(self, team_id: str, user_id: str, reason: str, silent_s: float) -> bool:
        """Whether to say it, because nobody has for ``silent_s``; a yes counts as said. Raises ``StoreFailed``."""


class AccessControl:
    def __init__(
        self,
        policy: Policy,
        people: People,
        asides: Asides,
        sentences: Sentences,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._policy = policy
        self._people = people
        self._asides = asides
        self._sentences = sentences
        self._clock = clock
        self._heard = SaidSentences()

    def warn_of_missing_scopes(self, scopes: frozenset[str]) -> None:
        """``scopes``: the token's, or empty if Slack does not say."""
        missing = self._policy.needed_scopes() - scopes if scopes else ()
        for scope in sorted(missing):
            log.warning("access.scope_missing", scope=scope, effect="nobody is answered")

    async def denial(self, question: Question, *, within_s: float = PATIENCE_S) -> Reason | None:
        """Why the question may not be answered; ``None`` if it may. People whom Slack cannot describe may not ask."""
        reason = self._policy.without_looking_up(question)
        if reason is not None:
            return reason
        try:
            person = await self._people.person(question.user_id, within_s=within_s)
        except SlackNoAccess as error:
            log.warning("access.not_looked_up", error=str(error))
            return Reason.NO_PERMISSION
        except SlackError as error:
            log.warning("access.not_looked_up", error=str(error))
            return Reason.NOT_NOW
        return self._policy.reason(question, person)

    async def turn_away(self, question: Question, reason: Reason) -> None:
        """Tells the person why, however they asked, unless they were told lately. Never raises."""
        metrics.REFUSED.labels(reason.value).inc()
        told = await self.may_hear(question, reason.value)
        log.info(
            "access.denied",
            reason=reason.value,
            **whose(question),
            told=told,
        )
        await self._asides.decline(question, SENTENCES[reason] if told else "")

    async def may_hear(self, question: Question, reason: str) -> bool:
        """Whether to say why a question is not answered; a yes counts as said, in every process.

        While the database is away, this process goes by what it has said itself.
        """
        key, quiet_s = (question.team_id, question.user_id, reason), silent_s(reason)
        try:
            may_hear = await self._sentences.may_hear(*key, quiet_s)
        except StoreFailed as error:
            log.warning("access.sentence_not_recorded", error=str(error))
            may_hear = self._heard.may_hear(key, quiet_s, self._clock())
        if may_hear:
            self._heard.note(key, self._clock())
        return may_hear


class DiscreetNotices:
    """``ports.Notices``, shown only for people who may ask: a question that gets no answer gets no notice either."""

    def __init__(self, access: AccessControl, notices: Notices) -> None:
        self._access = access
        self._notices = notices

    async def queued(self, question: Question, ahead: int, lease: Lease, until_needless: Needless) -> None:
        logs.bind(**whose(question))
        looking = asyncio.create_task(self._access.denial(question, within_s=NOTICE_WITHIN_S))
        over = asyncio.create_task(until_needless())
        try:
            await asyncio.wait({looking, over}, return_when=asyncio.FIRST_COMPLETED)
            if over.done() or await looking is not None:
                return
        finally:
            looking.cancel()
            over.cancel()
        await self._notices.queued(question, ahead, lease, until_needless)

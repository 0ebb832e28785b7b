"""Makes the inboxes, which claim questions from the queue. I/O: none until they start."""

from __future__ import annotations

from bot.inbox import Answer, Inbox, InboxLimits, Tidy
from bot.inboxes import Inboxes
from bot.operations import health, process
from bot.ports import Claim, Notices, Outcome
from bot.settings import Settings
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.store.left_replies import StoredLeftReplies
from bot.store.questions import StoredQuestions
from bot.telemetry import metrics, traces


def inboxes(settings: Settings, questions: StoredQuestions, left: StoredLeftReplies, pulse: health.Pulse) -> Inboxes:
    limits = InboxLimits(turns_max=settings.bot_turns_max, lease_s=settings.bot_lease_s)
    return Inboxes(questions, process.unique_name(), limits, left=left, on_alive=pulse.beat)


def inbox(
    inboxes: Inboxes, team_id: str, notices: Notices, turn: Answer, rate_limiter: RateLimiter, tidy: Tidy
) -> Inbox:

    async def answer(claim: Claim) -> Outcome:
        question = claim.question
        known = {"workspace": question.team_id, "channel": question.channel_id, "ts": question.ts}
        of_turn = traces.turn(**known, entry_point=question.entry_point.value, waited_s=round(claim.waited_s, 3))
        with metrics.LIVE.track_inprogress(), of_turn:
            return await turn(claim)

    on_share, spent = rate_limiter.set_share, rate_limiter.spent
    return inboxes.open(team_id, notices, answer, on_share=on_share, spent=spent, tidy=tidy)

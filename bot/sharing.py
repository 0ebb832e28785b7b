"""Posts a private answer where others see it, after a press of its button. I/O: by its ports.

The model is not called. Two presses post once: the press is a question like any other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.answering.endings import Ending
from bot.kept_answers import PrivateAnswer, PrivateAnswers
from bot.messages import Question
from bot.ports import Outcome, Replies, Reply
from bot.store_patience import waited_out

ASKED_BY = "Asked by @{name}: {asked}"
SUMMARY_SHARED_BY = "A summary, shared by @{name}"
TOO_OLD = "I keep answers for only a day, so I can't post this one any more. Please ask again."


@dataclass(frozen=True, slots=True)
class Sharing:
    """``posted`` tells the reader, where the button was, that the answer was posted; never raises."""

    answers: PrivateAnswers
    replies: Replies
    posted: Callable[[Question, PrivateAnswer], Awaitable[None]]

    async def share(self, question: Question, reply: Reply) -> Ending:
        ts, _, key = question.text.partition(" ")
        answer = await waited_out(lambda: self.answers.find(question.team_id, ts, key))
        if answer is None or answer.user_id != question.user_id:
            await self.replies.tell(question, TOO_OLD)
            return Ending(Outcome.FAILED)
        if question.response_url is None:  # it goes on in a direct message, which has its own head
            reply.write(_whole(answer))
            return Ending(Outcome.SHARED)
        reply.write(await self._head(question, answer) + _whole(answer))
        await reply.finish()
        await self.posted(question, answer)
        return Ending(Outcome.SHARED)

    async def _head(self, question: Question, answer: PrivateAnswer) -> str:
        name = await self.replies.name_of(question.user_id)
        return quoted_head(SUMMARY_SHARED_BY if answer.thread_ts else ASKED_BY, name, answer.asked)


def quoted_head(template: str, name: str, asked: str) -> str:
    """The quotation above an answer whose question is in no message of the thread."""
    lines = template.format(name=name.removeprefix("@"), asked=asked.strip()).splitlines()
    return "".join(f"> {line}\n" for line in lines) + "\n"


def _whole(answer: PrivateAnswer) -> str:
    """The answer with the lines below it, such as its sources."""
    return "\n\n".join([answer.text, *answer.below])

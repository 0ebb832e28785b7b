"""How a turn ends: the sentence that people read, and the question's outcome.

Pure. All sentences of a turn are here, except those of the model's errors, which are in ``errors``.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.answering.arriving import Streamed
from bot.closing import Button
from bot.day_budget import Budget, Spent
from bot.errors import ModelError, ModelRequestInvalid, ModelRequestTooLarge
from bot.ports import Outcome
from bot.stream_events import StopReason

HELLO = (
    "Hello! Mention me with a question, in a channel or in a thread, or write to me directly. I read the whole thread "
    "and the files in it (images, PDFs, text and more), and show you the answer while I write it. `/ask` gives you an "
    "answer that only you can see."
)
GIVEN_UP = "I tried several times to answer this, and failed each time. Please ask again, perhaps in a new thread."
CRASHED = (
    "Something went wrong on my side while I was answering. Please ask again. If it happens again, whoever runs me "
    "can find the reason in the log."
)
NO_ACCESS = (
    "I can't read this conversation. If I'm not a member of this channel, please invite me and ask again. If I am, "
    "the app lacks a permission, and whoever runs me can find its name in the log."
)
SLACK_AWAY = "Slack hasn't let me read this conversation for a while, and I gave up waiting. Please ask again."
ERASED = "This question was erased by whoever runs me, so I won't answer it."
STOPPED_BY = "{name} stopped this answer."
SILENT = "The model gave an empty answer. Please ask again, perhaps in other words."
ONLY_THOUGHT = (
    "The model reached its length limit before it wrote a word. Please ask again, perhaps for something shorter. "
    "If it happens again, whoever runs me can raise MESSAGES_MAX_TOKENS."
)
REFUSED = "The model declined to answer this."
CUT = "The answer breaks off here: {clause}"
NEXT_DAY = "after midnight UTC"
NEXT_DAY_IN_SLACK = "<!date^{until_s}^{{date_short_pretty}} after {{time}}|after midnight UTC>"
"""In the reader's own time zone. Only for texts that are sent as Slack's own markup.
slack:messaging/formatting-message-text."""
OVER_BUDGET = {
    Budget.USER_QUESTIONS: "I've answered {most} of your questions today, which is the daily limit for one person.",
    Budget.USER_TOKENS: "Your questions have used up the {most:,} tokens that one person may use in a day.",
    Budget.WORKSPACE_TOKENS: "Today's questions have used up the {most:,} tokens that this workspace may use in a day.",
}
STOPPED: dict[str, str] = {
    StopReason.MAX_TOKENS: "The answer reached its length limit.",
    StopReason.CONTEXT_WINDOW_EXCEEDED: "This thread has filled the model's context window. Please go on in a new "
    "thread.",
    StopReason.TOOL_USE: "The model wanted to use a tool, but I have none. Please ask again in other words.",
    StopReason.PAUSE_TURN: "The model paused before the end of its answer.",
}
GOES_ON: dict[str, Button] = {StopReason.MAX_TOKENS: Button.CONTINUE, StopReason.PAUSE_TURN: Button.CONTINUE}


@dataclass(frozen=True, slots=True)
class Ending:
    """What is shown under an answer, and the question's outcome."""

    outcome: Outcome
    words: str = ""
    withdraw: bool = False
    button: Button | None = None


def of(streamed: Streamed) -> Ending:
    if streamed.error is not None:
        return _failed(streamed.error, begun=streamed.chars > 0)
    reason = streamed.finished.stop_reason if streamed.finished else ""
    if reason == StopReason.REFUSAL:
        return Ending(Outcome.REFUSED, REFUSED, withdraw=True)
    if streamed.blank and reason in GOES_ON:  # there is nothing to go on from
        silent = ONLY_THOUGHT if reason == StopReason.MAX_TOKENS else SILENT
        return Ending(Outcome.FAILED, silent, button=Button.ASK_AGAIN)
    if reason in STOPPED:
        return Ending(Outcome.CUT, STOPPED[reason], button=GOES_ON.get(reason))
    if streamed.blank:
        return Ending(Outcome.FAILED, SILENT, button=Button.ASK_AGAIN)
    return Ending(Outcome.ANSWERED)


def over_budget(spent: Spent, when: str = NEXT_DAY) -> str:
    """The sentence for whoever asked, with when to ask again."""
    sentence = OVER_BUDGET[spent.budget].format(most=spent.most)
    return f"{sentence} Please ask again {when.format(until_s=spent.until_s)}."


def _failed(error: ModelError, *, begun: bool) -> Ending:
    if begun:
        return Ending(Outcome.CUT, CUT.format(clause=error.clause), button=Button.CONTINUE)
    hopeless = isinstance(error, ModelRequestInvalid | ModelRequestTooLarge)
    return Ending(Outcome.FAILED, error.sentence, button=None if hopeless else Button.ASK_AGAIN)

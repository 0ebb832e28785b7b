"""The contract between the writer and its plans: the actions that a plan may want, and what it is told about each.
Pure.

A plan decides what Slack should be asked to do next so that people see the newest text; the writer does it. A plan
never waits and reads no clock. The writer reports for each action that Slack did it (``done``), that it failed
(``failed``), or that no call was granted in time (``overdue``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from bot.closing import Closing
from bot.errors import SlackError
from bot.slack.web_api.call_budget import Bid
from bot.slack.write.content import Content
from bot.slack.write.markdown.cut import Piece


@dataclass(frozen=True, slots=True)
class Show:
    """Post ``content`` as part ``part`` if ``ts`` is ``None`` (chat.postMessage), else edit that message (chat.update).
    Its text is ``piece``, shown up to ``shown_to``; ``final``: nothing more of the reply comes after it."""

    part: int
    ts: str | None
    content: Content
    piece: Piece
    shown_to: int = 0
    final: bool = False
    in_thread: bool = True
    """Where it is posted: in the question's thread, or at top level if Slack accepts no replies there."""
    revision: int = 0
    """Counts what one process sends for a part."""


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete a message that the reply no longer needs (chat.delete)."""

    ts: str


@dataclass(frozen=True, slots=True)
class StartStream:
    """Open part ``part`` as a stream with ``added`` (chat.startStream); ``shown`` is the Markdown it then shows."""

    part: int
    shown: str = field(repr=False)
    added: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AppendStream:
    """Add to a stream (chat.appendStream)."""

    part: int
    ts: str
    shown: str = field(repr=False)
    added: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StopStream:
    """End a stream (chat.stopStream); ``below`` is shown under the text, ``final`` as in ``Show``."""

    part: int
    ts: str
    shown: str = field(repr=False)
    added: str = field(repr=False)
    piece: Piece | None = None
    below: Content = field(default_factory=Content)
    final: bool = False


@dataclass(frozen=True, slots=True)
class Respond:
    """Send ``content`` to a command's response_url; ``replace``: in place of what it showed before."""

    content: Content
    replace: bool
    growing: bool = False
    """More of the answer is expected: if an update is lost, that costs nothing."""


Action = Show | Remove | StartStream | AppendStream | StopStream | Respond
Change = Show | AppendStream | StopStream
"""Of a message that stands there, if its ts says so."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What Slack says that a message of the reply shows: Markdown without what stands below it. ``revision``: ``None``
    if Slack keeps no metadata."""

    revision: int | None
    text: str = field(repr=False)


class Next(Enum):
    """What the writer should do about an action that failed."""

    AT_ONCE = "ask the plan again"
    AFTER_A_PAUSE = "pause, longer each time, then ask the plan again"
    AFTER_A_LOOK = "pause, look whether the message stands in Slack, tell the plan by ``found``, then ask it again"
    AFTER_SEEING = "look what the message shows, tell the plan by ``seen``, then ask it again; pause if that fails"
    GIVE_UP = "raise the error: there is no other way"


class Plan(Protocol):
    """Times are seconds of one clock. ``edit_every_s``: how often one answer can currently be edited."""

    @property
    def settled(self) -> bool:
        """Whether Slack shows everything, and nothing more will come."""

    @property
    def complete(self) -> bool:
        """Whether everything was written; some of it may still wait to be shown."""

    def status(self, text: str) -> None:
        """Show this in a message until the first words replace it, because Slack accepts no status beside the
        thread."""

    @property
    def has_message(self) -> bool:
        """Whether a message of the reply exists in Slack, so that a status belongs in it."""

    def write(self, text: str, now_s: float) -> None:
        """More of the answer."""

    def finish(self, closing: Closing, now_s: float) -> None:
        """Everything was written."""

    def next_action(self, now_s: float, edit_every_s: float) -> Action | None:
        """What to do now; ``None`` if Slack shows the newest text. Asking changes nothing that people see."""

    def due_in_s(self, now_s: float) -> float | None:
        """After how many seconds there may be something to do even if nothing was written; ``None``: never."""

    def bid(self, now_s: float, edit_every_s: float) -> Bid:
        """How urgent the next action is; asked again whenever somebody else is granted a call."""

    def patience_s(self, action: Action) -> float | None:
        """How long to wait for a call of this action; ``None``: as long as it takes."""

    def overdue(self, action: Action, now_s: float, edit_every_s: float) -> None:
        """No call was granted within ``patience_s``."""

    def done(self, action: Action, ts: str, called_s: float) -> None:
        """Slack did what was asked at ``called_s``; ``ts`` is the message's."""

    def failed(self, action: Action, error: SlackError, now_s: float) -> Next:
        """Slack did not do it, or nobody knows."""

    def found(self, action: Action, ts: str | None, now_s: float) -> None:
        """A message whose outcome was unknown exists in Slack as ``ts``, or certainly does not."""

    def seen(self, action: Action, sight: Sight, now_s: float) -> bool:
        """The message that a failed edit was for shows this; ``False`` if that does not say how far its text goes."""

    def landed_late(self, action: Action, now_s: float) -> None:
        """An edit that had been given up was answered late: it may have been made after newer ones."""

    def abandoned(self) -> Action | None:
        """The reply is being left to another process: what still has to be done now, within moments."""

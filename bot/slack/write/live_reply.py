"""Plans the next post or edit that shows the growing answer. Pure: a plan for the writer.

A reply is a row of messages, its parts (``reply_parts``). The next action is the difference between what the parts
should show and what Slack is known to show: asking later gives newer text, and outdated text is never sent. Parts are
settled in order; messages that are not needed are deleted at the end.

Slack allows fewer edits than posts. Edits are *short* when one answer could be edited less often than every
``MOVES_EVERY_S``. Then

- an edit that is granted ends its message at the text's last good place, and the rest goes into a further one;
- an edit that can end its message does not keep the even pace: it goes as soon as its readers have waited that long;
- if no edit comes in time, the message ends where it already stands.

Unless necessary no message is short (``PART_CHARS_MIN``), and none ends inside a word, a link, code or a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from bot.closing import Closing
from bot.errors import (
    ReplyGone,
    SlackError,
    SlackFormRefused,
    SlackNoThread,
    SlackOutcomeUnknown,
    SlackTokenInvalid,
    SlackUnavailable,
)
from bot.slack.web_api.call_budget import Bid
from bot.slack.write.content import below
from bot.slack.write.edit_trouble import EditTrouble
from bot.slack.write.feedback_support import Thumbs
from bot.slack.write.markdown.cut import Piece, end_at
from bot.slack.write.plan import Action, Next, Remove, Show, Sight
from bot.slack.write.removals import Removals
from bot.slack.write.reply_part import PART_CHARS_MIN, Inherited, Part, Standing
from bot.slack.write.reply_parts import Parts
from bot.slack.write.showing import Showing
from bot.slack.write.timing import MOVES_EVERY_S, Timing

BUTTON_PATIENCE_S = 3.0
"""How long a whole answer waits for an edit that only removes its button; then that becomes a late edit."""
SHORT_PART_AFTER_S = 9.0
"""Readers who have waited this long get a message that is shorter than ``PART_CHARS_MIN``."""


@dataclass(slots=True)
class LiveReply:
    """``inherited``: an earlier process's messages, in order; ``before``: their words; ``notice``: that it waits."""

    inherited: Sequence[Inherited] = ()
    notice: str | None = None
    before: str = field(default="", repr=False)
    in_thread: bool = True
    """Where it is posted: see ``Show``."""
    feedback: Thumbs = field(default_factory=Thumbs)
    _late: list[Show] = field(default_factory=list)  # they only remove a button
    _parts: Parts = field(init=False)
    removals: Removals = field(init=False)
    _trouble: EditTrouble = field(init=False)
    _showing: Showing = field(init=False)
    _timing: Timing = field(init=False)
    _settled: int = 0
    """This many parts, from the first on, need no second look while the answer grows."""

    def __post_init__(self) -> None:
        self._parts, self.removals = Parts(list(self.inherited)), Removals(self.notice)
        self._trouble = EditTrouble(self._parts)
        self._showing = Showing(self._parts, self.feedback, self.in_thread)
        self._timing = Timing(self._parts, self._showing)

    @property
    def late(self) -> list[Show]:
        """Edits for which nobody waits: they change no word that anybody needs."""
        return [*self._late, *self._showing.closing_edits()]

    @property
    def parts(self) -> Parts:
        return self._parts

    @property
    def complete(self) -> bool:
        return self._parts.complete

    @property
    def settled(self) -> bool:
        return self.complete and self.next_action(0.0, 0.0) is None

    @property
    def has_message(self) -> bool:
        return self._parts.first.ts is not None

    def status(self, text: str) -> None:
        self._showing.status = text

    def write(self, text: str, now_s: float) -> None:
        self._parts.write(text)
        if self._parts.has_words:
            self._timing.words_came(now_s)

    def finish(self, closing: Closing, now_s: float) -> None:
        self._showing.closing, self._settled = closing, 0
        if closing.ending and len(self._parts.text) < len(self.before) and not closing.withdraw:
            self._parts.instead(self.before)  # incomplete, and less than people have read
        self._parts.finish(withdraw=closing.withdraw)
        if closing.withdraw and below(closing).empty:
            self._parts.drop_all()
        self._timing.something_waits(now_s)

    def resume(self, text: str, messages: Sequence[tuple[Piece, str]], now_s: float) -> None:
        """Goes on with an answer that was shown in another way; see ``Parts.resume``."""
        self._settled = 0
        self._parts.resume(text, messages)
        self.write("", now_s)

    def next_action(self, now_s: float, edit_every_s: float) -> Action | None:
        if self.removals.first_ts is not None:
            return Remove(self.removals.first_ts)
        if not self._parts.edits_fail and (repair := self._repair(now_s)) is not None:
            return repair
        short = edit_every_s > MOVES_EVERY_S and not self.complete
        every = self._parts.every
        self._settled = min(self._settled, len(every) - 1)
        for number in range(self._settled, len(every)):
            part, last = every[number], number == len(every) - 1
            piece = (part.early_end if short and last else None) or part.piece
            content = self._showing.content(part, piece, last=last, short=short)
            if part.again is not None:
                return part.again
            settled = content.empty or part.holds_no_more or self._showing.is_shown(content, part)
            if settled and number == self._settled and not last:
                self._settled += 1
            waits = part.held_back or (self._parts.gathers(part) and self.due_in_s(now_s) is not None)
            if not settled and (self.complete or not waits):
                return self._showing.show(number, part, content, piece)
        if self.complete and self._parts.surplus:
            return Remove(self._parts.surplus[0].ts)
        return self.removals.at_the_end(complete=self.complete) or self._repair(now_s)

    def _repair(self, now_s: float) -> Show | None:
        return self._showing.repair() if self._trouble.may_repair(now_s) else None

    def due_in_s(self, now_s: float) -> float | None:
        """What is gathered for a message is posted by then, however little it is."""
        due_in_s = self._timing.due_in_s(now_s)
        gathers = self._parts.takes_no_edits and due_in_s > 0
        return due_in_s if gathers else self._trouble.repair_in_s(now_s)

    def bid(self, now_s: float, edit_every_s: float) -> Bid:
        return self._timing.bid(now_s, edit_every_s)

    def patience_s(self, action: Action) -> float | None:
        return self._timing.patience_s(action)

    def overdue(self, action: Action, now_s: float, edit_every_s: float) -> None:
        """Ends the open message where it stands in Slack, if that is a place to end."""
        if (part := self._part_of(action)) is None or part.standing is not Standing.SHOWN:
            return
        waited_s = self._timing.waited_s(now_s)
        if not self._showing.words_shown:  # only a status stands there
            self.removals.first_ts = self._parts.leave(part)
            return
        if (
            self.complete
            and waited_s > BUTTON_PATIENCE_S
            and isinstance(action, Show)
            and part.loses_its_button(action)
        ):
            self._late.append(action)
        if edit_every_s <= MOVES_EVERY_S:
            return
        chars = part.shown_to - part.piece.start
        followed = any(later.ts for later in self._parts.every[self._parts.every.index(part) + 1 :])
        if followed or chars <= 0 or (chars < PART_CHARS_MIN and not (self.complete or waited_s > SHORT_PART_AFTER_S)):
            return
        if (piece := end_at(self._parts.text, part.piece, part.shown_to)) is not None:
            self._parts.end(part, piece, may_rejoin=False)  # that would need an edit, and none came

    def done(self, action: Action, ts: str, called_s: float) -> None:
        """What came in while the call was under way has waited since ``called_s`` at most."""
        if isinstance(action, Remove):
            self.removals.done(action.ts)
            self._parts.surplus = [message for message in self._parts.surplus if message.ts != action.ts]
            return
        part = self._part_of(action)
        if part is None or not isinstance(action, Show):
            self._parts.landed(ts, action)
            return
        self._timing.called(called_s)
        self._showing.feedback.shown(action.content)
        part.ts, part.standing, part.shown, part.shown_to = ts, Standing.SHOWN, action.content, action.shown_to
        part.sent.confirmed(action)
        if action.piece.end not in (None, part.piece.end):
            self._parts.end(part, action.piece, may_rejoin=True)
        self._trouble.done(part, action)
        self._parts.look_again()
        self._timing.since_s = called_s if self.next_action(inf, 0.0) is not None else None

    def failed(self, action: Action, error: SlackError, now_s: float) -> Next:
        if isinstance(action, Remove):
            if (following := self.removals.failed(action, error)) is None:  # the answer itself matters
                self.done(action, action.ts, now_s)
            return following or Next.AT_ONCE
        if not isinstance(action, Show):
            return Next.AFTER_A_PAUSE
        if isinstance(error, SlackUnavailable | SlackOutcomeUnknown):
            return self._trouble.failed(self._part_of(action), action, error, now_s, self._timing.waited_s(now_s))
        return Next.AT_ONCE if self._another_way(action, error) else Next.GIVE_UP

    def _another_way(self, action: Show, error: SlackError) -> bool:
        """Whether the same words can be shown in another form; only what was refused is changed."""
        if (part := self._part_of(action)) is None or self._trouble.leaves(part, error):
            return True
        thumbs, inherited, part.again = self._showing.feedback, part.standing is Standing.INHERITED, None
        match error:
            case SlackFormRefused() if thumbs.given_up(action.content) or self._parts.make_plainer(part, action):
                return True
            case SlackNoThread() if action.ts is None and action.in_thread:
                self._showing.in_thread = False
            case SlackTokenInvalid() | ReplyGone() if not (isinstance(error, ReplyGone) and inherited):
                return False
            case _ if action.ts is None:
                return False
            case _ if self._showing.words_shown or inherited:
                self._parts.freeze(part)  # whatever the reason: what was written goes on below
            case _:
                self.removals.first_ts = self._parts.leave(part)
        return True

    def found(self, action: Action, ts: str | None, now_s: float) -> None:  # noqa: ARG002
        """What a message shows that was found will be replaced."""
        part = self._part_of(action)
        if part is None and ts is not None:
            self._parts.landed(ts, action)
        elif part is not None and ts is not None:
            part.ts, part.sent.known = ts, True
        elif part is not None and part.ts is None:  # unless it is listed later
            part.standing, part.shown_to, self._parts.uncertain = Standing.ABSENT, 0, True

    def seen(self, action: Action, sight: Sight, now_s: float) -> bool:
        if (part := self._part_of(action)) is None:
            return True
        if (show := part.sent.shown(sight)) is None:
            return False
        if show == action:
            self.done(show, show.ts or "", now_s)
            return True
        self._trouble.go_on_below(part, show, now_s)
        if not show.content.markdown:
            self.removals.first_ts = self._parts.leave(part)
        return True

    def landed_late(self, action: Action, now_s: float) -> None:  # noqa: ARG002
        if (part := self._part_of(action)) is not None:
            part.landed_late(action)

    def abandoned(self) -> Action | None:
        return None

    def _part_of(self, action: Action) -> Part | None:
        """``None`` for a part that was withdrawn while its message was on its way."""
        if not isinstance(action, Show) or action.part >= len(self._parts.every):
            return None
        self._settled = min(self._settled, action.part)
        return self._parts.every[action.part]

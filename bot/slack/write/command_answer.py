"""Plans how the answer to a slash command is shown by the uses of its response_url. Pure.

Slack lets the address be used five times in half an hour. So the answer is shown at growing intervals while it is being
written, and as many uses are kept back as its length needs. The first thing that people see is the acknowledgement of
the command. Source: slack:interactivity/handling-user-interaction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import islice

from bot.closing import Closing
from bot.errors import ReplyGone, SlackError, SlackOutcomeUnknown, SlackRefused
from bot.limits import RESPONSE_URL_USES_MAX
from bot.slack.web_api.call_budget import Bid
from bot.slack.write.content import Content, Form, below
from bot.slack.write.markdown.cut import COMMAND, Piece, pieces_of
from bot.slack.write.markdown.tables import later_tables_as_code
from bot.slack.write.plan import Action, Next, Respond, Sight

UPDATES_AFTER_S = (0.5, 3.0, 10.0)
"""The time from the first words to the first update, and from each update to the next."""
TRIES_MAX = 5
USES_OF_A_LATER_PROCESS = 2
"""How many uses are assumed to be left if an earlier process may have spent some."""
GAP_LINES_MAX = 50
LONG_GAP = re.compile(rf"\n{{{GAP_LINES_MAX},}}")
STILL_WRITING = "Still writing…"
SHORTENED = "This answer is longer than a slash command can show. Mention me in a channel to get all of it."


@dataclass(slots=True)
class CommandAnswer:
    """``fresh``: no earlier process can have used the address. ``share`` and ``whole_at`` are shown below the whole
    answer, as in ``Content``."""

    fresh: bool
    share: str = field(default="", repr=False)
    whole_at: str = field(default="", repr=False)
    complete: bool = False
    has_message: bool = False
    _text: str = field(default="", repr=False)
    _closing: Closing = field(default_factory=Closing)
    _uses_left: int = RESPONSE_URL_USES_MAX
    _updates: int = 0
    _next_update_s: float | None = None
    _sent: int = 0
    _lost: bool = False
    """The address can show nothing more; anything else has to be shown elsewhere."""
    _form: Form = Form.MARKDOWN
    _tries: int = 0
    _cut: tuple[int, int] = (-1, 0)
    """The length of the text when it was cut, and how many pieces were wanted. The pieces are kept, so a complete
    answer is cut only once."""
    _cut_pieces: list[Piece] = field(default_factory=list)
    _shown: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not self.fresh:
            self._uses_left, self._updates = USES_OF_A_LATER_PROCESS, len(UPDATES_AFTER_S)

    @property
    def settled(self) -> bool:
        return self.complete and (self._lost or self._sent >= len(self._contents()))

    def status(self, text: str) -> None:
        """The acknowledgement has said it; no use is spent on it."""

    def write(self, text: str, now_s: float) -> None:
        whole, self._text = self._text, ""  # with only one reference, CPython can append to the text in place
        whole += text
        self._text = whole
        if self._next_update_s is None and text.strip():
            self._next_update_s = now_s + UPDATES_AFTER_S[0]

    def finish(self, closing: Closing, now_s: float) -> None:  # noqa: ARG002
        """No button: it would have no thread to go on in."""
        self.complete = True
        self._closing = replace(closing, button=None, feedback=False)
        if closing.withdraw:
            self._text, self.share = "", ""

    def next_action(self, now_s: float, edit_every_s: float) -> Action | None:  # noqa: ARG002 - no edits are spent
        if self._lost:
            return None
        if self.complete:
            contents = self._contents()
            if self._sent >= len(contents):
                return None
            return Respond(replace(contents[self._sent], form=self._form), replace=self._sent == 0)
        if self.due_in_s(now_s) != 0.0:
            return None
        pieces = self._pieces(self._uses_left)
        if len(pieces) + 1 >= self._uses_left:  # the other uses are kept for the whole answer
            self._updates = len(UPDATES_AFTER_S)
            return None
        content = Content(self._markdown(pieces[0]) if pieces else "", (STILL_WRITING,), form=self._form)
        return Respond(content, replace=True, growing=True)

    def due_in_s(self, now_s: float) -> float | None:
        if self.complete or self._next_update_s is None or self._updates >= len(UPDATES_AFTER_S):
            return None
        return max(0.0, self._next_update_s - now_s)

    def bid(self, now_s: float, edit_every_s: float) -> Bid:  # noqa: ARG002 - no call has to wait
        return Bid()

    def patience_s(self, action: Action) -> float | None:  # noqa: ARG002 - no call has to wait
        return None

    def overdue(self, action: Action, now_s: float, edit_every_s: float) -> None:
        """Calls never have to wait."""

    def done(self, action: Action, ts: str, called_s: float) -> None:  # noqa: ARG002 - the address names the message
        self._uses_left -= 1
        self._tries = 0
        if isinstance(action, Respond) and action.growing:
            self._update_is_over(called_s)
        else:
            self._sent += 1

    def failed(self, action: Action, error: SlackError, now_s: float) -> Next:
        """Failures of Slack's own do not count as uses."""
        if isinstance(error, ReplyGone):
            self.lose()
            return Next.GIVE_UP if self.complete else Next.AT_ONCE
        if isinstance(error, SlackRefused | SlackOutcomeUnknown):
            self._uses_left -= 1
        if isinstance(error, SlackRefused) and isinstance(action, Respond):
            plainer = self._form.plainer(tables=False)  # each try is one of few uses
            self._form = plainer or self._form
            if plainer is not None:
                return Next.AT_ONCE
        if isinstance(action, Respond) and action.growing:
            self._update_is_over(now_s)
            return Next.AT_ONCE
        self._tries += 1
        passing = not isinstance(error, SlackRefused) and self._tries < TRIES_MAX
        return Next.AFTER_A_PAUSE if passing else Next.GIVE_UP

    def found(self, action: Action, ts: str | None, now_s: float) -> None:
        """Nothing is searched for: the same words may be sent again in place of the others."""

    def seen(self, action: Action, sight: Sight, now_s: float) -> bool:  # noqa: ARG002 - there is nothing to see
        return False

    def landed_late(self, action: Action, now_s: float) -> None:
        """No edit is made here."""

    def abandoned(self) -> Action | None:
        return None

    def _update_is_over(self, now_s: float) -> None:
        self._updates += 1
        if self._updates < len(UPDATES_AFTER_S):
            self._next_update_s = now_s + UPDATES_AFTER_S[self._updates]

    def _contents(self) -> list[Content]:
        """The actions that show the whole answer, as far as the uses allow, with the closing at its end."""
        uses, closing = self._uses_left + self._sent, self._closing
        pieces = self._pieces(max(1, uses) + 1)
        if len(pieces) > uses:
            pieces = pieces[: max(1, uses)]
            if not self.whole_at:
                closing = replace(closing, ending=" ".join(filter(None, (closing.ending, SHORTENED))))
        contents = [Content(self._markdown(piece)) for piece in pieces[:-1]]
        markdown = self._markdown(pieces[-1]) if pieces else ""
        end = replace(below(closing), markdown=markdown, share=self.share, whole_at=self.whole_at)
        return [*contents, end]

    def lose(self) -> None:
        """The address has expired or is used up: what is written from now on is ``too long`` for it."""
        self._lost, self._uses_left = True, 0
        self.hold()

    def hold(self) -> None:
        """The answer is complete: no use is spent on anything less."""
        self._updates = len(UPDATES_AFTER_S)

    @property
    def is_too_long(self) -> bool:
        """Whether the remaining uses cannot show everything that was written."""
        return len(self._pieces(max(1, self._uses_left) + 1)) > self._uses_left

    def last_piece(self) -> str:
        """The Markdown of the message that ends the answer, if all of it can be shown."""
        pieces = self._pieces(max(1, self._uses_left) + 1)
        return self._markdown(pieces[-1]) if pieces else ""

    def _pieces(self, at_most: int) -> list[Piece]:
        """The pieces that show something, as many as matter."""
        if self._cut != (len(self._text), at_most):
            self._cut = (len(self._text), at_most)
            self._shown = shown = LONG_GAP.sub("\n" * GAP_LINES_MAX, self._text)
            self._cut_pieces = list(
                islice((piece for piece in pieces_of(shown, COMMAND) if piece.markdown(shown)), at_most)
            )
        return self._cut_pieces

    def _markdown(self, piece: Piece) -> str:
        return later_tables_as_code(piece.markdown(self._shown))

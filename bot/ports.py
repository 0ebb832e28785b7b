"""What a turn needs from the outside world: four Protocols for the four parties, Slack, files, the model, the database.

Pure. ``turn`` and ``inbox`` know these; the neighbours ``slack``, ``files``, ``llm`` and ``store`` implement them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol

from bot.messages import (
    Attachment,
    Conversation,
    Note,
    PreparedFile,
    Question,
    StreamEvent,
    ThreadMessage,
)

Progress = Callable[[int, int, str], None]
"""Called as ``progress(number, total, file_name)`` when work on a file begins; ``number`` counts from 1."""


class Threads(Protocol):
    """Slack, as a place to read."""

    async def read(self, question: Question) -> list[ThreadMessage]:
        """The whole thread up to now, oldest first, the question included even where Slack no longer shows it.

        Raises ``SlackError`` where Slack gives nothing.
        """


class Files(Protocol):
    """The files people attached."""

    async def prepare(self, attachments: Sequence[Attachment], progress: Progress) -> list[PreparedFile]:
        """One result an attachment, in order. Never raises for what a file is or holds: that becomes a note."""


class Model(Protocol):
    """The Messages API."""

    def stream(self, conversation: Conversation) -> AsyncGenerator[StreamEvent, None]:
        """The answer as it is written; ends with ``Finished``. Raises ``ModelError``; retries before the first text."""


class Reply(Protocol):
    """The message people watch while one question is answered."""

    def status(self, text: str) -> None:
        """What is going on while nothing is written yet; replaced by the first words."""

    def write(self, text: str) -> None:
        """More of the answer. Returns at once: showing it is the reply's own business."""

    async def finish(self, ending: str = "", notes: Sequence[Note] = (), *, withdraw: bool = False) -> None:
        """Shows the last words, then ``ending`` (a sentence about the answer) and a line for each note below it.

        Returns when Slack has taken all of it. ``withdraw`` takes back the answer's text and leaves the rest.
        Raises ``ReplyGone`` where people or settings took the place away.
        """


class Replies(Protocol):
    """Slack, as a place to write."""

    def open(self, question: Question) -> Reply:
        """Starts a reply, or takes up the one that an earlier process began."""

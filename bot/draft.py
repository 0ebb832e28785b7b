"""A thread and its prepared files go in; a request comes out, and after a refusal of it what to ask instead.

Pure. What can be asked instead: the same without the files that the API named, or with half as much where all of it was
too large. Each step leaves something out, and the steps are counted, so that there is an end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot import budget, history
from bot.budget import Allowance
from bot.errors import ModelError, ModelRequestInvalid, ModelRequestTooLarge
from bot.messages import AuthorKind, Conversation, Note, PreparedFile, TextBlock, ThreadMessage

REFUSED = "was left out, because the model's API does not accept it."
REFUSALS_MAX = 3
"""Requests in which the API may name files. It names one at a time or all of them, as its hosts like."""


@dataclass(frozen=True, slots=True)
class Request:
    conversation: Conversation
    notes: tuple[Note, ...]
    """What to tell people of the files, each once."""


@dataclass(frozen=True, slots=True)
class Draft:
    """``thread`` is oldest first and ends with the question; ``files`` are its prepared files, in its order."""

    thread: tuple[ThreadMessage, ...]
    files: tuple[PreparedFile, ...]
    system: str
    tokens_max: int
    allowance: Allowance
    """What the files may take together."""
    told: frozenset[str] = frozenset()
    """Ids of files of which people were told in an earlier turn, and are not told again."""
    refused: frozenset[str] = frozenset()
    """Ids of the files that the API refused in this turn."""
    refusals: int = 0
    halved: bool = False

    def request(self) -> Request:
        fitting = budget.within(self.files, self.allowance)
        by_id = {file.attachment_id: file for file in fitting}
        built = history.build(self.thread, by_id, system=self.system, tokens_max=self.tokens_max)
        notes = [note for file in fitting if file.attachment_id not in self.told for note in file.notes]
        return Request(built.conversation, tuple(dict.fromkeys(notes)))

    def after(self, error: ModelError) -> Draft | None:
        """What to ask once ``request`` was answered with ``error``; ``None`` where the error stands."""
        match error:
            case ModelRequestInvalid() if self.refusals < REFUSALS_MAX:
                named = owners(self.request().conversation, self.files, error.refused_blocks)
                return self._without(named) if named else None
            case ModelRequestTooLarge() if not self.halved:
                return self._half()
        return None

    def _without(self, file_ids: frozenset[str]) -> Draft:
        left = tuple(
            refused_file(file.attachment_id, self.thread) if file.attachment_id in file_ids else file
            for file in self.files
        )
        return replace(self, files=left, refused=self.refused | file_ids, refusals=self.refusals + 1)

    def _half(self) -> Draft | None:
        """Half of what was sent rather than of what may be sent: the limit that was met is the API's, not ours."""
        sent = self.request().conversation
        blocks = [TextBlock(self.system), *(block for message in sent.messages for block in message.content)]
        tokens_max = min(self.tokens_max, int(history.estimate_tokens(blocks) * history.MARGIN)) // 2
        bytes_max = min(self.allowance.bytes_max, sum(map(budget.bytes_json, blocks))) // 2
        allowance = replace(
            self.allowance, bytes_max=bytes_max, tokens_max=min(self.allowance.tokens_max, tokens_max), told=False
        )
        half = replace(self, tokens_max=tokens_max, allowance=allowance, halved=True)
        return half if half.request().conversation != sent else None


def owners(
    conversation: Conversation, files: Sequence[PreparedFile], blocks: Collection[tuple[int, int]]
) -> frozenset[str]:
    """Ids of the files that the ``(message, block)`` indexes of a conversation belong to. Text belongs to none: many
    texts are one block there; indexes that are not in the conversation belong to none either."""
    paths = {
        block.data.path
        for number, message in enumerate(conversation.messages)
        for place, block in enumerate(message.content)
        if (number, place) in blocks and not isinstance(block, TextBlock)
    }
    return frozenset(
        file.attachment_id
        for file in files
        for block in file.blocks
        if not isinstance(block, TextBlock) and block.data.path in paths
    )


def refused_file(file_id: str, thread: Sequence[ThreadMessage]) -> PreparedFile:
    """What stands in for a file that the API does not take."""
    names = {file.id: file.name for message in thread for file in message.attachments}
    return PreparedFile(file_id, notes=(Note(names.get(file_id, "a file"), REFUSED),))


def newly_attached(thread: Sequence[ThreadMessage]) -> frozenset[str]:
    """Ids of the files that came with the question, or since this bot last spoke."""
    *earlier, question = thread
    answered = [number for number, message in enumerate(earlier, 1) if message.author.kind is AuthorKind.THIS_BOT]
    since = [*earlier[max(answered, default=0) :], question]
    return frozenset(file.id for message in since for file in message.attachments)

"""Makes the request for a thread and its prepared files, and decides what to ask instead if it is refused.

Pure. What can be asked instead, by what the refusal says:

- it names blocks: the same without the files that they belong to, for good;
- it says that no file of a kind is accepted: the same without all files of that kind, for good;
- it names nothing ("Could not process image"): on trial without the media of the newest message that has any, then
  without any of that kind, then without any at all. Whatever is missing when the request is accepted is what was
  refused, except for what had been left out in vain before: that is set aside only this once;
- it held too many images and documents: with as many of the newest as the API says, or half as many;
- it was too large: with half as much, or less if the API says how much would fit.

Each step leaves something out, and the steps are counted, so there is an end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from bot.conversation import Conversation
from bot.errors import MediaBound, Medium, ModelError, ModelRequestInvalid, ModelRequestTooLarge
from bot.estimates import MARGIN, bytes_json, estimate_tokens
from bot.messages import AuthorKind, ContentBlock, ImageBlock, Note, PdfBlock, PreparedFile, TextBlock, ThreadMessage
from bot.prompt import budget, history, prompt_cache
from bot.prompt.budget import Allowance
from bot.prompt.history import History
from bot.prompt.intake import summed_up
from bot.prompt.media_count import MediaCount

REFUSED = "was left out, because the model's API does not accept it. Please send it in another format."
SUSPECTED = (
    "was left out, because the model's API refused one of these files without saying which. "
    "Please send each one again in a message of its own."
)
SET_ASIDE = (
    "was left out of this answer, because the model's API refused another file. Please ask again to have it read."
)
REFUSALS_MAX = 3
"""Requests in which the API may name files. It names one at a time or all of them, depending on the host."""
TRIALS_MAX = 3
"""Requests without files that may be what the API refused."""
FEWER_MAX = 3
"""Requests that hold too many images and documents."""
FITS_MARGIN = 0.9
"""Of what the API says would fit: its figures are of its tokens, ours are an estimate."""


_BLOCKS: dict[Medium | None, tuple[type[ContentBlock], ...]] = {
    Medium.IMAGE: (ImageBlock,),
    Medium.PDF: (PdfBlock,),
    None: (ImageBlock, PdfBlock),
}


@dataclass(frozen=True, slots=True)
class Request:
    conversation: Conversation
    of_files: tuple[Note, ...]
    """What to tell people about the files, each once."""
    of_thread: tuple[Note, ...]
    """The same about the thread, if the answer is based on only part of it."""

    @property
    def notes(self) -> tuple[Note, ...]:
        return (*self.of_files, *self.of_thread)


SHORT_CHARS = 10_000


@dataclass(frozen=True, slots=True)
class Draft:
    """``thread`` is oldest first and ends with the question; ``files`` are its prepared files, in its order."""

    thread: tuple[ThreadMessage, ...]
    files: tuple[PreparedFile, ...]
    system: str = field(repr=False)
    tokens_max: int
    allowance: Allowance
    """What the files may take together."""
    prefix_tokens_min: int | None = None
    """What the API's prompt cache keeps at least; ``None``: nothing is marked for it."""
    noted_before: frozenset[str] = frozenset()
    """Ids of files whose notes people have already read in an earlier turn."""
    refused: frozenset[str] = frozenset()
    """Ids of the files that the API is known to have refused in this turn."""
    on_trial: frozenset[str] = frozenset()
    """Ids of the files that are left out to see whether it is them."""
    in_vain: frozenset[str] = frozenset()
    """Those that were left out when the API still refused the request."""
    refusals: int = 0
    trials: int = 0
    halved: bool = False
    fewer: int = 0
    model: str = ""
    effort: str = ""

    @property
    def is_short(self) -> bool:
        """Whether the request is made within a millisecond or so."""
        return not self.files and sum(len(message.text) for message in self.thread) < SHORT_CHARS

    def request(self) -> Request:
        fitting = budget.fitting([self._sent(file) for file in self.files], self.allowance)
        by_id = {file.attachment_id: file for file in fitting}
        bytes_max = self.allowance.bytes_max + self.allowance.words_bytes_max
        built = history.build(self.thread, by_id, system=self.system, tokens_max=self.tokens_max, bytes_max=bytes_max)
        conversation = built.conversation
        if self.prefix_tokens_min is not None:
            conversation = prompt_cache.marked(conversation, built.pace, prefix_tokens_min=self.prefix_tokens_min)
        notes = [note for file in fitting if file.attachment_id not in self.noted_before for note in file.notes]
        conversation = replace(conversation, model=self.model, effort=self.effort)
        return Request(conversation, summed_up(notes), (*self.thread[-1].notes, *_of_the_thread(built)))

    def after(self, error: ModelError) -> Draft | None:
        """What to ask after ``request`` failed with ``error``; ``None`` if the error is final."""
        match error:
            case ModelRequestInvalid(refused_blocks=blocks) if blocks:
                return self._without(owners(self.request().conversation, self.files, blocks))
            case ModelRequestInvalid(medium_not_taken=True) if of_kind := self.holds(error.medium):
                return self._without(of_kind)
            case ModelRequestInvalid(about_files=True):
                return self._on_trial(error.medium)
            case ModelRequestTooLarge(media=MediaBound() as bound) if self.fewer < FEWER_MAX:
                return self._with_fewer(bound)
            case ModelRequestTooLarge() if not self.halved:
                return self._smaller(min(0.5, FITS_MARGIN * (error.fits or 1.0)))
        return None

    def given_up(self) -> Draft:
        """The API refused the request whatever was left out: nothing on trial is to blame."""
        return replace(self, on_trial=frozenset(), in_vain=frozenset())

    @property
    def blamed(self) -> frozenset[str]:
        """Ids of the files that the API has refused, once it has accepted ``request``."""
        return self.refused | self.on_trial - self.in_vain

    def _sent(self, file: PreparedFile) -> PreparedFile:
        file_id = file.attachment_id
        if file_id in self.refused:
            return refused_file(file_id, self.thread)
        if file_id not in self.on_trial:
            return file
        if file_id in self.in_vain:
            return refused_file(file_id, self.thread, SET_ASIDE)
        suspects = self.on_trial - self.in_vain
        return refused_file(file_id, self.thread, SUSPECTED if len(suspects) > 1 else REFUSED)

    def _without(self, file_ids: frozenset[str]) -> Draft | None:
        if not file_ids or self.refusals == REFUSALS_MAX:
            return None
        return replace(self, refused=self.refused | file_ids, refusals=self.refusals + 1)

    def _on_trial(self, medium: Medium | None) -> Draft | None:
        """The next larger set of files that one request should go without."""
        # what is left out makes room for older files, which may be the cause, too
        media = self.given_up().holds(None) | self.holds(None)
        of_kind = self.given_up().holds(medium) | self.holds(medium) or media
        for suspects in (self._newest(of_kind), of_kind, media):
            if self.trials < TRIALS_MAX and not suspects <= self.on_trial:
                left_out = self.on_trial | suspects
                return replace(self, on_trial=left_out, in_vain=self.on_trial, trials=self.trials + 1)
        return None

    def holds(self, medium: Medium | None) -> frozenset[str]:
        """Ids of the files that have a block of that kind in the request; ``None``: an image or a PDF."""
        conversation = self.request().conversation
        blocks = [
            (number, place)
            for number, message in enumerate(conversation.messages)
            for place, block in enumerate(message.content)
            if isinstance(block, _BLOCKS[medium])
        ]
        return owners(conversation, self.files, blocks)

    def _newest(self, file_ids: frozenset[str]) -> frozenset[str]:
        """Those in the newest message that has any."""
        in_messages = ({file.id for file in message.attachments} & file_ids for message in reversed(self.thread))
        return frozenset(next(filter(None, in_messages), ()))

    def _with_fewer(self, bound: MediaBound) -> Draft | None:
        """As many of the newest as the API accepts; if it does not say how many, half of what was sent. ``None`` if
        none are left: the words alone would be the same request again."""
        sent = self.request().conversation
        blocks = [block for message in sent.messages for block in message.content]
        if all(isinstance(block, TextBlock) for block in blocks):
            return None
        media = MediaCount.after(bound, blocks)
        allowance = replace(self.allowance, media=media, told=media.most == bound.most)
        fewer = replace(self, allowance=allowance, fewer=self.fewer + 1)
        return fewer if fewer.request().conversation != sent else None

    def _smaller(self, share: float) -> Draft | None:
        """That share of what was sent, not of what may be sent: the limit is the API's, not ours."""
        sent = self.request().conversation
        blocks = [TextBlock(self.system), *(block for message in sent.messages for block in message.content)]
        tokens_max = int(share * min(self.tokens_max, estimate_tokens(blocks) * MARGIN))
        bytes_max = int(share * min(self.allowance.bytes_max, sum(map(bytes_json, blocks))))
        allowance = replace(
            self.allowance, bytes_max=bytes_max, tokens_max=min(self.allowance.tokens_max, tokens_max), told=False
        )
        smaller = replace(self, tokens_max=tokens_max, allowance=allowance, halved=True)
        return smaller if smaller.request().conversation != sent else None


def _of_the_thread(built: History) -> tuple[Note, ...]:
    """What people should know about an answer that is based on part of the thread."""
    if not built.left_out:
        return ()
    first = "the first one and " if built.total - built.left_out > built.newest else ""
    newest = f"the last {built.newest:,}" if built.newest > 1 else "the last one"
    reason = (
        f"has {built.total:,} messages, which is more than the model can read at once. It was given {first}{newest}."
    )
    return (Note("This thread", reason),)


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


def refused_file(file_id: str, thread: Sequence[ThreadMessage], reason: str = REFUSED) -> PreparedFile:
    """The note for a file that the API does not accept."""
    names = {file.id: file.name for message in thread for file in message.attachments}
    return PreparedFile(file_id, notes=(Note(names.get(file_id, "a file"), reason),))


def newly_attached(thread: Sequence[ThreadMessage]) -> frozenset[str]:
    """Ids of the files that came with the question, or since this bot last spoke."""
    *earlier, question = thread
    answered = [number for number, message in enumerate(earlier, 1) if message.author.kind is AuthorKind.THIS_BOT]
    since = [*earlier[max(answered, default=0) :], question]
    return frozenset(file.id for message in since for file in message.attachments)

"""Chooses which prepared files of a thread fit into one request; the rest become notes.

Pure. The API's limits on bytes, tokens, PDF pages and images apply to each request, including resent history, so every
file of the thread counts. The newest files are placed first. An older one that no longer fits is named; a smaller one
after it may still fit. Source of the limits: ``limits``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.estimates import bytes_json, estimate_tokens
from bot.limits import IMAGES_MAX, MANY_IMAGES, MANY_IMAGES_SIDE_PX_MAX, PDF_PAGES_MAX, PDF_PAGES_MAX_SMALL_WINDOW
from bot.messages import ContentBlock, ImageBlock, Note, PdfBlock, PreparedFile, TextBlock
from bot.prompt import steps
from bot.prompt.media_count import MediaCount
from bot.prompt.trimming import TOGETHER

SET_ASIDE = f"was left out, because {TOGETHER} more than the model can read at once."
SPARE = 4


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the files of one request may use together. ``bytes_max`` counts JSON, in which files are base64; the default
    leaves two of the request's 32 MB for the thread's words."""

    bytes_max: int = 30_000_000
    pages_max: int = PDF_PAGES_MAX
    images_max: int = IMAGES_MAX
    tokens_max: int = 800_000
    """Estimated tokens; the default leaves a fifth of a window of a million tokens for the thread's words."""
    words_bytes_max: int = 1_000_000
    """What the request may use besides, with all of its words."""
    media: MediaCount | None = None
    """The API's limit on images and documents together, if it turned out to allow fewer than documented."""
    told: bool = True
    """Whether notes name the limit: not if it is a guess because the API refused less than it promised."""

    @classmethod
    def small_window(cls) -> Allowance:
        """For a model whose context window is under a million tokens."""
        return cls(pages_max=PDF_PAGES_MAX_SMALL_WINDOW, images_max=PDF_PAGES_MAX_SMALL_WINDOW)


def fitting(files: Sequence[PreparedFile], allowance: Allowance) -> list[PreparedFile]:
    """The same files in the same order, oldest first: each whole, or without what does not fit and with a note about
    that.

    If newer files push out older ones, up to a fourth of those that fit go with them. Otherwise each new file would
    push out one more, and the prompt cache, which needs a thread to begin as it did before, would be useless.
    """
    load = Load(allowance)
    placed = [load.fitted(file) for file in reversed(files)][::-1]
    pairs = enumerate(zip(files, placed, strict=True))
    misfit = max((number for number, (file, fitted) in pairs if _pushed_out(file, fitted, allowance)), default=-1)
    spare = (len(files) - misfit - 1) // SPARE
    if misfit < 0 or not spare or load.fullness < 1 - 1 / SPARE:
        return placed
    start = steps.rounded(misfit + 1, misfit + 1 + spare)
    return [*placed[:misfit], *map(_set_aside, files[misfit:start]), *placed[start:]]


def _pushed_out(file: PreparedFile, fitted: PreparedFile, allowance: Allowance) -> bool:
    """Pushed out by newer ones: it is not too large by itself."""
    if fitted is file:
        return not file.blocks and any(TOGETHER in note.reason for note in file.notes)
    return Load(allowance).fitted(file) is file


def _set_aside(file: PreparedFile) -> PreparedFile:
    return replace(file, blocks=(), notes=(*file.notes, Note(_name(file), SET_ASIDE))) if file.blocks else file


@dataclass(slots=True)
class Load:
    """The totals of the files so far, newest first."""

    allowance: Allowance
    bytes_json: int = 0
    pages: int = 0
    images: int = 0
    media: int = 0
    """Images and documents as the API counts them, where it has said how."""
    tokens: float = 0.0
    widest_px: int = 0

    @property
    def fullness(self) -> float:
        """The share of the allowance that they use, of whichever resource is scarcest."""
        allowance = self.allowance
        return max(
            self.media / max(1, allowance.media.most if allowance.media else 1),
            self.bytes_json / max(1, allowance.bytes_max),
            self.pages / max(1, allowance.pages_max),
            self.images / max(1, allowance.images_max),
            self.tokens / max(1, allowance.tokens_max),
        )

    def lack_for(self, pair: Sequence[ContentBlock]) -> str | None:
        """What there is not enough of for these as well, in words; ``None`` if they fit."""
        if self.bytes_json + sum(map(bytes_json, pair)) > self.allowance.bytes_max:
            return f"{self.allowance.bytes_max // 1_000_000:,} MB"
        if (lack := self._lack_by_number(pair[-1])) is not None:
            return lack
        if self.tokens + estimate_tokens(pair) > self.allowance.tokens_max:
            return f"about {self.allowance.tokens_max:,} tokens"
        return None

    def _lack_by_number(self, block: ContentBlock) -> str | None:
        if isinstance(block, TextBlock):
            return None
        bound = self.allowance.media
        if bound is not None and self.media + bound.count(block) > bound.most:
            return f"{bound.most:,} images and {'PDF pages' if bound.in_pages else 'documents'}"
        if isinstance(block, PdfBlock):
            too_many = self.pages + block.pages > self.allowance.pages_max
            return f"{self.allowance.pages_max:,} PDF pages" if too_many else None
        if self.images + 1 > self.allowance.images_max:
            return f"{self.allowance.images_max:,} images"
        widest_px = max(self.widest_px, block.width_px, block.height_px)
        if self.images + 1 > MANY_IMAGES and widest_px > MANY_IMAGES_SIDE_PX_MAX:
            return f"{MANY_IMAGES} images where one is larger than {MANY_IMAGES_SIDE_PX_MAX:,} px"
        return None

    def add(self, block: ContentBlock) -> None:
        self.bytes_json += bytes_json(block)
        self.tokens += estimate_tokens([block])
        if self.allowance.media is not None:
            self.media += self.allowance.media.count(block)
        if isinstance(block, PdfBlock):
            self.pages += block.pages
        if isinstance(block, ImageBlock):
            self.images += 1
            self.widest_px = max(self.widest_px, block.width_px, block.height_px)

    def fitted(self, file: PreparedFile) -> PreparedFile:
        """The file, or what of it fits with a note on what does not; that much is added."""
        whose = TOGETHER if self.bytes_json else "it is"
        kept: list[ContentBlock] = []
        lack: str | None = None
        for pair in _labelled(file.blocks):
            missing = self.lack_for(pair)
            if missing is None:
                kept += pair
                for block in pair:
                    self.add(block)
            lack = lack or missing
        if lack is None:
            return file
        part = "was read only in part" if kept else "was left out"
        bound = f" ({lack})" if self.allowance.told else ""
        reason = f"{part}, because {whose} more than the model can read at once{bound}."
        return replace(file, blocks=tuple(kept), notes=(*file.notes, Note(_name(file), reason)))


def _labelled(blocks: Sequence[ContentBlock]) -> Iterator[list[ContentBlock]]:
    """An image or a PDF goes with the text that names it; other texts go alone."""
    label: list[ContentBlock] = []
    for block in blocks:
        if isinstance(block, TextBlock):
            if label:
                yield label
            label = [block]
        else:
            yield [*label, block]
            label = []
    if label:
        yield label


def _name(file: PreparedFile) -> str:
    """The file's name for people: a PDF's title, else what its label quotes."""
    for block in file.blocks:
        if isinstance(block, PdfBlock):
            return block.title.split(" › ")[0]
        if isinstance(block, TextBlock) and block.text.startswith('File "'):
            return block.text.split('"')[1].split(" › ")[0]
    return "a file"

"""Puts marks into the words that the model writes and cites, and lists the sources below.

Pure. The same words and citations give the same marks, in whatever pieces they arrive. A place (pages of a file) has
one mark, numbered by its first appearance; a file that was attached twice is one file. A citation of a page that does
not exist is ignored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.citing.mark_places import MarkPlaces
from bot.citing.marks import Own, mark
from bot.citing.page_references import PageReference, PageReferences
from bot.citing.web_sources import WebSources
from bot.conversation import Conversation
from bot.messages import PdfBlock, Source
from bot.stream_events import Citation, WebCitation, WebPage


def pdfs_of(conversation: Conversation) -> tuple[PdfBlock, ...]:
    """The request's PDFs in the order in which the API numbers them."""
    blocks = (block for message in conversation.messages for block in message.content)
    return tuple(block for block in blocks if isinstance(block, PdfBlock))


@dataclass(frozen=True, slots=True)
class _Place:
    file: int
    first_page: int
    final_page: int

    @property
    def pages(self) -> str:
        one = self.first_page == self.final_page
        return str(self.first_page) if one else f"{self.first_page}–{self.final_page}"


@dataclass(slots=True)
class Citing:
    """For one answer. ``pdfs``: those of the request; ``in_parts``: those that it has notes on. Without either, the
    words pass through unchanged."""

    pdfs: Sequence[PdfBlock] = ()
    in_parts: Sequence[PdfBlock] = ()
    marks: bool = True
    """If not, references to pages are words."""
    web: bool = False
    """Whether it may be based on web pages."""
    _own: Own = field(default_factory=Own)
    _references: PageReferences = field(default_factory=PageReferences)
    _words: MarkPlaces = field(default_factory=MarkPlaces)
    _numbers: dict[_Place | str, int] = field(default_factory=dict, repr=False)
    """Of places in files, and of pages of the web by their addresses."""
    _web: WebSources = field(default_factory=WebSources)

    def text(self, text: str) -> str:
        """What can be shown now: all but what a mark may have to precede."""
        own = self._own.feed(text)
        if not self.in_parts:
            return self._words.feed(own) if self.pdfs or self.web else own
        return "".join(self._placed(piece) for piece in self._references.feed(own))

    def _placed(self, piece: str | PageReference) -> str:
        if isinstance(piece, str):
            return self._words.feed(piece)
        found = (self._place_in_parts(piece.name, first, final) for first, final in piece.pages)
        places = [place for place in found if place and self.marks]
        for place in places:
            self._put(place)
        return "" if places else self._words.feed(f" ({_in_words(piece)})")

    def cite(self, citation: Citation | WebCitation) -> None:
        """The citation is about the words so far. Its mark appears with the words that follow."""
        place = self._place(citation) if isinstance(citation, Citation) else self._web.cited(citation)
        if place is not None:
            self._put(place)

    def read(self, page: WebPage) -> None:
        """The model has read it, whether it cites it or not."""
        self._web.read(page)

    def _put(self, place: _Place | str) -> None:
        number = self._numbers.setdefault(place, len(self._numbers) + 1)
        if self.marks:
            self._words.put(mark(number))

    def close(self) -> str:
        """The rest of the words."""
        rest = self._words.feed(self._references.close()) if self.in_parts else ""
        return rest + self._words.close()

    def sources(self) -> tuple[Source, ...]:
        """A line for each file that was cited, in the order of the marks, and for each page of the web."""
        files = dict.fromkeys(place.file for place in self._numbers if isinstance(place, _Place))
        pages = {place: number for place, number in self._numbers.items() if isinstance(place, str)}
        of_files = (Source(self._name(file), self._pages_in(file)) for file in files)
        return (*of_files, *self._web.lines(pages, marks=self.marks))

    def _place(self, citation: Citation) -> _Place | None:
        if not 0 <= citation.document < len(self.pdfs):
            return None
        pages = self.pdfs[citation.document].pages
        first, final = citation.first_page, min(citation.final_page, pages)
        return _Place(self._file(citation.document), first, final) if 1 <= first <= final else None

    def _place_in_parts(self, name: str, first: int, final: int) -> _Place | None:
        """Found by the name used in the notes; an unknown name is ignored."""
        for number, pdf in enumerate(self.in_parts, len(self.pdfs)):
            if _alike(pdf.title) == _alike(name) and 1 <= first <= min(final, pdf.pages):
                return _Place(self._file(number), first, min(final, pdf.pages))
        return None

    def _file(self, document: int) -> int:
        """The first document that is the same file."""
        keys = [_key(pdf) for pdf in self._all]
        return keys.index(keys[document])

    @property
    def _all(self) -> tuple[PdfBlock, ...]:
        return (*self.pdfs, *self.in_parts)

    def _name(self, file: int) -> str:
        """Different files with the same name are told apart by their order in the thread."""
        title = self._all[file].title
        namesakes = list(dict.fromkeys(self._file(n) for n, pdf in enumerate(self._all) if pdf.title == title))
        return f"{title} (no. {namesakes.index(file) + 1})" if len(namesakes) > 1 else title

    def _pages_in(self, file: int) -> str:
        """By page: "p. 12 ⁽¹⁾", or "pp. 3–5 ⁽²⁾, 12 ⁽¹⁾" for several."""
        of_files = ((place, number) for place, number in self._numbers.items() if isinstance(place, _Place))
        places = [(place, number) for place, number in of_files if place.file == file]
        places.sort(key=lambda pair: (pair[0].first_page, pair[0].final_page))
        one = len(places) == 1 and places[0][0].first_page == places[0][0].final_page
        return ("p. " if one else "pp. ") + ", ".join(f"{place.pages} {mark(number)}" for place, number in places)


def _alike(name: str) -> str:
    return " ".join(name.translate(str.maketrans("[]", "()")).casefold().split())


def _in_words(reference: PageReference) -> str:
    ranges = ", ".join(str(first) if first == final else f"{first}–{final}" for first, final in reference.pages)
    return f"{reference.name}, p{'p' * (',' in ranges or '–' in ranges)}. {ranges}"


def _key(pdf: PdfBlock) -> tuple[str, int, int]:
    """Files with the same name, size and number of pages count as the same: their bytes are not compared."""
    return pdf.title, pdf.data.size_bytes, pdf.pages

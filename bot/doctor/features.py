"""Checks what the host really passes on to the model: pictures, PDFs, citations, cache markers, and web searches.

I/O: a few small requests, and files in a directory of its own. A router may silently drop what it does not know, so
each is judged by the answer: the picture's colour, the page's word, the citation, the token counts.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.assembly.derived import looked_up
from bot.assembly.model_link import messages_client
from bot.configuration.model_settings import ModelSettings
from bot.conversation import CacheMarker, CacheTtl, Conversation, Message, Role, Web
from bot.doctor import samples
from bot.doctor.finding import Finding, mind, ok, untried, wrong
from bot.errors import ModelError
from bot.llm.client import MessagesClient
from bot.messages import ContentBlock, FileBytes, ImageBlock, PdfBlock, TextBlock
from bot.stream_events import Citation, Finished, Lookup, TextDelta, Usage

ANSWER_TOKENS_MAX = 2_000
"""Thinking counts, too."""
DROPPED = "the host drops them on the way. MESSAGES_VENDOR can pin a router to a provider that accepts them."


@dataclass(slots=True)
class _Answer:
    text: str = field(default="", repr=False)
    cited: int = 0
    lookups: int = 0
    usage: Usage = field(default_factory=Usage)


async def of_features(settings: ModelSettings) -> AsyncIterator[Finding]:
    with tempfile.TemporaryDirectory(prefix="doctor-") as directory:
        async with messages_client(settings) as link:
            yield await _pictures(link, Path(directory))
            for finding in await _pdfs(link, Path(directory), citations=settings.bot_citations == "on"):
                yield finding
            yield await _caching(link, settings)
            yield await _web(link, settings)


async def _pictures(link: MessagesClient, directory: Path) -> Finding:
    picture = ImageBlock(
        "image/png", _file(directory / "picture.png", samples.picture()), samples.SIDE_PX, samples.SIDE_PX
    )
    try:
        answer = await _asked(link, picture, TextBlock("Which colour is this picture? Please answer with one word."))
    except ModelError as error:
        return wrong("pictures", f"are refused ({error}). Questions with pictures are answered without them.")
    if samples.COLOUR in answer.text.lower():
        return ok("pictures")
    return wrong("pictures", f"do not reach the model: {DROPPED}")


async def _pdfs(link: MessagesClient, directory: Path, *, citations: bool) -> list[Finding]:
    page = PdfBlock("harbour.pdf", _file(directory / "harbour.pdf", samples.page()), 1)
    question = TextBlock("What is the cat called? Please answer in one sentence.")
    try:
        answer = await _asked(link, page, question, citations=citations)
    except ModelError as error:
        return [wrong("PDFs", f"are refused ({error}). Questions with PDFs are answered without them.")]
    if samples.NAME.lower() not in answer.text.lower():
        return [wrong("PDFs", f"do not reach the model: {DROPPED}"), untried("citations", "no PDF arrives")]
    if not citations:
        return [ok("PDFs"), untried("citations", "BOT_CITATIONS=off")]
    if answer.cited:
        return [ok("PDFs"), ok("citations")]
    return [ok("PDFs"), mind("citations", "do not come: answers name no pages. The host drops the request for them.")]


async def _caching(link: MessagesClient, settings: ModelSettings) -> Finding:
    """Sends the same long prompt twice: the first request writes it to the cache, the second reads it."""
    if settings.bot_caching == "off":
        return untried("caching", "BOT_CACHING=off")
    system = samples.long_text(secrets.token_hex(8))
    marker = CacheMarker(None, CacheTtl.FIVE_MINUTES)
    try:
        first = await _asked(link, TextBlock("Hello."), system=system, markers=(marker,))
        second = await _asked(link, TextBlock("Hello."), system=system, markers=(marker,))
    except ModelError as error:
        return mind(
            "caching", f"is refused ({error}): the bot goes on without it, and pays for whole threads each time."
        )
    if second.usage.cache_read:
        return ok("caching", f"{second.usage.cache_read:,} tokens were read from the cache")
    if first.usage.cache_write:
        return mind("caching", "what is written to the cache is not read again: requests may go to several accounts.")
    return mind(
        "caching",
        "nothing is cached: the host drops the markers, or has no cache. Whole threads are paid for each time.",
    )


async def _web(link: MessagesClient, settings: ModelSettings) -> Finding:
    """Makes one search: the answer's lookups and counts show whether the host has the tool, not what the model writes
    about it."""
    web = looked_up(settings)
    if web is None:
        return untried("web", "BOT_WEB=off")
    question = TextBlock("Please search the web for the harbour of Valparaíso. Then answer with OK.")
    try:
        answer = await _asked(link, question, web=replace(web, uses_max=1, fetch=False))
    except ModelError as error:
        return mind("web", f"searches are refused ({error}): questions are answered without them.")
    if answer.lookups or answer.usage.web_searches:
        return ok("web")
    return mind("web", "the model did not search, though it was asked to: the host drops the tool, or has none.")


async def _asked(
    link: MessagesClient,
    *blocks: ContentBlock,
    system: str = "",
    markers: tuple[CacheMarker, ...] = (),
    citations: bool = False,
    web: Web | None = None,
) -> _Answer:
    """Raises ``ModelError``."""
    conversation = Conversation(
        system,
        (Message(Role.USER, blocks),),
        cache_markers=markers,
        citations=citations,
        effort="low",
        web=web,
        max_tokens=ANSWER_TOKENS_MAX,
    )
    answer = _Answer()
    async with aclosing(link.stream(conversation)) as events:
        async for event in events:
            match event:
                case TextDelta(text=text):
                    answer.text += text
                case Citation():
                    answer.cited += 1
                case Lookup():
                    answer.lookups += 1
                case Finished(usage=usage):
                    answer.usage = usage
    return answer


def _file(path: Path, content: bytes) -> FileBytes:
    path.write_bytes(content)
    return FileBytes(path, len(content))

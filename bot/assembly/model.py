"""Makes the parts that ask the model; they are closed with ``parts``. I/O: what they open."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack

from bot.answering.asking import Answering
from bot.assembly.derived import document_bounds, looked_up
from bot.assembly.model_link import messages_client
from bot.configuration.reloaded import follow
from bot.costs import prices
from bot.file_ports import RefusedFiles
from bot.files.workshop import Workshop
from bot.llm.watched import WatchedModel
from bot.prompt.batch_reading import BatchReading
from bot.prompt.one_batch import BatchReader
from bot.prompt.window import Windows
from bot.settings import Settings
from bot.web_access import WebAccess

STILL_WAITING_S = 20.0
"""By then a thinking model has usually written its first words, and people start to wonder whether it is still
alive."""


async def answering(
    settings: Settings, of_models: Windows, refused_files: RefusedFiles, parts: AsyncExitStack
) -> Answering:
    link = await parts.enter_async_context(messages_client(settings))
    model = WatchedModel(link, of_models, time.time)
    parts.push_async_callback(model.aclose)
    model.start()
    still_waiting_s = min(STILL_WAITING_S, settings.messages_first_text_timeout_s / 3)
    of_model = follow("BOT_PRICES_FILE", settings.bot_prices_file, prices.read, prices.PUBLISHED, parts)
    access = WebAccess(looked_up(settings))
    return Answering(
        model, refused_files, still_waiting_s, of_model, citations=settings.bot_citations == "on", web=access
    )


def batch_reading(settings: Settings, answering: Answering, workshop: Workshop) -> BatchReading:
    batches = BatchReader(answering.model, workshop.long, answering.prices)
    return BatchReading(batches, workshop.long, document_bounds(settings))

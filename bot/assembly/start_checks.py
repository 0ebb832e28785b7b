"""Reports what is wrong with the settings while the bot starts, and stops it if it cannot work.

I/O: the log; and the Messages API, in parallel to the start, which does not wait for it.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import bot
from bot.assembly.model_link import probe_of
from bot.configuration.environment import lines_not_understood, secret
from bot.files.confinement import Confinement
from bot.llm.probe import Away, Probe, Refused
from bot.operations import stopping
from bot.settings import Settings, unknown_names
from bot.setup import shapes
from bot.slack.web_api.identity import Identity
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

PAUSE_FIRST_S = 5.0
PAUSE_MAX_S = 300.0
AWAY = "the bot waits for it; if that lasts, check MESSAGES_API_URL, the network and the proxy"


def begin(settings: Settings, stopped: asyncio.Future[None], parts: AsyncExitStack) -> asyncio.Task[str] | None:
    """Warns about likely slips and probes the Messages API in a task, which is returned: see ``of_model``.

    If the API refuses, ``stopped`` ends with ``StartFailed``.
    """
    of_settings(settings)
    if settings.bot_start_probe == "off":
        return None
    probing = asyncio.create_task(of_model(probe_of(settings), functools.partial(stopping.fail, stopped)))

    async def give_up() -> None:
        probing.cancel()
        await asyncio.wait({probing})

    parts.push_async_callback(give_up)
    return probing


def described(identity: Identity) -> Mapping[str, str]:
    """The workspace and the bot's name there, for the log."""
    bot_name = identity.bot_name or identity.bot_user_id
    return {"workspace": identity.team_id, "workspace_name": identity.workspace, "bot": bot_name}


def ready(settings: Settings, described: Mapping[str, object]) -> None:
    """Logs one line that says what runs, where and with what."""
    log.info(
        "bot.ready",
        version=bot.__version__,
        **described,
        model=settings.messages_model,
        api=urlsplit(settings.messages_api_url).netloc,
        database="postgresql" if secret(settings.database_url).startswith("postgres") else "sqlite",
        transport="http" if settings.slack_app_token is None else "socket",
    )


def of_settings(settings: Settings) -> None:
    """Warns about what is probably a slip; stops nothing."""
    for line in lines_not_understood():
        log.warning("settings.not_understood", line=line)
    for slip in unknown_names():
        log.warning("settings.unknown", name=slip.name, nearest=slip.nearest or "none")
    for name in shapes.DOUBTED:
        if doubt := shapes.doubt(name, secret(getattr(settings, name.lower()))):
            log.warning("settings.doubtful", name=name, doubt=doubt)


def of_office(settings: Settings, confinement: Confinement, *, installed: bool) -> None:
    """Warns if office documents cannot be converted."""
    if not installed:
        log.warning(
            "office.missing",
            mend="install LibreOffice (soffice on PATH): until then only the words of documents are read",
        )
    elif settings.bot_confinement == "require" and not confinement.holds_documents:
        log.warning(
            "office.refused", mend="use a kernel with Landlock (Linux 5.13), or BOT_CONFINEMENT=best: docs/operate.md"
        )


async def of_model(probe: Probe, refused: Callable[[str], None], pause_s: float = PAUSE_FIRST_S) -> str:
    """Returns when the API has answered: the fault if it refused at once, which ``refused`` is called with, else "".

    An API that is away is waited for, however long; what it says after that no longer stops anything.
    """
    first = True
    while True:
        try:
            answered = await probe.run()
        except Refused as error:
            if first:
                refused(str(error))
                return str(error)
            log.warning("model.refused", fault=str(error))
            return ""
        except Away as error:
            if first:
                log.warning("model.unreachable", host=probe.host, detail=str(error), mend=AWAY)
            first = False
        else:
            if not answered.streams:
                log.warning("model.does_not_stream", host=probe.host)
            log.info("model.reached", host=probe.host, model=probe.model)
            return ""
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, PAUSE_MAX_S)

"""A strict, stateful Slack workspace on loopback: people and an app's calls come in, what Slack would do goes out.

I/O: an HTTP server on 127.0.0.1 (Web API, Socket Mode, files, response URLs, a web page) and signed HTTP requests to
the app. It is the test bed of the bot, the other end of ``bot demo`` and the back of the web page::

    async with Workspace(Path("manifest.yml"), retry_delays_s=(0.05, 0.1)) as ws:
        # start the bot with ws.api_url, ws.bot_token and ws.app_token (or ws.signing_secret, and set ws.events_url)
        await ws.until(lambda ws: ws.connections)
        ts = await ws.say(ws.user("ada"), ws.channel("general"), "@claude read this", files=[("a.pdf", b"%PDF-…")])
        reply = await ws.until(lambda ws: ws.thread(ws.channel("general"), ts)[1:])

Who and where: ``user(name)``, ``channel(name)``, ``direct_message(user_id)``, ``add_channel(name)``; people are ada,
grace and lars, ``standup`` is another app's bot; channels are general, random, board-room (private), mpdm-ada--grace--1
(group), elsewhere (public) and hidden (private), the last two without the bot.
What people do: ``say``, ``edit``, ``delete``, ``command``, ``press``; ``seed``, ``seed_bot_message`` and ``file``
prepare what was there before (no events). What happened: ``thread``, ``messages``, ``ephemerals``, ``statuses``,
``views``, ``pings``, ``calls``, ``deliveries``, ``origin`` and ``dump``; ``until`` waits for it without polling.
The app is what its manifest says: scopes, subscribed events, commands, interactivity; another one is made by
``dataclasses.replace(Manifest.read(path), …)``.
What goes wrong: ``faults`` (see ``Faults``), ``redeliver``, ``deliver_also_as_message``, ``disconnect_sockets``,
``sockets.abort``, ``files.delete``, ``archive``, ``remove_bot``. Where live servers differ: ``dialect`` (``Dialect``).
"""

from bot.playground.workspace.content import Dialect
from bot.playground.workspace.delivery import Delivery, Outcome, Sort
from bot.playground.workspace.faults import Fault, FaultKind, Faults
from bot.playground.workspace.manifest import Manifest
from bot.playground.workspace.people import NotPossible
from bot.playground.workspace.records import Call, Kind, Origin, Ping, Status, View
from bot.playground.workspace.workspace import SLACK_RETRY_DELAYS_S, Workspace

__all__ = [
    "SLACK_RETRY_DELAYS_S",
    "Call",
    "Delivery",
    "Dialect",
    "Fault",
    "FaultKind",
    "Faults",
    "Kind",
    "Manifest",
    "NotPossible",
    "Origin",
    "Outcome",
    "Ping",
    "Sort",
    "Status",
    "View",
    "Workspace",
]

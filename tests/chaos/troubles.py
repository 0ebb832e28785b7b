"""One disturbance each: something is done to the bots, the database, the sockets or Slack's calls, and undone again.

I/O: signals, the database, the workspace of the world. Each is a coroutine of the world that returns when it is over;
its name in ``TROUBLES`` is what scenarios and the table call it.
"""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress

from playground.workspace.socket_mode import Connection
from tests.chaos.bots import Bot
from tests.chaos.world import Trap, World
from tests.postgres import paused_server, run_in_postgres, server_of

Trouble = Callable[[World], Awaitable[None]]
METHODS = (
    "chat.postMessage", "chat.update", "chat.update", "chat.delete", "conversations.replies",
    "assistant.threads.setStatus",
)  # fmt: skip
TRAP_S = 4.0
"""A call that has not come by then does not come: the process is killed all the same."""
READY_WITHIN_S = 20.0
LONGER_THAN_A_LEASE = (1.3, 2.5)


# --- kills ------------------------------------------------------------------------------------------------------------


def _kill(world: World, bot: Bot | None = None) -> None:
    if (bot or world.any_bot()).send(signal.SIGKILL):
        world.kills += 1


async def kill_any_time(world: World) -> None:
    await world.pause(0.0, 2.0)
    _kill(world)


async def kill_at_call(world: World) -> None:
    """Before it is done, between that and its answer, or just after."""
    trap = Trap(world.dice.choice(METHODS), world.dice.choice(("before", "between", "after")))
    world.traps.append(trap)
    with suppress(TimeoutError):
        await asyncio.wait_for(trap.sprung.wait(), TRAP_S)
    if trap in world.traps:
        world.traps.remove(trap)
    if trap.caught is None:
        _kill(world)
        return
    if trap.when == "after":
        await asyncio.sleep(world.dice.uniform(0.0, 0.02))
        _kill(world, trap.caught)


async def kill_at_start(world: World) -> None:
    """Also the one that is started in its place."""
    bot = world.any_bot()
    for _ in range(2):
        bot.started.clear()
        _kill(world, bot)
        await _until_started(bot)
        await world.pause(0.0, 1.5)
    _kill(world, bot)


async def kill_in_shutdown(world: World) -> None:
    bot = world.any_bot()
    if bot.send(signal.SIGTERM):
        await world.pause(0.0, 1.0)
        _kill(world, bot)


async def kill_in_conversion(world: World) -> None:
    world.with_file = True
    before = world.downloads
    with suppress(TimeoutError):
        await world.workspace.until(lambda _: world.downloads > before, timeout_s=TRAP_S)
    await world.pause(0.0, 0.3)
    _kill(world)


# --- deploys and pauses -----------------------------------------------------------------------------------------------


async def deploy(world: World) -> None:
    """Stopped as an operator does, sometimes with a second signal."""
    bot = world.any_bot()
    bot.started.clear()
    stopped = bot.process
    if bot.send(signal.SIGTERM) and world.dice.random() < 0.3:
        await world.pause(0.0, 0.5)
        if bot.process is stopped:
            bot.send(world.dice.choice((signal.SIGTERM, signal.SIGINT)))
    await _until_started(bot)


async def freeze(world: World) -> None:
    """For longer than a lease, in the middle of whatever it does."""
    bot = world.any_bot()
    bot.send(signal.SIGSTOP)
    low, high = LONGER_THAN_A_LEASE
    await world.pause(low * world.lease_s, high * world.lease_s)
    bot.send(signal.SIGCONT)


async def freeze_at_call(world: World) -> None:
    """A call is under way when the process is paused for longer than its lease."""
    trap = Trap(world.dice.choice(METHODS), "pause")
    world.traps.append(trap)
    with suppress(TimeoutError):
        await asyncio.wait_for(trap.sprung.wait(), TRAP_S)
    if trap in world.traps:
        world.traps.remove(trap)
    low, high = LONGER_THAN_A_LEASE
    await world.pause(low * world.lease_s, high * world.lease_s)
    if trap.caught is not None:
        trap.caught.send(signal.SIGCONT)


# --- the database -----------------------------------------------------------------------------------------------------


async def database_stopped(world: World) -> None:
    server = server_of(world.database)
    how = world.dice.choice((signal.SIGINT, signal.SIGQUIT))
    await asyncio.to_thread(server.stop, how)
    await world.pause(0.2, 2.0 * world.lease_s)
    await asyncio.to_thread(server.start)


async def database_paused(world: World) -> None:
    with paused_server(world.database):
        await world.pause(0.5, 2.0 * world.lease_s)


async def connections_killed(world: World) -> None:
    await run_in_postgres(
        world.database,
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    )


async def commit_lost(world: World) -> None:
    await world.any_link().lose_commit(TRAP_S)


async def parted(world: World) -> None:
    """One bot reaches Slack and not its database, for longer than its lease."""
    cable = world.any_link()
    cable.hold()
    await world.pause(0.5, 2.5 * world.lease_s)
    if world.dice.random() < 0.5:
        cable.cut()
    cable.release()


async def cable_cut(world: World) -> None:
    world.any_link().cut()
    await world.pause(0.0, 0.5)


async def sqlite_locked(world: World) -> None:
    """Another program holds the file for longer than SQLite waits for it."""
    connecting = sqlite3.connect(world.sqlite, timeout=5.0, isolation_level=None)
    with closing(connecting) as connection, suppress(sqlite3.OperationalError):
        connection.execute("BEGIN IMMEDIATE")
        await world.pause(0.5, 7.0)
        connection.execute("ROLLBACK")


# --- the sockets ------------------------------------------------------------------------------------------------------


async def sockets_dropped(world: World) -> None:
    world.workspace.sockets.abort()
    await world.pause(0.0, 1.0)


async def sockets_refreshed(world: World) -> None:
    await world.workspace.disconnect_sockets(world.dice.choice(("warning", "refresh_requested")))
    await world.pause(0.0, 1.0)


async def socket_deaf(world: World) -> None:
    """What is sent over it arrives nowhere, and what comes is not read; nobody is told."""
    if connections := world.workspace.sockets.connections:
        _deafen(world.dice.choice(connections))
    await world.pause(0.5, 3.0)


def _deafen(connection: Connection) -> None:
    async def swallow(*_given: object, **_named: object) -> None:
        return None

    connection.socket.send_json = swallow  # type: ignore[method-assign]
    if connection.transport is not None:
        connection.transport.pause_reading()


async def _until_started(bot: Bot) -> None:
    """Until there is a new process."""
    async with asyncio.timeout(READY_WITHIN_S):
        await bot.started.wait()


TROUBLES: dict[str, Trouble] = {
    trouble.__name__: trouble
    for trouble in (
        kill_any_time, kill_at_call, kill_at_start, kill_in_shutdown, kill_in_conversion,
        deploy, freeze, freeze_at_call,
        database_stopped, database_paused, connections_killed, commit_lost, parted, cable_cut, sqlite_locked,
        sockets_dropped, sockets_refreshed, socket_deaf,
    )
}  # fmt: skip

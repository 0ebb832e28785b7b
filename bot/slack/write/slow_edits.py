"""Gives up edits that are not answered, and says when their answers come late. I/O: Slack, through an outlet.

Slack answers an edit within a second. If it does not, the request stays open while the writer goes on: the edit may
still be made, and after its answer, or without one after half a minute, it no longer will be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.errors import SlackOutcomeUnknown
from bot.slack.write.edit_trouble import NO_ANSWER
from bot.slack.write.plan import Action, Show

EDIT_WITHIN_S = 3.0


class SlowEdits:
    """``send`` makes a call; ``late`` is told of an edit that was given up and has ended now."""

    def __init__(self, send: Callable[[Action], Awaitable[str]], late: Callable[[Show], None]) -> None:
        self._send = send
        self._late = late
        self._open: dict[asyncio.Future[str], Show] = {}

    async def send(self, action: Action) -> str:
        """The same edit again has the first answer that comes to either. Raises ``SlackError``."""
        if not isinstance(action, Show) or action.ts is None:
            return await self._send(action)
        call = asyncio.ensure_future(self._send(action))
        same = {given_up for given_up, edit in self._open.items() if edit == action}
        try:
            done, _ = await asyncio.wait({call, *same}, timeout=EDIT_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            call.cancel()
            raise
        made = next((one for one in done if not one.cancelled() and one.exception() is None), None)
        if call not in done:
            self._give_up(call, action)
        if made is not None:
            return made.result()
        if call in done:
            return call.result()
        raise SlackOutcomeUnknown("chat.update", NO_ANSWER)

    @property
    def open(self) -> bool:
        return bool(self._open)

    async def ended(self) -> None:
        """Waits until no edit can be made late any more."""
        if self._open:
            await asyncio.wait(set(self._open))

    def cancel(self) -> None:
        for call in list(self._open):
            call.cancel()

    def _give_up(self, call: asyncio.Future[str], action: Show) -> None:
        self._open[call] = action
        call.add_done_callback(self._end)

    def _end(self, call: asyncio.Future[str]) -> None:
        action = self._open.pop(call)
        if not call.cancelled():
            call.exception()  # has been looked at
            self._late(action)

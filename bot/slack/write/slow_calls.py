"""Makes calls that Slack may not answer for a long time. I/O: Slack, through an outlet.

Slack answers within a second. If it does not answer an edit, the writer gives that up and goes on, while the request
stays open: the edit may still be made until it is answered, or until half a minute has passed. A post cannot be given
up, since it could then appear twice; but if only its answer is lost, it is found in Slack.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

from bot.errors import SlackOutcomeUnknown
from bot.slack.write.edit_trouble import NO_ANSWER
from bot.slack.write.plan import Action, Show, StartStream

EDIT_WITHIN_S = 3.0
FIND_AFTER_S = 3.0


class SlowCalls:
    """``send`` makes a call, ``find`` looks for a post; ``late`` is called when an edit that was given up has ended."""

    def __init__(
        self,
        send: Callable[[Action], Awaitable[str]],
        find: Callable[[Action], Coroutine[None, None, str | None]],
        late: Callable[[Show], None],
    ) -> None:
        self._send = send
        self._find = find
        self._late = late
        self._open: dict[asyncio.Future[str], Show] = {}

    async def send(self, action: Action) -> str:
        """If the same edit is still open, the first answer to either counts. Raises ``SlackError``."""
        if isinstance(action, StartStream) or (isinstance(action, Show) and action.ts is None):
            return await self._post(action)
        if not isinstance(action, Show):
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

    async def _post(self, action: Show | StartStream) -> str:
        call = asyncio.ensure_future(self._send(action))
        try:
            while not (await asyncio.wait({call}, timeout=FIND_AFTER_S))[0]:
                look = asyncio.create_task(self._find(action))
                try:
                    await asyncio.wait({call, look}, return_when=asyncio.FIRST_COMPLETED)
                    if look.done() and look.exception() is None and (ts := look.result()) is not None:
                        return ts
                finally:
                    look.cancel()
            return call.result()
        finally:
            call.cancel()

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

"""Sends payloads to the app: by signed HTTP if an address is set, else over its Socket Mode connections.

I/O: through either. Source: slack:apis/events-api (an app uses one of the two).
"""

from __future__ import annotations

from dataclasses import dataclass

from playground.workspace.delivery import Delivery, Outcome
from playground.workspace.http_delivery import HttpDelivery
from playground.workspace.socket_mode import SocketMode


@dataclass(slots=True)
class Transports:
    sockets: SocketMode
    http: HttpDelivery
    events_url: str | None

    async def send(self, delivery: Delivery, retry_num: int, retry_reason: str) -> Outcome:
        if self.events_url is None:
            return await self.sockets.send(delivery, retry_num, retry_reason)
        return await self.http.send(self.events_url, delivery, retry_num, retry_reason)

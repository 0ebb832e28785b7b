"""The workspace as tests and the demo use it: people act on it, the bot calls it, everything that happened is kept.

I/O: one HTTP server on 127.0.0.1 while it is entered.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from bot import limits
from playground.workspace import defaults
from playground.workspace.account import Account
from playground.workspace.chat import Chat
from playground.workspace.content import Dialect
from playground.workspace.conversations import Conversations
from playground.workspace.delivery import Courier, Delivery, Sort
from playground.workspace.dump import dump
from playground.workspace.external_uploads import ExternalUploads
from playground.workspace.faults import Faults
from playground.workspace.http_delivery import HttpDelivery
from playground.workspace.manifest import Manifest
from playground.workspace.others import Others
from playground.workspace.people import FileGiven, People
from playground.workspace.rate_limits import RateLimits
from playground.workspace.records import Call, Channel, Json, Kind, Origin, Ping, Revision, Status, Team
from playground.workspace.response_urls import ResponseUrls
from playground.workspace.server import Server
from playground.workspace.socket_mode import SocketMode
from playground.workspace.state import State
from playground.workspace.streams import Streams
from playground.workspace.surfaces import Surfaces
from playground.workspace.transports import Transports
from playground.workspace.ui import Ui
from playground.workspace.uploads import Files
from playground.workspace.web_api import Tokens, WebApi

T = TypeVar("T")
SLACK_RETRY_DELAYS_S = (0.0, 60.0, 300.0)
"""Nearly at once, after a minute, after five. slack:apis/events-api#retries."""


class Workspace:
    """An async context manager; see the package's docstring for the whole interface."""

    def __init__(  # noqa: PLR0913 - the knobs of a test bed, each named by its caller
        self,
        manifest: Path | Manifest = Path("manifest.yml"),
        *,
        port: int = 0,
        events_url: str | None = None,
        team: Team = defaults.TEAM,
        signing_secret: str = "",
        rate_limits: bool | RateLimits = True,
        strictness: float = 1.0,
        ack_within_s: float = limits.ACK_WITHIN_S,
        retry_delays_s: Sequence[float] = SLACK_RETRY_DELAYS_S,
        latency_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._port = port
        app = manifest if isinstance(manifest, Manifest) else Manifest.read(manifest)
        self.state = State(app, clock, wall_clock, team)
        self.tokens = Tokens(bot=f"xoxb-{secrets.token_hex(12)}", app=f"xapp-1-{secrets.token_hex(12)}")
        self.signing_secret = signing_secret or secrets.token_hex(16)
        self.faults = Faults()
        self.dialect = Dialect()
        self.sockets = SocketMode(self.state, ack_within_s=ack_within_s)
        self.http = HttpDelivery(self.signing_secret, ack_within_s=ack_within_s, wall_clock=wall_clock)
        self.transports = Transports(self.sockets, self.http, events_url)
        self.courier = Courier(self.state, self.transports, retry_delays_s)
        self.files = Files(self.state, self.tokens, self.faults)
        self.response_urls = ResponseUrls(self.state, self.dialect, self.faults, {})
        self.people = People(self.state, self.files, self.courier, self.response_urls)
        self.surfaces = Surfaces(self.people)
        self.others = Others(self.state, self.people, self.files)
        chat = Chat(self.state, self.dialect)
        self.uploads = ExternalUploads(self.files, chat)
        allowed = RateLimits(strictness=strictness) if rate_limits is True else rate_limits or None
        self.web_api = WebApi(self.state, self.tokens, self.faults, allowed, {}, latency_s)
        self.web_api.methods = {
            **chat.methods(),
            **Streams(self.state, chat, self.dialect).methods(),
            **Conversations(self.state, self.dialect, self.web_api.need).methods(),
            **Account(self.state, self.link_url, lambda: self.url).methods(),
            **self.files.methods(),
            **self.uploads.methods(),
            **self.people.views.methods(),
        }
        self._server = Server()
        self._ui = Ui(self.state, self.people, self.surfaces)

    async def __aenter__(self) -> Self:
        routes = [
            web.route("*", "/api/{method}", self.web_api.handle),
            web.get("/link", self.sockets.link),
            web.post("/response/{id}", self.response_urls.handle),
            *self.files.routes(),
            *self.uploads.routes(),
            *self._ui.routes(),
        ]
        self._port = await self._server.start(routes, self._port)
        self.files.base_url = self.response_urls.base_url = self.url
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.courier.close()
        await self._ui.close()
        await self.sockets.close()
        await self.http.close()
        await self._server.stop()

    # --- addresses and names -------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        return self.tokens.bot

    @property
    def app_token(self) -> str:
        return self.tokens.app

    bot_user_id = defaults.BOT_USER_ID
    bot_id = defaults.BOT_ID
    app_id = defaults.APP_ID

    @property
    def team_id(self) -> str:
        return self.state.team.id

    def user(self, name: str) -> str:
        return next(user.id for user in self.state.users.values() if user.name == name)

    def channel(self, name: str) -> str:
        return next(c.id for c in self.state.channels.values() if c.name == name and c.kind is not Kind.DIRECT)

    def direct_message(self, user_id: str) -> str:
        return self.state.direct_message(user_id).id

    def add_channel(self, name: str, *, private: bool = False, with_bot: bool = True) -> str:
        kind = Kind.PRIVATE if private else Kind.PUBLIC
        members = {person.id for person in defaults.PEOPLE} | ({defaults.BOT_USER_ID} if with_bot else set())
        channel = Channel(self.state.new_id("C"), name, kind, members)
        self.state.channels[channel.id] = channel
        return channel.id

    def archive(self, channel_id: str) -> None:
        self.state.channels[channel_id].is_archived = True

    def remove_bot(self, channel_id: str) -> None:
        self.state.channels[channel_id].members.discard(defaults.BOT_USER_ID)

    # --- what people do ------------------------------------------------------------------------------------------

    async def say(
        self,
        user_id: str,
        channel_id: str,
        text: str,
        *,
        thread_ts: str | None = None,
        files: Sequence[FileGiven] = (),
        **fields: object,
    ) -> str:
        """A person writes and the events go out; returns the ts. ``fields`` are set on the message as they are."""
        return self.people.say(user_id, channel_id, text, thread_ts, files, fields)

    def seed(
        self,
        user_id: str,
        channel_id: str,
        text: str,
        *,
        thread_ts: str | None = None,
        files: Sequence[FileGiven] = (),
        **fields: object,
    ) -> str:
        """A message that was there before: no event, no revision."""
        return self.people.seed(user_id, channel_id, text, thread_ts, files, fields)

    def seed_bot_message(self, channel_id: str, text: str, *, name: str = "CI", thread_ts: str | None = None) -> str:
        """A message that another app's integration posted: subtype bot_message, no user."""
        return self.others.seed_integration(channel_id, text, name, thread_ts)

    def file(self, user_id: str, name: str, content: bytes, *, mode: str | None = None, **fields: object) -> Json:
        """A file object for ``files=``; ``mode`` file_access, tombstone, hidden_by_limit or external."""
        return self.files.add(user_id, name, content, mode=mode, **fields)

    async def edit(self, channel_id: str, ts: str, text: str) -> None:
        self.people.edit(channel_id, ts, text)

    async def react(self, user_id: str, channel_id: str, ts: str, reaction: str) -> None:
        self.people.react(user_id, channel_id, ts, reaction)

    async def delete(self, channel_id: str, ts: str) -> None:
        self.people.delete(channel_id, ts)

    async def command(self, user_id: str, channel_id: str, command: str, text: str = "") -> str:
        """Returns the invocation's id; ``delivery(id)`` tells what became of it."""
        return self.people.command(user_id, channel_id, command, text)

    async def press(
        self, user_id: str, channel_id: str, ts: str, action_id: str, *, block_id: str | None = None
    ) -> str:
        """Presses a button of a message; returns the invocation's id."""
        return self.people.press(user_id, channel_id, ts, {"action_id": action_id, "block_id": block_id})

    # --- what happened -------------------------------------------------------------------------------------------

    def thread(self, channel_id: str, thread_ts: str) -> list[Json]:
        return self.state.thread(channel_id, thread_ts)

    def messages(self, channel_id: str) -> list[Json]:
        """Every message of the channel, replies included, oldest first."""
        return [self.state.rendered(channel_id, ts) for ts in self.state.messages[channel_id]]

    def ephemerals(self, channel_id: str | None = None, user_id: str | None = None) -> list[Json]:
        return [
            dict(message)
            for message in self.state.ephemerals
            if channel_id in (None, message["channel"]) and user_id in (None, message["ephemeral_for"])
        ]

    def origin(self, channel_id: str, ts: str) -> Origin:
        """What the app sent for a message: its Markdown source and unfurl flags."""
        return self.state.origins[channel_id, ts]

    def statuses(self) -> list[Status]:
        return list(self.state.statuses.values())

    @property
    def revisions(self) -> list[Revision]:
        return self.state.revisions

    @property
    def pings(self) -> list[Ping]:
        return self.state.pings

    @property
    def calls(self) -> list[Call]:
        return self.state.calls

    @property
    def deliveries(self) -> list[Delivery]:
        return self.courier.deliveries

    def delivery(self, invocation_id: str) -> Delivery:
        return self.people.invocations[invocation_id]

    @property
    def connections(self) -> int:
        """Open Socket Mode connections."""
        return len(self.sockets.connections)

    async def until(self, predicate: Callable[[Workspace], T], *, timeout_s: float = 10.0) -> T:
        """The first truthy value of ``predicate(workspace)``, asked again after every change."""
        return await self.state.changes.until(lambda: predicate(self), timeout_s, self.dump)

    def dump(self) -> str:
        """Everything there is, for people to read."""
        return dump(self.state, self.deliveries, self.connections)

    # --- delivery ------------------------------------------------------------------------------------------------

    @property
    def events_url(self) -> str | None:
        """With an address everything goes there by signed HTTP, without one over Socket Mode. May be set later."""
        return self.transports.events_url

    @events_url.setter
    def events_url(self, url: str | None) -> None:
        self.transports.events_url = url

    def redeliver(self, delivery: Delivery, *, new_event_id: bool = False) -> Delivery:
        """Delivers an event again, as Slack does (same event_id), or as another event for the same message."""
        payload = self.courier.wrapped(delivery.payload["event"]) if new_event_id else delivery.payload
        return self.courier.deliver(Sort.EVENT, payload)

    async def disconnect_sockets(self, reason: str = "refresh_requested") -> None:
        await self.sockets.disconnect(reason)

    def link_url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/link?ticket={self.sockets.ticket()}&app_id={defaults.APP_ID}"

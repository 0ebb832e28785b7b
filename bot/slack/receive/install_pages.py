"""Serves the pages through which people install the app. I/O: Slack, and ``Installations``.

``/slack/install`` leads to Slack's own consent page, which leads back to ``/slack/oauth_redirect`` with a code that can
be exchanged for a token once. Bolt does the rest. Its state, which is also in a cookie of that browser, is a text that
only the owner of the key can write, so no replica has to remember it. Source:
slack:authentication/installing-with-oauth.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from logging import Logger
from urllib.parse import urljoin

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncFailureArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation as SdkInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError, StoreFailed
from bot.installations.installation import Installation, Installations, Rotation
from bot.installations.renewals import rotation
from bot.installations.token_cipher import NotReadable, TokenCipher
from bot.slack.receive.duplicates import NewKeys
from bot.slack.receive.install_html import InstallationPages, install_page
from bot.slack.web_api.client import slack_error
from bot.slack.web_api.renewal import Uninstall
from bot.store_patience import waited_out
from bot.telemetry.logs import SDK, get_logger

log = get_logger(__name__)

INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"
STATE_AGE_MAX_S = 600
STATE_CHARS_MAX = 512
TEAM = re.compile(r"[A-Z0-9]{1,32}", re.ASCII)
CODE = re.compile(r"[\w.-]{1,255}", re.ASCII)
"""Slack's are figures and hexadecimal digits with dots between them; nothing else is worth a call."""
AT_ONCE_MAX = 4
"""Calls to Slack at once for finishing installations: anybody who starts one can finish it with any code."""
SAVED_WITHIN_S = 20.0
"""Slack gives its code and the token once: a browser waits rather than begin again."""
_SILENT = logging.getLogger(f"{SDK}.oauth")
"""Keeps Bolt's log quiet: it would log the code and Slack's response to it, whoever made them up."""
_SILENT.addFilter(lambda _: False)


@dataclass(frozen=True, slots=True)
class InstallSettings:
    """``public_url``: the bot's own address as browsers know it; if empty, Slack uses the app's only redirect URL."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    scopes: Collection[str]
    slack_api_url: str = field(repr=False)
    public_url: str = field(default="", repr=False)
    allowed_workspaces: frozenset[str] = frozenset()
    """Ids of workspaces and organisations that may install the app; if empty, anybody who knows the address may."""


class InstallPages:
    def __init__(
        self,
        settings: InstallSettings,
        client: AsyncWebClient,
        installations: Installations,
        cipher: TokenCipher,
        uninstall: Uninstall,
    ) -> None:
        """``client`` needs no token."""
        public_url = settings.public_url.rstrip("/")
        flow = AsyncOAuthSettings(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            scopes=sorted(settings.scopes),
            user_scopes=[],
            redirect_uri=f"{public_url}{REDIRECT_PATH}" if public_url else None,
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            authorization_url=urljoin(settings.slack_api_url, "/oauth/v2/authorize"),
            installation_store=_Store(installations, settings.allowed_workspaces, uninstall),
            state_store=_States(cipher),
        )
        flow.redirect_uri_page_renderer = InstallationPages(
            install_path=INSTALL_PATH, redirect_uri_path=REDIRECT_PATH, success_url=None, failure_url=None
        )
        self._flow = _Flow(client=client, logger=_SILENT, settings=flow)

    def routes(self) -> list[web.RouteDef]:
        """For ``GET`` alone: what looks at an address beforehand with ``HEAD`` uses up no code."""
        return [
            web.get(INSTALL_PATH, self._install, allow_head=False),
            web.get(REDIRECT_PATH, self._redirected, allow_head=False),
        ]

    async def _install(self, request: web.Request) -> web.Response:
        return await _response(await self._flow.handle_installation(await to_bolt_request(request)))

    async def _redirected(self, request: web.Request) -> web.Response:
        return await _response(await self._flow.handle_callback(await to_bolt_request(request)))


async def _response(said: BoltResponse) -> web.Response:
    """Its cookie comes along when Slack's page leads back, and with nothing that another site asks for."""
    response = await to_aiohttp_response(said)
    for cookie in response.cookies.values():
        cookie["samesite"] = "Lax"
    return response


class _Failed(Exception):
    """``reason`` says on the page what there is of the installation now."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__()
        self.reason = reason
        self.status = status


class _Flow(AsyncOAuthFlow):
    def __init__(self, *, client: AsyncWebClient, logger: Logger, settings: AsyncOAuthSettings) -> None:
        super().__init__(client=client, logger=logger, settings=settings)
        self._at_once = asyncio.Semaphore(AT_ONCE_MAX)

    async def handle_callback(self, request: AsyncBoltRequest) -> BoltResponse:
        try:
            return await super().handle_callback(request)
        except _Failed as failure:
            failed = AsyncFailureArgs(
                request=request,
                reason=failure.reason,
                suggested_status_code=failure.status,
                settings=self.settings,
                default=self.default_callback_options,
            )
            return await self.failure_handler(failed)

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:
        """The SDK puts whatever follows ``team=`` into the address, with parameters of a stranger's in it."""
        team = next(iter(request.query.get("team") or ()), "")
        chosen = team if TEAM.fullmatch(team) else None
        return self.settings.authorize_url_generator.generate(state=state, team=chosen)

    async def run_installation(self, code: str) -> SdkInstallation | None:
        """Raises ``_Failed`` where Slack cannot be asked."""
        installation = None
        if CODE.fullmatch(code):
            try:
                async with self._at_once:
                    installation = await super().run_installation(code)
            except Exception as error:
                failure = slack_error("oauth.v2.access", error)
                if failure is None:
                    raise
                log.warning("installation.slack_not_reached", code=failure.code)
                raise _Failed("not_now", 503) from None  # the library's words may hold the code
        if installation is None:
            log.warning("installation.code_refused")
        return installation

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:  # noqa: ARG002 - Bolt's own
        return install_page(url)


def may_install(installation: SdkInstallation, allowed: frozenset[str]) -> bool:
    """Whether the list names the workspace or its organisation; if ``allowed`` is empty, everybody may."""
    team_id = None if installation.is_enterprise_install else installation.team_id
    return not allowed or bool(allowed & {team_id, installation.enterprise_id})


class _Store(AsyncInstallationStore):
    """Bolt calls this once somebody has installed the app; it never reads from it."""

    def __init__(self, installations: Installations, allowed: frozenset[str], uninstall: Uninstall) -> None:
        self._installations = installations
        self._allowed = allowed
        self._uninstall = uninstall

    async def async_save(self, installation: SdkInstallation) -> None:
        """Raises ``BoltError`` and ``_Failed``, which become pages that say so."""
        team_id = installation.enterprise_id if installation.is_enterprise_install else installation.team_id
        if not (team_id and installation.bot_token and installation.bot_id and installation.bot_user_id):
            raise BoltError("Slack named no workspace, or gave no bot token.")
        if not may_install(installation, self._allowed):
            removed = await self._undone(team_id, installation.bot_token)
            raise _Failed("workspace_not_allowed" if removed else "workspace_not_allowed_yet_there", 403)
        saved = Installation(
            team_id=team_id,
            enterprise_id=installation.enterprise_id or "",
            name=(installation.enterprise_name if installation.is_enterprise_install else installation.team_name) or "",
            bot_user_id=installation.bot_user_id,
            bot_id=installation.bot_id,
            bot_token=installation.bot_token,
            scopes=frozenset(installation.bot_scopes or ()),
            rotation=_rotation(installation),
        )
        try:
            await waited_out(lambda: self._installations.save(saved), SAVED_WITHIN_S)
        except StoreFailed as error:
            log.warning("installation.not_kept", workspace=team_id, error=str(error))
            raise BoltError("The installation could not be saved. Please try again.") from error
        log.info("installation.made", workspace=team_id, organisation=saved.enterprise_id)

    async def _undone(self, team_id: str, bot_token: str) -> bool:
        """By then Slack has installed the app: without this it would stay there with a valid token."""
        try:
            await self._uninstall(bot_token)
        except SlackError as error:
            log.warning("installation.not_undone", workspace=team_id, code=error.code)
            return False
        log.info("installation.not_allowed", workspace=team_id)
        return True


def _rotation(installation: SdkInstallation) -> Rotation | None:
    if not (installation.bot_refresh_token and installation.bot_token_expires_at):
        return None
    now_s = time.time()
    return rotation(installation.bot_refresh_token, installation.bot_token_expires_at - now_s, now_s)


class _States(AsyncOAuthStateStore):
    """Each is good for one installation. This process accepts it once; if another process gets it again, Slack has
    already used up the code that comes with it."""

    def __init__(self, cipher: TokenCipher) -> None:
        self._cipher = cipher
        self._used = NewKeys()

    @property
    def logger(self) -> Logger:
        return logging.getLogger(SDK)

    async def async_issue(self, *_: object, **__: object) -> str:
        return self._cipher.encrypt(secrets.token_hex(8))

    async def async_consume(self, state: str) -> bool:
        try:
            self._cipher.decrypt(state[:STATE_CHARS_MAX], age_max_s=STATE_AGE_MAX_S)
        except NotReadable:
            return False
        return self._used.is_new(state)

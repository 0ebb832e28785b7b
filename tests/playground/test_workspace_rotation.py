"""Tokens that rotate, as an app meets them: what it is given, how long that works, and what it may be exchanged for.

Source: slack:authentication/using-token-rotation.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from playground.workspace.distribution import Distribution
from playground.workspace.rotation import LIFE_S, Rotation
from playground.workspace.workspace import Workspace

NOW_S = [1_000_000.0]


@pytest.fixture
async def app() -> AsyncIterator[Distribution]:
    async with (
        Workspace(wall_clock=lambda: NOW_S[0]) as workspace,
        Distribution([workspace], redirect_uri="http://127.0.0.1/back", rotation=Rotation()) as distribution,
    ):
        yield distribution


async def exchange(app: Distribution, **arguments: str) -> dict[str, Any]:
    credentials = {"client_id": app.client_id, "client_secret": app.client_secret}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{app.api_url}oauth.v2.access", data=credentials | arguments) as response,
    ):
        answer: dict[str, Any] = await response.json()
        return answer


async def install(app: Distribution) -> dict[str, Any]:
    query = {"client_id": app.client_id, "scope": "chat:write", "team": app.workspaces[0].team_id}
    async with aiohttp.ClientSession() as browser:
        page = await browser.get(f"{app.url}/oauth/v2/authorize", params=query, allow_redirects=False)
    (code,) = parse_qs(urlsplit(page.headers["Location"]).query)["code"]
    return await exchange(app, code=code)


async def error_of(app: Distribution, token: str) -> str | None:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{app.api_url}auth.test") as response,
    ):
        error: str | None = (await response.json()).get("error")
        return error


async def renew(app: Distribution, refresh_token: str) -> dict[str, Any]:
    return await exchange(app, grant_type="refresh_token", refresh_token=refresh_token)


async def test_an_installation_has_a_token_for_twelve_hours_and_one_to_renew_it_with(app: Distribution) -> None:
    installed = await install(app)
    assert (installed["ok"], installed["expires_in"]) == (True, LIFE_S)
    assert installed["access_token"].startswith("xoxe.xoxb-")
    assert installed["refresh_token"].startswith("xoxe-")
    assert await error_of(app, installed["access_token"]) is None
    NOW_S[0] += LIFE_S
    assert await error_of(app, installed["access_token"]) == "token_expired"
    renewed = await renew(app, installed["refresh_token"])
    assert await error_of(app, renewed["access_token"]) is None


async def test_a_refresh_token_is_good_for_one_renewal(app: Distribution) -> None:
    installed = await install(app)
    assert (await renew(app, installed["refresh_token"]))["ok"]
    assert (await renew(app, installed["refresh_token"]))["error"] == "invalid_refresh_token"


async def test_the_token_before_works_beside_the_new_one_and_no_third(app: Distribution) -> None:
    tokens = [await install(app)]
    for _ in range(2):
        tokens.append(await renew(app, tokens[-1]["refresh_token"]))
    errors = [await error_of(app, one["access_token"]) for one in tokens]
    assert errors == ["invalid_auth", None, None]


async def test_after_the_app_was_taken_off_nothing_is_renewed(app: Distribution) -> None:
    installed = await install(app)
    app.uninstall(app.workspaces[0])
    assert await error_of(app, installed["access_token"]) == "invalid_auth"
    assert (await renew(app, installed["refresh_token"]))["error"] == "invalid_refresh_token"


async def test_an_app_that_does_not_rotate_gives_no_such_tokens(app: Distribution) -> None:
    app.rotation = None
    installed = await install(app)
    assert installed["access_token"].startswith("xoxb-")
    assert "refresh_token" not in installed
    assert (await renew(app, "xoxe-1-abc"))["error"] == "token_rotation_not_enabled"
    assert (await exchange(app, grant_type="password"))["error"] == "invalid_grant_type"

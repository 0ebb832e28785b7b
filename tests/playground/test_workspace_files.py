"""Files are given to who shows the token, with everything that goes wrong at Slack's file host."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from PIL import Image
from slack_sdk.errors import SlackApiError

from playground.workspace.workspace import Workspace
from tests.loopback import answering
from tests.slack_client import web_client

GENERAL = "C0GENERAL1"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 400


@pytest.fixture
async def session(ws: Workspace) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {ws.bot_token}"}) as shared:
        yield shared


async def attached(ws: Workspace, name: str, content: bytes) -> dict[str, Any]:
    ts = await ws.say(ws.user("ada"), GENERAL, "", files=[(name, content)])
    (message,) = ws.thread(GENERAL, ts)
    (file,) = message["files"]
    assert isinstance(file, dict)
    return file


async def test_a_file_object_has_slacks_fields(ws: Workspace) -> None:
    png = io.BytesIO()
    Image.new("RGB", (40, 30)).save(png, "PNG")
    image = await attached(ws, "photo of us.png", png.getvalue())
    assert (image["mimetype"], image["filetype"], image["mode"]) == ("image/png", "png", "hosted")
    assert (image["original_w"], image["original_h"], image["size"]) == (40, 30, len(png.getvalue()))
    code = await attached(ws, "main.py", b"print(1)\n")
    assert (code["filetype"], code["mode"], code["preview"]) == ("python", "snippet", "print(1)\n")
    unknown = await attached(ws, "blob", b"\0")
    assert (unknown["mimetype"], unknown["filetype"]) == ("application/octet-stream", "binary")


async def test_the_download_address_gives_the_bytes(ws: Workspace, session: aiohttp.ClientSession) -> None:
    file = await attached(ws, "contract.pdf", PDF)
    async with session.get(file["url_private_download"]) as response:
        assert await response.read() == PDF
        assert (response.content_type, response.content_length) == ("application/pdf", len(PDF))


async def test_the_private_address_of_a_pdf_leads_to_a_page(ws: Workspace, session: aiohttp.ClientSession) -> None:
    file = await attached(ws, "contract.pdf", PDF)
    async with session.get(file["url_private"]) as response:
        assert [step.status for step in response.history] == [302]
        assert response.content_type == "text/html"


@pytest.mark.parametrize("token", [None, "xoxb-wrong"])
async def test_without_the_right_token_there_is_a_login_page_with_status_200(ws: Workspace, token: str | None) -> None:
    file = await attached(ws, "contract.pdf", PDF)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession(headers=headers) as stranger,
        stranger.get(file["url_private_download"]) as response,
    ):
        assert (response.status, response.content_type) == (200, "text/html")
        assert "Sign in" in await response.text()


async def test_a_file_may_be_a_stub_hidden_or_external(ws: Workspace, session: aiohttp.ClientSession) -> None:
    client = web_client(ws, session)
    ada = ws.user("ada")
    stub = ws.file(ada, "shared.pdf", PDF, mode="file_access")
    assert (stub["mode"], stub["file_access"], "url_private" in stub) == ("file_access", "check_file_info", False)
    whole = (await client.files_info(file=stub["id"]))["file"]
    async with session.get(whole["url_private_download"]) as response:
        assert await response.read() == PDF

    assert ws.file(ada, "old.pdf", PDF, mode="hidden_by_limit").keys() == {"id", "mode"}
    external = ws.file(ada, "sheet", b"", mode="external")
    assert external["is_external"] is True
    assert not external["url_private"].startswith(ws.url)

    hosted = ws.file(ada, "a.pdf", PDF)
    ts = await ws.say(ada, GENERAL, "see", files=[hosted])
    ws.files.delete(hosted["id"])
    assert ws.thread(GENERAL, ts)[0]["files"] == [{"id": hosted["id"], "mode": "tombstone"}]
    for file, code in ((hosted["id"], "file_deleted"), ("F404", "file_not_found")):
        with pytest.raises(SlackApiError) as caught:
            await client.files_info(file=file)
        assert caught.value.response["error"] == code


async def test_a_client_may_lie_about_a_file(ws: Workspace) -> None:
    file = ws.file(ws.user("ada"), "photo.png", PDF, mimetype="image/png", size=3)
    assert (file["mimetype"], file["size"]) == ("image/png", 3)


async def test_a_host_that_fails_first(ws: Workspace, session: aiohttp.ClientSession) -> None:
    file = await attached(ws, "contract.pdf", PDF)
    ws.faults.status("files", 500)
    ws.faults.rate_limit("files", retry_after_s=7)
    async with session.get(file["url_private_download"]) as response:
        assert response.status == 500
    async with session.get(file["url_private_download"]) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "7")
    async with session.get(file["url_private_download"]) as response:
        assert await response.read() == PDF


async def test_a_download_that_breaks_off(ws: Workspace, session: aiohttp.ClientSession) -> None:
    file = await attached(ws, "contract.pdf", PDF)
    ws.faults.cut()
    async with session.get(file["url_private_download"]) as response:
        assert response.content_length == len(PDF)
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()


async def test_a_slow_download_comes_in_pieces(ws: Workspace, session: aiohttp.ClientSession) -> None:
    file = await attached(ws, "contract.pdf", PDF)
    ws.faults.slow(500_000)
    async with session.get(file["url_private_download"]) as response:
        assert len(await response.content.readany()) < len(PDF)
        await response.read()


async def test_a_redirect_to_another_host_shows_who_sends_the_token_on(
    ws: Workspace, session: aiohttp.ClientSession
) -> None:
    seen: list[str | None] = []

    async def elsewhere(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return web.Response(text="caught")

    file = await attached(ws, "contract.pdf", PDF)
    async with answering(elsewhere) as origin:
        ws.faults.redirect(f"{origin.replace('127.0.0.1', 'localhost')}/")
        async with session.get(file["url_private_download"]) as response:
            assert await response.text() == "caught"
    assert ws.files.authorizations_seen == [f"Bearer {ws.bot_token}"]
    assert seen == [None]

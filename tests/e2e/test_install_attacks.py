"""What strangers make of the pages by which the app is installed: addresses, states, codes and requests of theirs."""

from __future__ import annotations

import asyncio
import logging
from html import unescape
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from bot.slack.receive.install_pages import AT_ONCE_MAX
from tests.e2e.test_many_workspaces import LINK, Apps, apps, begun, ended, installed

__all__ = ["apps"]
COOKIE = "slack-app-oauth-state"


async def install_page(apps: Apps, query: str) -> tuple[URL, str]:
    """Where its button leads, and the cookie that comes with it."""
    async with aiohttp.ClientSession() as browser:
        address = URL(f"http://127.0.0.1:{apps.port}/slack/install?{query}", encoded=True)
        async with browser.get(address) as page:
            return URL(unescape(LINK.findall(await page.text())[0])), page.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "added",
    [
        "&redirect_uri=https://evil.example/",
        "&user_scope=admin",
        "&scope=chat:write",
        "&state=of-somebody-else",
        "#x",
        " x",
    ],
)
async def test_an_address_that_somebody_made_up_adds_nothing_to_slacks(apps: Apps, added: str) -> None:
    async with apps.running():
        plain, _ = await install_page(apps, "")
        made_up, _ = await install_page(apps, f"team={apps.first.team_id}{quote(added, safe='')}")
        chosen, _ = await install_page(apps, f"team={apps.first.team_id}")

    assert {name: made_up.query.getall(name) for name in made_up.query if name != "state"} == {
        name: plain.query.getall(name) for name in plain.query if name != "state"
    }
    assert len(made_up.query.getall("state")) == 1
    assert made_up.fragment == ""
    assert chosen.query["team"] == apps.first.team_id


async def test_the_cookie_goes_with_no_request_of_another_site_and_to_no_script(apps: Apps) -> None:
    async with apps.running():
        _, cookie = await install_page(apps, "")

    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=600"} <= set(cookie.split("; "))


async def test_a_state_ends_one_installation(apps: Apps) -> None:
    """Also with another code, as for somebody who got hold of a browser's history."""
    async with apps.running():
        code, state = await begun(apps)
        another, _ = await begun(apps)
        assert "Thank you" in await ended(apps, f"code={code}&state={state}", state)

        page = await ended(apps, f"code={another}&state={state}", state)

        assert "Thank you" not in page


async def test_a_state_that_another_bot_made_is_refused(apps: Apps) -> None:
    async with apps.running(bot_token_key="qWZ1MGkcnvaGlySzPsuoOvKpDOOhJ0AqBXzAnCEdOn4="):
        _, foreign = await begun(apps)
    async with apps.running():
        code, _ = await begun(apps)
        assert "Thank you" not in await ended(apps, f"code={code}&state={foreign}", foreign)
        assert await installed(apps) == set()


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS", "DELETE"])
async def test_nothing_but_a_browser_that_goes_there_ends_an_installation(apps: Apps, method: str) -> None:
    async with apps.running():
        code, state = await begun(apps)
        query, headers = f"code={code}&state={state}", {"Cookie": f"{COOKIE}={state}"}
        address = f"http://127.0.0.1:{apps.port}/slack/oauth_redirect?{query}"
        async with (
            aiohttp.ClientSession() as browser,
            browser.request(method, address, headers=headers, data=query) as page,
        ):
            assert page.status == 405
        assert await installed(apps) == set()
        assert "Thank you" in await ended(apps, query, state), "the code has not been used"


@pytest.mark.parametrize(
    "code", ["x" * 4_000, "%0d%0aX-Evil:1", "%00", "%ff%fe", "a%26client_secret%3Dx", "&code=2", "%F0%9F%92%A5"]
)
async def test_what_can_be_no_code_is_not_taken_to_slack(apps: Apps, code: str) -> None:
    async with apps.running():
        _, state = await begun(apps)
        page = await ended(apps, f"code={code}&state={state}", state)

    assert "The app was not installed" in page
    assert apps.distribution.exchanges == 0


@pytest.mark.parametrize("parameter", ["state", "error", "team", "code"])
async def test_what_is_endless_is_a_page_and_no_crash(apps: Apps, parameter: str) -> None:
    async with apps.running():
        _, state = await begun(apps)
        for query in (f"{parameter}={'A' * 7_000}&state={state}", f"{parameter}=1&" * 500 + f"state={state}"):
            async with aiohttp.ClientSession() as browser:
                for path in ("install", "oauth_redirect"):
                    address = URL(f"http://127.0.0.1:{apps.port}/slack/{path}?{query}", encoded=True)
                    async with browser.get(address, headers={"Cookie": f"{COOKIE}={state}"}) as page:
                        assert page.status < 500
        assert await installed(apps) == set()


async def test_where_slack_cannot_be_asked_its_person_reads_that_and_no_log_says_the_code(
    apps: Apps, caplog: pytest.LogCaptureFixture
) -> None:
    async with apps.running():
        code, state = await begun(apps)
        await apps.distribution._server.stop()
        with caplog.at_level(logging.DEBUG):
            page = await ended(apps, f"code={code}&state={state}", state)

    assert "could not be asked right now" in page
    assert code not in caplog.text
    assert state not in caplog.text


async def test_endless_installations_ask_slack_only_a_few_times_at_a_time(apps: Apps) -> None:
    async with apps.running():
        states = [(await begun(apps))[1] for _ in range(3 * AT_ONCE_MAX)]
        apps.distribution.may_answer.clear()
        ending = [asyncio.create_task(ended(apps, f"code=1.2.a&state={state}", state)) for state in states]
        async with asyncio.timeout(30):
            while apps.distribution.exchanges < AT_ONCE_MAX:
                await install_page(apps, "")
        for _ in states:  # as many rounds of the server as there are requests
            await install_page(apps, "")
        at_once = apps.distribution.exchanges
        apps.distribution.may_answer.set()
        pages = await asyncio.gather(*ending)

    assert at_once == AT_ONCE_MAX
    assert [page for page in pages if "Thank you" in page] == []

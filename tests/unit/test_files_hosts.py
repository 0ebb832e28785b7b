"""Where the bot token may go."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.files.download import Downloader
from tests.file_limits import LIMITS


@pytest.fixture
async def downloader() -> AsyncIterator[Downloader]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield Downloader(client, bot_token="xoxb-1", slack_api_url="http://127.0.0.1:8123/api/", limits=LIMITS)


@pytest.mark.parametrize(
    "url",
    [
        "https://files.slack.com/files-pri/T1-F1/download/a.pdf",
        "https://acme.enterprise.slack.com/files-pri/T1-F1/a.pdf",
        "https://FILES.SLACK.COM:443/a.pdf",
        "https://slack-files.com/T1-F1-abc",
        "https://files.slack-gov.com/a.pdf",
        "http://127.0.0.1:8123/files/a.pdf",
    ],
)
async def test_the_token_goes_to_slack(downloader: Downloader, url: str) -> None:
    assert downloader.allows(url)


@pytest.mark.parametrize(
    "path",
    [
        "/api/auth.revoke",
        "/api/chat.postMessage?channel=C1&text=hi",
        "//api/auth.revoke",
        "/./api/auth.revoke",
        "/files-pri/T1-F1/../../api/auth.revoke",
        "/files-pri/..%2fapi/auth.revoke",
        "/%61pi/auth.revoke",
        "/%2561pi/auth.revoke",
        "/API/auth.revoke",
        "/api//auth.revoke",
        "/api/auth.revoke/",
        "/api\\auth.revoke",
        "/api/auth%2Erevoke",
    ],
)
@pytest.mark.parametrize("origin", ["https://slack.com", "https://acme.slack.com", "http://127.0.0.1:8123"])
async def test_no_address_of_a_file_calls_a_method_with_the_token(
    downloader: Downloader, origin: str, path: str
) -> None:
    """One that an app gives to a file that lies elsewhere could: it would post, leave channels or revoke the token."""
    assert not downloader.allows(f"{origin}{path}")


@pytest.mark.parametrize(
    "path", ["/api/files/F1/report.v2.pdf", "/files-pri/T1-F1/api/chat.postMessage", "/report.pdf"]
)
async def test_a_file_of_a_server_that_stands_in_for_slack_may_lie_anywhere_else(
    downloader: Downloader, path: str
) -> None:
    assert downloader.allows(f"http://127.0.0.1:8123{path}")


@pytest.mark.parametrize(
    "url",
    [
        "http://files.slack.com/a.pdf",
        "https://files.slack.com:8443/a.pdf",
        "https://files.slack.com.evil.example/a.pdf",
        "https://evilslack.com/a.pdf",
        "https://evil-slack-files.com/a.pdf",
        "https://x.slack-files.com/a.pdf",
        "https://files.slack.com@evil.example/a.pdf",
        "https://user:pass@files.slack.com/a.pdf",
        "https://evil.example/files.slack.com",
        "https://evil.example\\@files.slack.com/a.pdf",
        "https://127.0.0.1:8123/files/a.pdf",
        "http://127.0.0.1:8124/files/a.pdf",
        "http://localhost:8123/files/a.pdf",
        "ftp://files.slack.com/a.pdf",
        "file:///etc/passwd",
        "//files.slack.com/a.pdf",
        "not a url",
        "https://[::1",
        "https://2130706433:8123/a.pdf",
        "http://[::ffff:127.0.0.1]:8123/a.pdf",
        "http://0x7f.1:8123/a.pdf",
        "http://127.1:8123/a.pdf",
        "https://files.slack.com%2eevil.example/a.pdf",
        "https://files.slack.com%00.evil.example/a.pdf",
        "https://files.slack.com\u3002evil.example/a.pdf",
        "https://evil.example#@files.slack.com/a.pdf",
        "https://evil.example?@files.slack.com/a.pdf",
        "https://files.sl\u0430ck.com/a.pdf",
        "https://files.slack.com./a.pdf",
        "https://169.254.169.254/latest/meta-data",
        "javascript:alert(1)",
        "data:text/plain,x",
        "",
    ],
)
async def test_the_token_goes_nowhere_else(downloader: Downloader, url: str) -> None:
    assert not downloader.allows(url)

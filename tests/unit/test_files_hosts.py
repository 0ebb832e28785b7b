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
        "",
    ],
)
async def test_the_token_goes_nowhere_else(downloader: Downloader, url: str) -> None:
    assert not downloader.allows(url)

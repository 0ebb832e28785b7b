"""What tests everywhere are given: a clock, a workspace, a practice model, and clients of theirs.

I/O: servers on 127.0.0.1 for each test that asks for one. A module that needs another workspace says so with a
``workspace_options`` of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, settings
from slack_sdk.web.async_client import AsyncWebClient

from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.clocks import StandingClock
from tests.repository import MANIFEST
from tests.slack_client import web_client

# On a machine that others use too, an example takes long for reasons that are none of its own.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fast", settings.get_profile("shared machine"), max_examples=10)
settings.load_profile("shared machine")


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def workspace_options() -> dict[str, Any]:
    """What ``ws`` is made with, besides the manifest."""
    return {}


@pytest.fixture
async def ws(workspace_options: dict[str, Any]) -> AsyncIterator[Workspace]:
    async with Workspace(MANIFEST, **workspace_options) as workspace:
        yield workspace


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as shared:
        yield shared


@pytest.fixture
def client(ws: Workspace, session: aiohttp.ClientSession) -> AsyncWebClient:
    """The bot's, for ``ws``."""
    return web_client(ws, session)


@pytest.fixture
async def model() -> AsyncIterator[PracticeModel]:
    """One that answers at once."""
    async with PracticeModel(token_rate_per_s=None, first_token_delay_s=0.0) as model:
        yield model

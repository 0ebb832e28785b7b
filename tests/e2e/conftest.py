from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import logs
from bot.playground.practice_model import PracticeModel
from bot.playground.workspace import Workspace
from tests.stage import MANIFEST, QUICK_RETRIES_S, TRANSPORTS, Stage, TurnLog, bot_running, settings_for


@pytest.fixture
def turn_log() -> TurnLog:
    logs.set_up("INFO", "json")
    log = TurnLog()
    logging.getLogger("bot").addHandler(log)
    return log


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace(MANIFEST, retry_delays_s=QUICK_RETRIES_S) as workspace:
        yield workspace


@pytest.fixture
async def model() -> AsyncIterator[PracticeModel]:
    async with PracticeModel(token_rate_per_s=None, first_token_delay_s=0.0) as model:
        yield model


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def stage(
    workspace: Workspace, model: PracticeModel, transport: str, tmp_path: Path, turn_log: TurnLog
) -> AsyncIterator[Stage]:
    """The bot between a workspace and a practice model; crashes in its log fail the test."""
    settings = settings_for(workspace, model.url, tmp_path, transport)
    async with bot_running(workspace, settings):
        yield Stage(workspace, model, settings, turn_log)
    logging.getLogger("bot").removeHandler(turn_log)
    assert turn_log.crashes == []

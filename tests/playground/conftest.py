"""What tests of the playground share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from playground.workspace.workspace import Workspace
from tests.manifests import MENTIONS


@pytest.fixture
async def ws(workspace_options: dict[str, Any]) -> AsyncIterator[Workspace]:
    async with Workspace(MENTIONS, **workspace_options) as workspace:
        yield workspace

"""Whatever Slack delivers is acknowledged, over both transports, and nothing makes the bot stumble."""

from __future__ import annotations

import logging

import pytest

from playground.workspace.delivery import Delivery, Sort
from tests.slack_events import EVENTS, INTERACTIONS, SUBTYPES, deliveries
from tests.stage import Stage

AT_ONCE = 10
"""Slack gives each three seconds; all of them at the same moment would try the machine rather than the bot."""


async def test_everything_that_slack_delivers_is_acknowledged(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        sent: list[tuple[str, Delivery]] = []
        for name, sort, payload in deliveries():
            sent.append((name, stage.workspace.courier.deliver(sort, payload)))
            if len(sent) % AT_ONCE == 0:
                await stage.workspace.until(lambda _: all(delivery.over for _, delivery in sent), timeout_s=60)
        await stage.workspace.until(lambda _: all(delivery.over for _, delivery in sent), timeout_s=60)

    assert [name for name, delivery in sent if [outcome.acknowledged for outcome in delivery.outcomes] != [True]] == []
    assert len(sent) == len(EVENTS) - 1 + len(SUBTYPES) + len(INTERACTIONS) + 2
    assert len(stage.model.requests) == 0
    limited = [record for record in caplog.records if "slack.events_limited" in str(record.msg)]
    assert len(limited) == 2


async def test_a_request_for_options_gets_an_empty_list(stage: Stage) -> None:
    wanted = {"type": "block_suggestion", "action_id": "a", "block_id": "b", "value": "wor", "team": {"id": "T1"}}
    sent = stage.workspace.courier.deliver(Sort.INTERACTIVE, wanted)
    await stage.workspace.until(lambda _: sent.over)

    assert [(outcome.acknowledged, outcome.answer) for outcome in sent.outcomes] == [(True, {"options": []})]

"""Traces of turns: a collector on this machine receives a span for each step, with figures and nobody's words."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bot.telemetry import open_telemetry, traces
from playground.practice_model.script import HttpError
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests import made_files
from tests.logged import logged
from tests.loopback import answering
from tests.stage import Stage, TurnLog, bot_running, settings_for

SAID = "the merger is on Friday"


@dataclass
class Collector:
    address: str = ""
    bodies: list[bytes] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)

    @property
    def spans(self) -> list[Span]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def of_service(self) -> dict[str, Any]:
        return attributes(ExportTraceServiceRequest.FromString(self.bodies[0]).resource_spans[0].resource)

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


def attributes(of: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in of.attributes}


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    collector = Collector()

    async def receive(request: web.Request) -> web.Response:
        collector.paths.add(request.path)
        collector.bodies.append(await request.read())
        return web.Response()

    async with answering(receive) as collector.address:
        yield collector


@pytest.fixture
def traced(
    workspace: Workspace, model: PracticeModel, collector: Collector, tmp_path: Path, turn_log: TurnLog
) -> Stage:
    """The bot does not run yet: its spans have all been sent once it has ended."""
    settings = settings_for(
        workspace,
        model.url,
        tmp_path,
        "http",
        bot_shutdown_grace_s=10,
        otel_exporter_otlp_endpoint=collector.address,
    )
    return Stage(workspace, model, settings, turn_log)


async def test_a_turn_is_a_span_and_its_steps_are_spans_in_it(traced: Stage, collector: Collector) -> None:
    async with bot_running(traced.workspace, traced.settings):
        ts = await traced.ask(f"@claude {SAID}", files=[("merger.pdf", made_files.pdf())])
        await traced.outcome(ts)
    assert collector.paths == {"/v1/traces"}
    assert collector.of_service["service.name"] == "slack-claude-bot"
    (turn,) = collector.named("turn")
    of_turn = attributes(turn)
    assert of_turn["slackbot.ts"] == ts
    assert of_turn["slackbot.channel"] == traced.general
    assert of_turn["slackbot.outcome"] == "answered"
    assert of_turn["slackbot.files"] == 1
    steps = {"read_thread", "draft", "read_files", "model_request", "chat.postMessage", "chat.update", "finish_reply"}
    assert steps <= {span.name for span in collector.spans}
    assert {span.trace_id for span in collector.spans} == {turn.trace_id}
    known = {span.span_id for span in collector.spans}
    assert [span.name for span in collector.spans if span.parent_span_id not in known] == ["turn"]
    (request,) = collector.named("model_request")
    took_s = (request.end_time_unix_nano - request.start_time_unix_nano) / 1e9
    assert 0 <= attributes(request)["slackbot.first_text_s"] <= took_s
    assert attributes(request)["slackbot.model"] == traced.settings.messages_model


async def test_no_words_and_no_names_are_sent(traced: Stage, collector: Collector) -> None:
    traced.model.script(HttpError.api(401, "authentication_error", f"what is {SAID}?"))
    async with bot_running(traced.workspace, traced.settings):
        for text in (SAID, "and now?"):
            await traced.outcome(await traced.ask(f"@claude {text}", files=[("merger.txt", SAID.encode())]))
    (failed, _) = collector.named("turn")
    assert attributes(failed)["slackbot.error"] == "ModelKeyInvalid"
    assert attributes(collector.named("model_request")[0])["error.type"] == "ModelKeyInvalid"
    sent = b"".join(collector.bodies)
    people = [user.real_name for user in traced.workspace.state.users.values()]
    for words in (SAID, "merger", "general", "claude-bot-answers", *people):
        assert words.encode() not in sent, words


async def test_a_trace_names_the_kind_of_an_error_and_not_its_words(collector: Collector) -> None:
    async with AsyncExitStack() as parts:
        await open_telemetry.begin(collector.address, parts)
        with pytest.raises(ValueError, match=SAID), traces.turn(), traces.step("draft"):
            raise ValueError(SAID)
    assert [attributes(span)["error.type"] for span in collector.named("draft")] == ["ValueError"]
    assert SAID.encode() not in b"".join(collector.bodies)


async def test_without_the_library_the_bot_runs_and_the_log_says_what_is_missing(
    traced: Stage, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with logged() as lines:
        async with bot_running(traced.workspace, traced.settings):
            await traced.outcome(await traced.ask("@claude hello"))
    (line,) = [line for line in lines.lines if line["event"] == "traces.not_installed"]
    assert line["todo"] == "pip install 'slack-claude-bot[otel]'"
    assert collector.bodies == []


def test_without_an_address_nothing_of_the_library_is_loaded() -> None:
    code = "import sys, bot.app, bot.__main__; print([name for name in sys.modules if 'opentelemetry' in name])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

"""What becomes of a request when the link to the API is bad, slow or broken, and what is done about it."""

from __future__ import annotations

import asyncio
import gc
import sys
import types
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import httpx
import httpx_aiohttp
import pytest

from bot.conversation import Conversation, Message, Role
from bot.errors import AnswerCut, ModelOverloaded, ModelRequestInvalid, ModelRequestTooLarge, ModelUnavailable
from bot.files.uses import Uses
from bot.llm.body import StreamedBody
from bot.llm.client import LINK_ERRORS, MessagesClient, broken_link, prolong
from bot.llm.patience import Patience
from bot.messages import FileBytes, ImageBlock, PdfBlock, TextBlock
from playground.practice_model.script import Answer, RawAnswer, too_large_before_reading
from playground.practice_model.server import PracticeModel
from tests import made_files
from tests.loopback import nobody_listening
from tests.messages_link import KEY, MODEL, Waits, asking, asking_about, linked, once, served_by


async def test_a_host_where_nobody_listens_is_tried_three_times() -> None:
    with nobody_listening() as origin:
        url, waits = f"{origin}/v1", Waits()
        async with MessagesClient(api_url=url, api_key=KEY, model=MODEL, max_tokens=9, sleep=waits) as client:
            with pytest.raises(ModelUnavailable):
                [event async for event in client.stream(asking())]

    assert len(waits.seconds) == 2


@pytest.mark.parametrize("url", ["http://", "ftp://127.0.0.1/v1", "http://127.0.0.1:99999/v1"])
async def test_an_address_that_is_none(url: str) -> None:
    async with MessagesClient(api_url=url, api_key=KEY, model=MODEL, max_tokens=9, patience=once()) as client:
        with pytest.raises(ModelUnavailable):
            [event async for event in client.stream(asking())]


@pytest.mark.parametrize("reply", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\ncontent-le"])
async def test_a_server_that_does_not_speak_http(reply: bytes) -> None:
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        model.script(RawAnswer((reply,)))
        with pytest.raises(ModelUnavailable):
            [event async for event in client.stream(asking())]


@pytest.fixture
def large_file(tmp_path: Path) -> Path:
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.truncate(20_000_000)
    return path


async def test_a_413_sent_before_the_upload_is_read_is_never_answered_by_uploading_again(large_file: Path) -> None:
    waits = Waits()
    async with PracticeModel() as model, linked(model, sleep=waits) as client:
        model.script(too_large_before_reading(), Answer("Not asked for."))
        # Whether the 413 or only the broken connection is seen is up to the operating system.
        with pytest.raises((ModelRequestTooLarge, ModelUnavailable)):
            [event async for event in client.stream(asking_about(large_file))]

        assert len(model.requests) == 1
    assert waits.seconds == []


async def test_a_connection_that_breaks_during_a_large_upload_is_not_tried_again(large_file: Path) -> None:
    waits = Waits()
    async with PracticeModel() as model, linked(model, sleep=waits) as client:
        model.script(RawAnswer((), read_body=False), Answer("Not asked for."))
        with pytest.raises(ModelUnavailable) as caught:
            [event async for event in client.stream(asking_about(large_file))]

    assert not caught.value.retryable
    assert waits.seconds == []


async def test_a_slow_upload_is_not_taken_for_a_silent_api(large_file: Path) -> None:
    """The server reads for longer than the patience for a first event, but never stops reading."""

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        left = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while left > 0:
            left -= len(await reader.read(1 << 20))
            await asyncio.sleep(0.04)
        read_for_s.append(asyncio.get_running_loop().time() - began_s)
        writer.write(b"HTTP/1.1 529 Overloaded\r\ncontent-length: 0\r\n\r\n")

    began_s, read_for_s = asyncio.get_running_loop().time(), list[float]()
    patience = Patience(first_event_timeout_s=1.0, retries_max=0)
    async with (
        served_by(slow) as url,
        MessagesClient(api_url=url, api_key=KEY, model=MODEL, max_tokens=9, patience=patience) as client,
    ):
        with pytest.raises(ModelOverloaded):
            [event async for event in client.stream(asking_about(large_file))]
    assert read_for_s[0] > patience.first_event_timeout_s


async def test_patience_that_has_run_out_is_not_prolonged_and_stays_a_timeout() -> None:
    """The connection asks for more of the request while the task that sends it is being cancelled."""

    async def give_up() -> None:
        async with asyncio.timeout(0.0) as timeout:
            try:
                await asyncio.Event().wait()
            finally:
                prolong(timeout, asyncio.get_running_loop().time() + 60)

    with pytest.raises(TimeoutError):
        await give_up()


async def test_a_file_that_went_away_is_not_the_apis_fault(tmp_path: Path) -> None:
    gone = PdfBlock("gone.pdf", FileBytes(tmp_path / "gone.pdf", 3_000_000), pages=1)
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        with pytest.raises(ModelRequestInvalid, match="changed on disk"):
            [event async for event in client.stream(Conversation("", (Message(Role.USER, (gone,)),)))]


def defined_in(library: types.ModuleType) -> set[type[Exception]]:
    """Every exception class of a library's own modules, whether it publishes them or not."""
    modules = [sys.modules[name] for name in list(sys.modules) if name.split(".")[0] == library.__name__]
    values = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return {kind for kind in values if issubclass(kind, Exception) and kind.__module__.startswith(library.__name__)}


def test_every_exception_of_the_libraries_below_is_mapped() -> None:
    raised = {kind for library in (httpx, httpx_aiohttp, aiohttp) for kind in defined_in(library)}
    elsewhere = ("aiohttp.web", "aiohttp._websocket", "aiohttp.multipart", "aiohttp.payload", "aiohttp.compression")
    of_ours = {kind for kind in raised if not kind.__module__.startswith(elsewhere)}
    unmapped = {kind.__name__ for kind in of_ours if not issubclass(kind, LINK_ERRORS)}

    assert len(of_ours) > 60
    assert unmapped == {
        "EofStream",  # the end of a body, which aiohttp keeps to itself
        "WSMessageTypeError",  # of web sockets
    }


@pytest.mark.parametrize("body", [b"zz\r\n", b"5\r\nabc", b"-1\r\n\r\n", b"5" * 5_000])
async def test_a_body_that_breaks_the_rules_of_http_is_a_broken_link(body: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        model.script(RawAnswer((head, body)))
        with pytest.raises(ModelUnavailable):
            [event async for event in client.stream(asking())]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_a_body_that_is_not_packed_as_it_says_is_a_broken_link(encoding: str) -> None:
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\nconnection: close\r\n\r\n"
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        model.script(RawAnswer((head.encode(), b"not packed at all")))
        with pytest.raises(ModelUnavailable):
            [event async for event in client.stream(asking())]


def test_what_a_broken_link_means_depends_on_how_far_things_had_come() -> None:
    small, large = StreamedBody([b"x"]), StreamedBody([b"x" * 2_000_000])

    assert type(broken_link(httpx.ReadError(""), small, begun=True)) is AnswerCut
    assert broken_link(httpx.ReadError(""), small, begun=False).retryable
    assert not broken_link(httpx.ReadError(""), large, begun=False).retryable
    large.sent = large.length
    assert broken_link(httpx.ReadError(""), large, begun=False).retryable


class DeafServer:
    """Answers when a request's headers are in, and reads no further until it is asked whether the client hung up."""

    def __init__(self, answer: bytes) -> None:
        self.asked = asyncio.Event()
        self._answer = answer
        self._listen = asyncio.Event()
        self._hung_up = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self._answer)
        self.asked.set()
        await self._listen.wait()
        with suppress(ConnectionError):
            while await reader.read(1 << 20):
                pass
        writer.close()
        self._hung_up.set()

    async def hung_up(self) -> None:
        self._listen.set()
        async with asyncio.timeout(2):
            await self._hung_up.wait()


@asynccontextmanager
async def to_deaf(answer: bytes) -> AsyncIterator[tuple[DeafServer, MessagesClient]]:
    deaf = DeafServer(answer)
    server = await asyncio.start_server(deaf.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server, MessagesClient(api_url=url, api_key=KEY, model=MODEL, max_tokens=9) as client:
        yield deaf, client


async def test_the_files_of_a_request_are_let_go_with_its_answer(tmp_path: Path) -> None:
    """By who asked: the libraries keep a request until the next garbage collection, and files in use stay on disk."""
    picture, use = tmp_path / "red.png", Uses()
    picture.write_bytes(made_files.solid("PNG", (255, 0, 0)))

    async def ask(client: MessagesClient) -> None:
        image = ImageBlock("image/png", FileBytes(picture, picture.stat().st_size, use.begin("red")), 64, 64)
        question = Conversation("", (Message(Role.USER, (image, TextBlock("What is this?"))),))
        assert [event async for event in client.stream(question)]
        assert use.count("red") == 1

    async with PracticeModel() as model, linked(model) as client:
        gc.disable()
        try:
            await ask(client)
            assert use.count("red") == 0
        finally:
            gc.enable()


async def test_giving_up_in_the_middle_of_an_upload_closes_the_connection(large_file: Path) -> None:
    async with to_deaf(b"") as (deaf, client):
        waiting = asyncio.ensure_future(anext(client.stream(asking_about(large_file))))
        await deaf.asked.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await deaf.hung_up()


async def test_a_refusal_in_the_middle_of_an_upload_is_heard_at_once(large_file: Path) -> None:
    async with to_deaf(b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n") as (deaf, client):
        with pytest.raises(ModelRequestTooLarge):
            await anext(client.stream(asking_about(large_file)))
        await deaf.hung_up()

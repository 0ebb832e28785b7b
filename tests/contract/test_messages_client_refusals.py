"""Which error a person gets for which refusal, and when the client asks again by itself."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import httpx
import httpx_sse
import pytest

from bot.errors import (
    AnswerCut,
    ModelBalanceEmpty,
    ModelError,
    ModelKeyInvalid,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
    ModelRequestInvalid,
    ModelRequestTooLarge,
    ModelUnavailable,
)
from bot.llm.body import StreamedBody
from bot.llm.client import LINK_ERRORS, MessagesClient, Patience, broken_link
from bot.messages import Conversation, FileBytes, Message, PdfBlock, Role
from bot.playground.practice_model import (
    Answer,
    HttpError,
    PracticeModel,
    RawAnswer,
    Scripted,
    too_large_before_reading,
)
from tests.messages_link import KEY, MODEL, Waits, asking, asking_about, linked, most, once, text_of

HTML = "<html><title>Bad gateway</title>" + "x" * 200_000


async def refusal_of(*answers: Scripted) -> ModelError:
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        model.script(*answers)
        with pytest.raises(ModelError) as caught:
            [event async for event in client.stream(asking())]
    return caught.value


@pytest.mark.parametrize(
    ("status", "error_type", "expected"),
    [
        (400, "invalid_request_error", ModelRequestInvalid),
        (401, "authentication_error", ModelKeyInvalid),
        (402, "billing_error", ModelBalanceEmpty),
        (403, "permission_error", ModelKeyInvalid),
        (404, "not_found_error", ModelNotFound),
        (408, "timeout_error", ModelUnavailable),
        (413, "request_too_large", ModelRequestTooLarge),
        (422, "unheard_of", ModelRequestInvalid),
        (429, "rate_limit_error", ModelRateLimited),
        (500, "api_error", ModelUnavailable),
        (500, "overloaded_error", ModelOverloaded),
        (503, "unheard_of", ModelUnavailable),
        (504, "timeout_error", ModelUnavailable),
        (529, "overloaded_error", ModelOverloaded),
    ],
)
async def test_each_refusal_has_its_error(status: int, error_type: str, expected: type[ModelError]) -> None:
    refusal = await refusal_of(HttpError.api(status, error_type, "what people wrote"))

    assert type(refusal) is expected
    assert str(refusal) == f"{status} {error_type} req_scripted"


@pytest.mark.parametrize("status", [401, 402, 403, 404, 413, 429, 500, 502, 529])
@pytest.mark.parametrize("body", [HTML, {"error": {"message": "no", "code": "x y\nz"}}, {"error": "no"}, ""])
async def test_routers_own_pages_and_shapes_end_in_the_same_errors(status: int, body: str) -> None:
    by_api = await refusal_of(HttpError.api(status, "unheard_of"))
    by_router = await refusal_of(HttpError(status, body))

    assert type(by_router) is type(by_api)
    assert len(str(by_router)) < 100
    assert "\n" not in str(by_router)


async def test_a_prompt_over_the_window_asks_for_less() -> None:
    wording = "prompt is too long: 1000700 tokens > 1000000 maximum"

    assert type(await refusal_of(HttpError.api(400, "invalid_request_error", wording))) is ModelRequestTooLarge


async def test_a_refused_block_is_named_by_its_place() -> None:
    wording = "messages.2.content.1.pdf.source.base64.data: The PDF specified was not valid."
    refusal = await refusal_of(HttpError.api(400, "invalid_request_error", wording))

    assert isinstance(refusal, ModelRequestInvalid)
    assert refusal.refused_blocks == ((2, 1),)
    assert "messages.2.content.1.pdf" in str(refusal)


async def test_refused_blocks_are_read_from_the_typed_details_too() -> None:
    paths = ["messages.0.content.3.image.source.base64", "messages.4.content.0.image.source.base64"]
    error = {"type": "invalid_request_error", "message": "Too large.", "details": {"error_code": "x", "paths": paths}}
    refusal = await refusal_of(HttpError(400, {"type": "error", "error": error}))

    assert isinstance(refusal, ModelRequestInvalid)
    assert refusal.refused_blocks == ((0, 3), (4, 0))


async def test_a_wrong_key_and_an_unknown_model() -> None:
    async with PracticeModel() as model:
        for settings, expected in (({"api_key": "wrong"}, ModelKeyInvalid), ({"model": "gpt-9"}, ModelNotFound)):
            async with linked(model, **settings) as client:
                with pytest.raises(expected):
                    [event async for event in client.stream(asking())]


# --- asking again --------------------------------------------------------------------------------------------------


async def test_a_busy_api_is_asked_again_with_growing_waits() -> None:
    waits = Waits()
    async with PracticeModel() as model, linked(model, sleep=waits, uniform=most) as client:
        model.script(HttpError.api(529, "overloaded_error"), HttpError(502, HTML), Answer("At last."))

        assert text_of([event async for event in client.stream(asking())]) == "At last."

    assert waits.seconds == [0.5, 1.0]


async def test_it_gives_up_after_three_tries() -> None:
    waits = Waits()
    async with PracticeModel() as model, linked(model, sleep=waits) as client:
        model.script(*[HttpError.api(500, "api_error")] * 3, Answer("Too late."))
        with pytest.raises(ModelUnavailable):
            [event async for event in client.stream(asking())]

        assert len(model.requests) == 3
    assert all(0 <= wait <= most_then for wait, most_then in zip(waits.seconds, (0.5, 1.0), strict=True))


async def test_retry_after_is_obeyed() -> None:
    waits = Waits()
    async with PracticeModel() as model, linked(model, sleep=waits) as client:
        model.script(HttpError.api(429, "rate_limit_error", retry_after="7"), Answer("Now."))
        [event async for event in client.stream(asking())]

    assert waits.seconds == [7.0]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "31"}, 31.0),
        ({"retry_after": "Sun, 22 Nov 2026 10:01:00 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 60.0),
    ],
)
async def test_a_long_wait_is_left_to_people(headers: dict[str, str], seconds: float) -> None:
    async with PracticeModel() as model, linked(model, sleep=Waits()) as client:
        model.script(HttpError.api(429, "rate_limit_error", **headers), Answer("Not asked for."))
        with pytest.raises(ModelRateLimited) as caught:
            [event async for event in client.stream(asking())]

        assert len(model.requests) == 1
    assert caught.value.retry_after_s == seconds


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413])
async def test_what_cannot_get_better_is_not_asked_again(status: int) -> None:
    waits = Waits()
    async with PracticeModel() as model, linked(model, sleep=waits) as client:
        model.script(HttpError.api(status, "unheard_of"), Answer("Not asked for."))
        with pytest.raises(ModelError):
            [event async for event in client.stream(asking())]

    assert waits.seconds == []


async def test_a_cut_before_the_first_text_is_asked_again() -> None:
    async with PracticeModel() as model, linked(model, sleep=Waits()) as client:
        model.script(Answer("x", cut_after=0), Answer("x", error_after=0), Answer("Whole."))

        assert text_of([event async for event in client.stream(asking())]) == "Whole."


async def test_no_second_try_once_text_was_shown() -> None:
    async with PracticeModel() as model, linked(model, sleep=Waits()) as client:
        model.script(Answer(chunks=("a", "b"), error_after=1), Answer("Not asked for."))
        with pytest.raises(ModelOverloaded):
            [event async for event in client.stream(asking())]

        assert len(model.requests) == 1


# --- the link itself -----------------------------------------------------------------------------------------------


async def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        waits = Waits()
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
    assert type(await refusal_of(RawAnswer((reply,)))) is ModelUnavailable


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
            await asyncio.sleep(0.01)
        writer.write(b"HTTP/1.1 529 Overloaded\r\ncontent-length: 0\r\n\r\n")
        writer.close()
        await writer.wait_closed()
        read_whole.set()

    read_whole = asyncio.Event()
    server = await asyncio.start_server(slow, "127.0.0.1", 0, limit=1 << 17)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    patience = Patience(first_event_timeout_s=0.25, retries_max=0)
    async with server, MessagesClient(api_url=url, api_key=KEY, model=MODEL, max_tokens=9, patience=patience) as client:
        with pytest.raises(ModelOverloaded):
            [event async for event in client.stream(asking_about(large_file))]
        await read_whole.wait()


async def test_a_file_that_went_away_is_not_the_apis_fault(tmp_path: Path) -> None:
    gone = PdfBlock("gone.pdf", FileBytes(tmp_path / "gone.pdf", 3_000_000), pages=1)
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        with pytest.raises(ModelRequestInvalid, match="changed on disk"):
            [event async for event in client.stream(Conversation("", (Message(Role.USER, (gone,)),)))]


def subclasses(base: type[BaseException]) -> set[type[BaseException]]:
    return {base} | {deeper for below in base.__subclasses__() for deeper in subclasses(below)}


def test_every_exception_of_the_libraries_below_is_mapped() -> None:
    named = {value for value in vars(httpx).values() if isinstance(value, type) and issubclass(value, Exception)}
    raised = named | subclasses(httpx.HTTPError) | subclasses(httpx_sse.SSEError) | subclasses(aiohttp.ClientError)

    assert {kind.__name__ for kind in raised if not issubclass(kind, LINK_ERRORS)} == set()


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

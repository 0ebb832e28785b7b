"""Which error a person gets for which refusal, and when the client asks again by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import (
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
from bot.llm.patience import Patience
from playground.practice_model.script import Answer, HttpError, Scripted
from playground.practice_model.server import PracticeModel
from tests.messages_link import Waits, asking, linked, most, once, text_of

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


async def test_a_wrong_key_and_an_unknown_model_have_errors_of_their_own() -> None:
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

    assert waits.seconds == [4.0, 8.0]


async def test_it_gives_up_after_three_tries() -> None:
    waits = Waits()
    async with PracticeModel() as model, linked(model, sleep=waits) as client:
        model.script(*[HttpError.api(500, "api_error")] * 3, Answer("Too late."))
        with pytest.raises(ModelUnavailable):
            [event async for event in client.stream(asking())]

        assert len(model.requests) == 3
    assert all(1 <= wait <= most_then for wait, most_then in zip(waits.seconds, (4.0, 8.0), strict=True))


async def test_pauses_differ_from_one_to_the_next_asker() -> None:
    """Those who were refused together do not come back together."""
    waits = Waits()
    async with PracticeModel() as model, linked(model, sleep=waits) as client:
        for _ in range(4):
            model.script(HttpError(503, HTML), HttpError(503, HTML), Answer("Now."))
            [event async for event in client.stream(asking())]

    assert len(set(waits.seconds)) == 8
    assert sum(waits.seconds) / 4 > 2, "several seconds, where the API does not say how long"


async def test_a_pause_that_would_outlast_the_patience_is_not_made() -> None:
    waits, patience = Waits(), Patience(first_event_timeout_s=20)
    async with PracticeModel() as model, linked(model, sleep=waits, patience=patience) as client:
        model.script(HttpError.api(429, "rate_limit_error", retry_after="25"), Answer("Not asked for."))
        with pytest.raises(ModelRateLimited):
            [event async for event in client.stream(asking())]

    assert waits.seconds == []


@pytest.mark.parametrize("how", ["error", "cut"])
async def test_white_space_is_no_beginning_of_an_answer_so_what_fails_after_it_is_asked_again(how: str) -> None:
    begun = Answer(chunks=("\n", "\n", "Never."))
    broken = replace(begun, error_after=2) if how == "error" else replace(begun, cut_after=2)
    async with PracticeModel() as model, linked(model, sleep=Waits()) as client:
        model.script(broken, Answer(chunks=("\n\n", "  Now", ".\n")))
        events = [event async for event in client.stream(asking())]

        assert len(model.requests) == 2
    assert text_of(events) == "\n\n  Now.\n"


async def test_an_operator_may_have_no_pauses() -> None:
    waits, patience = Waits(), Patience(pause_max_s=0)
    async with PracticeModel() as model, linked(model, sleep=waits, patience=patience) as client:
        model.script(HttpError(503, HTML), HttpError(503, HTML), Answer("Now."))
        [event async for event in client.stream(asking())]

    assert waits.seconds == [0.0, 0.0]


@pytest.mark.parametrize(("word", "requests"), [("true", 2), ("false", 1)])
async def test_the_api_s_word_on_trying_again_goes_before_ours(word: str, requests: int) -> None:
    async with PracticeModel() as model, linked(model, sleep=Waits()) as client:
        status, kind = (400, "invalid_request_error") if word == "true" else (500, "api_error")
        model.script(HttpError.api(status, kind, x_should_retry=word), HttpError.api(401, "authentication_error"))
        with pytest.raises(ModelError):
            [event async for event in client.stream(asking())]

        assert len(model.requests) == requests


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

"""A host that takes no effort, in whatever words it says so, costs one request more, once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import ModelError
from playground.practice_model.script import Answer, HttpError, Scripted
from playground.practice_model.server import PracticeModel
from tests.logged import logged
from tests.messages_link import asking, linked, once

LOW = replace(asking(), effort="low")
NAMED = [
    HttpError.api(400, "invalid_request_error", "output_config: Extra inputs are not permitted"),
    HttpError.api(400, "invalid_request_error", "This model does not support the effort parameter."),
    HttpError.in_openais_shape(400, "Unrecognized request argument supplied: output_config"),
    HttpError(422, {"detail": [{"loc": ["body", "output_config"], "msg": "Extra inputs are not permitted"}]}),
    HttpError.in_openais_shape(404, "No endpoints found that support the requested parameter: effort"),
    HttpError(500, {"error": "unknown field output_config"}),
]
UNNAMED = [HttpError.api(400, "invalid_request_error", "Bad request"), HttpError(400, "<html>400</html>")]


async def efforts_of(*script: Scripted, times: int = 2) -> list[str]:
    """What was asked for in each request, when the same is asked so many times."""
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        model.script(*script)
        for _ in range(times):
            assert [event async for event in client.stream(LOW)]
        return [request.body.get("output_config", {}).get("effort", "") for request in model.requests]


@pytest.mark.parametrize("refusal", [*NAMED, *UNNAMED])
async def test_it_is_asked_without_at_once_and_from_then_on(refusal: HttpError) -> None:
    with logged() as lines:
        assert await efforts_of(refusal, Answer("One."), Answer("Two.")) == ["low", "", ""]
        assert lines.count("model.effort_refused") == 1


async def test_what_was_refused_for_something_else_is_asked_with_it_again() -> None:
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        model.script(UNNAMED[0], UNNAMED[0], Answer("Two."))
        with pytest.raises(ModelError):
            assert [event async for event in client.stream(LOW)]
        assert [event async for event in client.stream(LOW)]
        assert ["output_config" in request.body for request in model.requests] == [True, False, True]


async def test_where_it_was_taken_once_a_refusal_that_does_not_name_it_is_about_something_else() -> None:
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        model.script(Answer("One."), UNNAMED[0], NAMED[0], Answer("Three."))
        assert [event async for event in client.stream(LOW)]
        with pytest.raises(ModelError):
            assert [event async for event in client.stream(LOW)]
        assert [event async for event in client.stream(LOW)]
        assert ["output_config" in request.body for request in model.requests] == [True, True, True, False]


async def test_each_model_is_asked_for_itself_and_files_and_keys_are_taken_at_their_word() -> None:
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        model.script(NAMED[0], Answer("One."), Answer("Two."), HttpError.api(401, "authentication_error"))
        assert [event async for event in client.stream(LOW)]
        assert [event async for event in client.stream(replace(LOW, model="claude-opus-5-5"))]
        with pytest.raises(ModelError):
            assert [event async for event in client.stream(replace(LOW, model="claude-haiku-5-5"))]
        assert ["output_config" in request.body for request in model.requests] == [True, False, True, True]

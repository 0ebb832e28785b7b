"""What an error means, however a server words it: by its names and its status first, by its words only then."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from bot.errors import (
    MediaBound,
    Medium,
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
from bot.llm.error_responses import error_from_response


def api(error_type: str, message: str = "no", **details: Any) -> dict[str, Any]:
    more = {"details": details} if details else {}
    return {"type": "error", "error": {"type": error_type, "message": message} | more, "request_id": "req_1"}


def openai(message: str, error_type: str | None = None, code: str | int | None = None, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": error_type, "param": None, "code": code} | more}


def meant(status: int, body: object, headers: dict[str, str] | None = None) -> ModelError:
    content = body if isinstance(body, str) else json.dumps(body)
    return error_from_response(status, headers or {}, content.encode())


TOO_LARGE: list[tuple[int, object]] = [
    (400, api("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")),
    (400, api("invalid_request_error", "input length and `max_tokens` exceed context limit: 199000 + 21333 > 200000")),
    (400, api("invalid_request_error", "A maximum of 100 PDF pages may be provided.")),
    (400, openai("request (8302 tokens) exceeds the available context size", "exceed_context_size_error", 400)),
    (500, openai("the request exceeds the available context size", "exceed_context_size_error", 500)),
    (500, openai("no words that help", "exceed_context_size_error", 500)),
    (400, openai("the request exceeds the available context size. try increasing it", "invalid_request_error")),
    (400, openai("This model's maximum context length is 8192 tokens.", "BadRequestError", 400)),
    (400, openai("no words that help", "invalid_request_error", "context_length_exceeded")),
    (400, openai("litellm.ContextWindowExceededError: no", "None", "400", param="None")),
    (400, {"message": "Input is too long for requested model."}),
    (400, openai("prompt too long; exceeded max context length by 10 tokens")),
    (400, openai("Prompt is 11543 tokens but the model context window is 4096 tokens.")),
    (400, openai("The input token count (1130000) exceeds the maximum number of tokens allowed (1048576).")),
    (400, api("invalid_request_error", "no", error_code="prompt_too_long")),
    (413, "<html><title>413 Request Entity Too Large</title></html>"),
    (413, api("request_too_large")),
    (500, api("request_too_large")),
    (400, api("invalid_request_error", "no", error_code="request_body_too_large_after_decoding")),
]
NO_SUCH_MODEL: list[tuple[int, object]] = [
    (404, api("not_found_error", "model: claude-9")),
    (400, api("not_found_error", "model: claude-9")),
    (400, api("invalid_request_error", "model: claude-9 does not exist")),
    (400, openai("The model `gpt-9` does not exist or you do not have access to it.", "invalid_request_error")),
    (400, openai("no words that help", "invalid_request_error", "model_not_found")),
    (400, openai("anthropic/claude-9 is not a valid model ID", None, 400)),
    (400, {"error": {"message": {"error": "/chat: Invalid model name passed in model=x."}, "code": "400"}}),
    (400, {"error": '{"error":{"message":"claude-9 is not a valid model ID","code":400}}'}),
    (400, openai("Model not found: claude-9")),
    (400, openai("model 'claude-3.5-sonnet' not found, try pulling it first")),
    (400, {"message": "The provided model identifier is invalid."}),
    (400, {"message": "Invalid model. Please select a different model to continue.", "reason": "INVALID_MODEL_ID"}),
    (500, openai("model not found", "server_error", 500)),
    (503, openai("No available channel for model claude-9 under group default", "new_api_error", "model_not_found")),
    (503, openai("No available channel for model claude-9 under group default (distributor)", "new_api_error")),
    (404, {"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError", "code": 404}),
    (404, "<html>Not Found</html>"),
]
NO_BALANCE: list[tuple[int, object]] = [
    (402, api("billing_error")),
    (402, ""),
    (400, api("invalid_request_error", "Your credit balance is too low to access the Anthropic API.")),
    (400, api("invalid_request_error", "You have reached your specified API usage limits.")),
    (400, openai("Budget has been exceeded! Current cost: 1.2, Max budget: 1.0", "budget_exceeded", "400")),
    (403, openai("user quota is not enough", "one_api_error", "insufficient_user_quota")),
    (403, openai("用户额度不足", "new_api_error")),
    (
        429,
        openai("You exceeded your current quota, please check your plan.", "insufficient_quota", "insufficient_quota"),
    ),
    (429, api("rate_limit_error", "no", error_code="enforced_spend_limit_reached")),
    (429, openai("Insufficient balance", None, None)),
    (500, openai("Insufficient Balance", "server_error")),
    (200, openai("This request requires more credits, or fewer max_tokens.", None, 402)),
    (400, api("billing_error")),
]
WRONG_KEY: list[tuple[int, object]] = [
    (401, api("authentication_error", "invalid x-api-key")),
    (403, api("permission_error")),
    (500, api("authentication_error")),
    (400, {"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}),
    (401, openai("Incorrect API key provided", "invalid_request_error", "invalid_api_key")),
    (500, openai("Incorrect API key provided", "server_error", "401")),
    (400, api("invalid_request_error", "no", error_code="organization_on_hold")),
    (500, {"detail": "Unauthorized"}),
    (400, "Invalid API key"),
]
PASSING: list[tuple[int, object, type[ModelError]]] = [
    (429, api("rate_limit_error", "This would exceed your organization's input tokens per minute"), ModelRateLimited),
    (429, openai("Request too large for gpt-4 on tokens per min", "tokens", "rate_limit_exceeded"), ModelRateLimited),
    (400, {"__type": "com.amazon.coral#ThrottlingException", "message": "slow down"}, ModelRateLimited),
    (500, {"error": {"code": 429, "message": "no", "status": "RESOURCE_EXHAUSTED"}}, ModelRateLimited),
    (529, api("overloaded_error"), ModelOverloaded),
    (500, api("overloaded_error"), ModelOverloaded),
    (500, api("api_error", "Internal server error"), ModelUnavailable),
    (503, openai("The model is currently not available", "server_error"), ModelUnavailable),
    (502, "<html>Bad gateway</html>", ModelUnavailable),
    (504, api("timeout_error"), ModelUnavailable),
    (409, api("conflict_error"), ModelUnavailable),
]
NO_IMAGES = [
    (500, openai("image input is not supported - hint: you may need to provide the mmproj", "server_error", 500)),
    (400, openai("this model does not support image input (ref: 1)")),
    (404, openai("No endpoints found that support image input", None, 404)),
    (400, {"object": "error", "message": "x is not a multimodal model", "type": "BadRequestError", "code": 400}),
    (400, openai("Model does not support images. Please use a model that does.")),
    (400, openai("Invalid content type. image_url is only supported by certain models.", "invalid_request_error")),
]
DAMAGED = [
    (400, api("invalid_request_error", "Could not process image"), Medium.IMAGE),
    (500, api("api_error", "Could not process image"), Medium.IMAGE),
    (400, api("invalid_request_error", "Could not process PDF"), Medium.PDF),
    (400, api("invalid_request_error", "invalid pdf"), Medium.PDF),
    (400, openai("Unable to process input image. Please retry.", None, 400), Medium.IMAGE),
    (400, api("invalid_request_error", "The PDF specified was not valid."), Medium.PDF),
    (400, api("invalid_request_error", "Image format image/tiff is not supported"), Medium.IMAGE),
    (400, api("invalid_request_error", "Something in this request is wrong"), None),
    (422, {"detail": "unprocessable"}, None),
]


def listed(cases: Sequence[tuple[int, object]]) -> list[str]:
    return [f"{status} {json.dumps(body)[:60]}" for status, body in cases]


@pytest.mark.parametrize(("status", "body"), TOO_LARGE, ids=listed(TOO_LARGE))
def test_a_request_that_is_too_large_is_recognised(status: int, body: object) -> None:
    assert type(meant(status, body)) is ModelRequestTooLarge


@pytest.mark.parametrize(("status", "body"), NO_SUCH_MODEL, ids=listed(NO_SUCH_MODEL))
def test_a_model_that_the_api_does_not_know(status: int, body: object) -> None:
    assert type(meant(status, body)) is ModelNotFound


@pytest.mark.parametrize(("status", "body"), NO_BALANCE, ids=listed(NO_BALANCE))
def test_a_balance_that_is_used_up(status: int, body: object) -> None:
    assert type(meant(status, body)) is ModelBalanceEmpty


@pytest.mark.parametrize(("status", "body"), WRONG_KEY, ids=listed(WRONG_KEY))
def test_a_wrong_key_is_recognised(status: int, body: object) -> None:
    assert type(meant(status, body)) is ModelKeyInvalid


@pytest.mark.parametrize(("status", "body", "kind"), PASSING)
def test_trouble_that_passes(status: int, body: object, kind: type[ModelError]) -> None:
    error = meant(status, body)

    assert type(error) is kind
    assert error.retryable


@pytest.mark.parametrize(("status", "body"), NO_IMAGES, ids=listed(NO_IMAGES))
def test_a_model_that_takes_no_images(status: int, body: object) -> None:
    error = meant(status, body)

    assert isinstance(error, ModelRequestInvalid)
    assert (error.medium, error.medium_not_taken, error.about_files) == (Medium.IMAGE, True, True)


@pytest.mark.parametrize(("status", "body", "medium"), DAMAGED)
def test_a_refusal_that_names_no_block_says_at_most_of_what_kind_it_is(
    status: int, body: object, medium: Medium | None
) -> None:
    error = meant(status, body)

    assert isinstance(error, ModelRequestInvalid)
    assert (error.medium, error.medium_not_taken, error.refused_blocks) == (medium, False, ())
    assert error.about_files


@pytest.mark.parametrize(
    "body",
    [
        api(
            "invalid_request_error", "max_tokens: 200000 > 128000, which is the maximum allowed number of output tokens"
        ),
        api("invalid_request_error", 'messages: roles must alternate between "user" and "assistant"'),
        api("invalid_request_error", "messages: text content blocks must be non-empty"),
        api("invalid_request_error", "anthropic-version: header is required"),
        api("invalid_request_error", "Output blocked by content filtering policy"),
        openai("Unsupported value", "invalid_request_error", None, param="temperature"),
    ],
)
def test_a_refusal_of_something_else_is_not_blamed_on_files(body: object) -> None:
    error = meant(400, body)

    assert isinstance(error, ModelRequestInvalid)
    assert not error.about_files


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        (api("invalid_request_error", "messages.2.content.1.pdf.source.base64.data: Not a valid PDF."), ((2, 1),)),
        (api("invalid_request_error", "no", paths=["messages.0.content.3.image", "messages.4.content.0.image"]),
         ((0, 3), (4, 0))),
        (openai("no", "invalid_request_error", None, param="messages.[0].content.[1].type"), ((0, 1),)),
        (openai("messages[0].content[1]: not an image", "invalid_request_error"), ((0, 1),)),
    ],
)  # fmt: skip
def test_blocks_are_named_in_several_ways(body: object, blocks: tuple[tuple[int, int], ...]) -> None:
    error = meant(400, body)

    assert isinstance(error, ModelRequestInvalid)
    assert error.refused_blocks == blocks


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        (openai("request (8302 tokens) exceeds the available context size (4096 tokens)"), 4096 / 8302),
        (openai("too long", "exceed_context_size_error", 400, n_prompt_tokens=14429, n_ctx=8192), 8192 / 14429),
        (
            api("invalid_request_error", "prompt is too long: 1,000,700 tokens > 1,000,000 maximum"),
            1_000_000 / 1_000_700,
        ),
        (openai("claude-9-20251101: prompt is too long"), None),
        (api("request_too_large"), None),
    ],
)
def test_how_much_would_fit_is_what_the_api_says(body: object, fits: float | None) -> None:
    error = meant(400, body)

    assert isinstance(error, ModelRequestTooLarge)
    assert error.fits == fits


@pytest.mark.parametrize(
    ("message", "bound"),
    [
        ("too many images and documents: 120 + 0 > 100", MediaBound(100, in_pages=False)),
        (
            "The model returned the following errors: too many images and documents: 23 + 0 > 20",
            MediaBound(20, in_pages=False),
        ),
        ("Too much media: 40 document pages + 70 images > 100", MediaBound(100, in_pages=True)),
        ("messages.0.content.7: Too many images: 3,500 > 3,000", MediaBound(3_000, in_pages=False)),
        ("Too many images in request: 20, maximum allowed: 10.", MediaBound(10, in_pages=False)),
        ("Too many images in request. Maximum is 100.", MediaBound(100, in_pages=False)),
        ("Maximum 600 images per request exceeded", MediaBound(600, in_pages=False)),
        ("At most 30 image(s) may be provided in one prompt.", MediaBound(30, in_pages=False)),
        ("a request carries at most 20 images. (param: body)", MediaBound(20, in_pages=False)),
        ("too many images provided. This model supports up to 5 images", MediaBound(5, in_pages=False)),
        ("A maximum of 100 PDF pages may be provided.", MediaBound(100, in_pages=True)),
        ("Number of images (21) exceeds the maximum of 20", MediaBound(20, in_pages=False)),
        ("Too many images in the request", MediaBound(None, in_pages=False)),
        ("prompt is too long: 210000 tokens > 200000 maximum", None),
    ],
)
def test_how_many_files_a_request_may_hold_is_what_the_api_says(message: str, bound: MediaBound | None) -> None:
    error = meant(400, api("invalid_request_error", message))

    assert isinstance(error, ModelRequestTooLarge)
    assert error.media == bound


@pytest.mark.parametrize(
    "message",
    [
        "messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 6500712 bytes > 5242880 bytes",
        "At least one of the image dimensions exceed max allowed size for many-image requests: 2000 pixels",
        "max_tokens: 200000 > 128000, which is the maximum allowed number of output tokens",
        "Could not process image",
    ],
)
def test_the_size_of_one_file_is_not_the_number_of_files(message: str) -> None:
    assert isinstance(meant(400, api("invalid_request_error", message)), ModelRequestInvalid)


@pytest.mark.parametrize(
    ("status", "body", "header", "retryable"),
    [
        (500, api("api_error"), "false", False),
        (529, api("overloaded_error"), "FALSE", False),
        (400, api("invalid_request_error"), "true", True),
        (500, api("api_error"), "maybe", True),
        (400, api("invalid_request_error"), "", False),
    ],
)
def test_the_api_s_own_word_on_trying_again_goes_first(status: int, body: object, header: str, retryable: bool) -> None:
    assert meant(status, body, {"x-should-retry": header}).retryable is retryable


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "7", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "Sun, 22 Nov 2026 10:01:00 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 60.0),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:00 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({}, None),
    ],
)
def test_when_to_try_again(headers: dict[str, str], seconds: float | None) -> None:
    assert meant(429, api("rate_limit_error"), headers).retry_after_s == seconds


SECRET = "what Ada wrote"


@pytest.mark.parametrize(
    "body",
    [
        api("invalid_request_error", SECRET),
        openai(SECRET, SECRET, SECRET),
        {"error": SECRET},
        {"detail": [{"loc": ["body"], "msg": SECRET}]},
        SECRET,
        f"<html>{SECRET}</html>",
        "{" * 100_000,
        "[" * 100_000,
        "null",
        json.dumps([api("api_error", SECRET)]),
    ],
    ids=range(10),
)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_nothing_that_people_wrote_gets_into_the_log(status: int, body: object) -> None:
    error = meant(status, body, {"content-type": "text/html; charset=utf-8"})

    assert SECRET not in str(error)
    assert len(str(error)) < 300
    assert "\n" not in str(error)


def test_a_message_of_any_length_is_judged_at_once() -> None:
    """Patterns with gaps take a time that grows with the message: it is bounded before they see it."""
    for words in ("exceed " * 100_000, "model " * 100_000, "image " * 100_000, "request " * 100_000):
        assert isinstance(meant(400, api("invalid_request_error", words)), ModelError)

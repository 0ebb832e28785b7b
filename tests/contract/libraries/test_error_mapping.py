"""Whatever the libraries at the edges can raise is translated there: nothing of theirs comes further in."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator
from typing import Any

import aiohttp
import httpx
import pytest
import slack_sdk.errors
import sqlalchemy.exc
from multidict import CIMultiDict, CIMultiDictProxy
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import (
    ModelError,
    SlackError,
    SlackFailed,
    SlackFormRefused,
    SlackNoAccess,
    SlackNoThread,
    SlackOutcomeUnknown,
    SlackRefused,
    SlackTokenInvalid,
    SlackUnavailable,
)
from bot.llm.body import StreamedBody
from bot.llm.client import LINK_ERRORS, broken_link
from bot.slack.web_api.client import slack_error
from bot.store.transactions import DATABASE_ERRORS

METHOD = "chat.postMessage"


def exceptions(module: types.ModuleType, base: type[BaseException]) -> list[type[BaseException]]:
    """Those that a library publishes, and those that it derives from them elsewhere."""
    found = {member for _, member in inspect.getmembers(module, inspect.isclass) if issubclass(member, base)}
    return sorted(found | set(_derived(base, module.__name__.split(".")[0])), key=lambda kind: kind.__name__)


def _derived(base: type[BaseException], library: str) -> Iterator[type[BaseException]]:
    for kind in base.__subclasses__():
        if kind.__module__.split(".")[0] == library:
            yield kind
        yield from _derived(kind, library)


def made(kind: type[BaseException]) -> Exception:
    """An instance without going through a constructor that wants what only a real failure has."""
    error = kind.__new__(kind)
    assert isinstance(error, Exception)
    return error


def refused(error: str, *, status: int = 200, headers: dict[str, str] | None = None, **more: Any) -> SlackApiError:
    response = AsyncSlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, status_code=status, headers=headers or {},
        data={"ok": False, "error": error, **more} if error else {},
    )  # fmt: skip
    return SlackApiError("no", response)  # type: ignore[no-untyped-call]  # the SDK's


class TestSlack:
    @pytest.mark.parametrize("kind", exceptions(aiohttp, aiohttp.ClientError))
    def test_every_failure_of_the_connection_is_mapped(self, kind: type[BaseException]) -> None:
        before_it_left = (aiohttp.ClientConnectorError, aiohttp.InvalidURL)
        expected = SlackUnavailable if issubclass(kind, before_it_left) else SlackOutcomeUnknown
        assert type(slack_error(METHOD, made(kind))) is expected

    @pytest.mark.parametrize("kind", [TimeoutError, ConnectionResetError, BrokenPipeError, OSError])
    def test_the_system_s_own_failures_are_mapped(self, kind: type[Exception]) -> None:
        assert type(slack_error(METHOD, kind())) is SlackOutcomeUnknown

    @pytest.mark.parametrize("kind", exceptions(slack_sdk.errors, slack_sdk.errors.SlackClientError))
    def test_every_exception_of_the_sdk_is_mapped(self, kind: type[BaseException]) -> None:
        error = refused("no_text") if kind is SlackApiError else made(kind)
        assert isinstance(slack_error(METHOD, error), SlackRefused)

    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            (refused("ratelimited", status=429, headers={"Retry-After": "7"}), SlackUnavailable),
            (refused("", status=429, headers={"retry-after": "7"}), SlackUnavailable),
            (refused("service_unavailable"), SlackUnavailable),
            (refused("internal_error"), SlackFailed),
            (refused("", status=502), SlackFailed),
            (refused("fatal_error"), SlackFailed),
            (refused("cannot_reply_to_message"), SlackNoThread),
            (refused("is_archived"), SlackNoAccess),
            (refused("invalid_auth"), SlackTokenInvalid),
            (refused("missing_scope", needed="chat:write"), SlackNoAccess),
            (refused("invalid_blocks"), SlackFormRefused),
            (refused("an_error_of_next_year"), SlackRefused),
        ],
    )
    def test_slack_s_answers_are_mapped_by_what_can_be_done(self, error: SlackApiError, kind: type[SlackError]) -> None:
        failure = slack_error(METHOD, error)
        assert type(failure) is kind
        assert failure.method == METHOD
        assert failure.retry_after_s == (7.0 if error.response.status_code == 429 else None)

    @pytest.mark.parametrize("given", ["soon", "", "-1", "Wed, 21 Oct 2026 07:28:00 GMT"])
    def test_a_retry_after_that_is_no_number_still_makes_callers_wait(self, given: str) -> None:
        headers: Any = CIMultiDictProxy(CIMultiDict({"Retry-After": given}))
        failure = slack_error(METHOD, refused("ratelimited", status=429, headers=headers))
        assert failure is not None
        assert failure.retry_after_s == 5.0

    def test_a_fault_of_ours_is_not_taken_for_slack_s(self) -> None:
        assert slack_error(METHOD, ValueError("ours")) is None
        assert slack_error(METHOD, KeyError("ours")) is None


class TestDatabase:
    @pytest.mark.parametrize("kind", exceptions(sqlalchemy.exc, sqlalchemy.exc.SQLAlchemyError))
    def test_every_exception_of_sqlalchemy_is_a_database_error(self, kind: type[BaseException]) -> None:
        assert issubclass(kind, DATABASE_ERRORS)


class TestModel:
    @pytest.mark.parametrize(
        "kind",
        [
            *exceptions(httpx, httpx.HTTPError),
            *exceptions(httpx, httpx.StreamError),
            *exceptions(aiohttp, aiohttp.ClientError),
            httpx.InvalidURL,
            httpx.CookieConflict,
            TimeoutError,
        ],
    )
    def test_every_failure_of_the_link_becomes_a_model_error(self, kind: type[BaseException]) -> None:
        assert issubclass(kind, LINK_ERRORS)
        failure = broken_link(made(kind), StreamedBody([b"{}"]), begun=False)
        assert isinstance(failure, ModelError)

    def test_httpx_raises_nothing_but_these(self) -> None:
        published = {member for _, member in inspect.getmembers(httpx, inspect.isclass)}
        raised = {kind for kind in published if issubclass(kind, Exception)}
        assert {kind for kind in raised if not issubclass(kind, LINK_ERRORS)} == set()

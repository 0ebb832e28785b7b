"""What the model looks up in the web: people see what it searches for, pages stand below, and nothing else stays."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.answering.endings import STOPPED
from bot.citing.marks import JOINER
from bot.stream_events import StopReason
from playground.practice_model.received import Received
from playground.practice_model.script import Answer, Cite, Fetch, Found, HeldAnswer, HttpError, Search, WebCite
from playground.practice_model.server import PracticeModel
from playground.practice_model.web_tools import sealed
from playground.workspace.workspace import Workspace
from tests import made_files
from tests.stage import TRANSPORTS, Stage, TurnLog, bot_running, settings_for

HOURS = Found("https://www.museum.example/hours", "Opening hours")
NEWS = Found("https://news.example/a?b=<1>|2", "News <!channel> & |more|")
SEARCH = Search("museum opening hours", (HOURS, NEWS))
CITING = Answer.citing(SEARCH, "It opens at ten", WebCite(HOURS), ", and **on Mondays** too", WebCite(NEWS), ".")

Bot = Callable[..., Any]


@pytest.fixture
def bot(workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog) -> Bot:
    @asynccontextmanager
    async def running(transport: str = "socket", **settings: Any) -> AsyncIterator[Stage]:
        made = settings_for(workspace, model.url, tmp_path, transport, **{"bot_web": "search", **settings})
        async with bot_running(workspace, made):
            yield Stage(workspace, model, made, turn_log)
        logging.getLogger("bot").removeHandler(turn_log)
        assert turn_log.crashes == []

    return running


def below(stage: Stage, ts: str) -> list[str]:
    """The texts of what stands below the newest answer, as Slack was sent them, without what nobody sees."""
    blocks = stage.answers(ts)[-1]["blocks"]
    elements = [element for block in blocks if block["type"] == "context" for element in block["elements"]]
    return [str(element["text"]).replace(JOINER, "") for element in elements]


def seen(stage: Stage, ts: str) -> list[str]:
    return [words.replace(JOINER, "") for words in stage.words(ts)]


def tools_of(stage: Stage, number: int = -1) -> list[str]:
    return [tool["name"] for tool in stage.model.requests[number].body.get("tools", [])]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_the_pages_of_a_search_stand_below_and_a_later_turn_has_but_the_words(bot: Bot, transport: str) -> None:
    async with bot(transport) as stage:
        stage.model.script(CITING, Answer("You are welcome."))
        ts = await stage.ask("@claude when does the museum open?")
        assert await stage.outcome(ts) == "answered"
        assert seen(stage, ts)[0].startswith("It opens at ten⁽¹⁾, and on Mondays too⁽²⁾.\n")
        [lines] = below(stage, ts)
        assert lines.split("\n") == [
            "🌐 <https://www.museum.example/hours|Opening hours>, museum.example ⁽¹⁾",
            "🌐 <https://news.example/a?b=%3C1%3E%7C2|News ‹!channel› &amp; ¦more¦>, news.example ⁽²⁾",
        ]
        later = await stage.ask("@claude thank you", thread_ts=ts)
        await stage.outcome(later)

    assert tools_of(stage, 0) == ["web_search"]
    assert stage.asked_texts()[1] == ("assistant", "It opens at ten, and **on Mondays** too.")
    sent = json.dumps(stage.model.requests[-1].body)
    for left_out in ("server_tool_use", "web_search_tool_result", sealed(HOURS.url), "museum.example"):
        assert left_out not in sent


async def test_what_an_answer_used_stands_below_the_pages_that_it_rests_on(bot: Bot) -> None:
    async with bot(bot_footer="usage") as stage:
        stage.model.script(CITING)
        ts = await stage.ask("@claude when does the museum open?")
        assert await stage.outcome(ts) == "answered"
        pages, used = below(stage, ts)

    assert "Opening hours" in pages
    assert used.endswith(", claude-sonnet-5-5")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_people_see_what_is_searched_for_and_a_stop_closes_the_connection(bot: Bot, transport: str) -> None:
    async with bot(transport) as stage:
        held = HeldAnswer()
        stage.model.script(held)
        ts = await stage.ask("@claude look up <!channel>")
        await held.asked.wait()
        await held.search(Search("<!channel>\n*museum* " + "hours " * 40))
        shown = "Searching the web for “‹!channel› *museum* hours hours"
        await stage.workspace.until(lambda _: any(words.startswith(shown) for words in stage.words(ts)))
        [status] = stage.words(ts)
        await stage.ask("stop", thread_ts=ts)
        await held.hung_up.wait()
        assert await stage.outcome(ts) == "stopped"

    assert "\n" not in status
    assert len(status) < 120


async def test_nothing_is_looked_up_unless_whoever_runs_it_says_so(bot: Bot) -> None:
    async with bot(bot_web="off") as stage:
        ts = await stage.ask("@claude search the web for tea.")
        await stage.outcome(ts)

    assert "tools" not in stage.model.requests[-1].body
    assert "anthropic-beta" not in stage.model.requests[-1].headers


async def test_settings_bound_where_and_how_often_it_looks(bot: Bot) -> None:
    async with bot(bot_web="search+fetch", bot_web_allowed_domains="b.example, a.example", bot_web_uses_max=3) as stage:
        ts = await stage.ask("@claude what does https://a.example/page say?")
        assert await stage.outcome(ts) == "answered"
        [search, fetch] = stage.model.requests[-1].body["tools"]
        line = below(stage, ts)[-1]

    bounds = {"max_uses": 3, "allowed_domains": ["a.example", "b.example"]}
    assert search == {"type": "web_search_20250305", "name": "web_search", **bounds}
    assert {**search, **fetch} == {
        **bounds, "type": "web_fetch_20250910", "name": "web_fetch", "citations": {"enabled": True},
        "max_content_tokens": 50_000,
    }  # fmt: skip
    assert stage.model.requests[-1].headers["anthropic-beta"] == "web-fetch-2025-09-10"
    assert line == "🌐 <https://a.example/page|A page that I made up>, a.example ⁽¹⁾"


async def test_a_page_that_was_read_and_not_cited_is_named_as_well(bot: Bot) -> None:
    async with bot(bot_web="search+fetch", bot_citations="off") as stage:
        stage.model.script(
            Answer.citing(Fetch(HOURS), Fetch(NEWS, error="url_not_accessible"), SEARCH, "At ten.", WebCite(NEWS))
        )
        ts = await stage.ask("@claude when?")
        await stage.outcome(ts)

        assert seen(stage, ts)[0].startswith("At ten.\n")
        assert [line.partition("|")[2].partition(">")[0] for line in below(stage, ts)[0].split("\n")] == [
            "News ‹!channel› &amp; ¦more¦",
            "Opening hours",
        ]


async def test_pages_of_files_and_of_the_web_are_numbered_together(bot: Bot) -> None:
    async with bot() as stage:
        stage.model.script(Answer.citing("In May", Cite(0, 1), ", and at ten", WebCite(HOURS), "."))
        ts = await stage.ask("@claude when?", files=[("plan.pdf", made_files.pdf())])
        await stage.outcome(ts)
        assert seen(stage, ts)[0].startswith("In May⁽¹⁾, and at ten⁽²⁾.")
        assert [line.partition(", ")[2] for line in below(stage, ts)] == ["p. 1 ⁽¹⁾", "museum.example ⁽²⁾"]


async def test_beside_a_direct_message_slack_shows_what_is_searched_for(bot: Bot) -> None:
    async with bot() as stage:
        held = HeldAnswer()
        stage.model.script(held)
        direct = stage.workspace.direct_message(stage.workspace.user("ada"))
        ts = await stage.ask("When does it open?", channel=direct)
        await held.asked.wait()
        await held.search(SEARCH)
        wanted = "is searching the web for “museum opening hours”…"
        await stage.workspace.until(lambda ws: any(line.status == wanted for line in ws.statuses()))
        await held.find()
        await held.write("At ten.")
        await held.finish()
        assert await stage.outcome(ts) == "answered"


async def test_words_before_and_after_a_search_are_paragraphs_of_their_own(bot: Bot) -> None:
    async with bot() as stage:
        stage.model.script(Answer.citing("I look it up.", SEARCH, "It opens at ten."))
        ts = await stage.ask("@claude when?")
        await stage.outcome(ts)
        later = await stage.ask("@claude thanks", thread_ts=ts)
        await stage.outcome(later)

    assert stage.asked_texts()[1] == ("assistant", "I look it up.\n\nIt opens at ten.")


@pytest.mark.parametrize("code", ["max_uses_exceeded", "unavailable", "too_many_requests", "a_new_one"])
async def test_a_search_that_fails_is_the_models_to_tell_of(bot: Bot, code: str) -> None:
    async with bot() as stage:
        stage.model.script(Answer.citing(Search("tea", error=code), "I couldn't search."))
        ts = await stage.ask("@claude search")
        assert await stage.outcome(ts) == "answered"
        assert seen(stage, ts) == ["I couldn't search."]
        assert stage.log.turns[ts]["web_searches"] == 0


async def test_an_answer_that_pauses_goes_on_from_what_came_as_it_came(bot: Bot) -> None:
    first = Answer.citing(SEARCH, "It opens at ten", WebCite(HOURS), ".", Search("more"), stop_reason="pause_turn")
    second = Answer.citing(Search("again", (NEWS,)), stop_reason="pause_turn", unfinished_tool=True)
    third = Answer.citing("And on Mondays", WebCite(NEWS), ".")
    async with bot(bot_web_uses_max=3) as stage:
        stage.model.script(first, second, third)
        ts = await stage.ask("@claude when?")
        assert await stage.outcome(ts) == "answered"
        assert seen(stage, ts)[0].startswith("It opens at ten⁽¹⁾.\n\nAnd on Mondays⁽²⁾.\n")
        turn = stage.log.turns[ts]

    [asked, went_on, to_the_end] = [request.body for request in stage.model.requests]
    assert went_on["messages"][:-1] == to_the_end["messages"][:-1] == asked["messages"]
    kinds = [block["type"] for block in to_the_end["messages"][-1]["content"]]
    tool = ["server_tool_use", "web_search_tool_result"]
    assert kinds == ["thinking", *tool, "text", "text", *tool, "thinking", "server_tool_use"]
    blocks = went_on["messages"][-1]["content"]
    assert blocks[1]["input"] == {"query": "museum opening hours"}
    assert blocks[2]["content"][0]["encrypted_content"] == sealed(HOURS.url)
    assert blocks[3]["citations"][0]["encrypted_index"] == sealed(HOURS.url)
    assert [body["tools"][0]["max_uses"] for body in (asked, went_on, to_the_end)] == [3, 1, 1]
    assert turn["web_searches"] == 3


async def test_it_pauses_so_often_and_then_people_may_go_on(bot: Bot) -> None:
    async with bot() as stage:
        stage.model.script(*[Answer.citing(SEARCH, f"Part {n}.", stop_reason="pause_turn") for n in range(9)])
        ts = await stage.ask("@claude when?")
        assert await stage.outcome(ts) == "cut"
        assert len(stage.model.requests) == 6
        [answer] = seen(stage, ts)

    assert answer == "\n\n".join(f"Part {n}." for n in range(6)) + f"\n{STOPPED[StopReason.PAUSE_TURN]}"


async def test_a_pause_that_the_host_does_not_let_end_keeps_what_came(bot: Bot) -> None:
    async with bot() as stage:
        stage.model.script(
            Answer.citing(SEARCH, "It opens at ten.", stop_reason="pause_turn"),
            HttpError.api(400, "invalid_request_error", "messages.1: Invalid signature in thinking block"),
        )
        ts = await stage.ask("@claude when?")
        assert await stage.outcome(ts) == "cut"
        assert seen(stage, ts)[0].startswith(f"It opens at ten.\n{STOPPED[StopReason.PAUSE_TURN]}")


REFUSALS = [
    (400, "tools: Extra inputs are not permitted"),
    (400, "Extra inputs are not permitted"),
    (400, "tools.0: Input tag 'web_search_20250305' found using 'type' does not match any of the expected tags: 'a'"),
    (400, "Web search is not enabled for this organization. Please enable it in the Console."),
    (403, "The web search tool is not enabled for this organization."),
]


@pytest.mark.parametrize(("status", "message"), REFUSALS)
async def test_a_host_that_refuses_the_tools_is_asked_without_and_remembered(
    bot: Bot, status: int, message: str
) -> None:
    kind = "permission_error" if status == 403 else "invalid_request_error"

    def refuses(received: Received) -> HttpError | None:
        return HttpError.api(status, kind, message) if received.web else None

    async with bot(bot_web="search+fetch") as stage:
        stage.model.refuses = refuses
        stage.model.script(Answer("At ten."), Answer("At ten, I said."))
        ts = await stage.ask("@claude when?")
        assert await stage.outcome(ts) == "answered"
        later = await stage.ask("@claude really?", thread_ts=ts)
        assert await stage.outcome(later) == "answered"
        assert seen(stage, ts) == ["At ten.", "At ten, I said."]

    both, search = ["web_search", "web_fetch"], ["web_search"]
    assert [tools_of(stage, n) for n in range(len(stage.model.requests))] == [both, search, [], []]


async def test_a_host_that_knows_no_pages_still_searches(bot: Bot) -> None:
    def refuses(received: Received) -> HttpError | None:
        known = received.web is None or not received.web.fetch
        message = "Unexpected value(s) `web-fetch-2025-09-10` for the `anthropic-beta` header."
        return None if known else HttpError.api(400, "invalid_request_error", message)

    async with bot(bot_web="search+fetch") as stage:
        stage.model.refuses = refuses
        stage.model.script(CITING, Answer("Yes."))
        ts = await stage.ask("@claude when?")
        assert await stage.outcome(ts) == "answered"
        later = await stage.ask("@claude really?", thread_ts=ts)
        await stage.outcome(later)

    assert [tools_of(stage, n) for n in (1, 2)] == [["web_search"]] * 2


async def test_a_host_that_waits_for_us_to_search_is_asked_without(bot: Bot) -> None:
    waits = Answer("", stop_reason="tool_use")
    async with bot(bot_web="search+fetch") as stage:
        stage.model.script(waits, waits, Answer("At ten."), Answer("Yes."))
        ts = await stage.ask("@claude when?")
        assert await stage.outcome(ts) == "answered"
        later = await stage.ask("@claude really?", thread_ts=ts)
        await stage.outcome(later)

    assert [tools_of(stage, n) for n in range(4)] == [["web_search", "web_fetch"], ["web_search"], [], []]


async def test_a_connection_that_breaks_while_it_searches_is_tried_again(bot: Bot) -> None:
    async with bot() as stage:
        stage.model.script(Answer.citing(SEARCH, "It", cut_after=0), CITING)
        ts = await stage.ask("@claude when?")
        assert await stage.outcome(ts) == "answered"
        assert seen(stage, ts)[0].startswith("It opens at ten⁽¹⁾, and")


async def test_searches_have_a_price_and_are_counted(bot: Bot) -> None:
    async with bot(bot_footer="usage") as stage:
        stage.model.script(Answer.citing(SEARCH, Search("b"), "At ten."), Answer("Yes."))
        ts = await stage.ask("@claude when?")
        await stage.outcome(ts)
        later = await stage.ask("@claude really?", thread_ts=ts)
        await stage.outcome(later)
        turn, plain = stage.log.turns[ts], stage.log.turns[later]
        assert ", 2 web searches, about $0.02, " in below(stage, ts)[-1] or ", 2 web searches, about $0.02, " in str(
            stage.words(ts)
        )

    assert (turn["web_searches"], plain["web_searches"]) == (2, 0)
    assert 0.02 < turn["dollars"] < 0.03 > plain["dollars"]


async def test_an_answer_costs_slack_no_more_calls_for_its_sources(bot: Bot) -> None:
    async with bot() as stage:
        stage.model.script(Answer("It opens at ten."), CITING)
        plain = await stage.ask("@claude when?")
        await stage.outcome(plain)
        before = len(stage.workspace.calls)
        ts = await stage.ask("@claude when?")
        await stage.outcome(ts)
        calls = [call.method for call in list(stage.workspace.calls)[before:]]

    assert calls.count("chat.postMessage") == 1
    assert calls.count("chat.update") <= 1

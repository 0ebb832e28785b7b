"""A thread is read from Slack over HTTP: all pages, names, our own answers, whatever was deleted."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.errors import SlackNoAccess, SlackRefused, SlackUnavailable
from bot.messages import Attachment, Author, AuthorKind, EntryPoint, Question, ThreadMessage
from bot.slack.paging import BARREN_MAX
from bot.slack.read.own_replies import OwnReply
from bot.slack.read.thread import ThreadReader
from bot.slack.web_api.names import LOOKUPS_AT_ONCE, LOOKUPS_MAX, NAME_AGE_MAX_S, Names
from tests.loopback import serving

BOT_USER, BOT = "UBOT", "BBOT"
FEW = 60
"""Lookups for one thread, however many it mentions."""
PAGE = 5
"""Messages a page, so that a short thread has several."""


class SmallSlack:
    """Answers the methods a reader calls, with the shapes and error codes of their documentation."""

    def __init__(self) -> None:
        self.threads: dict[str, list[dict[str, Any]]] = {}
        self.users = {"U1": "Ada", "U2": "Bob", "U3": "standup", BOT_USER: "claude"}
        self.bots = {"U3", BOT_USER}
        self.apps = {"B7": "Alerts", "B9": "Connector"}
        self.groups = {"S1": "eng", "S2": "ops"}
        self.calls: Counter[str] = Counter()
        self.at_once = self.at_once_max = 0
        self.answers = asyncio.Event()
        self.answers.set()
        self.failing = ""
        self.endless: Callable[[int], str] | None = None
        """Gives every page a cursor, by the number of calls so far."""

    async def handle(self, request: web.Request) -> web.Response:
        method, form = request.match_info["method"], dict(await request.post())
        self.calls[method] += 1
        self.at_once += 1
        self.at_once_max = max(self.at_once, self.at_once_max)
        await self.answers.wait()
        self.at_once -= 1
        if self.failing:
            return web.json_response({"ok": False, "error": self.failing})
        if method == "conversations.replies":
            return web.json_response(self._replies({key: str(value) for key, value in form.items()}))
        return web.json_response(self._name(method, form))

    def _replies(self, form: dict[str, str]) -> dict[str, Any]:
        thread = self.threads.get(form["ts"])
        if thread is None:
            return {"ok": False, "error": "thread_not_found"}
        assert form["include_all_metadata"] == "true"
        if form.get("limit") == "1":
            return {"ok": True, "messages": thread[:1], "has_more": len(thread) > 1}
        parent, replies = thread[0], [message for message in thread[1:] if message["ts"] > form.get("oldest", "")]
        if self.endless is not None:
            following = {"next_cursor": self.endless(self.calls["conversations.replies"])}
            messages = thread if not form.get("cursor") else thread[:1]
            return {"ok": True, "messages": messages, "has_more": True, "response_metadata": following}
        start = int(form.get("cursor") or 0)
        page, more = replies[start : start + PAGE], start + PAGE < len(replies)
        cursor = {"response_metadata": {"next_cursor": str(start + PAGE)}} if more else {}
        return {"ok": True, "messages": [parent, *page], "has_more": more, **cursor}

    def _name(self, method: str, form: dict[str, Any]) -> dict[str, Any]:
        if method == "users.info":
            name = self.users.get(form["user"])
            profile = {"real_name": "x", "display_name": name}
            user = {"id": form["user"], "name": "x", "is_bot": form["user"] in self.bots, "profile": profile}
            return {"ok": True, "user": user} if name else {"ok": False, "error": "user_not_found"}
        if method == "bots.info":
            return {"ok": True, "bot": {"id": form["bot"], "name": self.apps[form["bot"]]}}
        if method == "usergroups.list":
            groups = [{"id": id_, "handle": handle, "name": "A group"} for id_, handle in self.groups.items()]
            return {"ok": True, "usergroups": groups}
        return {"ok": True, "channel": {"id": form["channel"], "name": "general"}}


class HttpApi:
    """Enough of a Web API client to reach ``SmallSlack``."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        form = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in params.items()}
        async with self._session.post(f"{self._url}/api/{method}", data=form) as response:
            answer: dict[str, Any] = await response.json()
        if answer["ok"]:
            return answer
        kind = {"service_unavailable": SlackUnavailable, "missing_scope": SlackNoAccess}
        raise kind.get(answer["error"], SlackRefused)(method, answer["error"])


@pytest.fixture
async def slack() -> SmallSlack:
    return SmallSlack()


@pytest.fixture
async def api(slack: SmallSlack, session: ClientSession) -> AsyncIterator[HttpApi]:
    app = web.Application()
    app.router.add_post("/api/{method}", slack.handle)
    async with serving(app) as origin:
        yield HttpApi(session, origin)


@pytest.fixture
async def names(api: HttpApi) -> AsyncIterator[Names]:
    names = Names(api)
    yield names
    await names.close()


@pytest.fixture
async def reader(api: HttpApi, names: Names) -> ThreadReader:
    return ThreadReader(api, names, bot_user_id=BOT_USER, bot_id=BOT)


def ts(second: int) -> str:
    return f"{1700000000 + second}.000100"


def person(second: int, text: str, user: str = "U1", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": user, "text": text, "ts": ts(second), "thread_ts": ts(0), **more}


def ours(second: int, text: str, answers: int | None = None, part: int = 0) -> dict[str, Any]:
    payload = {"question_ts": ts(answers), "part": part} if answers is not None else {}
    blocks = [{"type": "markdown", "text": text}, {"type": "context", "elements": [{"type": "mrkdwn", "text": "note"}]}]
    metadata = {"metadata": {"event_type": "answer", "event_payload": payload}} if payload else {}
    return person(second, text, BOT_USER, bot_id=BOT, blocks=blocks, **metadata)


def question(second: int, text: str = "asked", **more: Any) -> Question:
    given: dict[str, Any] = {"attachments": (), "response_url": None, **more}
    return Question("T1", "C1", ts(second), ts(0), "U1", EntryPoint.MENTION, text, **given)


def lines(messages: list[ThreadMessage]) -> list[str]:
    return [f"{message.author.name}: {message.text}" for message in messages]


async def test_a_thread_of_several_pages_is_read_whole_and_named(slack: SmallSlack, reader: ThreadReader) -> None:
    slack.threads[ts(0)] = [person(0, "first"), *[person(n, f"reply {n}", "U2") for n in range(1, 13)]]
    slack.threads[ts(0)].append(person(13, f"<@{BOT_USER}> so <@U2>, in <#C9>?"))

    messages = await reader.read(question(13))

    assert lines(messages) == ["Ada: first", *[f"Bob: reply {n}" for n in range(1, 13)], "Ada: so @Bob, in #general?"]
    assert slack.calls["conversations.replies"] == 3
    assert slack.calls["users.info"] == 2, "the bot's own name is not shown"


@pytest.mark.parametrize("cursor", [lambda _: "same", str], ids=["the same cursor", "ever new cursors"])
async def test_cursors_without_end_are_not_followed_for_ever(
    slack: SmallSlack, reader: ThreadReader, cursor: Callable[[int], str]
) -> None:
    slack.threads[ts(0)] = [person(0, "first"), person(1, "second"), person(2, "third?")]
    slack.endless = cursor

    assert lines(await reader.read(question(2))) == ["Ada: first", "Ada: second", "Ada: third?"]
    assert slack.calls["conversations.replies"] <= 1 + BARREN_MAX


async def test_a_question_with_a_file_that_starts_a_thread_needs_no_history(
    slack: SmallSlack, reader: ThreadReader
) -> None:
    asked = question(0, "what says <@U2>?", attachments=(Attachment.bare("F1", "a.pdf"),))

    (message,) = await reader.read(asked)

    assert (message.author.name, message.text, message.attachments) == ("Ada", "what says @Bob?", asked.attachments)
    assert slack.calls["conversations.replies"] == 0


async def test_a_mention_whose_event_has_no_files_is_read_once_from_slack(
    slack: SmallSlack, reader: ThreadReader
) -> None:
    slack.threads[ts(0)] = [person(0, f"<@{BOT_USER}> sum up", files=[{"id": "F1", "name": "a.pdf"}])]

    (message,) = await reader.read(question(0, "sum up"))

    assert (message.text, [file.name for file in message.attachments]) == ("sum up", ["a.pdf"])
    assert slack.calls["conversations.replies"] == 1


@pytest.mark.parametrize("error", ["service_unavailable", "missing_scope", "thread_not_found"])
async def test_a_mention_is_answered_as_it_came_where_slack_does_not_show_it(
    slack: SmallSlack, reader: ThreadReader, error: str
) -> None:
    slack.failing = error

    (message,) = await reader.read(question(0, "sum up"))

    assert (message.author.id, message.text) == ("U1", "sum up")


async def test_a_direct_message_that_starts_a_thread_came_whole(slack: SmallSlack, reader: ThreadReader) -> None:
    direct = replace(question(0, "hi"), entry_point=EntryPoint.DIRECT)

    assert lines(await reader.read(direct)) == ["Ada: hi"]
    assert slack.calls["conversations.replies"] == 0


async def test_the_author_of_a_message_is_told_from_what_slack_knows_of_the_user(
    slack: SmallSlack, reader: ThreadReader
) -> None:
    """A person's own token and another app's bot leave the same traces on a message."""
    by_app = {"bot_id": "B9", "app_id": "A9", "bot_profile": {"id": "B9", "name": "Connector"}}
    slack.threads[ts(0)] = [
        person(0, "from my script", "U1", **by_app),
        person(1, "from a bot", "U3", **by_app),
        person(2, "from a bot without a profile", "U3", bot_id="B7"),
        {"type": "message", "subtype": "bot_message", "bot_id": "B7", "text": "from a hook", "ts": ts(3)},
        {"type": "message", "subtype": "bot_message", "bot_id": "B7", "username": "Form", "text": "w", "ts": ts(4)},
        person(5, "Reminder: water the plants", "USLACKBOT"),
        person(6, "from another company", "U0STRANGER", user_profile={"display_name": "Eve", "real_name": "Eve Ng"}),
        person(7, "asked"),
    ]

    messages = await reader.read(question(7))

    app = AuthorKind.OTHER_BOT
    assert [(message.author.name, message.author.kind) for message in messages] == [
        ("Ada", AuthorKind.PERSON), ("Connector", app), ("Alerts", app), ("Alerts", app), ("Form", app),
        ("Slackbot", app), ("Eve", AuthorKind.PERSON), ("Ada", AuthorKind.PERSON),
    ]  # fmt: skip


async def test_no_field_of_a_message_of_the_thread_stays_empty(slack: SmallSlack, reader: ThreadReader) -> None:
    slack.threads[ts(0)] = [person(0, "see", files=[{"id": "F1", "name": "a.pdf"}]), person(1, "asked")]

    message, _ = await reader.read(question(1))

    of_slack = set(ThreadMessage.__slots__) - {"dateline", "notes", "prepared"}  # which the turn, links and wishes add
    assert [name for name in of_slack if not getattr(message, name)] == []
    assert message.author == Author("U1", "Ada", AuthorKind.PERSON)


async def test_a_name_that_begins_with_the_bots_stays_whole(slack: SmallSlack, reader: ThreadReader) -> None:
    slack.users["USMITH"] = "claude Smith"
    slack.threads[ts(0)] = [
        person(0, "<@USMITH> can you send it?"),
        person(1, f"<@{BOT_USER}> <@USMITH> said so"),
        person(2, "asked"),
    ]

    assert lines(await reader.read(question(2)))[:2] == [
        "Ada: @claude Smith can you send it?",
        "Ada: @claude Smith said so",
    ]


async def test_a_message_of_a_thousand_mentions_asks_for_few_names(slack: SmallSlack, reader: ThreadReader) -> None:
    crowd = [f"U{number:05}" for number in range(2_500)]
    slack.users |= {user: f"Person {user}" for user in crowd}
    slack.threads[ts(0)] = [person(0, " ".join(f"<@{user}>" for user in crowd)), person(1, "asked")]

    crowded, _ = await reader.read(question(1))

    assert crowded.text.startswith("@Person U00000 @Person U00001 ")
    assert crowded.text.endswith("@U02498 @U02499")
    assert slack.calls["users.info"] <= FEW


async def test_names_that_many_messages_want_do_not_queue_without_bound(slack: SmallSlack, names: Names) -> None:
    slack.users |= {f"U{n}": f"Person {n}" for n in range(1_000)}
    slack.answers.clear()
    waiting = [asyncio.create_task(names.resolve([f"U{n}" for n in range(start, start + 100)])) for start in range(900)]
    await asyncio.sleep(0)
    slack.answers.set()
    await asyncio.gather(*waiting)

    assert slack.calls["users.info"] <= LOOKUPS_MAX


async def test_an_asker_is_named_while_another_thread_mentions_thousands(
    slack: SmallSlack, reader: ThreadReader
) -> None:
    crowd = [f"U{number:05}" for number in range(10, 2_510)]
    slack.users |= {user: f"Person {user}" for user in crowd}
    slack.threads[ts(0)] = [
        person(number, " ".join(f"<@{user}>" for user in crowd[50 * number : 50 * number + 50])) for number in range(50)
    ]
    slack.threads[ts(60)] = [person(60, "hello"), person(61, "asked", user="U2")]
    slack.answers.clear()
    crowded = asyncio.create_task(reader.read(question(49)))
    for _ in range(3):
        await asyncio.sleep(0.01)
    asked = asyncio.create_task(reader.read(replace(question(61), thread_ts=ts(60), user_id="U2")))
    slack.answers.set()

    assert lines(await asked) == ["Ada: hello", "Bob: asked"]
    await crowded
    assert slack.calls["users.info"] <= FEW


async def test_what_was_said_after_the_question_is_a_later_matter(slack: SmallSlack, reader: ThreadReader) -> None:
    slack.threads[ts(0)] = [person(0, "first"), person(1, "asked"), person(2, "later"), ours(3, "an answer", answers=1)]

    assert lines(await reader.read(question(1))) == ["Ada: first", "Ada: asked"]


async def test_an_answer_stands_after_its_question_however_late_it_came(
    slack: SmallSlack, reader: ThreadReader
) -> None:
    slack.threads[ts(0)] = [
        person(0, "one?"),
        person(1, "two?", "U2"),
        ours(2, "One.", answers=0),
        ours(3, "One, continued.", answers=0, part=1),
        ours(4, "Two.", answers=1),
        person(5, "three?"),
    ]

    assert lines(await reader.read(question(1))) == [
        "Ada: one?",
        "claude: One.",
        "claude: One, continued.",
        "Bob: two?",
    ]
    assert lines(await reader.read(question(5))) == [
        "Ada: one?",
        "claude: One.",
        "claude: One, continued.",
        "Bob: two?",
        "claude: Two.",
        "Ada: three?",
    ]


async def test_deleted_and_silent_messages_are_left_out(slack: SmallSlack, reader: ThreadReader) -> None:
    status = [{"type": "context", "elements": [{"type": "mrkdwn", "text": "Thinking…"}]}]
    slack.threads[ts(0)] = [
        person(0, "This message was deleted.", "USLACKBOT", subtype="tombstone", hidden=True),
        person(1, "kept", subtype="thread_broadcast"),
        person(2, "<@U2> has joined the channel", subtype="channel_join"),
        person(3, "Thinking…", BOT_USER, bot_id=BOT, blocks=status),
        person(4, "", files=[{"id": "F1", "mode": "tombstone"}]),
        {"type": "message", "subtype": "bot_message", "bot_id": "B7", "username": "CI", "text": "red", "ts": ts(5)},
        person(6, "asked"),
    ]

    messages = await reader.read(question(6))

    assert lines(messages) == ["Ada: kept", "Ada: ", "CI: red", "Ada: asked"]
    assert messages[1].attachments == (Attachment.bare("F1", "unnamed file", mode="tombstone"),)
    assert messages[2].author.kind is AuthorKind.OTHER_BOT


async def test_a_question_that_slack_no_longer_shows_is_still_asked(slack: SmallSlack, reader: ThreadReader) -> None:
    assert lines(await reader.read(question(3, "gone with its thread"))) == ["Ada: gone with its thread"]

    slack.threads[ts(0)] = [person(0, "first")]
    assert lines(await reader.read(question(3, "gone alone"))) == ["Ada: first", "Ada: gone alone"]


async def test_an_edit_of_the_question_counts(slack: SmallSlack, reader: ThreadReader) -> None:
    slack.threads[ts(0)] = [person(0, "first"), person(1, "What is 2 + 2?", edited={"user": "U1", "ts": ts(2)})]

    assert lines(await reader.read(question(1, "What is 2 + 3?")))[-1] == "Ada: What is 2 + 2?"


async def test_where_slack_refuses_the_thread_the_error_says_so(slack: SmallSlack, reader: ThreadReader) -> None:
    slack.failing = "not_in_channel"

    with pytest.raises(SlackRefused) as refused:
        await reader.read(question(1))
    assert refused.value.code == "not_in_channel"


async def test_replies_of_an_earlier_process_are_found(slack: SmallSlack, reader: ThreadReader) -> None:
    slack.threads[ts(0)] = [
        person(0, "one?"),
        ours(1, "One.", answers=0),
        person(2, "two?"),
        ours(4, "second part", answers=2, part=1),
        ours(3, "first part", answers=2),
        ours(5, "no metadata"),
    ]

    assert await reader.own.find(question(2)) == [
        OwnReply(ts(3), 0, "first part"),
        OwnReply(ts(4), 1, "second part"),
    ]
    assert await reader.own.find(question(0)) == [OwnReply(ts(1), 0, "One.")]
    assert await reader.own.find(question(7)) == []
    assert await reader.own.find(replace(question(0), ts="")) == []  # a button that names no question


async def test_a_command_has_no_thread_to_look_into(slack: SmallSlack, reader: ThreadReader) -> None:
    command = Question(
        "T1", "C1", "13345224609.7.8", "13345224609.7.8", "U1", EntryPoint.COMMAND, "hi", (), "https://x"
    )

    assert lines(await reader.read(command)) == ["Ada: hi"]
    assert await reader.own.find(command) == []
    assert slack.calls["conversations.replies"] == 0


async def test_an_app_that_asks_is_known_for_one(slack: SmallSlack, reader: ThreadReader) -> None:
    asked = Question("T1", "C1", ts(0), ts(0), "B7", EntryPoint.MENTION, "disk full", (), None)

    (message,) = await reader.read(asked)

    assert (message.author.name, message.author.kind) == ("Alerts", AuthorKind.OTHER_BOT)


async def test_many_who_ask_at_once_share_one_lookup(slack: SmallSlack, names: Names) -> None:
    slack.answers.clear()
    wanted = ["U1", "U1", "C9", "S1", "S2", "S3", "B7", "T1", ""]
    waiting = [asyncio.create_task(names.resolve(wanted)) for _ in range(10)]
    await asyncio.sleep(0)
    slack.answers.set()

    found = {"U1": "Ada", "C9": "general", "S1": "eng", "S2": "ops", "B7": "Alerts"}
    assert await asyncio.gather(*waiting) == [found] * 10
    assert await names.resolve(["U1", "S1", "S3"]) == {"U1": "Ada", "S1": "eng"}
    assert slack.calls == Counter({"users.info": 1, "conversations.info": 1, "bots.info": 1, "usergroups.list": 1})


async def test_lookups_at_once_are_bounded(slack: SmallSlack, names: Names) -> None:
    slack.users |= {f"U{n}": f"Person {n}" for n in range(30)}

    found = await names.resolve([f"U{n}" for n in range(30)])

    assert found == {f"U{n}": f"Person {n}" for n in range(30)}
    assert slack.at_once_max <= LOOKUPS_AT_ONCE


async def test_an_id_serves_where_a_name_would_have_to_wait(slack: SmallSlack, api: HttpApi) -> None:
    names = Names(api, wait_max_s=0.05)
    slack.answers.clear()

    assert await names.resolve(["U1"]) == {}
    slack.answers.set()
    async with asyncio.timeout(5):
        while await names.resolve(["U1"]) != {"U1": "Ada"}:
            pass
    await names.close()


async def test_what_slack_owes_is_waited_for_once(slack: SmallSlack, api: HttpApi) -> None:
    now_s = 0.0
    names = Names(api, wait_max_s=50.0, clock=lambda: now_s)
    slack.answers.clear()
    first = asyncio.create_task(names.resolve(["U1", "C9"]))
    async with asyncio.timeout(30):
        while slack.calls.total() < 2:  # noqa: ASYNC110 - a counter tells nobody
            await asyncio.sleep(0)
        now_s = 50.0
        assert (await names.channel("C9")).name == ""
        assert await names.resolve(["U1"]) == {}
        slack.answers.set()
        assert await first == {"U1": "Ada", "C9": "general"}
    await names.close()


async def test_asker_and_channel_are_looked_up_meanwhile(slack: SmallSlack, reader: ThreadReader) -> None:
    slack.threads[ts(0)] = [person(0, "first"), person(1, "second?")]
    slack.answers.clear()
    reading = asyncio.create_task(reader.read(question(1)))
    async with asyncio.timeout(30):
        while slack.calls.total() < 3:  # noqa: ASYNC110 - a counter tells nobody
            await asyncio.sleep(0)
    slack.answers.set()

    assert lines(await reading) == ["Ada: first", "Ada: second?"]
    assert slack.calls == Counter({"conversations.replies": 1, "users.info": 1, "conversations.info": 1})


async def test_names_that_are_a_courtesy_keep_nobody_waiting_who_asks(slack: SmallSlack, api: HttpApi) -> None:
    names = Names(api, wait_max_s=0.05)
    slack.answers.clear()
    await names.resolve([f"U{number}" for number in range(LOOKUPS_MAX)])
    assert slack.calls["users.info"] == LOOKUPS_AT_ONCE
    asking = asyncio.create_task(names.person(f"U{LOOKUPS_MAX - 1}", within_s=5.0))
    async with asyncio.timeout(5):
        while slack.calls["users.info"] == LOOKUPS_AT_ONCE:  # noqa: ASYNC110 - a counter tells nobody
            await asyncio.sleep(0)
    slack.answers.set()

    assert await asking is None  # Slack knows nobody by that id
    await names.close()


@pytest.mark.parametrize(
    ("error", "asked_again"), [("user_not_found", 0), ("missing_scope", 0), ("service_unavailable", 1)]
)
async def test_a_refused_name_is_not_asked_for_again_soon(
    slack: SmallSlack, names: Names, error: str, asked_again: int
) -> None:
    slack.failing = error

    assert await names.resolve(["U1"]) == {}
    assert await names.resolve(["U1"]) == {}
    assert slack.calls["users.info"] == 1 + asked_again


async def test_a_name_is_asked_for_again_when_it_is_old_and_stays_while_slack_is_away(
    slack: SmallSlack, api: HttpApi
) -> None:
    now_s = 0.0
    names = Names(api, clock=lambda: now_s)
    assert await names.resolve(["U1"]) == {"U1": "Ada"}

    slack.users["U1"] = "Ada\nLovelace"
    now_s = NAME_AGE_MAX_S - 1.0
    assert await names.resolve(["U1"]) == {"U1": "Ada"}
    now_s = NAME_AGE_MAX_S
    slack.failing = "service_unavailable"
    assert await names.resolve(["U1"]) == {"U1": "Ada"}
    slack.failing = ""
    assert await names.resolve(["U1"]) == {"U1": "Ada Lovelace"}
    await names.close()

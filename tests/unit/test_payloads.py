"""What counts as a question, and what is in it. The shapes are those of Slack's documentation and real events."""

from __future__ import annotations

from typing import Any

import pytest

from bot.messages import Attachment, EntryPoint, Question
from bot.prompt.spoken import HEAD
from bot.slack.receive.payloads import (
    Ignored,
    Unaddressed,
    possible_bot_in,
    question_from_command,
    question_from_event,
    takes_long,
)
from tests.growth import seconds

BOT_USER, BOT = "U0LAN0Z89", "B0LAN0Z89"
NOW_S = 1515449522.0


def envelope(event: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "token": "ZZZZZZWSxiZZZ2yIvs3peJ",
        "team_id": "T123ABC456",
        "api_app_id": "A123ABC456",
        "event": event,
        "type": "event_callback",
        "event_id": "Ev123ABC456",
        "event_time": 1515449522,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": "T123ABC456",
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        **more,
    }


def mention(**more: Any) -> dict[str, Any]:
    return {
        "type": "app_mention",
        "user": "U061F7AUR",
        "text": f"<@{BOT_USER}> is it everything a river should be?",
        "ts": "1515449522.000016",
        "channel": "C123ABC456",
        "event_ts": "1515449522000016",
        **more,
    }


def message(**more: Any) -> dict[str, Any]:
    return mention(type="message", channel_type="channel", **more)


def direct(**more: Any) -> dict[str, Any]:
    return mention(
        **{"type": "message", "channel": "D024BE91L", "channel_type": "im", "text": "Hello hello can you hear me?"}
        | more
    )


def read(event: dict[str, Any], *, is_bot: bool | None = None, **more: Any) -> Question | Unaddressed | Ignored:
    return question_from_event(envelope(event, **more), BOT_USER, BOT, NOW_S, is_bot=is_bot)


def asked(event: dict[str, Any], *, is_bot: bool | None = None, **more: Any) -> Question:
    question = read(event, is_bot=is_bot, **more)
    assert isinstance(question, Question), question
    return question


LONG: dict[str, dict[str, Any]] = {
    "a text": {"text": "a" * 5_000},
    "many attachments": {"attachments": [{"text": "a"}] * 500},
    "attachments within attachments": {"attachments": [{"attachments": [{"text": "a"}] * 30}] * 30},
    "many words": {"blocks": [{"type": "rich_text", "elements": [{"elements": [{"type": "text"}] * 9_000}]}]},
    "a block's text": {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*a* " * 2_000}}]},
    "many files": {"files": [{"id": f"F{number}"} for number in range(3_000)]},
}


@pytest.mark.parametrize("name", LONG)
def test_what_takes_long_to_read_is_found_out_by_a_short_look(name: str) -> None:
    assert takes_long(envelope(mention(**LONG[name])))
    assert seconds(lambda: takes_long(envelope(mention(**LONG[name]))), runs=5) < 0.01


def test_an_ordinary_message_does_not_take_long() -> None:
    words = [{"type": "text", "text": "word ", "style": {"bold": True}} for _ in range(40)]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": words}]}]
    said = mention(text="word " * 40, blocks=blocks, files=[{"id": "F1", "name": "a.pdf", "size": 3}])
    assert not takes_long(envelope(said))


def test_of_a_message_no_more_files_are_known_than_anybody_means() -> None:
    assert len(asked(mention(**LONG["many files"])).attachments) == 1_000


def test_a_mention_is_a_question_in_a_thread_of_its_own() -> None:
    assert asked(mention()) == Question(
        team_id="T123ABC456",
        channel_id="C123ABC456",
        ts="1515449522.000016",
        thread_ts="1515449522.000016",
        user_id="U061F7AUR",
        entry_point=EntryPoint.MENTION,
        text="is it everything a river should be?",
        attachments=(),
        response_url=None,
    )


def test_a_mention_in_a_thread_belongs_to_the_thread() -> None:
    question = asked(mention(thread_ts="1515449000.000100"))

    assert question.thread.thread_ts == "1515449000.000100"
    assert not question.starts_thread


@pytest.mark.parametrize("channel_type", ["channel", "group", "mpim"])
def test_the_same_message_seen_as_message_event_is_the_same_question(channel_type: str) -> None:
    assert asked(message() | {"channel_type": channel_type}) == asked(mention())


@pytest.mark.parametrize("channel_type", ["channel", "group", "mpim"])
def test_what_is_said_in_a_thread_may_be_for_the_bot_wherever_the_thread_is(channel_type: str) -> None:
    said = message(text="and who pays?", thread_ts="1515449000.000100") | {"channel_type": channel_type}
    assert isinstance(read(said), Unaddressed)


def test_a_mention_may_stand_in_the_blocks_only() -> None:
    blocks = [
        {
            "type": "rich_text",
            "block_id": "6r5Zo",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "user", "user_id": BOT_USER},
                        {"type": "text", "text": " compare "},
                        {"type": "text", "text": "a < b", "style": {"code": True}},
                        {"type": "text", "text": " for "},
                        {"type": "user", "user_id": "U0ADA"},
                    ],
                }
            ],
        }
    ]

    assert asked(message(text="", blocks=blocks)).text == "compare `a < b` for <@U0ADA>"


def test_any_direct_message_is_a_question() -> None:
    question = asked(direct())

    assert question.entry_point is EntryPoint.DIRECT
    assert question.thread_ts == question.ts
    assert question.text == "Hello hello can you hear me?"
    assert asked(direct(thread_ts="1515440000.000001")).thread_ts == "1515440000.000001"


def test_a_mention_with_nothing_else_is_an_empty_question() -> None:
    assert asked(mention(text=f" <@{BOT_USER}> ")).text == ""


def test_a_file_is_part_of_the_question() -> None:
    file = {
        "id": "F0A12BCDE",
        "created": 1531763342,
        "name": "tedair.gif",
        "title": "tedair.gif",
        "mimetype": "image/gif",
        "filetype": "gif",
        "pretty_type": "GIF",
        "size": 137531,
        "mode": "hosted",
        "is_external": False,
        "url_private": "https://files.slack.com/files-pri/T123-F0A/tedair.gif",
        "url_private_download": "https://files.slack.com/files-pri/T123-F0A/download/tedair.gif",
    }

    assert asked(direct(subtype="file_share", text="", files=[file])).attachments == (
        Attachment(
            id="F0A12BCDE",
            name="tedair.gif",
            mimetype="image/gif",
            mode="hosted",
            size_bytes=137531,
            url="https://files.slack.com/files-pri/T123-F0A/download/tedair.gif",
            filetype="gif",
            converted_pdf_url=None,
            words=None,
        ),
    )


@pytest.mark.parametrize(
    ("file", "attachment"),
    [
        (
            {"id": "F1", "mode": "file_access", "file_access": "check_file_info", "created": 0, "user": ""},
            Attachment.bare("F1", "unnamed file", mode="file_access"),
        ),
        ({"id": "F1", "mode": "tombstone"}, Attachment.bare("F1", "unnamed file", mode="tombstone")),
        ({"id": "F1", "mode": "hidden_by_limit"}, Attachment.bare("F1", "unnamed file", mode="hidden_by_limit")),
        (
            {"id": "F1", "name": None, "title": "Image from\niOS &amp; me", "size": 5},
            Attachment.bare("F1", "Image from iOS & me", size_bytes=5),
        ),
        ({"id": "F1", "name": "", "pretty_type": "PDF"}, Attachment.bare("F1", "unnamed PDF file")),
        (
            {"id": "F1", "name": "a.txt", "url_private": "https://files.slack.com/files-pri/T1-F1/a.txt"},
            Attachment.bare("F1", "a.txt", url="https://files.slack.com/files-pri/T1-F1/a.txt"),
        ),
        (
            {"id": "F1", "name": "Plan", "mode": "external", "is_external": True, "external_type": "gdrive"},
            Attachment.bare("F1", "Plan", mode="external"),
        ),
    ],
)
def test_files_that_say_little(file: dict[str, Any], attachment: Attachment) -> None:
    assert asked(direct(files=[file])).attachments == (attachment,)


def test_a_forwarded_message_comes_as_a_quote_with_its_files() -> None:
    shared = {
        "ts": "1724966776.474889",
        "author_id": "U05JAA9EN4T",
        "channel_id": "C07KTH1T4CQ",
        "channel_team": "T123ABC456",
        "is_msg_unfurl": True,
        "is_share": True,
        "from_url": "https://myworkspace.slack.com/archives/C07KTH1T4CQ/p1724966776474889",
        "fallback": "[August 29th, 2024 2:26 PM] lev: this will be shared",
        "text": "this *will* be shared",
        "author_name": "lev",
        "files": [{"id": "F7", "name": "report.pdf"}, {"id": "F7", "name": "report.pdf"}],
        "footer": "Slack Conversation",
    }
    preview = {"from_url": "https://example.com", "title": "A page", "text": "fetched, not said", "id": 2}

    question = asked(direct(text="check this", attachments=[shared, preview]))

    assert question.text == (
        "check this\n\n"
        f"> {HEAD}Shared message from [lev](https://myworkspace.slack.com/archives/C07KTH1T4CQ/p1724966776474889):\n"
        ">\n"
        "> this **will** be shared"
    )
    assert [attachment.id for attachment in question.attachments] == ["F7"]


def test_a_forwarded_message_is_read_from_its_blocks_where_they_came_along() -> None:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x < y", "style": {"code": True}}]}
    original = {"message": {"blocks": [{"type": "rich_text", "elements": [section]}]}}
    shared = {"is_share": True, "author_name": "lev", "text": "x &lt; y", "message_blocks": [original]}

    assert asked(direct(text="", attachments=[shared])).text == f"> {HEAD}Shared message from lev:\n>\n> `x < y`"


def test_in_a_shared_channel_the_question_belongs_to_the_workspace_that_installed_the_bot() -> None:
    guest = mention(team="T0OTHER", user_team="T0OTHER", source_team="T0OTHER")

    assert asked(guest, team_id="T0OTHER", is_ext_shared_channel=True).team_id == "T123ABC456"
    assert asked(guest, authorizations=[], team_id="T123ABC456").team_id == "T123ABC456"
    org_wide = [{"enterprise_id": "E1", "team_id": None, "user_id": BOT_USER, "is_enterprise_install": True}]
    assert asked(guest, authorizations=org_wide).team_id == "T123ABC456"


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
def test_subtypes_that_people_write(subtype: str) -> None:
    assert asked(direct(subtype=subtype)).text == "Hello hello can you hear me?"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (message(text="not for the bot"), "not addressed"),
        (message(text=f"&lt;@{BOT_USER}&gt; was only typed"), "not addressed"),
        (message(text="", attachments=[{"is_share": True, "text": f"<@{BOT_USER}> hi"}]), "not addressed"),
        (direct(subtype="message_changed", hidden=True), "subtype message_changed"),
        (direct(subtype="message_deleted", hidden=True, user=None), "subtype message_deleted"),
        (message(subtype="channel_join"), "subtype channel_join"),
        (direct(subtype="assistant_app_thread"), "subtype assistant_app_thread"),
        (direct(hidden=True), "hidden"),
        (direct(user=BOT_USER), "own message"),
        (direct(user="U1", bot_id=BOT), "own message"),
        (direct(user="USLACKBOT"), "Slack's own notice"),
        (direct(user="USLACK"), "Slack's own notice"),
        (mention(user="USLACK"), "Slack's own notice"),
        (direct(ts=""), "malformed"),
        (direct(channel=""), "malformed"),
        (direct(user=""), "malformed"),
        ({}, "another event"),
    ],
)
def test_what_is_not_a_question(event: dict[str, Any], reason: str) -> None:
    assert read(event) == Ignored(reason)


def test_an_edited_mention_is_a_question_while_it_is_young() -> None:
    edited = {"user": "U061F7AUR", "ts": "1515449522.000000"}
    day_s = 24 * 60 * 60

    young = mention(ts=f"{int(NOW_S) - day_s + 1}.000100", edited=edited)
    old = mention(ts=f"{int(NOW_S) - day_s - 1}.000100", edited=edited)

    assert asked(young).text == "is it everything a river should be?"
    assert read(old) == Ignored("edited long after")
    assert isinstance(read(old | {"edited": None}), Question)


def test_another_bot_may_ask_but_not_converse() -> None:
    hook = {"bot_id": "B0OTHER", "subtype": "bot_message", "username": "alerts", "user": None}

    by_bot = {"bot_id": "B0OTHER", "user": "U0OTHERBOT"}
    assert asked(mention(**hook)).user_id == "B0OTHER"
    assert asked(mention(**by_bot), is_bot=True).user_id == "U0OTHERBOT"
    never = Ignored("another bot, not at top level")
    assert read(mention(**hook, thread_ts="1515440000.000001")) == never
    assert read(mention(**by_bot, thread_ts="1515440000.000001"), is_bot=True) == never
    assert read(direct(**by_bot), is_bot=True) == never


@pytest.mark.parametrize("is_bot", [False, None], ids=["known", "unknown"])
def test_what_a_person_posts_with_a_token_of_their_own_is_theirs(is_bot: bool | None) -> None:
    """Slack puts the app beside the person; where it cannot say who that is, the question is not lost."""
    by_token = {"bot_id": "B9", "app_id": "A9", "bot_profile": {"id": "B9", "name": "Connector"}}
    in_thread = mention(**by_token, thread_ts="1515440000.000001")

    for event in (direct(**by_token), mention(**by_token), in_thread, message(**by_token)):
        assert asked(event, is_bot=is_bot).user_id == "U061F7AUR"
        assert possible_bot_in(envelope(event), BOT_USER, BOT) == "U061F7AUR"


@pytest.mark.parametrize(
    "event",
    [
        mention(),
        direct(user=BOT_USER, bot_id=BOT),
        direct(user=None, bot_id="B9", subtype="bot_message"),
        mention(user="USLACKBOT", bot_id="B01"),
        {},
    ],
)
def test_an_author_who_is_plainly_a_person_or_a_bot_is_not_looked_up(event: dict[str, Any]) -> None:
    assert possible_bot_in(envelope(event), BOT_USER, BOT) == ""


def test_a_reminder_that_slackbot_delivers_in_a_channel_is_a_question() -> None:
    reminder = {"user": "USLACKBOT", "bot_id": "B01", "text": f"Reminder: <@{BOT_USER}> sum up the week."}

    question = asked(mention(**reminder))

    assert (question.user_id, question.text) == ("USLACKBOT", f"Reminder: <@{BOT_USER}> sum up the week.")
    assert read(message(user="USLACKBOT", text="Reminder: lunch")) == Ignored("not addressed")
    assert read(mention(**reminder, thread_ts="1515440000.000001")) == Ignored("another bot, not at top level")


def test_a_mention_with_a_label_is_a_mention() -> None:
    assert asked(message(text=f"<@{BOT_USER}|claude> hello")).text == "hello"
    assert read(message(text="<@U0OTHER|claude> hello")) == Ignored("not addressed")


def test_a_slash_command_is_a_question_that_only_its_address_can_answer() -> None:
    body = {
        "token": "gIkuvaNzQIHg97ATvDxqgjtO",
        "team_id": "T0001",
        "team_domain": "example",
        "enterprise_id": "E0001",
        "channel_id": "C2147483705",
        "channel_name": "test",
        "user_id": "U2147483697",
        "user_name": "Steve",
        "command": "/ask",
        "text": "is 1 &lt; 2, <@U012ABCDEF|ada>, in <#C1|general>? <https://example.com>",
        "response_url": "https://hooks.slack.com/commands/1234/5678",
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        "api_app_id": "A123456",
    }

    assert question_from_command(body) == Question(
        team_id="T0001",
        channel_id="C2147483705",
        ts="13345224609.738474920.8088930838d88f008e0",
        thread_ts="13345224609.738474920.8088930838d88f008e0",
        user_id="U2147483697",
        entry_point=EntryPoint.COMMAND,
        text="is 1 < 2, <@U012ABCDEF|ada>, in <#C1|general>? https://example.com",
        attachments=(),
        response_url="https://hooks.slack.com/commands/1234/5678",
        user_team="T0001",
    )

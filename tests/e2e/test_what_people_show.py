"""Whatever people, apps and Slack put into a message, from the workspace to the request as the model received it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests import made_documents
from tests.stage import Stage

pytestmark = pytest.mark.parametrize("transport", ["socket"], indirect=True)
READING = {"conversations.history", "conversations.replies"}
TABLE: list[list[object]] = [["item", "sum"], ["oak", 41]]
MARKDOWN_TABLE = "| item | sum |\n  | --- | --- |\n  | oak | 41 |"
"""Whatever stands below the first line of what a person says is set in."""


async def prompt(stage: Stage, ts: str, channel: str) -> str:
    """What the model was asked with the question ``ts``, which is answered."""
    assert await stage.outcome(ts) == "answered", stage.words(ts, channel=channel)
    return stage.asked_texts()[-1][1]


@pytest.fixture
def ada(stage: Stage) -> str:
    return stage.workspace.user("ada")


@pytest.fixture
def direct(stage: Stage, ada: str) -> str:
    return stage.workspace.direct_message(ada)


# --- tables and forwarded messages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("below", [True, False], ids=["below the message", "in the message"])
async def test_a_pasted_table_is_a_table(stage: Stage, ada: str, direct: str, below: bool) -> None:
    ts = stage.workspace.others.paste(ada, direct, TABLE, "add this up", below=below)

    assert await prompt(stage, ts, direct) == f"ada: add this up\n\n  {MARKDOWN_TABLE}"


@pytest.mark.parametrize("below", [True, False], ids=["below the message", "in the message"])
async def test_a_message_that_is_only_a_table_is_a_question(stage: Stage, ada: str, direct: str, below: bool) -> None:
    ts = stage.workspace.others.paste(ada, direct, TABLE, below=below)

    assert await prompt(stage, ts, direct) == f"ada: {MARKDOWN_TABLE}"


async def test_a_table_pasted_beside_a_mention_is_read_from_the_message(stage: Stage, ada: str) -> None:
    stage.workspace.state.mentions_carry_files = False
    ts = stage.workspace.others.paste(ada, stage.general, TABLE, "@claude add this up")

    assert await prompt(stage, ts, stage.general) == f"ada: add this up\n\n  {MARKDOWN_TABLE}"


async def test_a_forwarded_message_of_an_app_is_quoted_with_author_and_link(
    stage: Stage, ada: str, direct: str
) -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Alarm"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "disk *full*"}},
    ]
    alarm = stage.workspace.others.say_by_app(stage.general, "", name="Ops", blocks=blocks)
    ts = stage.workspace.others.forward(ada, direct, (stage.general, alarm), "see")

    url = f"https://playground.slack.com/archives/{stage.general}/p{alarm.replace('.', '')}"
    assert await prompt(stage, ts, direct) == (
        f"ada: see\n\n[> Shared message from [Ops]({url}):]\n  >\n  > ## Alarm\n  >\n  > disk **full**"
    )


async def test_a_forwarded_message_is_read_even_from_its_short_form(stage: Stage, ada: str, direct: str) -> None:
    alarm = stage.workspace.others.say_by_app(stage.general, "disk full", name="Ops")
    ts = stage.workspace.others.forward(ada, direct, (stage.general, alarm), bare=True)

    assert "> [general] Ops: disk full" in await prompt(stage, ts, direct)


async def test_what_another_app_says_below_its_message_is_part_of_the_thread(stage: Stage) -> None:
    build = {
        "author_name": "CI", "title": "Build 7", "text": "is *red*", "footer": "on main", "image_url": "https://e.io/p",
        "fields": [{"title": "Branch", "value": "main"}],
    }  # fmt: skip
    chart = {
        "type": "image",
        "title": {"type": "plain_text", "text": "Times"},
        "alt_text": "rising",
        "image_url": "https://e.io/c",
    }
    root = stage.workspace.others.say_by_app(stage.general, "", blocks=[chart], attachments=[build])
    ts = await stage.ask("@claude why?", thread_ts=root)

    asked = await prompt(stage, ts, stage.general)
    assert asked == (
        "Standup (app): Times\n\n  ![rising](https://e.io/c)\n\n  CI\n\n  Build 7\n\n  is **red**\n\n  Branch: main\n\n"
        "  ![Build 7](https://e.io/p)\n\n  on main\n\nada: why?"
    )


async def test_a_block_that_nobody_knows_is_told_by_the_messages_text(stage: Stage, ada: str, direct: str) -> None:
    hologram = {"type": "hologram", "beams": 3}
    ts = await stage.workspace.say(ada, direct, "the picture shows a cat", blocks=[hologram])

    assert await prompt(stage, ts, direct) == "ada: the picture shows a cat"


# --- who is a person -----------------------------------------------------------------------------------------------


async def test_a_post_made_with_a_persons_token_is_theirs(stage: Stage, ada: str, direct: str) -> None:
    others = stage.workspace.others
    in_direct = others.say_by_token(ada, direct, "hello")
    assert await prompt(stage, in_direct, direct) == "ada: hello"

    root = await stage.ask("@claude one?")
    await stage.outcome(root)
    others.say_by_token(ada, stage.general, "an aside", thread_ts=root)
    in_thread = others.say_by_token(ada, stage.general, "@claude two?", thread_ts=root)
    assert await prompt(stage, in_thread, stage.general) == "ada: an aside\n\nada: two?"


async def test_slack_that_cannot_say_who_wrote_loses_no_question(stage: Stage, ada: str, direct: str) -> None:
    stage.workspace.faults.refuse("users.info", "internal_error", times=4)
    in_direct = stage.workspace.others.say_by_token(ada, direct, "hello")
    in_channel = stage.workspace.others.say_by_token(ada, stage.general, "@claude hello")

    assert await stage.outcome(in_direct) == "answered"
    assert await stage.outcome(in_channel) == "answered"


async def test_another_bot_in_a_thread_is_read_and_not_answered(stage: Stage) -> None:
    standup = stage.workspace.user("standup")
    root = await stage.ask("@claude one?")
    await stage.outcome(root)
    await stage.workspace.say(standup, stage.general, "@claude and mine?", thread_ts=root)
    ts = await stage.ask("@claude what did it say?", thread_ts=root)

    assert await prompt(stage, ts, stage.general) == "Standup Reminder (app): and mine?\n\nada: what did it say?"
    assert len(stage.model.requests) == 2


async def test_a_reminder_that_mentions_the_bot_is_answered(stage: Stage) -> None:
    ts = stage.workspace.others.remind(stage.general, "@claude sum up the week")

    assert "Slackbot (app): Reminder: @claude sum up the week." in await prompt(stage, ts, stage.general)


@pytest.mark.parametrize("sender", ["USLACK", "USLACKBOT"])
async def test_a_notice_of_slacks_own_is_no_question(stage: Stage, ada: str, direct: str, sender: str) -> None:
    stage.workspace.others.notice(ada, "Your app was approved.", sender=sender)
    await stage.workspace.until(lambda ws: all(delivery.over for delivery in ws.deliveries))
    ts = await stage.ask("hello", channel=direct)

    await stage.outcome(ts)
    assert len(stage.model.requests) == 1


async def test_user_groups_are_named_by_their_handles(stage: Stage) -> None:
    ts = await stage.ask("@claude who is in @eng?")

    assert await prompt(stage, ts, stage.general) == "ada: who is in @eng?"


async def test_without_the_right_to_read_user_groups_their_ids_are_shown(stage: Stage) -> None:
    state = stage.workspace.state
    state.manifest = replace(state.manifest, scopes=state.manifest.scopes - {"usergroups:read"})
    ts = await stage.ask("@claude who is in @eng?")

    assert await prompt(stage, ts, stage.general) == "ada: who is in @S0ENG00001?"


async def test_a_name_that_begins_with_the_bots_stays_whole(stage: Stage) -> None:
    users = stage.workspace.state.users
    smith = replace(users[stage.workspace.user("lars")], name="claude Smith")
    users[smith.id] = smith
    root = await stage.ask(f"<@{smith.id}> can you send it?")
    ts = await stage.ask("@claude did they?", thread_ts=root)

    assert await prompt(stage, ts, stage.general) == "ada: @claude Smith can you send it?\n\nada: did they?"


async def test_a_mention_with_a_label_is_addressed_to_the_bot(stage: Stage) -> None:
    ts = await stage.ask(f"<@{stage.workspace.bot_user_id}|claude> hello")

    assert await prompt(stage, ts, stage.general) == "ada: hello"


# --- files about which Slack knows more than the bytes ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("refused", "read"),
    [(None, ["conversations.history"]), ("unknown_method", ["conversations.history", "conversations.replies"])],
)
async def test_a_mention_whose_event_has_no_files_is_read_from_slack(
    stage: Stage, refused: str | None, read: list[str]
) -> None:
    """Not by the calls that threads need, if it can be helped: Slack allows fifty of them a minute."""
    stage.workspace.state.mentions_carry_files = False
    if refused is not None:
        stage.workspace.faults.refuse("conversations.history", refused)
    ts = await stage.ask("@claude", files=[("notes.txt", b"The meeting is at noon.")])

    assert "The meeting is at noon." in await prompt(stage, ts, stage.general)
    assert [call.method for call in stage.workspace.calls if call.method in READING] == read


async def test_an_email_reaches_the_model_as_words(stage: Stage, ada: str, direct: str) -> None:
    mail = stage.workspace.others.mail(ada, "Lunch", "at noon", sender=("A", "a@x.example"))
    ts = await stage.workspace.say(ada, direct, "when?", files=[mail])

    asked = await prompt(stage, ts, direct)
    assert 'File "Lunch" (e-mail):\n```\nFrom: A <a@x.example>\nSubject: Lunch\n\nat noon\n```' in asked
    assert "files:read" not in "".join(stage.words(ts, channel=direct))


async def test_what_an_email_came_with_is_named_as_unread(stage: Stage, ada: str, direct: str) -> None:
    menu = [{"filename": "menu.pdf", "size": 9, "mimetype": "application/pdf"}]
    mail = stage.workspace.others.mail(ada, "Lunch", "see menu", sender=("A", "a@x.example"), attachments=menu)
    ts = await stage.workspace.say(ada, direct, "what?", files=[mail])

    await prompt(stage, ts, direct)
    assert "menu.pdf" in stage.words(ts, channel=direct)[0]


@pytest.mark.parametrize("mode", ["quip", "canvas"])
async def test_a_canvas_reaches_the_model_as_readable_text(stage: Stage, ada: str, direct: str, mode: str) -> None:
    html = "<html><body><h1>Weekly</h1><ul><li>Ship it</li></ul></body></html>"
    canvas = stage.workspace.others.canvas(ada, "Weekly", html, mode=mode)
    ts = await stage.workspace.say(ada, direct, "what next?", files=[canvas])

    asked = await prompt(stage, ts, direct)
    assert "# Weekly\n\n- Ship it" in asked
    assert "<li>" not in asked


async def test_a_snippet_keeps_the_language_that_its_author_chose(stage: Stage, ada: str, direct: str) -> None:
    snippet = stage.workspace.file(ada, "Untitled", b"let x = 1;\n", mode="snippet", filetype="rust")
    ts = await stage.workspace.say(ada, direct, "what is it?", files=[snippet])

    assert "```rust\nlet x = 1;\n```" in await prompt(stage, ts, direct)


@pytest.mark.parametrize("looks", [0, 2], ids=["transcribed", "while Slack transcribes it"])
async def test_what_a_person_speaks_reaches_the_model_as_their_words(
    stage: Stage, ada: str, direct: str, looks: int
) -> None:
    clip = stage.workspace.others.clip(ada, "Buy milk and eggs", looks=looks)
    ts = await stage.workspace.say(ada, direct, "", files=[clip])

    assert await prompt(stage, ts, direct) == "[ada spoke, and Slack wrote it down.]\n\nada: Buy milk and eggs"
    assert "m4a was understood as “Buy milk and eggs”." in stage.words(ts, channel=direct)[0]


async def test_a_long_transcript_is_read_whole_and_people_are_told_once(stage: Stage, ada: str, direct: str) -> None:
    speech = " ".join(f"word{number}" for number in range(200))
    clip = stage.workspace.others.clip(ada, speech, whole=False, video=True)
    first = await stage.workspace.say(ada, direct, "sum this up", files=[clip])
    asked = await prompt(stage, first, direct)
    second = await stage.workspace.say(ada, direct, "shorter", thread_ts=first)
    await stage.outcome(second)

    assert f"ada: sum this up\n\n  {speech}" in asked
    first_words, second_words = stage.words(first, channel=direct)
    assert "screen.mp4" in first_words
    assert "screen.mp4" not in second_words


async def test_a_clip_that_slack_does_not_transcribe_is_named_as_unheard(stage: Stage, ada: str, direct: str) -> None:
    clip = stage.workspace.others.clip(ada, "")
    ts = await stage.workspace.say(ada, direct, "what did I say?", files=[clip])

    await prompt(stage, ts, direct)
    assert "m4a is an audio file" in stage.words(ts, channel=direct)[0]


async def test_what_somebody_else_spoke_is_not_the_forwarders(stage: Stage, ada: str, direct: str) -> None:
    grace = stage.workspace.user("grace")
    clip = stage.workspace.others.clip(grace, "Buy milk")
    spoken = await stage.workspace.say(grace, stage.general, "listen", files=[clip])
    ts = stage.workspace.others.forward(ada, direct, (stage.general, spoken), "what does she want?")

    asked = await prompt(stage, ts, direct)
    assert "(what is said in a voice message, as Slack wrote it down):\n```\nBuy milk\n```" in asked
    assert "ada: what does she want?\n\n[> Shared message from [Grace Okafor]" in asked


@pytest.fixture
def no_libreoffice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


async def test_where_libreoffice_is_missing_an_office_file_is_read_from_slacks_own_pdf(
    no_libreoffice: None, stage: Stage, ada: str, direct: str
) -> None:
    letter = ("a.docx", made_documents.docx("Dear reader"))
    ts = await stage.workspace.say(ada, direct, "what is it?", files=[letter])

    assert "<document>" in await prompt(stage, ts, direct)
    assert "Dear reader" in stage.words(ts, channel=direct)[0]

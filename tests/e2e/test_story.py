"""What people do with the bot, and what they see; the same over Socket Mode and over signed HTTP."""

from __future__ import annotations

import io

from PIL import Image

from bot.answering.endings import HELLO
from bot.limits import MARKDOWN_CHARS_MAX
from playground.practice_model.script import Answer, HeldAnswer
from playground.workspace.reading import visible_text
from tests.repository import SAMPLES
from tests.stage import Stage

AGREEMENT = ("supply-agreement.pdf", (SAMPLES / "supply-agreement.pdf").read_bytes())
PHOTO = ("launch.jpg", (SAMPLES / "launch.jpg").read_bytes())


async def test_a_mention_is_answered_in_a_thread_under_it(stage: Stage) -> None:
    ts = await stage.ask("@claude what can you do?")

    assert await stage.outcome(ts) == "answered"
    [answer] = stage.answers(ts)
    assert answer["thread_ts"] == ts
    assert "what can you do?" in stage.words(ts)[0]
    assert stage.asked_texts() == [("user", "ada: what can you do?")]


async def test_a_follow_up_is_asked_with_the_whole_thread_and_its_files(stage: Stage) -> None:
    ts = await stage.ask("@claude what does it say?", files=[AGREEMENT])
    await stage.outcome(ts)
    await stage.ask("I think it is about tea.", who="lars", thread_ts=ts)
    later = await stage.ask("@claude is lars right?", who="grace", thread_ts=ts)

    assert await stage.outcome(later) == "answered"
    (_, first), (role, answer), (_, last) = stage.asked_texts()
    assert "<document>" in first
    assert "ada: what does it say?" in first
    assert (role, "supply-agreement.pdf" in answer) == ("assistant", True)
    assert last == "lars: I think it is about tea.\n\ngrace: is lars right?"


async def test_a_direct_message_with_a_pdf_and_a_photo_is_answered_from_both(stage: Stage) -> None:
    direct = stage.workspace.direct_message(stage.workspace.user("ada"))
    ts = await stage.ask("What is in these?", channel=direct, files=[AGREEMENT, PHOTO])

    assert await stage.outcome(ts) == "answered"
    [words] = stage.words(ts, channel=direct)
    assert "3 pages" in words
    assert "640 × 427 px" in words


async def test_what_the_app_itself_tells_the_model_is_in_nobody_s_mouth(stage: Stage) -> None:
    direct = stage.workspace.direct_message(stage.workspace.user("ada"))
    notes = ("notes.txt", b"Bring the kettle.")
    ts = await stage.ask("A long table with code, please.", channel=direct, files=[AGREEMENT, notes])

    assert await stage.outcome(ts) == "answered"
    shown = "\n".join(stage.words(ts, channel=direct))
    told = str(stage.model.requests[-1].body["messages"])
    for words in ("The next message was written on", "File from ada", 'File "', "kettle"):
        assert (words in told, words in shown) == (True, False)
    assert "beginning “ada: A long table with code, please.”" in shown


async def test_a_direct_message_in_its_thread_goes_on_with_the_conversation(stage: Stage) -> None:
    direct = stage.workspace.direct_message(stage.workspace.user("ada"))
    ts = await stage.ask("My name is Ada.", channel=direct)
    await stage.outcome(ts)
    later = await stage.ask("What is my name?", channel=direct, thread_ts=ts)

    assert await stage.outcome(later) == "answered"
    assert [role for role, _ in stage.asked_texts()] == ["user", "assistant", "user"]


async def test_ask_is_answered_so_that_only_its_author_sees_it(stage: Stage) -> None:
    workspace = stage.workspace
    held = HeldAnswer()
    stage.model.script(held)
    elsewhere = workspace.channel("elsewhere")  # the bot is no member there
    invocation = await workspace.command(workspace.user("lars"), elsewhere, "/ask", "what is a thread?")
    await workspace.until(lambda ws: any("Thinking" in message["text"] for message in ws.ephemerals()))
    await held.asked.wait()
    await held.write("A thread is ")
    await workspace.until(lambda ws: any("A thread is" in message["text"] for message in ws.ephemerals()))
    await held.write("a conversation.")
    await held.finish()

    await stage.log.until_done(str(workspace.delivery(invocation).payload["trigger_id"]))
    [shown] = workspace.ephemerals()
    assert shown["text"] == "A thread is a conversation."
    assert workspace.messages(elsewhere) == []
    uses = [call for call in workspace.calls if call.method == "response_url"]
    assert 2 <= len(uses) <= 5


async def test_the_first_words_are_shown_before_the_answer_is_done(stage: Stage) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell me a story")
    await stage.workspace.until(lambda ws: ws.statuses())
    await held.asked.wait()
    await held.write("Once")
    await stage.workspace.until(lambda _: stage.words(ts) == ["Once"])
    await held.write(" upon a time.")
    await stage.workspace.until(lambda _: stage.words(ts) == ["Once upon a time."])
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert stage.workspace.statuses() == []


async def test_a_long_answer_goes_on_in_further_messages_and_loses_nothing(stage: Stage) -> None:
    paragraphs = [f"Paragraph {number}: " + "all the words of it. " * 20 for number in range(60)]
    code = "```python\n" + "\n".join(f"line_{number} = {number}" for number in range(400)) + "\n```"
    stage.model.script(Answer("\n\n".join([*paragraphs[:30], code, *paragraphs[30:]])))
    ts = await stage.ask("@claude everything, please")

    assert await stage.outcome(ts) == "answered"
    words = stage.words(ts)
    assert len(words) > 2
    assert all(len(text) <= MARKDOWN_CHARS_MAX for text in words)
    seen = "\n".join(words)
    assert [number for number in range(60) if f"Paragraph {number}: " not in seen] == []
    assert [number for number in range(400) if f"line_{number} = {number}" not in seen] == []
    kinds = {element["type"] for m in stage.answers(ts) for b in m["blocks"] for element in b.get("elements", [])}
    assert "rich_text_preformatted" in kinds


async def test_a_question_that_slack_delivers_again_is_answered_once(stage: Stage) -> None:
    ts = await stage.ask("@claude once only")
    await stage.outcome(ts)
    for delivery in list(stage.workspace.deliveries):
        stage.workspace.redeliver(delivery)
        stage.workspace.redeliver(delivery, new_event_id=True)
    later = await stage.ask("@claude and now?", thread_ts=ts)  # would wait for a second turn of the first one

    assert await stage.outcome(later) == "answered"
    assert len(stage.answers(ts)) == 2
    assert len(stage.model.requests) == 2


async def test_a_question_asked_while_the_bot_answers_waits_and_says_so(stage: Stage) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    first = await stage.ask("@claude slow one")
    await held.asked.wait()
    second = await stage.ask("@claude quick one", thread_ts=first)
    await stage.workspace.until(lambda _: "Queued behind 1 question…" in stage.words(first))
    await held.write("Slow answer.")
    await held.finish()

    assert await stage.outcome(first) == "answered"
    assert await stage.outcome(second) == "answered"
    slow, quick = stage.words(first)  # in the order of the questions, and the notice is gone
    assert slow == "Slow answer."
    assert "quick one" in quick
    assert "Slow answer." in stage.asked_texts()[1][1]


async def test_an_answer_does_not_wait_for_a_notice_whose_deletion_hangs(stage: Stage) -> None:
    held = HeldAnswer()
    stage.model.script(held, Answer("The quick answer."))
    first = await stage.ask("@claude slow one")
    await held.asked.wait()
    second = await stage.ask("@claude quick one", thread_ts=first)
    await stage.workspace.until(lambda _: "Queued behind 1 question…" in stage.words(first))
    stage.workspace.faults.hang("chat.delete", 3_600.0)
    await held.write("The slow answer.")
    await held.finish()

    await stage.workspace.until(lambda _: "The quick answer." in stage.words(first), timeout_s=25.0)
    assert await stage.outcome(second) == "answered"
    assert stage.words(first) == ["The slow answer.", "The quick answer."]


async def test_a_mention_without_words_is_greeted(stage: Stage) -> None:
    ts = await stage.ask("@claude")

    assert await stage.outcome(ts) == "greeted"
    assert stage.words(ts) == [HELLO.replace("`", "")]
    assert len(stage.model.requests) == 0


async def test_a_mention_without_words_in_a_thread_asks_for_an_answer_to_the_thread(stage: Stage) -> None:
    ts = await stage.ask("Where do we eat today?", who="grace")
    later = await stage.ask("@claude", thread_ts=ts)

    assert await stage.outcome(later) == "answered"
    assert "grace: Where do we eat today?" in stage.asked_texts()[0][1]


async def test_a_mention_with_only_a_file_asks_about_the_file(stage: Stage) -> None:
    ts = await stage.ask("@claude", files=[AGREEMENT])

    assert await stage.outcome(ts) == "answered"
    assert "3 pages" in stage.words(ts)[0]


async def test_a_file_that_cannot_be_read_is_named_under_the_answer(stage: Stage) -> None:
    ts = await stage.ask("@claude what is this?", files=[("song.xyz", bytes(range(256)) * 8), AGREEMENT])

    assert await stage.outcome(ts) == "answered"
    [words] = stage.words(ts)
    assert "3 pages" in words
    assert "song.xyz is " in words.splitlines()[-1]


async def test_notes_under_an_answer_are_not_read_back_as_its_words(stage: Stage) -> None:
    stage.model.script(Answer("I see no file."))
    ts = await stage.ask("@claude what is this?", files=[("song.xyz", bytes(range(256)) * 8)])
    await stage.outcome(ts)
    assert "song.xyz is " in stage.words(ts)[0]
    later = await stage.ask("@claude and now?", thread_ts=ts)
    await stage.outcome(later)

    assert ("assistant", "I see no file.") in stage.asked_texts()


async def test_a_message_edited_after_asking_is_not_asked_again(stage: Stage) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude what is 2+2?")
    await held.asked.wait()
    await stage.workspace.edit(stage.general, ts, "@claude what is 2+3?")
    await held.write("4")
    await held.finish()
    await stage.outcome(ts)
    later = await stage.ask("@claude sure?", thread_ts=ts)
    await stage.outcome(later)

    assert len(stage.model.requests) == 2
    assert stage.asked_texts()[0] == ("user", "ada: what is 2+3?")


async def test_a_mention_added_by_an_edit_is_a_question(stage: Stage) -> None:
    ts = await stage.ask("what is 2+2?")
    await stage.workspace.edit(stage.general, ts, "@claude what is 2+2?")

    assert await stage.outcome(ts) == "answered"


async def test_a_thread_of_a_thousand_messages_is_read(stage: Stage) -> None:
    workspace = stage.workspace
    root = workspace.seed(workspace.user("grace"), stage.general, "The plan is to move to Bergen.")
    for number in range(999):
        workspace.seed(workspace.user("lars"), stage.general, f"Remark number {number}.", thread_ts=root)
    ts = await stage.ask("@claude where do we move?", thread_ts=root)

    assert await stage.outcome(ts) == "answered"
    [(_, asked)] = stage.asked_texts()
    assert "grace: The plan is to move to Bergen." in asked
    assert "lars: Remark number 998." in asked


async def test_a_thread_whose_first_message_is_deleted_is_still_a_thread(stage: Stage) -> None:
    root = await stage.ask("The plan is to move to Bergen.", who="grace")
    await stage.ask("Good plan.", who="lars", thread_ts=root)
    await stage.workspace.delete(stage.general, root)
    ts = await stage.ask("@claude do you agree?", thread_ts=root)

    assert await stage.outcome(ts) == "answered"
    [(_, asked)] = stage.asked_texts()
    assert "lars: Good plan." in asked
    assert "Bergen" not in asked


async def test_other_bots_are_read_and_named(stage: Stage) -> None:
    workspace = stage.workspace
    root = await stage.ask("The build?", who="grace")
    workspace.seed_bot_message(stage.general, "Build 17 failed.", name="CI", thread_ts=root)
    ts = await stage.ask("@claude what happened?", thread_ts=root)

    assert await stage.outcome(ts) == "answered"
    assert "CI (app): Build 17 failed." in stage.asked_texts()[0][1]


async def test_another_bot_may_ask_at_top_level_but_not_in_a_thread(stage: Stage) -> None:
    ts = await stage.ask("@claude sum up the day", who="standup")
    assert await stage.outcome(ts) == "answered"

    await stage.ask("@claude thank you!", who="standup", thread_ts=ts)
    later = await stage.ask("@claude did you hear that?", thread_ts=ts)
    assert await stage.outcome(later) == "answered"
    assert len(stage.answers(ts)) == 2


async def test_what_the_model_writes_can_neither_ping_nor_link(stage: Stage) -> None:
    hostile = "Hello <!channel> and <@U00000ADA>, see <https://evil.example|our site> — List<int> -> a && b &lt;"
    stage.model.script(Answer(hostile))
    ts = await stage.ask("@claude greet everyone")
    await stage.outcome(ts)

    assert stage.words(ts) == [hostile]
    assert stage.workspace.pings == []
    assert stage.workspace.origin(stage.general, stage.answers(ts)[0]["ts"]).unfurl_links is False


async def test_pictures_of_every_kind_that_the_model_takes_reach_it(stage: Stage) -> None:
    files = []
    for name in ("jpeg", "png", "gif", "webp"):
        buffer = io.BytesIO()
        Image.new("RGB", (90, 60), "teal").save(buffer, name)
        files.append((f"picture.{name}", buffer.getvalue()))
    ts = await stage.ask("@claude what do you see?", files=files)

    assert await stage.outcome(ts) == "answered"
    assert stage.asked_texts()[0][1].count("<image>") == 4


async def test_a_long_answer_to_ask_with_many_tables_is_shown_whole(stage: Stage) -> None:
    table = "| left | right |\n|---|---|\n" + "\n".join(f"| row {n} | {'x' * 60} |" for n in range(30))
    text = "\n\n".join(f"## Table {number}\n\n{table}" for number in range(12))
    stage.model.script(Answer(text))
    workspace = stage.workspace
    invocation = await workspace.command(workspace.user("lars"), stage.general, "/ask", "tables, please")

    await stage.log.until_done(str(workspace.delivery(invocation).payload["trigger_id"]))
    seen = "\n".join(visible_text(message) for message in workspace.ephemerals())
    assert [number for number in range(12) if f"Table {number}" not in seen] == []
    assert seen.count("row 29") == 12

"""What Slack delivers late changes nothing for those who speak with the bot, and to remember them costs no wait."""

from __future__ import annotations

from bot.store.conversations import StoredConversations
from bot.store.database import Database
from bot.store.questions import StoredQuestions
from tests.asked import asked
from tests.database import wait_for_the_disk
from tests.postgres import OVER_BOTH


async def test_a_mention_that_came_late_does_not_take_the_conversation_from_who_mentioned_the_bot_after_it(
    database: Database,
) -> None:
    conversations = StoredConversations(database)
    conversations.mentioned(asked("1700000300.000100", "1700000000.000100", user_id="U2"))
    conversations.mentioned(asked("1700000200.000100", "1700000000.000100", user_id="U1"))

    follow_up = asked("1700000400.000100", "1700000000.000100", user_id="U2")
    assert await conversations.continues(follow_up, to_others=False)


@OVER_BOTH
async def test_a_mention_from_before_another_person_wrote_does_not_reopen_the_conversation_when_it_comes_late(
    database: Database,
) -> None:
    conversations, root = StoredConversations(database), "1700000000.000100"
    conversations.mentioned(asked("1700000100.000100", root, user_id="U1"))
    for others in ("1700000300.000100", "1700000500.000100"):  # the second one comes when nobody speaks with the bot
        assert not await conversations.continues(asked(others, root, user_id="U2"), to_others=False)
        late = f"{int(others[:10]) - 50}.000100"
        conversations.mentioned(asked(late, root, user_id="U1"))
        follow_up = asked(f"{int(others[:10]) + 50}.000100", root, user_id="U1")
        assert not await conversations.continues(follow_up, to_others=False)

    conversations.mentioned(asked("1700000600.000100", root, user_id="U1"))
    assert await conversations.continues(asked("1700000700.000100", root, user_id="U1"), to_others=False)


@OVER_BOTH
async def test_a_mention_is_on_the_disk_with_its_question(database: Database) -> None:
    conversations, questions = StoredConversations(database), StoredQuestions(database)
    commits = wait_for_the_disk(database)
    question = asked("1700000300.000100", "1700000000.000100", user_id="U2")
    conversations.mentioned(question)
    assert await questions.add(question, "one", busy=False, lease_s=0.0)
    assert commits() == 1

    follow_up = asked("1700000400.000100", "1700000000.000100", user_id="U2")
    assert await conversations.continues(follow_up, to_others=False)

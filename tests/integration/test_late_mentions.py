"""What Slack delivers late changes nothing for those who speak with the bot."""

from __future__ import annotations

from bot.store.conversations import StoredConversations
from bot.store.database import Database
from tests.asked import asked


async def test_a_mention_that_came_late_does_not_take_the_conversation_from_who_mentioned_the_bot_after_it(
    database: Database,
) -> None:
    conversations = StoredConversations(database)
    await conversations.mentioned(asked("1700000300.000100", "1700000000.000100", user_id="U2"))
    await conversations.mentioned(asked("1700000200.000100", "1700000000.000100", user_id="U1"))

    follow_up = asked("1700000400.000100", "1700000000.000100", user_id="U2")
    assert await conversations.continues(follow_up, to_others=False)

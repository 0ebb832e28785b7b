"""What was said in Slack → what the model reads.

The map, in reading order::

    thread.py            reads the thread of a question, as the model should see it
    own_replies.py       finds the messages in which the bot has answered
    thread_pages.py      fetches what both read
    linked.py            reads the messages that the question links to
    permalinks.py        finds those links
    channel_messages.py  reads a channel, for somebody who wants to catch up
    members.py           whether a person is in a channel
    named_messages.py    messages as the model should see them, with names for ids
    message_text.py      a message's author, and its content as Markdown, made of
    blocks.py            Block Kit's blocks
    rich_text.py         rich_text blocks
    figures.py           tables and charts
    attachments.py       what is shown below the words
    mrkdwn.py            Slack's older markup
    mentions.py          ids in a text, and names for them
    markdown.py          builds Markdown that stays well-formed
    file_objects.py      makes attachments of Slack's file objects
"""

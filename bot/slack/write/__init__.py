"""What the model writes → messages in Slack.

The map, in reading order::

    replies.py            opens the reply to a question, or takes it over
    writer.py             carries out a plan, one call at a time
    plan.py               the contract between the writer and its plans
    live_reply.py         plan: the growing answer, by posts and edits
    timing.py             how long its readers have waited, and how urgent a call is
    reply_parts.py        divides the answer into parts
    reply_part.py         one part, and how it stands in Slack
    sent.py               what its message may show
    showing.py            builds the post or edit that shows a part
    removals.py           which message to delete next
    edit_trouble.py       what to do while edits fail
    streamed_reply.py     plan: the growing answer, as Slack's own stream
    native_stream.py      which call of the stream is next
    command_answer.py     plan: the answer to a slash command, by its response_url
    thread_outlet.py      makes the calls of a plan in a thread
    response_url.py       makes them by a response_url
    slow_calls.py         calls that Slack does not answer for long
    overlooked.py         whether a message that Slack does not find is gone
    pauses.py             waits after a failed call
    status_line.py        what the bot is doing, beside the thread
    left_statuses.py      removes statuses that stayed behind
    left_messages.py      takes away what a process left that died
    late_edits.py         edits for which nobody waits
    content.py            what one message shows
    message_arguments.py  that, as arguments of chat.postMessage and chat.update
    web_pages.py          lines for the web pages that an answer is based on
    feedback_support.py   whether people may vote
    markdown/             the model's Markdown as Slack shows it, cut to fit
    wrapped_reply.py      a reply that passes everything on, for the next four
    headed_reply.py       below a quotation of its question
    offered_reply.py      with a long answer as a file
    ephemeral_reply.py    to one person alone
    private_reply.py      to whoever typed a command, who may post it
    shared_reply.py       posts a private answer for others
    uploads.py            uploads an answer as files
    answer_files.py       makes those files
    asides.py             a sentence for the asker alone
    why_not_posted.py     why a post was not possible
    direct_messages.py    opens a direct message for a wish said in a channel
    direct_posts.py       posts into it exactly once
    agent_surface.py      suggests prompts, and ends sessions
    home_tab.py           publishes the app's home tab
    modals.py             opens a modal
"""

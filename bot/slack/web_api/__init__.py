"""Slack's Web API: who calls it, when, and what its answers mean.

The map, in reading order::

    client.py           makes the calls; their errors become ``SlackError``
    request.py          sends one request
    second_try.py       sends a read again if nobody answers
    patience.py         repeats a call until Slack answers
    error_codes.py      Slack's codes, and what each means to the caller
    session.py          the HTTP session and the SDK's client
    redirects.py        makes a redirect an error
    deep_json.py        reads JSON of any depth
    rate_limiter.py     grants calls, by method
    method_limiter.py   queues the callers of a method, the most urgent first
    call_budget.py      when the next call of a method may be made
    channel_slots.py    when this process may post in a channel, beside others
    channel_posts.py    when the next post in a channel may be made
    limit_inference.py  what a refusal says about the limit
    limit_keeper.py     keeps learned limits in the database
    names.py            names of users, apps, channels and groups, and who users are
    user_object.py      reads a user object
    channel_object.py   reads a channel's name
    membership.py       why the bot cannot answer in a conversation
    identity.py         who the bot is, by its token
    scopes.py           which scopes a token lacks, and what fails without each
    startup.py          the first call, and advice if it is refused
    renewal.py          renews tokens that expire
"""

"""Slack and the model on this machine, for demo, tests and benches. It knows nothing of the bot but the limits.

The map::

    __main__.py          the demo's command line
    demo.py              starts all of it and plays a conversation; terminal.py shows it
    conversation.py      what is said there, and what a visitor is asked to try
    workspace/           a Slack workspace: workspace.py is the whole, state.py what stands in it and what readers saw
    practice_model/      a model that says truthfully what it received: script.py holds what tests decide
    page/                the workspace in the browser
    samples/             files that the demo attaches
    measure/             what benches and tests share: virtual time, answers, what readers saw, the best schedule

The workspace is the test bed of the bot and the back of the page::

    async with Workspace(Path("manifest.yml"), retry_delays_s=(0.05, 0.1)) as ws:
        # start the bot with ws.api_url, ws.bot_token and ws.app_token (or ws.signing_secret, and set ws.events_url)
        await ws.until(lambda ws: ws.connections)
        ts = await ws.say(ws.user("ada"), ws.channel("general"), "@claude read this", files=[("a.pdf", b"%PDF-…")])
        reply = await ws.until(lambda ws: ws.thread(ws.channel("general"), ts)[1:])

Who and where: ``user(name)``, ``channel(name)``, ``direct_message(user_id)``, ``add_channel(name)``; people are ada,
grace and lars, ``standup`` is another app's bot; channels are general, random, board-room (private), mpdm-ada--grace--1
(group), with-partner (shared with another company), elsewhere (public) and hidden (private), the last two without the
bot. Others are remy (an address of another domain), mia and sol (guests of several channels and of one), dex
(deactivated), pat and stan (of another company, stan without a shared channel); ``state.change_user`` changes anybody.
What people do: ``say``, ``edit``, ``delete``, ``react``, ``command``, ``press``; with ``surfaces``:
``shortcut``, ``submit``, ``close``, ``press`` in a view, ``open_home``; what they see of views is in ``people.views``;
``seed``, ``seed_bot_message`` and
``file`` prepare what was there before (no events). What happened: ``thread``, ``messages``, ``ephemerals``,
``statuses``, ``revisions``, ``pings``, ``calls``, ``deliveries``, ``origin`` and ``dump``; ``until`` waits for it
without polling.
The app is what its manifest says: scopes, subscribed events, commands, interactivity; another one is made by
``dataclasses.replace(Manifest.read(path), …)``.
What goes wrong: ``faults``, ``redeliver``, ``disconnect_sockets``,
``sockets.abort``, ``files.delete``, ``archive``, ``remove_bot``. Where live servers differ: ``dialect`` (``Dialect``).
"""

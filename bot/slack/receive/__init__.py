"""What Slack delivers → accepted questions.

The map, in reading order::

    socket_mode.py     receives envelopes over a WebSocket, and acknowledges them
    envelopes.py       parses them, without letting a huge one block the rest
    one_socket.py      one connection for the doctor, which sees its own messages arrive
    http_events.py     or receives signed requests over HTTP
    bolt.py            checks their signatures, and hands on their bodies
    delivery_times.py  notices a clock that makes Slack's signatures look too old
    deliveries.py      hands each delivery to its workspace, and returns the acknowledgement
    sender_limit.py    makes whoever sends a flood wait for themselves
    origin.py          finds the workspace that a delivery is for
    kinds.py           names the event for a delivery, as the app subscribes to it
    listeners.py       turns the deliveries of one workspace into accepted questions
    handlers.py        what listeners call
    duplicates.py      handles only the first of several deliveries of one message
    payloads.py        makes a question of an event or a command, or says why not
    changes.py         edits, deletions and reactions: what ends or replaces a question
    shortcuts.py       message shortcuts and their modal, as questions
    feedback.py        votes and their reasons
    command_help.py    /ask help
    agent_events.py    what an event of the agent surface asks for
    agent_handler.py   passes that on
    stop_wishes.py     wishes to end an answer, of those who may ask
    after_the_ack.py   work that the acknowledgement does not wait for
    install_pages.py   serves the pages by which people install the app
    install_html.py    what stands on them
"""

"""A Slack bot that reads the thread and the files in it, and answers while the model writes.

The map, in reading order. A mention comes in through ``slack/receive``, waits in ``inbox``, is answered by ``turn``,
which reads with ``slack/read`` and ``files``, asks with ``llm``, and shows the answer with ``slack/write``::

    __main__.py        the commands: run, doctor, ask, health, usage, manifest, erase
    app.py             builds every part from the settings, and runs them until the process is stopped
    workspaces.py      those that have installed the app, each opened when it is needed
    workspace.py       the bot in one workspace, and what it shares with others of the process
    assembly/          its parts, made from the settings: slack, files, model, store, queue; start_checks
    settings.py        every knob: name, unit, bounds, what it does
    configuration/     the other knobs: model_settings, slack_settings; environment is where they are read
    inboxes.py         what is due in any workspace is claimed: fairly, capped for the process, leased
    inbox.py           accepted questions of one workspace → turns: once, in order in a thread
    turn.py            the story: question → thread → files → history → model → live reply → done
    access/            who may ask: the access control and its rules
    answering/         the answer: asking → arriving → results, with its endings
    stops.py           answers that people end
    edits.py           questions that people edit before their answer begins
    sharing.py         a private answer is posted for others
    kept_answers.py    what is kept of one until then
    feedback.py        what people say of answers
    home.py            what a person reads in the app's home tab
    channels.py        what holds in single channels
    web_access.py      what the model may look up in the web
    connections.py     a port, whose connections have to come to the point
    ports.py           what a turn needs of the outside world, as Protocols
    file_ports.py      the same of the files that people attach
    messages.py        the values that travel through a turn
    conversation.py    one request's worth of a thread
    closing.py         what stands below an answer
    stream_events.py   the values that come back from the model
    errors.py          what can go wrong, as a tree, and what people read
    store_patience.py  a database that is away is waited for
    lease.py           until when a question is this process's
    limits.py          the published limits of Slack and of the Messages API
    learned_limits.py  what refusals have taught of them
    shares.py          this process's part of them, beside other processes
    day_budget.py      what may be used in a day
    estimates.py       about how many tokens and bytes something is
    loop_share.py      lets others run while something computes
    addresses.py       whether words and tokens may go to an address
    visible.py         what people see of a text, and what only a machine would read
    keyed_toml.py      a settings file's tables, and what is wrong in it, by line and key
    app_manifest.py    the Slack app's manifest for the settings
    ask.py             the model link alone, from the terminal
    usage.py           who used what, as a table
    erase.py           what is kept of a person or a workspace, removed
    doctor/            what works and what does not, and what to do: examination of model, slack_app, events, machine
    setup/             what an operator sets up: manifest by app_scopes and app_events, faults and where they are mended
    installations/     where the app is installed, and with which tokens: at rest, and renewed before they expire
    operations/        for whoever runs it: health, the ops port, the watchdog, stopping
    telemetry/         what it says of itself: logs, metrics, traces
    commands/          !help and others, said in a thread: carrying_out → decisions; choosing for the question
    catching_up/       a channel in short, for one reader: wishes → catching → transcript
    prompt/            what the model is asked: drafting → draft → history within a window; batch_reading before that
    citing/            what an answer cites: citations, placed by mark_places
    costs/             what a turn uses: meter by prices, and its bill
    slack/             what both directions share: escape, shapes, own_messages, buttons, interactions
        receive/       deliveries → listeners of a workspace → questions; over socket_mode or http_events
        read/          what was said: thread, message_text and what they are made of
        write/         the reply: replies opens one, live_reply decides what to show, the writer shows it
            markdown/  what the model writes, as Slack shows it: cut to fit, in few_blocks, with tables and code whole
        web_api/       calls: client, when rate_limiter allows it by call_budget and channel_slots; names, identity
    files/             workshop: cache, conversion; reader: download, blocks and notes; long_files; forgetting
        worker/        the process that reads strangers' bytes: sniff, convert, a module a kind of file
            sheets/    spreadsheets → tables of text: a reader a format, model, table
            words/     documents and slides → their words, also those that no page shows
            documents/  what of one is read, and what is rendered: office, old_documents
            pdfs/      pages, and what they do not show
            pictures/  images as people see them
            mails/     every text and attachment of a mail
            outlook/   the same of what Outlook writes
            archives/  members, each a file of its own
            hypertext/  html → readable text
            encodings/  the encoding that people wrote a text in
            confinement/  what binds the process before it opens a file
    llm/               client: body and wire make the request; sse, wire and response read the answer
    store/             the database: questions by fairness, usage, refused_files, deleted_files, erasure, learned_limits
        migrations/    the way to the present schema, step by step
"""

__version__ = "0.1.0.dev0"

"""A Slack bot that reads the thread and the files in it, and answers while the model writes.

The map, in reading order. A mention comes in through ``slack/receive``, waits in ``inbox``, is answered by ``turn``,
which reads with ``slack/read`` and ``files``, asks with ``llm``, and shows the answer with ``slack/write``::

    __main__.py        the commands: run, doctor, ask, health, usage, manifest, erase
    app.py             starts the bot, and runs it until the process is stopped
    workspaces.py      the workspaces that have installed the app, each opened when it is needed
    workspace.py       the bot in one workspace, and what it shares with the process's others
    assembly/          makes the parts from the settings: slack, files, model, store, queue; start_checks
    settings.py        every setting: name, unit, bounds, what it does
    configuration/     more settings: model_settings, slack_settings; environment reads them all
    inboxes.py         claims due questions for all workspaces: fairly, bounded for the process, under leases
    inbox.py           accepts one workspace's questions and runs their turns: each once, in order in a thread
    turn.py            the story of one answer: question → thread → files → history → model → live reply
    access/            who may ask: the access control and its rules; turning_away tells others why not
    answering/         the answer: asking → arriving → results, with its endings
    stops.py           ends answers that people stop
    edits.py           starts again when a question is edited before its answer begins
    sharing.py         posts a private answer for others
    kept_answers.py    private answers that can still be posted
    feedback.py        votes on answers
    home.py            what a person reads in the app's home tab
    channels.py        settings of single channels
    web_access.py      what the model may look up on the web
    connections.py     an HTTP server that does not wait for ever for slow clients
    ports.py           what a turn needs from the outside world, as Protocols
    file_ports.py      the same for the files that people attach
    messages.py        the values that travel through a turn
    conversation.py    what the model is sent in one request
    closing.py         what is shown below an answer
    stream_events.py   what comes back from the model
    errors.py          what can go wrong, as a tree, and what people read
    store_patience.py  waits out a database outage
    lease.py           how long a question belongs to this process
    limits.py          the published limits of Slack and of the Messages API
    learned_limits.py  what refusals have taught about them
    shares.py          this process's share of them, beside other processes
    day_budget.py      how much may be used in a day
    estimates.py       about how many tokens and bytes something takes
    loop_share.py      lets other tasks run while something computes
    addresses.py       whether words and tokens may be sent to an address
    visible.py         removes from a text what only a machine would read
    csv_cells.py       keeps words in a table from being a formula
    keyed_toml.py      reads TOML settings files, and names faults by line and key
    app_manifest.py    the Slack app's manifest for the settings
    ask.py             asks the model alone, from the terminal
    usage.py           who used what, as a table
    erase.py           removes what is kept of a person or a workspace
    doctor/            what works, what does not, and what to do: examination of model, slack_app, events, machine
    setup/             what an operator sets up: manifest by app_scopes and app_events, faults and where to fix them
    installations/     where the app is installed, with which tokens: encrypted at rest, renewed before they expire
    operations/        for operators: health, the ops port, the watchdog, stopping
    telemetry/         what the bot reports about itself: logs, metrics, traces
    commands/          !help and others, said in a thread: carrying_out → decisions; choosing for the question
    catching_up/       a channel in short, for one reader: wishes → catching → transcript
    prompt/            what the model is asked: drafting → draft → history within a window; batch_reading before that
    citing/            what an answer cites: citations, placed by mark_places
    costs/             what a turn uses: meter by prices, and its bill
    slack/             what both directions share: escape, shapes, own_messages, buttons, input_modal, interactions
        receive/       deliveries → listeners of a workspace → questions; over socket_mode or http_events
        read/          what was said: thread, message_text and what they are made of
        write/         the reply: replies opens one, live_reply decides what to show, timing when, writer shows it
            markdown/  what the model writes, as Slack shows it: cut to fit, in few_blocks, with tables and code whole
        web_api/       calls: client, when rate_limiter allows it by call_budget and channel_slots; names, identity
    files/             workshop: cache, conversion; reader: download, blocks and notes; long_files; forgetting
        worker/        the process that reads strangers' bytes: sniff, convert, and a module for each kind of file
            sheets/    spreadsheets → tables of text: a reader for each format, model, table
            words/     the words of documents and slides, also those that no page shows
            documents/  documents: what is read of one, and what has to be rendered: office, old_documents
            pdfs/      PDF pages, and what they do not show
            pictures/  images as people see them
            mails/     every text and attachment of a mail
            outlook/   the same for what Outlook writes
            archives/  members, each a file of its own
            hypertext/  HTML → readable text
            encodings/  the encoding that a text was written in
            confinement/  restricts the process before it opens a file
    llm/               client: request_json and body make the request; sse, response and answer_reader read the answer
    store/             the database: questions by fairness, usage, refused_files, deleted_files, erasure, learned_limits
        migrations/    the way to the present schema, step by step
"""

__version__ = "0.1.0.dev0"

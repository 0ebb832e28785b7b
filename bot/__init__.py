"""A Slack bot that reads the thread and the files in it, and answers while the model writes.

The map, in reading order. A mention comes in through ``slack/receive``, waits in ``inbox``, is answered by ``turn``,
which reads with ``slack/read`` and ``files``, asks with ``llm``, and shows the answer with ``slack/write``::

    __main__.py        the commands: run, doctor, ask, health, usage, manifest, erase
    app.py             builds every part from the settings, and runs them until the process is stopped
    workspaces.py      those that have installed the app, each opened when it is needed
    workspace.py       the bot in one workspace, and what it shares with others of the process
    installations.py   where the app is installed, and with which token
    token_cipher.py    tokens at rest
    renewals.py        tokens that expire are renewed before that, by one process
    start_checks.py    what is wrong is said while it starts
    app_manifest.py    the Slack app's manifest for the settings
    components.py      its larger parts, and what they are made of
    settings.py        every knob: name, unit, bounds, what it does
    slack_settings.py  those of the Slack app
    model_settings.py  those of the model and of files
    environment.py     where they are read
    setting_types.py   how the text of one is read
    setup/             what an operator has set up: faults in it, and where they are mended
    reloaded.py        settings in files that are read again when they change
    keyed_toml.py      such a file's tables, and what is wrong in it, by line and key
    channels.py        what holds in single channels
    model_link.py      the link to the model
    derived.py         values that are made of them
    door.py            who is answered at all, and who is told why not
    sharing.py         a private answer is posted for others
    home.py            what a person reads in the app's home tab
    home_facts.py      what the settings have to say there
    feedback.py        what people say of answers
    kept_answers.py    what is kept of one until then
    access.py          the rules for that, and their sentences
    turn.py            the story: question → thread → files → history → model → live reply → done
    results.py         how one ended, for people, the log and the figures
    inboxes.py         what is due in any workspace is claimed: fairly, capped for the process, leased
    inbox.py           accepted questions of one workspace → turns: once, in order in a thread
    store_patience.py  a database that is away is waited for
    day_budget.py      what may be used in a day
    endings.py         what stands under an answer: the sentences that people read
    answering.py       the model is asked, with less where the API refuses that, and its answer shown
    arriving.py        an answer's words and what it looks up, as they come
    web_access.py      what the model may look up in the web
    waiting.py         what people read while no word comes
    estimates.py       about how many tokens and bytes that is
    ports.py           what a turn needs of the outside world, as Protocols
    file_ports.py      the same of the files that people attach
    messages.py        the values that travel through a turn
    conversation.py    one request's worth of a thread
    stream_events.py   the values that come back from the model
    errors.py          what can go wrong, as a tree, and what people read
    loop_share.py      lets others run while something computes
    stops.py           answers that people end
    lease.py           until when a question is this process's
    shares.py          its part of Slack's limits, beside other processes
    id_lists.py        settings that list ids or domains
    manifest.py        the manifest of the Slack app, from its data
    app_scopes.py      what the app may do, and what fails without each scope
    limits.py          the published limits of Slack and of the Messages API
    learned_limits.py  what refusals have taught of them
    logs.py            events with fields, without tokens and texts
    addresses.py       whether words and tokens may go to an address
    redaction.py       text for a log, without this process's secrets
    ask.py             the model link alone, from the terminal
    usage.py           who used what, as a table
    erase.py           what is kept of a person or a workspace, removed
    doctor/            what works and what does not, and what to do: examination of model, slack_app, events, machine
    health.py          whether the bot that uses a data directory is alive
    metrics.py         every figure for Prometheus, and how a part reports it
    memory.py          how much is in use, and may be
    traces.py          the steps of a turn, for whoever wants spans of them
    open_telemetry.py  spans for a collector
    ops.py             a port for whoever runs the bot: alive, ready, figures
    process.py         keeps this process's secrets from others
    stopping.py        signals end it quietly, whenever they come
    watchdog.py        logs what ran while the loop stood still
    commands/          !help and others, said in a thread: carrying_out → decisions; choosing for the question
    catching_up/       a channel in short, for one reader: wishes → catching → transcript
    prompt/            what the model is asked: drafting → draft → history within a window; batch_reading before that
    citing/            what an answer cites: citations, placed by mark_places
    costs/             what a turn uses: meter by prices, and its bill
    slack/             what both directions share: escape, shapes, own_messages, buttons
        receive/       deliveries → listeners of a workspace → questions; over socket_mode or http_events
        read/          what was said: thread, message_text and what they are made of
        write/         the reply: replies opens one, live_reply decides what to show, markdown_cut where to part it
        web_api/       calls: client, rate_limiter with call_budget, limit_keeper, names with user_object, identity
    files/             workshop: cache, conversion; reader: download, blocks and notes; long_files; forgetting
        worker/        the process that reads strangers' bytes: sniff, convert, a module a kind of file
            sheets/    spreadsheets → tables of text: a reader a format, model, table
            words/     documents and slides → their words, also those that no page shows
    llm/               client: body and wire make the request, sse and wire read the answer, refusals what is none
    store/             the database: questions by fairness, usage, refused_files, deleted_files, erasure, learned_limits
        migrations/    the way to the present schema, step by step
"""

__version__ = "0.1.0.dev0"

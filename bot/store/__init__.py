"""The database: accepted questions, and metadata about their replies. The only package that knows SQLAlchemy.

The map, in reading order::

    questions.py          the queue: each question stored once, handed out in order, finished
    claims.py             claims questions that may run now, each under a lease
    fairness.py           queries that choose fairly among people
    taking_turns.py       works out which questions run next
    leases.py             renews leases, and lets them expire
    crashes.py            what the death of a process says about its questions
    payloads.py           a question as JSON, and back
    statements.py         statements that every question needs, built once
    reply_records.py      the messages that show a reply
    left_replies.py       answers that may have left messages in Slack
    stops.py              wishes that answers end, and edits
    conversations.py      who is talking with the bot in a thread
    thread_settings.py    what people chose in threads
    private_answers.py    private answers that can still be posted
    feedback.py           votes, and reasons for them
    usage.py              what questions use, and the daily budgets
    usage_today.py        what was used today
    usage_report.py       what was used since a day, for the report
    queue_figures.py      how many questions wait
    refused_files.py      files that the Messages API does not accept
    deleted_files.py      files that were deleted in Slack
    refusal_sentences.py  who was told lately why they are not answered
    learned_limits.py     what refusals have taught about Slack's limits
    installations.py      where the app is installed, with encrypted tokens
    erasure.py            erases what is kept of a person or a workspace
    checkup.py            whether a database answers, for the doctor
    advice.py             what to do if it cannot be opened
    database.py           opens it, and runs work in transactions
    transactions.py       one commit for all work that arrives together
    sqlite.py             a SQLite file, for one process
    own_thread.py         the thread that it runs on
    postgresql.py         a PostgreSQL server, for several processes
    schema.py             the tables
    newest_schema.py      makes them, or migrates older ones
    migrations/           the way to the present schema
        versions/         its steps
"""

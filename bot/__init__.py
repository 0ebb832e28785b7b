"""A Slack bot that reads the thread and the files in it, and answers while the model writes.

The map, in reading order::

    __main__.py               the commands: run, demo, ask, health
    app.py                    builds every part from the settings, and runs them until the process is stopped
    settings.py               every knob: name, unit, bounds, what it does
    turn.py                   the story: question → thread → files → history → model → live reply → done
    inbox.py                  accepted questions → turns: once, in order in a thread, capped, leased
    draft.py                  what is asked, and what instead where the API refuses it
    history.py                what the model sees, within a budget of tokens
    budget.py                 which prepared files fit into one request
    ports.py                  what a turn needs of the outside world, as Protocols
    messages.py               the values that travel through a turn
    errors.py                 what can go wrong, as a tree, and what the person reads
    limits.py                 the published limits of Slack and of the Messages API
    logs.py                   events with fields, without tokens and texts
    ask.py                    the model link alone, from the terminal
    health.py                 whether the bot that uses a data directory lives
    slack/                    Slack, as a place to hear from, to read and to write
        listeners.py          what Slack delivers → accepted questions, then the ack
        payloads.py           events and commands → questions, or why they are none
        socket_mode.py        deliveries over a WebSocket
        http_events.py        deliveries over signed HTTP
        identity.py           who the bot is
        at_start.py           a first call, however long Slack is out of reach within reason
        api.py                the Web API: paced, never repeated blindly, failures by what can be done
        gates.py              who may call next
        call_budget.py        how many calls a minute are left
        thread.py             a thread, as the model should read it
        message_text.py       a message → its author and Markdown
        answer_blocks.py      the blocks of our own answers → the Markdown that was said
        rich_text.py          rich_text → Markdown
        mrkdwn.py             Slack's text → Markdown
        markdown.py           pieces of text → Markdown that stays well-formed
        mentions.py           ids in text → names
        names.py              ids → names, from Slack
        shared_messages.py    forwarded messages → quotes
        file_objects.py       file objects → attachments
        shapes.py             JSON of unsure shape → values of a sure type
        replies.py            opens the reply to a question, new or begun earlier
        thread_reply.py       writes a reply into a thread: one task, one call at a time
        live_reply.py         what to show next
        markdown_cut.py       where a growing answer may be cut
        view.py               what one message shows
        message_view.py       what to show → the arguments of a call
        escape.py             what the model wrote → text that pings nobody
        offers.py             buttons under an answer that is not whole, and what a press asks
        status_line.py        what the bot is doing, beside the thread
        native_reply.py       writes a reply as Slack's own streams, while they work
        native_stream.py      what to stream next
        whole_words.py        up to where a growing piece is shown best
        tables.py             several tables in one message → one, the others as code
        command_reply.py      the answer to a slash command
    files/                    what people attach → blocks for the model, notes for people
        reader.py             attachments → prepared files
        bounds.py             the limits that reading keeps to
        download.py           a private file's address → bytes on disk
        cache.py              prepared files on disk
        sandbox.py            worker processes that may die
        worker.py             the process that reads strangers' bytes
        confine.py            its limits on itself
        outbox.py             the directory it writes to
        conversion.py         one file, down to the members of archives and mails
        convert.py            which converter reads it
        sniff.py              the first bytes → the true kind
        documents.py          a zip or compound file → which document it is
        compound.py           compound files → named streams
        images.py             images → what the API takes
        pdfs.py               PDFs → what the API takes
        office.py             office documents → PDF, by LibreOffice
        text.py               text and source files
        languages.py          a file's name → its language
        hypertext.py          HTML → readable text
        mail.py               mails → text and attachments
        archives.py           archives → their members
        parts.py              what a conversion yields
        blocks.py             parts → blocks and notes
        notes.py              why a file was not read, in words
        names.py              file names that are harmless in a prompt
    llm/                      the Messages API
        client.py             a conversation → the answer, as it is written
        wire.py               our values ↔ the API's JSON
        body.py               a request's bytes, files from disk as base64
        sse.py                a response's bytes → its events
    store/                    the database
        database.py           an address → a connected engine with the present schema
        questions.py          what was asked: once, in order, leased, erased when done
        refused_files.py      files that the API does not take
        schema.py             the tables
        migrations/           the way to them, step by step
    playground/               Slack and the model on this machine, for the demo and the tests
        demo.py               starts all of it and plays a conversation
        terminal.py           shows the conversation in the terminal
        page/                 the workspace in the browser
        samples/              files that the demo attaches
        workspace/            a Slack workspace
            workspace.py      the whole, as tests and the demo use it
            state.py          messages as they stand, and a log of what readers saw
            records.py        people, channels, messages, calls
            defaults.py       the people and channels of a fresh workspace
            manifest.py       the app's manifest → its scopes, events and commands
            people.py         what people do → what Slack makes of it
            typed.py          what people type → text and blocks
            emoji.py          emoji as Slack codes them
            events.py         what happened → the Events API's events
            delivery.py       payloads, until they are acknowledged
            transports.py     which way they go
            socket_mode.py    over WebSockets
            http_delivery.py  over signed HTTP
            web_api.py        the Web API's front door
            arguments.py      a request → token and arguments
            errors.py         how Slack says no
            faults.py         what tests want to go wrong
            rate_limits.py    who has to wait how long
            account.py        auth.test, users.info, setStatus and the like
            conversations.py  conversations.*
            chat.py           chat.postMessage, update, delete
            streams.py        chat.startStream, appendStream, stopStream
            response_urls.py  posts to a response_url
            uploads.py        files
            image_size.py     an image's width and height
            content.py        text and blocks of a message to be
            blocks.py         what blocks Slack takes
            expand.py         what Slack keeps for a markdown block
            inlines.py        Markdown inline tokens → rich text elements
            tokens.py         <@U1>, <!here>, <https://…|…>
            reading.py        a message → what a person sees
            server.py         an HTTP server on loopback that keeps other sites out
            ui.py             the page's requests
            changes.py        tells who waits that something changed
            dump.py           the workspace as text, for failed tests
        practice_model/       a model that says what it received
            server.py         the Messages API's front door
            request_rules.py  a request → what it holds, or the API's refusal
            content_rules.py  one message's content
            media_rules.py    images and PDFs
            faults.py         the API's refusals
            catalogue.py      the models and their limits
            received.py       what a request held
            answer.py         what a request held → a truthful answer
            script.py         answers that tests decide
            grammar.py        an answer → its events
            delivery.py       events, at the answer's pace
"""

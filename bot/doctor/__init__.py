"""Checks everything that the bot needs: one line for each thing, ok or what to do.

``python -m bot doctor`` may be used beside a running bot, which it does not disturb. The map, in the order of the
lines::

    finding.py       one line: what was checked, its state, and what to do
    examination.py   all checks in order, as they come
    report.py        the lines for people, or as JSON
    setup_checks.py  settings, and unknown names
    machine.py       directory, disk, proxies, confinement, archives, LibreOffice, fonts
    database.py      a round trip, and the version of the schema
    slack_app.py     tokens, scopes, channels, the clock
    events.py        which events reach the bot, tried with a message of its own
    reception.py     where they arrive: at the running bot, or at a socket of the doctor's
    model.py         key, model, address, streaming
    features.py      pictures, PDFs, citations, caching and the web, as the host really passes them on
    samples.py       the picture and the PDF for that
"""

"""What the bot reports about itself: logs, metrics, traces; without tokens and without what people wrote.

The map::

    logs.py            events with fields
    tracebacks.py      where an exception came from, without what it quotes
    redaction.py       text for a log, without this process's secrets
    metrics.py         every metric for Prometheus, and how a part reports it
    memory.py          how much memory is in use, and may be
    traces.py          the steps of a turn, for those who want spans of them
    open_telemetry.py  spans for a collector
"""

"""For operators: whether the bot is alive, whether its loop is blocked, and how it ends.

The map::

    health.py    whether the bot that uses a data directory is alive
    ops.py       a port that says so: alive, ready, metrics
    watchdog.py  logs what ran while the loop was blocked
    process.py   keeps this process's secrets from others
    stopping.py  signals end it quietly, whenever they come
"""

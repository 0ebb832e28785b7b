"""For whoever runs the bot: whether it lives, whether its loop stands still, and how it ends.

The map::

    health.py    whether the bot that uses a data directory is alive
    ops.py       a port that says so: alive, ready, figures
    watchdog.py  logs what ran while the loop stood still
    process.py   keeps this process's secrets from others
    stopping.py  signals end it quietly, whenever they come
"""

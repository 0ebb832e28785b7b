"""The bot as processes, killed, paused and cut off in ways that a seed decides; and what readers saw of it.

    python -m tests.chaos --scenario kills-sqlite --seed 1 --kills 40

It stands among the tests since it uses what they use: the real PostgreSQL, the environment of processes. The map::

    words.py       answers of numbered words, so that each lost, doubled or older one shows
    readers.py     what was asked and what was shown go in; what is wrong with it comes out
    scenarios.py   what happens in which scenario, and how often
    world.py       the workspace, the model, the database and the bots of one run; questions are asked
    bots.py        the bots' processes, started again when they end
    links.py       a cable between a bot and PostgreSQL that can be cut and held, and lose the answer to a commit
    weather.py     Slack and the model fail one call in three, in every way
    troubles.py    one disturbance each: kills, pauses, deploys, the database, the sockets
    run.py         one scenario with one seed goes in, a row of the table comes out
"""

"""Who may use the bot, and what the others are told.

The map::

    door.py   every question and press comes by here: let in, or told why not, once in a while
    rules.py  the rules for that, and their sentences
"""

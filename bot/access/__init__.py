"""Who may use the bot, and what the others are told.

The map::

    control.py  checks every question and press: let in, or told why not, once in a while
    rules.py    the rules for that, and their sentences
"""

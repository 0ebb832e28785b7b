"""Who may use the bot, and what the others are told.

The map::

    control.py       checks every question and press: let in, or told why not, once in a while
    let_in.py        a turn's check: what people see while Slack is slow to say who asks
    turning_away.py  a turn that ends there: not let in, or over the day's budget
    rules.py         the rules for that, and their sentences
"""

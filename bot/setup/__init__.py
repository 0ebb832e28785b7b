"""What an operator sets up: the Slack app and the settings; what is wrong with them, and where to fix it. Pure.

The map::

    manifest.py    the manifest of the Slack app, from its data
    app_scopes.py  what the app may do, and what fails without each scope
    app_events.py  what Slack tells it, and what fails without each event
    where.py       where tokens, keys and scopes are found, in words that lead there
    shapes.py      what a token or key reveals by its shape: swapped, quoted, cut
    faults.py      what is wrong with a setting's value, in our words, in the order a newcomer needs
    names.py       unknown names, each with the nearest known one
"""

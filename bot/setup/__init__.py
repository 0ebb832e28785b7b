"""What an operator sets up: the Slack app, and settings; what is wrong with them, and where that is mended. Pure.

The map::

    manifest.py    the manifest of the Slack app, from its data
    app_scopes.py  what the app may do, and what fails without each scope
    app_events.py  what Slack tells it of, and what fails without each event
    where.py       where tokens, keys and scopes are found, in words that lead there
    shapes.py      what a token or key gives away by its shape: swapped, quoted, cut
    faults.py      what is wrong with a setting's value, in our words, in the order a newcomer needs
    names.py       names that nobody knows, each with the nearest that is known
"""

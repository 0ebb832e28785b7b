"""What an operator has set up: what is wrong with it, and where that is mended, in one line each. Pure.

The map::

    where.py     where tokens, keys and scopes are found, in words that lead there
    shapes.py    what a token or key gives away by its shape: swapped, quoted, cut
    faults.py    what is wrong with a setting's value, in our words, in the order a newcomer needs
    names.py     names that nobody knows, each with the nearest that is known
"""

"""Catching up: ``catch me up #channel since yesterday`` → what was said there, for whoever is in it, and privately.

The map::

    wishes.py       what was asked → the wish, or none
    periods.py      "since Monday" → the moment from which on to read
    transcript.py   what was said in a channel → the file that the model reads, and what people are told of it
    catching.py     a question that is such a wish is read as that channel instead of as its thread
    wish_mover.py   a wish in a channel → the same in a direct message
"""

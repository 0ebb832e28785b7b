"""Beside ``settings.py``: the other knobs, where they are read, and how the text of one is.

The map::

    model_settings.py  those of the model and of files
    slack_settings.py  those of the Slack app
    environment.py     where they are read
    setting_types.py   how the text of one is read
    id_lists.py        those that list ids or domains
    reloaded.py        settings in files that are read again when they change
"""

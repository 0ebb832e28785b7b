"""Beside ``settings.py``: the other settings, where they are read, and how their text is parsed.

The map::

    model_settings.py  those of the model and of files
    slack_settings.py  those of the Slack app
    environment.py     where they are read
    setting_types.py   how the text of one is parsed
    id_lists.py        those that list ids or domains
    reloaded.py        settings in files that are read again when they change
"""

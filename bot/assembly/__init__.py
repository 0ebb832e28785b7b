"""The bot's parts, made from the settings.

The map::

    store.py         what remembers
    slack.py         what reads and writes in Slack
    files.py         what fetches and reads files
    model.py         what asks the model
    queue.py         the inboxes
    operations.py    what operators look at
    model_link.py    the link to the model
    derived.py       values that are made of the settings
    home_facts.py    what the settings have to say in the app's home tab
    start_checks.py  what is wrong is said while it starts
    credentials.py   after a failed start: every credential that its host refuses
"""

"""Commands in threads, where Slack offers no slash commands: ``!help``, ``!model NAME`` and others.

The map::

    spoken.py           what was said → a command, or none
    decisions.py        a command, and what holds in the thread → what changes, and the sentence that people read
    thread_settings.py  what was chosen in a thread, and the port that remembers it
    carrying_out.py     a command is carried out once, however often it is delivered
    choosing.py         the model and the effort of a question's thread
"""

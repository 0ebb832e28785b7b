"""The answer: requested from the model, arriving, ended.

The map::

    asking.py       asks the model, with less if the API refuses, and shows its answer
    arriving.py     its words, and what it looks up, as they arrive
    waiting.py      what people read while no words arrive
    while_shown.py  ends the work once nobody can see the answer any more
    endings.py      the sentences under an answer
    results.py      how a turn ended, for people, the log and the metrics
"""

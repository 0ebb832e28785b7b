"""The answer: asked of the model, arriving, ended.

The map::

    asking.py    the model is asked, with less where the API refuses that, and its answer shown
    arriving.py  its words, and what it looks up, as they come
    waiting.py   what people read while no word comes
    endings.py   what stands under an answer: the sentences that people read
    results.py   how a turn ended, for people, the log and the figures
"""

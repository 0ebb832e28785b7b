"""What the model is asked: makes requests of a thread and its files, and reads long documents in batches.

In reading order::

    drafting.py        fetches a thread's files, and makes the first draft of a request
    batch_reading.py   reads long documents in batches, before the model is asked
    one_batch.py       one of these batches, with the question
    batch_words.py     what the model and people are told about it
    long_documents.py  which files are too long for a request, and in which batches to read them
    draft.py           the next request, and what to ask instead if the API refuses it
    instructions.py    what the model is told before the thread, and which model that is
    dates.py           the day on which a message was written, said before it
    intake.py          which attached files are worth fetching for a request
    budget.py          which prepared files fit into it
    media_count.py     how images and documents count if the API takes fewer than documented
    window.py          what a request may hold, by the model, the settings and what was counted
    cache_watch.py     whether the host caches what it is asked to cache
    prompt_cache.py    what the API should cache, and for how long
    history.py         what the model sees of the thread, within a budget of tokens
    trimming.py        what is left out of a thread that is too long
    steps.py           where to cut it, so that the cut rarely moves
    spoken.py          who said what, in a form that nobody can forge
"""

"""What the model is asked: a thread and its files become requests, long documents batch by batch.

In reading order::

    drafting.py        a thread's files are fetched, and the first draft made
    batch_reading.py   long documents are read in batches, before the model is asked
    one_batch.py       one of these batches, with the question
    batch_words.py     what is said of it to the model and to people
    long_documents.py  which files are too long for a request, and in which batches to read them
    draft.py           the next request, and the one after it where the API refuses that
    instructions.py    what the model is told before the thread, and which model that is
    dates.py           on which day a message was written, said before it
    intake.py          which attached files are worth fetching for a request
    budget.py          which prepared files fit into it
    media_count.py     how images and documents count where the API takes fewer than is documented
    window.py          what one may hold, by the model, the settings and what was counted
    cache_watch.py     whether the host keeps what it is asked to keep
    prompt_cache.py    where the API is to keep what it was sent, and for how long
    history.py         what the model sees of the thread, within a budget of tokens
    trimming.py        what of it goes where it is too long
    steps.py           where to cut what is too long, so that the cut rarely moves
    spoken.py          who said what, in a form that nobody can forge
"""

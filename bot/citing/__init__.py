"""What an answer rests on: marks in its words, and the list of sources below them.

In reading order::

    citations.py       what the model cites: marks in the words, and the list
    web_sources.py     the same of pages of the web
    page_references.py  where it writes the pages itself, since it answers from notes
    mark_places.py     where in an answer a mark may stand
    mark_inline.py     the same within a paragraph
    marks.py           what a mark looks like, and how an answer is freed of them
"""

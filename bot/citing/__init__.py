"""What an answer is based on: marks in its words, and the list of sources below.

In reading order::

    citations.py        what the model cites: marks in the words, and the list
    web_sources.py      the same for web pages
    page_references.py  pages that the model writes itself when it answers from notes
    mark_places.py      where in an answer a mark may stand
    mark_inline.py      the same within a paragraph
    marks.py            what a mark looks like, and how marks are removed from an answer
"""

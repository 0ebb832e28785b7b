"""The process that reads untrusted files. The bot's own process never imports this package.

A file's way: ``convert`` asks ``sniff`` for its kind and gives it to the reader of that kind, which writes what the
model gets. Nothing is imported here: each file loads only the modules that it needs.

The map::

    __main__.py         the process: a fork of its own for each attachment
    confinement/        what such a fork may do
    convert.py          chooses the reader by the kind
    source_file.py      what a reader is given

    first_look.py       the bytes that tell the kind
    sniff.py            the kind by its mark at the beginning
    shapes.py           the kind by structure, by the end, or because it is text
    kinds.py            the kinds
    kind_words.py       words for kinds that nothing here reads

    text.py             a text or source file
    special_texts.py    texts that are written for one program
    text_forms.py       how to tell those
    text_signs.py       how to tell text from binary data
    glance.py           one look through a long text
    whole_texts.py      all of a long text, to be read in batches
    encodings/          the encoding that it was written in
    languages.py        the language of source code
    on_screen.py        without what only terminals need
    base64_within.py    base64 in a text, and where it is
    pictures_within.py  the pictures that it holds

    pdfs/               PDFs
    documents/          office documents
    words/              their words, also those that no page shows
    sheets/             spreadsheets
    pictures/           pictures
    mails/              mails, calendars, contacts
    outlook/            what Outlook writes
    hypertext/          HTML
    archives/           archives and packed files
    notebooks.py        Jupyter notebooks
    chart_data.py       charts in them
    property_lists.py   Apple's binary property lists

    numerals.py         numbers of list items
    raised.py           superscripts and subscripts
    web_addresses.py    which addresses are told
"""

"""Turns spreadsheets into tables of text: a reader for each format yields ``model`` values, ``table`` writes them."""

"""Spreadsheets in, tables of text out: a reader a format yields ``model`` values, ``table`` writes them."""

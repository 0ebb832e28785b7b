"""Reads the words of text documents and slides, also those that no page shows: a reader for each format, on
``lines``."""

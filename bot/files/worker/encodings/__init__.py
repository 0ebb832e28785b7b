"""Finds the encoding that a text was written in: ``detecting``; ``charsets`` if a label names one."""

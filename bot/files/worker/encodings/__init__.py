"""Bytes of a text in, the encoding that people wrote it in out: ``detecting``; ``charsets`` where a label names one."""

"""Bytes and encodings in, how likely each is by the statistics of pairs of bytes out: chardet, its tables loaded.

Pure. chardet loads its tables when they are first used, which takes longer than reading a text. Here that happens at
the import: the process which others are forked from does that once, and each of them has the tables from then on.
"""

from __future__ import annotations

from chardet import detect_all

__all__ = ["detect_all"]

detect_all("Größe; 山田".encode("cp932", "ignore"), ignore_threshold=True)

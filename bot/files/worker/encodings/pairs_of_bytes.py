"""Imports chardet's statistics of byte pairs, with their tables loaded.

Pure. chardet loads its tables at first use, which takes longer than reading a text. Here that happens at the import, so
that the process which is forked loads them once and all later forks have them.
"""

from __future__ import annotations

from chardet import detect_all

__all__ = ["detect_all"]

detect_all("Größe; 山田".encode("cp932", "ignore"), ignore_threshold=True)

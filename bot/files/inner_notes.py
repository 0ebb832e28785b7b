"""Why something within a document did not reach the model: reasons of a ``Note``, as ``notes`` has them for files.

Pure. Each is what follows the file's name in a sentence.
"""

from __future__ import annotations


def embedded_left_out(kept: int, left_out: int) -> str:
    return (
        f"holds {kept + left_out:,} embedded files, of which only the first {kept:,} were read. "
        "Please send those that matter by themselves."
    )

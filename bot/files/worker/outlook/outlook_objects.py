"""An object that somebody put into an Outlook message (OLE) in, the file that it holds out, as an attachment.

Pure. Outlook puts files into messages of rich text so, and pictures that were pasted.
"""

from __future__ import annotations

from bot.files.worker.documents import compound
from bot.files.worker.documents.ole_objects import held_in_storage
from bot.files.worker.outlook.mapi import UNICODE, Attached, Properties

LONG_NAME = 0x3707
_PASTED = "CONTENTS"
"""Where a pasted picture is, and what programs without a stream of their own name write."""


def attached(properties: Properties, storage: compound.Storage) -> Attached:
    """Without contents where the object only has a picture of itself."""
    held = held_in_storage(storage)
    if held is None:
        return Attached(properties, storage.streams.get(_PASTED, b""))
    if held.name:
        properties.raw.setdefault(LONG_NAME, (UNICODE, [held.name.encode("utf-16-le")]))
    return Attached(properties, held.data, opened=held.streams)


def attached_from_file(properties: Properties, content: bytes) -> Attached:
    """As ``attached``, of an object that is kept as a file of its own."""
    try:
        return attached(properties, compound.read(content))
    except compound.CompoundError:
        return Attached(properties, content)

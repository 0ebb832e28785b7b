"""Extracts the file from an OLE object in an Outlook message, as an attachment.

Pure. Outlook stores files and pasted pictures in rich text messages this way.
"""

from __future__ import annotations

from bot.files.worker.documents import compound
from bot.files.worker.documents.ole_objects import held_in_storage
from bot.files.worker.outlook.mapi import UNICODE, Attached, Properties

LONG_NAME = 0x3707
_PASTED = "CONTENTS"
"""The streams with a pasted picture, and with the data of programs without a stream name of their own."""


def attached(properties: Properties, storage: compound.Storage) -> Attached:
    """Without contents if the object only has a picture of itself."""
    held = held_in_storage(storage)
    if held is None:
        return Attached(properties, storage.streams.get(_PASTED, b""))
    if held.name:
        properties.raw.setdefault(LONG_NAME, (UNICODE, [held.name.encode("utf-16-le")]))
    return Attached(properties, held.data, opened=held.streams)


def attached_from_file(properties: Properties, content: bytes) -> Attached:
    """Like ``attached``, for an object that is stored as a file of its own."""
    try:
        return attached(properties, compound.read(content))
    except compound.CompoundError:
        return Attached(properties, content)

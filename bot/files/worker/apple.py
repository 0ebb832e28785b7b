"""An Apple iWork document (Pages, Numbers, Keynote) in, the preview that it keeps of itself out.

I/O: reads the file and writes the preview; runs in a worker process. The document itself is in a form that only Apple's
programs read, but for the XML of iWork '09, whose words are given where it kept no preview.
"""

from __future__ import annotations

from bot.files import notes
from bot.files.extracts import Extract, MemberExtract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.package import Package

_PREVIEWS = (
    ("QuickLook/Preview.pdf", True), ("preview.pdf", True), ("preview.jpg", False), ("QuickLook/Preview.jpg", False),
    ("preview-web.jpg", False), ("QuickLook/Thumbnail.jpg", False), ("preview-micro.jpg", False),
)  # fmt: skip
_OF_2009 = {"index.xml": "document", "index.apxl": "Keynote presentation", "index.xml.gz": "document"}
_LOCKED = (".iwph", ".iwpv", ".iwpv2")


def is_iwork(package: Package) -> bool:
    names = package.names
    if any(name in package for name in ("index.zip", ".iwph", ".iwpv", ".iwpv2")):
        return True
    of_2009 = any(name in package for name in _OF_2009) and any(
        name.startswith("quicklook/") or name == "buildversionhistory.plist" for name in names
    )
    return of_2009 or any(name.startswith("index/") and name.endswith(".iwa") for name in names)


def convert(package: Package, out: Outbox) -> list[Extract]:
    """The preview as a member, and a note that it is no more. Raises ``Unreadable``."""
    if any(name.rpartition("/")[2] in _LOCKED for name in package.names):
        raise Unreadable(notes.PASSWORD)
    for name, whole in _PREVIEWS:
        if name in package and (file := package.write(name, out)) is not None:
            note = notes.APPLE_PREVIEW if whole else notes.APPLE_FIRST_PAGE
            return [MemberExtract(file, "preview"), NoteExtract(note)]
    raise Unreadable(notes.no_office("Apple iWork document"))

"""Why a file was not read, in the words that people see after its name.

Pure. Each completes the line "contract.pdf: …" and says what can be done where something can.
"""

from __future__ import annotations

# --- getting it ----------------------------------------------------------------------------------------------------
NO_PERMISSION = "I may not read files here: the app lacks files:read. Ask an admin to reinstall it."
DELETED = "was deleted in Slack."
HIDDEN_BY_LIMIT = "is hidden by Slack because the workspace is over its plan's limit."
EXTERNAL = "lives outside Slack, where I may not go; upload the file itself."
NO_ADDRESS = "cannot be downloaded from Slack."
FOREIGN_ADDRESS = "is not on one of Slack's own hosts, so I did not fetch it."
NOT_SHARED = "is not shared with me; share it in this channel."
UNAVAILABLE = "could not be downloaded from Slack just now; ask again in a minute."
CUT_SHORT = "did not arrive whole from Slack; ask again in a minute."
EMPTY = "is empty."
FAULT = "could not be read because of a fault of mine; it is in my log."

# --- reading it ----------------------------------------------------------------------------------------------------
PASSWORD = "is password-protected; send a copy without the password."  # noqa: S105 - a sentence, not a secret
DAMAGED_PDF = "is a damaged PDF that could not be repaired; export it again."
FRAMES_UNREADABLE = "is a damaged animation; only the frames that could be read are shown."
NOT_DRAWN = "is an SVG drawing that could not be drawn, so that only its source was read. Please send it as a PNG."
DRAWN_WITHOUT_OUTSIDE = "refers to pictures outside of itself, which were not fetched. Please send those as well."
NO_PAGES = "is a PDF without pages."
DAMAGED_IMAGE = "is a damaged image; send it again."
CUT_IMAGE = "is not whole; what is missing of the picture shows as grey."
PSD_WITHOUT_PICTURE = (
    "was saved without its merged picture, so that only Photoshop can show it. "
    'Please save it again with "Maximize Compatibility" on, or as a PNG.'
)
PSD_THUMBNAIL_ONLY = (
    "was saved without its merged picture, so that only a small preview of it was read. "
    'Please save it again with "Maximize Compatibility" on, or as a PNG.'
)
TOO_MANY_PIXELS = "is a picture of more pixels than I can open; send a smaller one."
TOO_SLOW = "took too long to read; send a smaller or simpler copy."
TOO_HEAVY = "needs more memory to read than I have; send a smaller copy."
CRASHED = "could not be read: it is damaged, or made to look like something it is not."
AUDIO = "is audio, and I cannot listen; send a transcript."
VIDEO = "is a video, and I cannot watch it; send pictures or a transcript."
PROGRAM = "is a program; I do not open those."
ARCHIVE = "is an archive of a kind I cannot open; send the files one by one."
DAMAGED_ARCHIVE = "is a damaged archive; pack it again."
NOTHING_INSIDE = "is an archive with no files in it."
NESTED = "is an archive within archives, deeper than I look; send its files one by one."
DAMAGED_OFFICE = "is damaged or password-protected, so that it cannot be opened; save it again without a password."
XFA = "is a form that only Adobe Reader can show; print it to a PDF and send that."
CROWDED = "was not read, since there is too much else around it; send it by itself."
OUT_OF_TIME = "was not reached in time; send it by itself."


def too_large(size_bytes: int | None, max_bytes: int) -> str:
    size = f"is {megabytes(size_bytes)}" if size_bytes is not None else "is too large"
    return f"{size}, and I read files of up to {megabytes(max_bytes)}."


def too_many_pixels(width_px: int, height_px: int) -> str:
    return f"is a picture of {width_px} × {height_px} px, more than I can open; send a smaller one."


def unreadable_picture(kind: str) -> str:
    article = "an" if kind[0] in "AEIOU" else "a"
    return f"is {article} {kind} picture that can't be read here, or a damaged one. Please send it as a PNG or JPEG."


def foreign_picture(described: str) -> str:
    return f"is {described} picture, which can't be read here. Please send it as a PNG or JPEG."


def raw_without_preview() -> str:
    return "is a picture in a camera's raw format that has no preview in it. Please send it as a JPEG."


def small_preview(width_px: int, height_px: int) -> str:
    size = f"{width_px} × {height_px} px"
    return f"is a picture in a camera's raw format; only the small preview in it ({size}) was read."


def frames_left_out(kept: int, total: int, among: int) -> str:
    frames = "only its first frame was" if kept == 1 else f"{kept} of them were"
    spread = "" if kept == 1 else ", spread evenly" if among == total else f", spread over the first {among:,}"
    return f"is an animation of {total:,} frames; {frames} read{spread}."


def pages_unreadable(numbers: list[int], total: int) -> str:
    which = f"page {numbers[0]}" if len(numbers) == 1 else f"pages {', '.join(map(str, numbers))}"
    return f"has {total:,} pages, of which {which} can't be read."


def pieces_left_out(kept: int, total: int) -> str:
    return f"is a very long picture; only the first {kept} of {total} pieces of it were read."


def unknown_kind(described: str) -> str:
    return f"is {described}, a kind of file I cannot read."


def pages_left_out(kept: int, total: int) -> str:
    pages = "only page 1 was" if kept == 1 else f"only pages 1–{kept} were"
    return f"has {total:,} pages; {pages} read."


def no_office(about: str) -> str:
    article = "an" if about[0] in "AEIOU" else "a"
    return f"is {article} {about}, and I have no program here that opens one; send it as a PDF."


def members_left_out(kept: int, max_bytes: int) -> str:
    return f"holds more than I unpack; only its first {kept} files (up to {megabytes(max_bytes)}) were read."


def attachments_damaged(count: int) -> str:
    files = "a file attached within it that is" if count == 1 else f"{count} files attached within it that are"
    return f"has {files} damaged and could not be read."


def attachments_locked(count: int) -> str:
    files = "a file" if count == 1 else f"{count} files"
    return f"has {files} attached within it under a password; only its pages were read."


def pictures_left_out(kept: int, left_out: int) -> str:
    return f"holds {kept + left_out} pictures, of which only the first {kept} were read."


def more_notes(count: int) -> str:
    return f"holds {count} more files that were not read."


def text_left_out(chars: int) -> str:
    return f"is long: {chars:,} characters in its middle were left out."


def megabytes(size_bytes: int) -> str:
    """1234567 as "1.2 MB"; never a zero."""
    return f"{max(size_bytes / 1_000_000, 0.1):,.1f} MB".replace(".0 MB", " MB")

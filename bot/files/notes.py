"""Why a file was not read, or not completely, in the words that people see after its name.

Pure. A note is one sentence, ``{file_name} {reason}``: each reason is a predicate whose subject is the file's name,
ends with a full stop, and continues with what the person can do, if there is something.
"""

from __future__ import annotations

NO_SPACE = "was not read, because my space for files is full at the moment. Please ask again in a few minutes."
EMPTY = "is empty."
FAULT = "could not be read because of a fault on my side. Please ask whoever runs me to look at the log."

# --- reading it ----------------------------------------------------------------------------------------------------
PASSWORD = "is password-protected. Please send a copy without the password."  # noqa: S105 - a sentence, not a secret
DAMAGED_PDF = "is a damaged PDF, which I could not repair. Please export it again."
NO_PAGES = "is a PDF without any pages. Please export it again."
DAMAGED_IMAGE = "is a damaged image. Please send it again."
CUT_IMAGE = "is an incomplete image: the missing part shows as one colour. Please send it again if that part matters."
FRAMES_UNREADABLE = "is a damaged animation: some of its frames could not be read. Please send it again."
NOT_DRAWN = "is an SVG drawing that could not be drawn, so only its source was read. Please send it as a PNG."
DRAWN_WITHOUT_OUTSIDE = "has links to pictures elsewhere, which were not fetched. Please send those as well."
PSD_WITHOUT_PICTURE = (
    "was saved without its merged picture, so only Photoshop can show it. "
    "Please save it again with “Maximize Compatibility” on, or as a PNG."
)
PSD_THUMBNAIL_ONLY = (
    "was saved without its merged picture, so only a small preview of it was read. "
    "Please save it again with “Maximize Compatibility” on, or as a PNG."
)
TOO_MANY_PIXELS = "is a picture with more pixels than I can open. Please send a smaller one."
TOO_SLOW = "took too long to read. Please send a smaller or simpler copy."
TOO_HEAVY = "needs more memory to read than I have. Please send a smaller copy."
CRASHED = (
    "could not be read, because it is damaged or very unusual. "
    "Please check that it opens on your computer, and send it in another format, such as PDF."
)
AUDIO = "is an audio file, which I can't listen to. Please send a transcript."
VIDEO = "is a video, which I can't watch. Please send pictures or a transcript."
PROGRAM = "is a program, which I don't open. Please send what you want to ask about as text."
ARCHIVE = "is an archive of a kind that I can't open. Please send its files one by one."
DAMAGED_ARCHIVE = "is a damaged archive. Please create it again."
NOTHING_INSIDE = "is an archive with no files in it. Please create it again."
NESTED = "was not opened, because it is nested too deeply in other archives. Please send it by itself."
DAMAGED_OFFICE = (
    "can't be opened, because it is damaged or password-protected. Please save it again without a password."
)
XFA = "is a form that only Adobe Reader can show. Please print it to a PDF and send that."
XFA_WORDS = (
    "is a form that only Adobe Reader can show, so I read its words and what was filled in, without its layout. "
    "Please print it to a PDF and send that if it matters how it looks."
)
CROWDED = "was not read, because too much else came with it. Please send it by itself."
CUT_WORDS = "was read only in part, because Slack gives no more of its text. Please send the rest as text."
TRANSCRIBING = "is still being transcribed by Slack. Please ask again in a minute."
OUT_OF_TIME = "was not read, because the files before it took all the time I had. Please send it by itself."


HEARD_CHARS_MAX = 300


def heard(words: str, *, video: bool, whole: bool) -> str:
    """Shows people the words that the answer is based on."""
    shown = " ".join(words.split())
    if len(shown) > HEARD_CHARS_MAX:
        shown = shown[:HEARD_CHARS_MAX].rstrip() + "…"
    lead = "is a video, and only the words spoken in it were read" if video else "was understood as"
    return f"{lead}{':' if video else ''} “{shown}”." + ("" if whole else " Slack has no more of its transcript.")


def enclosed(names: tuple[str, ...]) -> str:
    files = "a file that was" if len(names) == 1 else f"{len(names)} files that were"
    return f"came with {files} not read ({', '.join(names)}). Please upload what you need to Slack."


def too_large(size_bytes: int | None, max_bytes: int) -> str:
    """``size_bytes``: ``None`` if nobody knows how large the file is, only that it is too large."""
    if size_bytes is None:
        return f"is larger than {megabytes(max_bytes)}, the most that I can read. Please send a smaller copy."
    most = megabytes(max_bytes)
    return f"is {megabytes(size_bytes)}, but I can only read files of up to {most}. Please send a smaller copy."


def too_many_pixels(width_px: int, height_px: int) -> str:
    return f"is a picture of {width_px:,} × {height_px:,} px, which is more than I can open. Please send a smaller one."


def unreadable_picture(kind: str) -> str:
    described = f"{_article(kind)} {kind} picture"
    return f"is {described} that is damaged or of a kind that I can't read. Please send it as a PNG or JPEG."


def foreign_picture(described: str) -> str:
    return f"is {described} picture, which I can't read. Please send it as a PNG or JPEG."


def psd_layers_without(what: list[str]) -> str:
    """``what`` is missing from the picture, as plural nouns."""
    left_out = what[0] if len(what) == 1 else f"{', '.join(what[:-1])} and {what[-1]}"
    return (
        f"was saved without its merged picture, so it was put together from its layers, but without {left_out}. "
        "Please send it as a PNG if that matters."
    )


def raw_without_preview() -> str:
    return "is a camera raw picture without a built-in preview, so I can't read it. Please send it as a JPEG."


def small_preview(width_px: int, height_px: int) -> str:
    size = f"{width_px} × {height_px} px"
    return (
        f"is a camera raw picture, and only its small built-in preview ({size}) was read. "
        "Please send it as a JPEG if details matter."
    )


def frames_left_out(kept: int, total: int, among: int) -> str:
    frames = "the first was" if kept == 1 else f"{kept} were"
    spread = "" if kept == 1 else ", spread evenly" if among == total else f", spread over the first {among:,}"
    return (
        f"is an animation of {total:,} frames, and only {frames} read{spread}. Please send what matters as a picture."
    )


def pages_unreadable(numbers: list[int], total: int) -> str:
    which = f"page {numbers[0]}" if len(numbers) == 1 else f"pages {', '.join(map(str, numbers))}"
    return f"has {total:,} pages, but {which} can't be read. Please send what is missing as PNG or JPEG."


def pieces_left_out(kept: int, total: int) -> str:
    return (
        f"is a very long picture, and only the first {kept} of its {total} pieces were read. Please send the rest too."
    )


def unknown_kind(described: str) -> str:
    """``described`` has its article: "a .dat file", "binary data"."""
    return f"is {described}, which I can't read. Please send it as text, as a PDF or as an image."


def not_what_its_name_says(extension: str) -> str:
    """``extension`` belongs to a kind that is read."""
    return (
        f"has a name that ends in .{extension}, but what is in it is damaged or of another kind, so I can't read it. "
        "Please check that it opens on your computer, and send it again."
    )


def pages_left_out(kept: int, total: int) -> str:
    first = "" if kept == 1 else f" {kept:,}"
    return f"has {total:,} pages, and only the first{first} could be read. Please send the others by themselves."


def no_office(about: str) -> str:
    return f"is {_article(about)} {about}, which I have no program to open. Please send it as a PDF."


def unconfined(about: str) -> str:
    return (
        f"is {_article(about)} {about}, which I don't open, because this machine can't keep it from "
        "reading other files. Please send it as a PDF."
    )


def _article(about: str) -> str:
    return "an" if about[0].upper() in "AEIOX" or about == "SGI" else "a"  # an XPS document


def members_left_out(kept: int, files_max: int, max_bytes: int) -> str:
    """``kept`` members were unpacked; ``files_max`` and ``max_bytes`` are the bounds for all of them."""
    most = f"up to {files_max:,} file{'s' if files_max != 1 else ''} and {megabytes(max_bytes)} in all"
    if not kept:
        return f"holds more than I unpack ({most}), so none of its files was read. Please send them one by one."
    files = "only its first file was" if kept == 1 else f"only its first {kept:,} files were"
    return f"holds more than I unpack ({most}), so {files} read. Please send the others by themselves."


def member_too_large(max_bytes: int) -> str:
    return (
        f"does not fit in what I unpack of an archive ({megabytes(max_bytes)} in all), so it was not read. "
        "Please send it, or the part that matters, by itself."
    )


def attachments_damaged(count: int) -> str:
    files = "a file attached within it that is" if count == 1 else f"{count} files attached within it that are"
    return f"has {files} damaged and could not be read. Please send what is missing by itself."


def attachments_locked(count: int) -> str:
    files = "a file attached within it that is" if count == 1 else f"{count} files attached within it that are"
    return f"has {files} password-protected, so only its pages were read. Please send a copy without the password."


def pictures_left_out(kept: int, left_out: int) -> str:
    return f"holds {kept + left_out} pictures, and only the first {kept} were read. Please send the others too."


def more_notes(count: int) -> str:
    files = f"{count:,} more file{'s' if count != 1 else ''}"
    return f"holds {files} that could not be read, or only in part. Please send what matters separately."


def text_left_out(chars: int) -> str:
    return f"is long, so {chars:,} characters in its middle were left out. Please send the part that matters by itself."


# --- office documents ----------------------------------------------------------------------------------------------
APPLE_PREVIEW = (
    "is an Apple iWork document, and I can only read the preview stored in it. "
    "If something is missing, please send it as a PDF."
)
APPLE_FIRST_PAGE = (
    "is an Apple iWork document, and I can only see a small picture of its first page. Please send it as a PDF."
)
HANGUL_PREVIEW = (
    "is a Hangul (HWP) document, and I can only read the text preview stored in it. Please send it as a PDF."
)
BREAKS_OFF = "is damaged or cut off, so something in it may be missing. Please send it again."
WORDS_BREAK_OFF = "is damaged or very long, so its hidden words were read only in part. Please send them as text."
WIDE_ROWS = "has very long rows, so their ends were left out. Please send the columns that matter in a separate file."
FORMULAS = (
    "has formulas without stored results, so I read the formulas themselves. "
    "Please open it in a spreadsheet program and save it again if the results matter."
)
PICTURES_LEFT_OUT = "holds more pictures than I read at once. Please send those that matter by themselves."
BINARY_SHEETS = (
    "is an Excel workbook of a kind in which I can't read comments and number formats. "
    "Please save it as .xlsx if they matter."
)


def words_alone(about: str) -> str:
    return (
        f"is {_article(about)} {about} that I could read only as text, so its layout and pictures are missing. "
        "Please send it as a PDF if they matter."
    )


def not_opened(about: str) -> str:
    return (
        f"is {_article(about)} {about} that can't be opened here. "
        "Please check that it opens on your computer, and send it as a PDF."
    )


def cut_off(about: str) -> str:
    return f"is {_article(about)} {about} that is cut off before its end, so it can't be opened. Please send it again."


def sheet_rows_left_out(ranges: list[str]) -> str:
    named = ", ".join(ranges[:3]) + (f" and parts of {len(ranges) - 3:,} more sheets" if len(ranges) > 3 else "")
    return (
        f"is a long spreadsheet, so I read only its beginning and end. Left out: {named}. "
        "Please send the part that matters in a separate file."
    )


def sheets_break_off(names: list[str]) -> str:
    named = ", ".join(f"“{name}”" for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    sheets = "the sheet" if len(names) == 1 else "the sheets"
    return f"is damaged within {sheets} {named}, so what follows there was not read. Please save it again."


def sheets_left_out(kept: int, total: int) -> str:
    first = "first was" if kept == 1 else f"first {kept:,} were"
    return f"has {total:,} sheets, and only the {first} read. Please send the others by themselves."


def megabytes(size_bytes: int) -> str:
    """1234567 as "1.2 MB"; never a zero."""
    return f"{max(size_bytes / 1_000_000, 0.1):,.1f} MB".replace(".0 MB", " MB")


# --- mails and archives --------------------------------------------------------------------------------------------
ENCRYPTED_MAIL = "holds text that is encrypted, so I can't read it. Please send it as plain text."
MEMBER_DAMAGED = "is damaged inside its archive, so it was not read. Please send it by itself."
PART_OF_ARCHIVE = "is one part of an archive that was split. Please send the files in it one by one."


def packed_otherwise(method: str) -> str:
    """``method`` names a method of compression, for a member of an archive that can otherwise be opened."""
    return f"is compressed with {method}, which I can't unpack. Please send it by itself."


def archive_of_kind(described: str) -> str:
    """``described`` has its article: "a RAR archive"."""
    return f"is {described}, which I can't open. Please send its files one by one, or in a zip file."


def attachments_left_out(kept: int, total: int) -> str:
    return f"has {total:,} attachments, and only the first {kept:,} were read. Please send the others by themselves."


def mails_left_out(kept: int, total: int) -> str:
    return f"holds {total:,} mails, and only the first {kept:,} were read. Please send the others by themselves."

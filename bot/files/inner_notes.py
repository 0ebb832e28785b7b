"""Why something within a document did not reach the model: reasons of a ``Note``, like those in ``notes``.

Pure. Each follows the file's name in a sentence.
"""

from __future__ import annotations

LOCKED_BOOK = "is a copy-protected e-book, so I can't read it. Please send its text."
ENCRYPTED_FILE = "is encrypted, so I can't read it. Please send it without encryption."
ONLY_ZEROS = (
    "has nothing but zeros at its beginning, so its content seems to be lost, as by a full disk or a broken download. "
    "Please check that it opens on your computer, and send it again."
)
SIGNATURE_ALONE = "is a signature without the file that it belongs to. Please send that file."
SIGNATURE_UNCHECKED = "is a signed file, which was read without checking the signature."
MAINFRAME_PAIRS = (
    "is mainframe text (EBCDIC) in Japanese, Chinese or Korean, which I can't read. Please send it in UTF-8."
)
APPLE_WORDS = (
    "is an Apple iWork document, and I read its words and tables as text. Its layout and charts are missing, "
    "and a few numbers may be formatted differently. Please send it as a PDF if that matters."
)
APPLE_2009 = (
    "is an Apple iWork document of an older version, so its comments and speaker notes may be missing. "
    "Please send it as a PDF if they matter."
)
APPLE_IN_PART = "is damaged or very long, so its words were read only in part. Please send it as a PDF."
LIST_IN_PART = "is very long, so only its beginning was read. Please send the part that matters as text."
EPS_PREVIEW = "is an EPS drawing, and I can only see the preview stored in it. Please send it as a PDF."
CHARTS_IN_PART = "holds charts with very many points, and only the first ones were read. Please send those as a table."
OWNER_FILE = (
    "is not the document itself, but a small file that only says who has it open. "
    "Please send the file without “~$” at the beginning of its name."
)
STALE_RESULTS = (
    "has formulas that are recalculated when it is opened, so the results that I read may be out of date. "
    "Please open it in a spreadsheet program and save it again if they matter."
)
BESIDE_IN_PART = (
    "has more text boxes, charts and drop-down lists than I read at once, so some of them were left out. "
    "Please send what matters as text."
)
ARCHIVE_IN_PART = "is a damaged archive, so some of its files may be missing here. Please create it again."
MEMOS = (
    "has memo fields, but their text is in a separate file that did not come with it. "
    "Please send the table as an Excel workbook if they matter."
)

CONTINUED_ELSEWHERE = "is partly in another part of its split archive, so it was not read. Please send it by itself."
PACKED_RARELY = "is compressed with a method that I can't unpack. Please send it by itself, or in a zip file."
PACKED_RARELY_WITHIN = (
    "holds files compressed in a way that I can't unpack. Please send them one by one, or in a zip file."
)
SOLID = (
    "is a RAR archive that was created with the option “solid”, so not all of its files could be read. "
    "Please create it again without that option, or as a zip file."
)


def image_cut_off(per_cent: int) -> str:
    """``per_cent`` of the file is there."""
    return f"is an incomplete image: only {per_cent} % of it is there, too little to show. Please send it again."


def embedded_left_out(kept: int, left_out: int) -> str:
    return (
        f"holds {kept + left_out:,} embedded files, and only the first {kept:,} were read. "
        "Please send those that matter by themselves."
    )

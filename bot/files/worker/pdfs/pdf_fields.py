"""Reads the value of a PDF form field if the page does not show it.

Pure, on what qpdf has read. Source: PDF 32000-1, 12.7. Programs that fill in forms often leave a field's appearance
empty, and rely on viewers to draw it again.
"""

from __future__ import annotations

import pikepdf

_PARENTS_MAX = 20
_CHOICES_MAX = 100
_OPTIONS_MAX = 5_000
_VALUE_BYTES_MAX = 200_000
_PICTURE_BYTES_MAX = 1_000_000
_SECRET = 1 << 13
_BROKEN = (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError, TypeError, ValueError, KeyError, AttributeError)


def line(widget: pikepdf.Object) -> str:
    """Names and values may be inherited from parent fields. Raises what qpdf raises for broken ones."""
    if widget.get("/Subtype") != "/Widget":
        return ""
    chain = [widget]
    while len(chain) < _PARENTS_MAX and isinstance(chain[-1].get("/Parent"), pikepdf.Dictionary):
        chain.append(chain[-1].Parent)
    kind = next((str(one.FT) for one in chain if "/FT" in one), "")
    flags = next((int(one.Ff) for one in chain if "/Ff" in one), 0)
    stored = next((one.V for one in chain if _value(one.get("/V"))), None)
    if stored is None or (kind == "/Tx" and flags & _SECRET):
        return ""
    options = next((one.Opt for one in chain if "/Opt" in one), None) if kind == "/Ch" else None
    value = _value(stored) if options is None else _as_listed(stored, options)
    if _is_drawn(widget, stored, value):
        return ""
    name = ".".join(filter(None, (_text(one.get("/T")) for one in reversed(chain))))
    return f"field “{name}”: {value}"


def _value(value: pikepdf.Object | None) -> str:
    """What was typed (long texts are streams), chosen (maybe several) or ticked."""
    if isinstance(value, pikepdf.Stream):
        data = value.read_bytes()
        return " ".join(str(pikepdf.String(data)).split()) if len(data) <= _VALUE_BYTES_MAX else ""
    if isinstance(value, pikepdf.Array):
        return ", ".join(filter(None, (_value(one) for one in list(value)[:_CHOICES_MAX])))
    if isinstance(value, pikepdf.Name):
        return "" if value == "/Off" else f"ticked ({str(value)[1:]})"
    return _text(value)


def _text(value: pikepdf.Object | None) -> str:
    return " ".join(str(value).split()) if isinstance(value, pikepdf.String) else ""


def _as_listed(stored: pikepdf.Object, options: pikepdf.Object) -> str:
    """A choice as the list shows it, if the form stores another word."""
    pairs = [one for one in list(options)[:_OPTIONS_MAX] if isinstance(one, pikepdf.Array) and len(one) > 1]
    shown = {str(pair[0]): _text(pair[1]) for pair in pairs}
    chosen = list(stored)[:_CHOICES_MAX] if isinstance(stored, pikepdf.Array) else [stored]
    return ", ".join(filter(None, (shown.get(str(one)) or _value(one) for one in chosen)))


def _is_drawn(widget: pikepdf.Object, stored: pikepdf.Object, value: str) -> bool:
    pictures = widget.get("/AP", pikepdf.Dictionary())
    picture = pictures.get("/N")
    if isinstance(stored, pikepdf.Name):  # each box of a group has an appearance for its value
        if picture is None:
            return False
        return isinstance(picture, pikepdf.Stream) or stored not in picture or widget.get("/AS") == stored
    if not isinstance(picture, pikepdf.Stream):
        return False
    drawn = _drawn_bytes(picture)
    if b"\0" in drawn:  # two bytes a character, which only the font can map
        return len(drawn) >= 2 * len(value.replace(" ", ""))
    letters = _letters(value)
    return letters in _letters(drawn.decode("latin-1")) if letters else bool(drawn.strip())


def _drawn_bytes(picture: pikepdf.Object) -> bytes:
    if len(picture.read_raw_bytes()) > _PICTURE_BYTES_MAX:
        return b""
    found = []
    for instruction in pikepdf.parse_content_stream(picture):
        if str(instruction.operator) in {"Tj", "TJ", "'", '"'}:
            for operand in instruction.operands:
                pieces = list(operand) if isinstance(operand, pikepdf.Array) else [operand]
                found += [bytes(piece) for piece in pieces if isinstance(piece, pikepdf.String)]
    return b"".join(found)


def _letters(text: str) -> str:
    """The characters that all encodings have in common."""
    return "".join(char for char in text.casefold() if char.isascii() and char.isalnum())

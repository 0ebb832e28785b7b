"""Registers codecs that Python lacks: EBCDIC of several countries, VISCII, TCVN.

Pure; the import registers them. Sources: IBM's code page definitions, RFC 1456 (VISCII), TCVN 5712:1993. In EBCDIC a
line ends with byte 0x15 or 0x25; both are a line feed here. Other control characters are as Python's codecs have them.
"""

from __future__ import annotations

import codecs
from typing import Any

_LIKE_500 = {
    "ebcdic_277": ("474a5a5b676a707b7c809c9e9fa1c0d0dc", "}#¤Å$ø¦ÆØ@{[]üæå~"),
    "ebcdic_278": ("43474a515a5b63676a797b7c9fa1b5c0ccd0dcec", "{}§`¤Å#$öéÄÖ]ü[ä¦å~@"),
    "ebcdic_280": ("44484a5154585a6a797b7c90a1b1b5c0cdd0dde0", "{\\°]}~éòù£§[ì#@à¦è`ç"),
    "ebcdic_284": ("494f5f696a7ba1babbbd", "¦|¬#ñÑ¨^!~"),
    "ebcdic_285": ("4a4f5a5b5fa1b1babbbc", "$|!£¬‾[^]~"),
    "ebcdic_297": ("44484a51545a6a797b7c90a0a1b1b5bdc0d0dde0", "@\\°{}§ùµ£à[`¨#]~éè¦ç"),
}
"""The characters, by hexadecimal bytes, in which a country's page differs from the international one (500)."""
_FROM_0X40 = {
    "ebcdic_870": (
        " \u00a0âäţáăčçć[.<(+!&éęëůíîľĺß]$*);^-/ÂÄ˝ÁĂČÇĆ|,%_>?ˇÉĘËŮÍÎĽĹ`:#@'=\"˘abcdefghiśňđýřş"
        "°jklmnopqrłńš¸˛¤ą~stuvwxyzŚŇĐÝŘŞ·ĄżŢŻ§žźŽŹŁŃŠ¨´×{ABCDEFGHI\u00adôöŕóő}JKLMNOPQRĚűüťúě"
        "\\÷STUVWXYZďÔÖŔÓŐ0123456789ĎŰÜŤÚ\u009f"
    ),
    "ebcdic_1025": (
        " \u00a0ђѓёєѕіїј[.<(+!&љњћќўџЪ№Ђ]$*);^-/ЃЁЄЅІЇЈЉ|,%_>?ЊЋЌ\u00adЎЏюаб`:#@'=\"цabcdefghiдефгхи"
        "йjklmnopqrклмнопя~stuvwxyzрстужвьызшэщчъЮАБЦДЕФГ{ABCDEFGHIХИЙКЛМ}JKLMNOPQRНОПЯРС"
        "\\§STUVWXYZТУЖВЬЫ0123456789ЗШЭЩЧ\u009f"
    ),
}
_OF_PYTHON = {f"ebcdic_{page}": f"cp{page}" for page in ("037", "273", "424", "500", "875", "1026", "1140")}
_VIETNAMESE = {
    "viscii": (
        "02050614191e",
        "ẲẴẪỶỸỴ",
        (
            "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ"
            "ĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
        ),
    ),
    "tcvn": (
        "010204050611121314151617",
        "ÚỤỪỬỮỨỰỲỶỸÝỴ",
        (
            "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽ"
            "éẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
        ),
    ),
}
EBCDIC = ("ebcdic_037", "ebcdic_500", "ebcdic_1140", "ebcdic_273", *_LIKE_500, "ebcdic_870", "ebcdic_1026")
EBCDIC += ("ebcdic_1025", "ebcdic_875", "ebcdic_424")
"""Of those that make equally good words, the earlier one is taken."""


def _tables() -> dict[str, str]:
    found = {name: bytes(range(256)).decode(codec, "replace") for name, codec in _OF_PYTHON.items()}
    for name, (places, characters) in _LIKE_500.items():
        table = list(found["ebcdic_500"])
        for at, character in zip(bytes.fromhex(places), characters, strict=True):
            table[at] = character
        found[name] = "".join(table)
    for name, characters in _FROM_0X40.items():
        found[name] = found["ebcdic_500"][:0x40] + characters
    lines = str.maketrans("\x85", "\n")
    found = {name: table.translate(lines) for name, table in found.items()}
    for name, (places, low, high) in _VIETNAMESE.items():
        table = list(map(chr, range(0x80))) + list(high)
        for at, character in zip(bytes.fromhex(places), low, strict=True):
            table[at] = character
        found[name] = "".join(table)
    return found


_TABLES = _tables()


def _registered(name: str) -> codecs.CodecInfo | None:
    table = _TABLES.get(name)
    if table is None:
        return None
    back = codecs.charmap_build(table)

    def encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
        return codecs.charmap_encode(text, errors, back)

    def decode(data: Any, errors: str = "strict") -> tuple[str, int]:  # noqa: ANN401 - whatever holds bytes
        return codecs.charmap_decode(data, errors, table)

    class Decoder(codecs.IncrementalDecoder):
        def decode(self, data: bytes, final: bool = False) -> str:  # type: ignore[override]  # noqa: ARG002
            return codecs.charmap_decode(data, self.errors, table)[0]

    return codecs.CodecInfo(encode, decode, incrementaldecoder=Decoder, name=name)


codecs.register(_registered)

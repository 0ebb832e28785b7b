"""Lists RTF control words by kind: what is not the document's text, what stands for a character, what sets an encoding.

Pure. Source: Microsoft's RTF specification 1.9.1.
"""

from __future__ import annotations

SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict nonshppict objdata themedata colorschememapping datastore latentstyles"
    b" listtable listoverridetable rsidtbl generator pgptbl xmlnstbl filetbl shprslt nonesttables mmathPr"
    b" bkmkstart bkmkend xe tc pgdsc fontemb objclass objname blipuid picprop mhtmltag ftnsep ftnsepc aftnsep aftnsepc"
    b" ftncn aftncn template passwordhash mmathPict mtype mjc mlimLoc mgrow mshp mcount mscr msty mpos mvertJc".split()
)
SHOWN_ALTHOUGH_STARRED = frozenset(b"shpinst shptxt annotation footnote htmltag fldinst fldrslt shppict".split())
SHOWN_ALTHOUGH_STARRED |= {b"atnauthor", b"atndate", b"atnparent", b"revtbl", b"moMath", b"moMathPara"}
ABOUT = frozenset({b"fldinst", b"atnauthor", b"atndate", b"atnparent", b"revtbl", b"sn", b"sv"})
"""Destinations whose words describe what comes next, and are not part of the document."""
CHARS = {
    b"par": "\n",
    b"line": "\n",
    b"sect": "\n\n",
    b"page": "\n\n",
    b"column": "\n",
    b"row": "\n",
    b"nestrow": "\n",
    b"tab": "\t",
    b"cell": " | ",
    b"nestcell": " | ",
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"softline": "\n",
    b"emspace": "\u2003",
    b"enspace": "\u2002",
    b"qmspace": "\u2005",
    b"zwj": "\u200d",
    b"zwnj": "\u200c",
    b"~": "\u00a0",
    b"_": "\u2011",
    b"-": "",
    b"\n": "\n",
    b"\r\n": "\n",
    b"\r": "\n",
}
LITERALS = frozenset({b"{", b"}", b"\\"})
AROUND = {
    b"mden": "/",
    b"msup": "^",
    b"msub": "_",
    b"mrad": "√",
    b"footnote": " [Footnote: ",
    b"header": "\n",
    b"footer": "\n",
    b"shptxt": "\n",
}
CODE_PAGES = {b"ansi": "cp1252", b"mac": "mac_roman", b"pc": "cp437", b"pca": "cp850"}
FONT_CHARSETS = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "cp1361",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
CHANGES = {b"revised": "inserted", b"deleted": "deleted"}

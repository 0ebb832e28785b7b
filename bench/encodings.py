"""How many of a set of texts in known encodings are read right: a directory of directories named by encoding.

I/O: reads the files. The sets that other projects test their detectors with are laid out like this
(``windows-1251-russian/a.xml``); none is kept here::

    python -m bench.encodings DIRECTORY
"""

from __future__ import annotations

import argparse
import codecs
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from bot.assembly.derived import file_limits
from bot.configuration.model_settings import ModelSettings
from bot.files.confinement import Confinement
from bot.files.worker.text import decoded

NONE = Confinement(0, network_namespace=False, call_filter=False)
"""This process reads the texts itself."""
OF_THE_BOT = file_limits(ModelSettings.model_construct(), NONE)
LIMITS = replace(OF_THE_BOT.convert, text_chars_max=10_000_000)
RIGHT_FROM = 0.998
"""Of a text's characters."""
LOOK_ALIKE = str.maketrans({"∼": "～", "〜": "～", "−": "－", "―": "—", "‖": "∥", "\0": None, "\ufeff": None})
"""Signs that the encodings of one family disagree about, and what nobody sees."""
WIDER = {"euc-kr": "cp949", "gb2312": "gb18030", "iso-8859-1": "cp1252", "shift_jis": "cp932", "tis-620": "cp874"}
WIDER |= {"ascii": "utf-8", "big5": "big5hkscs", "maccyrillic": "mac_cyrillic", "macroman": "mac_roman"}


def codec_named(directory: str) -> str | None:
    """ "iso-8859-2-polish" is iso-8859-2; ``None`` for what Python has no codec for."""
    name = directory.lower()
    while name:
        try:
            return codecs.lookup(WIDER.get(name, name)).name
        except LookupError:
            name = name.rpartition("-")[0]
    return None


def is_right(path: Path, codec: str) -> bool:
    """Whether what would reach the model is what the file says in its own encoding."""
    text = path.read_bytes().decode(codec, "replace").replace("\r\n", "\n").replace("\r", "\n")
    wanted, found = text.translate(LOOK_ALIKE), decoded(path, LIMITS).translate(LOOK_ALIKE)
    equal = sum(one == other for one, other in zip(wanted, found, strict=False))
    return equal >= RIGHT_FROM * max(len(wanted), len(found))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.encodings", description=__doc__.split("\n", 1)[0])
    parser.add_argument("directory", type=Path, help="holds one directory of texts for each encoding, named after it")
    chosen: Path = parser.parse_args().directory
    if not chosen.is_dir():
        parser.error(f"{chosen} is not a directory")
    right: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for directory in sorted(path for path in chosen.iterdir() if path.is_dir()):
        codec = codec_named(directory.name)
        for path in sorted(path for path in directory.iterdir() if path.is_file() and codec is not None):
            files[directory.name] += 1
            if is_right(path, codec or ""):
                right[directory.name] += 1
            else:
                print(f"wrong: {path}")
    for name, count in files.items():
        print(f"{name:<28}{right[name]:>5} of {count}")
    print(f"{right.total()} of {files.total()} texts are read right: {right.total() / max(files.total(), 1):.1%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

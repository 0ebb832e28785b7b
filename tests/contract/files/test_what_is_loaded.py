"""Common files load only what reads them: the other readers are most of what a process would start with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests import made_files, made_pictures

READER = """
import sys
from pathlib import Path
from bot.files.outbox import Outbox
from bot.files.worker.convert import convert
from tests.file_limits import CONVERT

source = Path(sys.argv[1])
convert(source, "file", "", Outbox(source.parent, ""), CONVERT)
print(*sys.modules)
"""
WORKER = "bot.files.worker."
CASES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "zip": (lambda: made_files.zipped({"a.txt": b"one\n"}), {"documents.office", "documents.package", "sheets.model"}),
    "PDF": (lambda: made_files.pdf(1), {"documents.package", "words.lines"}),
    "JPEG": (
        lambda: made_pictures.encoded(Image.new("RGB", (60, 40)), "JPEG"),
        {"pictures.rare_pictures", "encodings.choosing", "archives.rar_headers"},
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_readers_of_other_kinds_are_not_loaded(tmp_path: Path, kind: str) -> None:
    made, others = CASES[kind]
    source = tmp_path / "source"
    source.write_bytes(made())
    done = subprocess.run([sys.executable, "-c", READER, str(source)], check=True, capture_output=True, text=True)
    assert not {WORKER + other for other in others} & set(done.stdout.split())

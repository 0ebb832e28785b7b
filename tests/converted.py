"""Files through a real conversion, as the tests of documents look at what came out."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.files.blocks import prepared
from bot.files.bounds import FileLimits
from bot.files.conversion import Conversion
from bot.messages import PreparedFile, TextBlock
from tests import file_limits

LIMITS = replace(file_limits.LIMITS, workers_max=1)
WITHOUT_OFFICE = replace(LIMITS, office_program="")
libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


@dataclass(frozen=True)
class Converted:
    file: PreparedFile

    @property
    def text(self) -> str:
        """All that the model reads of it, labels included."""
        return "\n".join(block.text for block in self.file.blocks if isinstance(block, TextBlock))

    @property
    def labels(self) -> list[str]:
        return [block.text.partition("\n")[0] for block in self.file.blocks if isinstance(block, TextBlock)]

    @property
    def reasons(self) -> list[str]:
        return [note.reason for note in self.file.notes]


class Converter:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._opened: dict[FileLimits, Conversion] = {}
        self._count = 0

    async def __call__(
        self, content: bytes, name: str = "x", limits: FileLimits = LIMITS, spare_pdf: bytes | None = None
    ) -> Converted:
        """``spare_pdf`` is Slack's own rendering, where it has made one."""

        async def spare(to: Path) -> None:
            await asyncio.to_thread(to.write_bytes, spare_pdf or b"")

        self._count += 1
        out = self._directory / str(self._count)
        out.mkdir()
        source = out / "source"
        source.write_bytes(content)
        conversion = self._opened.get(limits) or self._opened.setdefault(limits, Conversion(limits))
        extracts = await conversion.convert(source, name, "", out, spare if spare_pdf else None)
        return Converted(prepared("F1", name, extracts, out))

    async def aclose(self) -> None:
        for conversion in self._opened.values():
            await conversion.aclose()


@asynccontextmanager
async def converter(directory: Path) -> AsyncIterator[Converter]:
    made = Converter(directory)
    try:
        yield made
    finally:
        await made.aclose()


Check = Callable[[Converted], None]

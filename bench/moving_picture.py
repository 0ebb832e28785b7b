"""A question is asked on the demo's page and answered; what a reader saw of it is written as ``docs/answer.webp``.

    python -m bench.moving_picture

I/O: the demo's servers and the bot, Debian's Chromium, the picture. It runs as fast as it ran: nothing is cut out or
sped up but the wait for the browser. The answer's words are those that the practice model has written down; how they
grow, with their marks, table, sources and buttons, is the bot's doing.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from playground import conversation, demo
from playground.practice_model.server import PracticeModel

CHROMIUM = "/usr/bin/chromium"
PICTURE = Path(__file__).parents[1] / "docs" / "answer.webp"
SIZE_PX = {"width": 940, "height": 660}
"""Narrow enough for a thread to cover its channel, so that there is room to read it."""
FRAME_EVERY_S = 0.15
LAST_FRAME_MS = 5_000
BYTES_MAX = 600_000


@dataclass
class Film:
    """Looks at the page until it is stopped. A frame that shows nothing new makes the one before last longer."""

    page: Page
    frames: list[Image.Image] = field(default_factory=list)
    shown_ms: list[int] = field(default_factory=list)
    _began_s: float = 0.0

    async def look(self) -> None:
        while True:
            before_s = time.monotonic()
            raw = await self.page.screenshot(animations="disabled", caret="hide")
            frame = Image.open(io.BytesIO(raw)).convert("RGB")
            if not self.frames or frame.tobytes() != self.frames[-1].tobytes():
                self._close(before_s)
                self.frames.append(frame)
            await asyncio.sleep(max(0.0, before_s + FRAME_EVERY_S - time.monotonic()))

    def _close(self, now_s: float) -> None:
        if self.frames:
            self.shown_ms.append(round((now_s - self._began_s) * 1000))
        self._began_s = now_s

    def write(self, path: Path) -> int:
        """The picture's size in bytes."""
        first, *more = self.frames
        first.save(
            path, "WEBP", save_all=True, append_images=more, duration=[*self.shown_ms, LAST_FRAME_MS], loop=0,
            lossless=True, quality=100, method=6, minimize_size=True,
        )  # fmt: skip
        return path.stat().st_size


async def ask(page: Page, question: str) -> None:
    """As somebody does who types fast."""
    box = page.get_by_role("textbox", name="Message #general")
    await page.locator("main input[type=file]").set_input_files(demo.SAMPLES / conversation.AGREEMENT)
    await box.press_sequentially(f"@claude {question}", delay=10)
    await asyncio.sleep(0.4)
    await box.press("Enter")
    await expect(page.get_by_role("button", name="Good answer")).to_be_visible(timeout=60_000)
    await asyncio.sleep(0.5)


async def run() -> int:
    async with (
        PracticeModel(api_key=demo.PRACTICE_KEY, answers=conversation.answer_to_visitor) as model,
        conversation.furnished(demo.MANIFEST) as workspace,
        demo.bot_process(workspace, model.url, http=False) as bot,
        async_playwright() as playwright,
    ):
        if not await bot.connected():
            sys.stderr.write(bot.log_tail() + "\n")
            return 1
        workspace.state.invitation = {}  # the film is of the answer alone
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--headless", "--no-sandbox"])
        page = await browser.new_page(viewport=SIZE_PX, reduced_motion="reduce")  # type: ignore[arg-type]
        await page.goto(workspace.url)
        await expect(page.get_by_role("heading", name="#general").first).to_be_visible()
        film = Film(page)
        looking = asyncio.create_task(film.look())
        try:
            await ask(page, conversation.WHEN_CAN_WE_END_IT)
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
        await browser.close()
    size = film.write(PICTURE)
    sys.stdout.write(f"{PICTURE.name}: {len(film.frames)} frames, {sum(film.shown_ms) / 1000:.1f} s, {size:,} bytes\n")
    return 0 if size <= BYTES_MAX else 1


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m bench.moving_picture", description=__doc__.split("\n", 1)[0]).parse_args()
    sys.exit(asyncio.run(run()))

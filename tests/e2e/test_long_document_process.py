"""A process that is killed while it reads a long document: the next one goes on with the parts that are left."""

from __future__ import annotations

from pathlib import Path

from playground.practice_model.received import Received, SeenPdf
from playground.practice_model.script import HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests import made_pdfs
from tests.e2e.test_long_documents import answer, has_pages, numbers, pages_sent
from tests.e2e.test_process import bot_process, environment
from tests.stage import Stage, TurnLog, settings_for


async def test_a_bot_that_is_killed_while_it_reads_goes_on_with_what_is_left(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    stage = Stage(workspace, model, settings_for(workspace, model.url, tmp_path, "socket"), turn_log)
    held = HeldAnswer()

    def holds_back_the_middle(received: Received) -> HeldAnswer | None:
        pages = [words for block in received.blocks() if isinstance(block, SeenPdf) for words in block.page_words]
        return held if "PAGE 150" in pages else None

    model.answers = holds_back_the_middle
    env = environment(workspace, model, tmp_path)
    async with bot_process("run", **env) as killed:
        await killed.until_logged("bot.ready")
        ts = await stage.ask("@claude what does it say?", files=[("contract.pdf", made_pdfs.numbered(812))])
        for _ in range(8):
            await killed.until_logged("documents.batch_read")
        await killed.kill()
    model.answers = lambda _: None
    before = len(model.requests)
    async with bot_process("run", **env) as second:
        assert (await second.until_logged("turn.done"))["outcome"] == "answered"

    assert sorted(pages_sent(list(model.requests)[before:])) == numbers(101, 200)
    assert has_pages(answer(stage, ts), *range(1, 813))

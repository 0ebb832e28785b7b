"""How the playground's page shows an answer that grows while somebody reads, selects or scrolls."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LOG = """async () => {
    const [{ MessageLog }, { Workspace }] = await Promise.all([import("/page/log.js"), import("/page/state.js")]);
    const workspace = new Workspace();
    const log = new MessageLog("Messages", workspace);
    log.element.style.height = "300px";
    document.body.style.display = "block";
    document.body.replaceChildren(log.element);
    window.say = (ts, text) => {
        const message = { channel: "C1", ts, user: "U1", text, blocks: [{ type: "markdown", text }] };
        workspace.apply({ type: "message", message });
        const view = { replies: () => [], status: () => null, unshowable: new Set() };
        log.show({ place: "C1", messages: workspace.roots("C1"), ...view });
    };
    for (let number = 0; number < 30; number += 1) window.say(`17000000${number + 10}.000100`, `Message ${number}`);
    window.toEnd = () => {
        const box = document.querySelector(".log");
        return box.scrollHeight - box.scrollTop - box.clientHeight;
    };
}"""


async def test_a_live_edit_keeps_the_selection_and_the_nodes_that_did_not_change(empty_page: Page) -> None:
    await empty_page.evaluate(LOG)
    await empty_page.evaluate("say('1800000000.000100', 'First paragraph.\\n\\nSecond')")
    kept = await empty_page.evaluate_handle("[...document.querySelectorAll('article')].at(-1).querySelector('p')")
    await kept.evaluate("(first) => getSelection().selectAllChildren(first)")
    await empty_page.evaluate("say('1800000000.000100', 'First paragraph.\\n\\nSecond is longer\\n\\n- now')")
    assert await empty_page.evaluate("getSelection().toString()") == "First paragraph."
    assert await kept.evaluate("(first) => first.isConnected")
    assert "now" in await empty_page.locator("article").last.inner_text()


async def test_the_list_follows_its_end_until_the_reader_scrolls_up(empty_page: Page) -> None:
    await empty_page.evaluate(LOG)
    await empty_page.evaluate("say('1800000000.000100', 'a\\n\\n'.repeat(40))")
    assert await empty_page.evaluate("toEnd()") < 2
    await empty_page.evaluate("document.querySelector('.log').scrollTop = 200")
    await empty_page.get_by_role("button", name="Jump to the latest").wait_for()
    await empty_page.evaluate("say('1800000001.000100', 'b\\n\\n'.repeat(40))")
    assert await empty_page.evaluate("document.querySelector('.log').scrollTop") == 200
    await empty_page.get_by_role("button", name="Jump to the latest").click()
    assert await empty_page.evaluate("toEnd()") < 2

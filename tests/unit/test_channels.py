"""The file that says what holds in single channels: what it may say, and how a mistake in it is named."""

from __future__ import annotations

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import channels, keyed_toml
from bot.channels import ChannelSettings
from bot.keyed_toml import Faults, line_of
from tests.repository import text_of


def faults(text: str) -> list[str]:
    with pytest.raises(Faults) as raised:
        channels.read(text)
    return list(raised.value.lines)


def test_a_table_for_each_channel_says_what_is_not_as_everywhere() -> None:
    text = '[C1234]\r\ninstructions = """\r\nBe kind.\r\nBe brief."""\r\nmodel = "m"\r\n[D1234]\r\neffort = ""\r\n'
    assert channels.read(text) == {
        "C1234": ChannelSettings("Be kind.\nBe brief.", "m"),
        "D1234": ChannelSettings(effort=""),
    }
    assert channels.read("") == channels.read("# nothing yet\n") == {}


def test_the_example_of_the_page_is_one() -> None:
    [example] = re.findall(r"^```toml\n(\[C.*?)^```$", text_of("docs/costs.md"), flags=re.MULTILINE | re.DOTALL)
    [settings] = channels.read(example).values()
    assert (settings.instructions or "").startswith("You help the people of support.")
    assert (settings.model, settings.effort) == ("claude-haiku-5-5", "low")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[C1234]\nmodle = 'm'", "line 2: C1234.modle is not a setting of a channel that I know. Did you mean model?"),
        ("[C1234]\ncolour = 1",
         "line 2: C1234.colour is not a setting of a channel that I know. Known are instructions, model, effort"),
        ("\n\n[C1234]\neffort = 'max'", 'line 4: C1234.effort must be low, medium, high, or "" for none'),
        ("[C1234]\nmodel = ''", "line 2: C1234.model must be the id of a model, such as claude-haiku-5-5"),
        ("[C1234]\ninstructions = ['be', 'kind']",
         "line 2: C1234.instructions must be a text of at most 50,000 characters"),
        ("['#general']\nmodel = 'm'",
         "line 1: #general is not an id of a channel. Slack shows it in the channel's details: C0123456789"),
        ("C1234 = 'm'", "line 1: C1234 must be a table: a line [C1234], with the channel's settings below it"),
        ("[C1234]\nmodel = m", "line 2, character 9: invalid value"),
        ("[C1234]\n[C1234]", "line 2, character 7: cannot declare ('C1234',) twice"),
        ("[C1234\n", "line 1, character 7: expected ']' at the end of a table declaration"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_line_and_key(text: str, fault: str) -> None:
    assert faults(text) == [fault]


def test_all_mistakes_are_named_in_the_order_of_the_file_even_after_texts_that_look_like_them() -> None:
    text = '[C1111]\ninstructions = """\nmodel = 5\neffort = 5\n"""\nmodel = 5\n[C2222]\n\n# effort\neffort = 5\n'
    assert [fault.partition(" must")[0] for fault in faults(text)] == ["line 6: C1111.model", "line 10: C2222.effort"]


KEYS = st.sampled_from(["model", "effort", "instructions"])
VALUES = st.sampled_from(["5", "'x'", '"""\nmodel = 1\n"""', "[\n1,\n# model\n2,\n]", "{ model = 1 }"])
GAPS = st.sampled_from(["", "\n", "# model = 1\n"])


@given(st.lists(st.tuples(GAPS, st.dictionaries(KEYS, VALUES)), min_size=1, max_size=4))
def test_the_line_of_a_key_is_the_one_on_which_its_statement_begins(tables: list[tuple[str, dict[str, str]]]) -> None:
    text, where = "", {}
    for number, (gap, table) in enumerate(tables):
        text += f"{gap}[C{number}]\n"
        for key, value in table.items():
            text += gap
            where[f"C{number}", key] = text.count("\n") + 1
            text += f"{key} = {value}\n"
    assert tomllib.loads(text)
    assert {path: line_of(path, text.split("\n")) for path in where} == where


def test_a_file_that_is_nothing_but_mistakes_is_named_soon() -> None:
    text = "".join(f"[c{number}]\nmodel = 1\n" for number in range(3_000))
    assert len(faults(text)) == keyed_toml.FAULTS_MAX

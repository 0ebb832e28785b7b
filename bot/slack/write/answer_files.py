"""Makes files of a long answer: easier to use than its many messages. Pure, in one pass.

The whole answer as Markdown, and beside it each long table as CSV and each long block of code in a file of its own
type. ``worth_a_file`` says whether files help at all: an answer that fits into one message needs none.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.csv_cells import no_formula
from bot.limits import TABLE_CHARS_MAX, TABLE_COLUMNS_MAX, TABLE_ROWS_MAX
from bot.slack.write.markdown.lines import FENCE, closes, is_table

MESSAGE_CHARS = 8_000
"""An answer of this many characters continues in a further message."""
TABLE_ROWS_MIN = 20
CODE_LINES_MIN = 40
CODE_CHARS_MIN = 3_000
FILES_MAX = 10
"""Files of one answer, including the Markdown."""
_SUFFIXES = {
    "bash": "sh", "shell": "sh", "console": "txt", "python": "py", "javascript": "js", "typescript": "ts",
    "yaml": "yml", "rust": "rs", "csharp": "cs", "c#": "cs", "c++": "cpp", "ruby": "rb", "markdown": "md",
    "kotlin": "kt", "text": "txt", "plaintext": "txt", "golang": "go",
    "powershell": "ps1", "perl": "pl",
}  # fmt: skip
_PLAIN_SUFFIX = re.compile(r"[a-z0-9]{1,10}")
_CELL_END = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class AnswerFile:
    name: str = field(repr=False)
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Table:
    rows: list[list[str]] = field(repr=False)
    chars: int

    @property
    def too_long(self) -> bool:
        """For a table block of Slack's."""
        columns = max(map(len, self.rows))
        return len(self.rows) > TABLE_ROWS_MAX or columns > TABLE_COLUMNS_MAX or self.chars > TABLE_CHARS_MAX


@dataclass(frozen=True, slots=True)
class _Code:
    language: str
    lines: list[str] = field(repr=False)

    @property
    def is_long(self) -> bool:
        return len(self.lines) >= CODE_LINES_MIN or sum(map(len, self.lines)) >= CODE_CHARS_MIN


def worth_a_file(text: str) -> bool:
    """Whether an answer, or a table in it, is too long for a message."""
    return len(text) > MESSAGE_CHARS or any(isinstance(one, _Table) and one.too_long for one in _structures(text))


def stem_of(ts: str) -> str:
    """The base of the file names for a question's answer, the same however often they are made."""
    seconds = ts.partition(".")[0]
    asked = datetime.fromtimestamp(int(seconds) if seconds.isdecimal() and len(seconds) < 12 else 0, UTC)
    return f"answer-{asked:%Y-%m-%d-%H%M%S}"


def files_of(text: str, stem: str) -> list[AnswerFile]:
    """The files, the answer first."""
    files = [AnswerFile(f"{stem}.md", text.strip().encode("utf-8", "replace") + b"\n")]
    tables = codes = 0
    for one in _structures(text):
        if isinstance(one, _Table) and (len(one.rows) > TABLE_ROWS_MIN or one.too_long):
            tables += 1
            files.append(AnswerFile(f"{stem}-table-{tables}.csv", _csv(one.rows)))
        elif isinstance(one, _Code) and one.is_long:
            codes += 1
            data = "\n".join(one.lines).encode("utf-8", "replace") + b"\n"
            files.append(AnswerFile(f"{stem}-code-{codes}.{_suffix(one.language)}", data))
    return files[:FILES_MAX]


def joined(parts: Sequence[str]) -> str:
    """The answer whose messages show ``parts``, without the lines that close and reopen code or a table around a
    cut."""
    lines: list[str] = []
    for part in parts:
        following = part.rstrip("\n").split("\n")
        if lines and _reopens(lines, following):
            lines.pop()
            following = following[1:]
        elif lines and (header := _repeated_header(lines, following)):
            following = following[header:]
        elif lines:
            lines.append("")
        lines += following
    return "\n".join(lines)


def _reopens(lines: list[str], following: list[str]) -> bool:
    """Whether the text so far ends with code that the next message continues."""
    closing, opening = FENCE.match(lines[-1]), FENCE.match(following[0])
    if closing is None or opening is None or closing[3].strip() or closing[2] != opening[2]:
        return False
    return _opened_by(lines) == (opening[2], opening[3])


def _opened_by(lines: list[str]) -> tuple[str, str]:
    """The mark and language of the code that the last line closes."""
    mark, opened = "", ("", "")
    for line in lines:
        if not mark and (match := FENCE.match(line)):
            mark, opened = match[2], (match[2], match[3])
        elif mark and closes(line, mark):
            mark = ""
    return opened


def _repeated_header(lines: list[str], following: list[str]) -> int:
    """How many of the next lines only repeat the head of the table that the text so far ends with."""
    if len(following) < 2 or not is_table(following[0], following[1]) or "|" not in lines[-1]:
        return 0
    start = len(lines)
    while start and "|" in lines[start - 1]:
        start -= 1
    return 2 if lines[start : start + 2] == following[:2] else 0


def _structures(text: str) -> Iterator[_Table | _Code]:
    mark, language = "", ""
    code: list[str] = []
    table: list[str] = []
    before = ""
    for line in [*text.split("\n"), ""]:
        match = FENCE.match(line)
        if mark:
            if closes(line, mark):
                yield _Code(language, code)
                mark, code = "", []
            else:
                code.append(line)
            continue
        if table and "|" not in line:
            yield _table(table)
            table = []
        if match:
            mark, language = match[2], match[3].strip().partition(" ")[0].lower()
        elif table:
            table.append(line)
        elif is_table(before, line):
            table = [before, line]
        before = line
    if table:
        yield _table(table)


def _table(lines: list[str]) -> _Table:
    return _Table([_cells(line) for number, line in enumerate(lines) if number != 1], sum(map(len, lines)))


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [_plain(cell) for cell in _CELL_END.split(inner)]


def _plain(cell: str) -> str:
    """The cell's text without bold and code marks."""
    text = cell.strip().replace("\\|", "|").replace("<br>", "\n")
    for mark in ("**", "__", "`"):
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
            text = text[len(mark) : -len(mark)]
    return text


def _csv(rows: list[list[str]]) -> bytes:
    """Begins with a byte order mark, by which spreadsheet programs recognise UTF-8. Some of them split cells at
    semicolons or tabs: what follows would become a cell of its own if it were not quoted."""
    text = io.StringIO()
    parted = any(mark in cell for row in rows for cell in row for mark in ";\t")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL) if parted else csv.writer(text)
    writer.writerows([[no_formula(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig", "replace")


def _suffix(language: str) -> str:
    known = _SUFFIXES.get(language, language)
    return known if _PLAIN_SUFFIX.fullmatch(known) else "txt"

"""What the repository holds, for the tests that read it as text."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
MANIFEST = ROOT / "manifest.yml"
SAMPLES = ROOT / "playground" / "samples"


@cache
def tracked() -> tuple[str, ...]:
    """Every file that belongs to the project, as git knows it; what is new and not ignored counts too."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file())


def text_of(name: str) -> str:
    """``""`` for what is no text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def modules(*packages: str) -> dict[str, ast.Module]:
    """Those of the bot and of the playground, or of the packages that are named."""
    roots = tuple(f"{package}/" for package in packages or ("bot", "playground"))
    return {name: _parsed(name) for name in tracked() if name.startswith(roots) and name.endswith(".py")}


@cache
def _parsed(name: str) -> ast.Module:
    return ast.parse(text_of(name), name)


def strings(tree: ast.Module) -> set[str]:
    """The string constants of a module that are no docstrings."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    }


def imports(tree: ast.Module) -> set[str]:
    """The top-level names of the modules that a module imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


MAP_LINE = re.compile(r"^(?P<indent> {4}(?: {4})*)(?P<name>[\w.]+/?) {2,}(?P<words>\S.*)$")


def map_of(docstring: str) -> dict[str, str]:
    """The paths that a map names, with the words beside each. Four spaces are one level."""
    found: dict[str, str] = {}
    parents: list[str] = []
    for line in docstring.splitlines():
        if match := MAP_LINE.match(line):
            depth = len(match["indent"]) // 4 - 1
            parents = [*parents[:depth], match["name"]]
            found["".join(parents)] = match["words"]
    return found

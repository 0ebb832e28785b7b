"""Finds the info word of a code fence and a description for a text file, by its name and Slack's filetype.

Pure.
"""

from __future__ import annotations

from bot.files.names import extension

_BY_EXTENSION = {
    "bash": ("bash", "shell script"),
    "bat": ("bat", "batch file"),
    "c": ("c", "C source"),
    "cc": ("cpp", "C++ source"),
    "cfg": ("ini", "configuration"),
    "conf": ("ini", "configuration"),
    "cpp": ("cpp", "C++ source"),
    "cs": ("csharp", "C# source"),
    "css": ("css", "CSS"),
    "csv": ("csv", "CSV table"),
    "diff": ("diff", "diff"),
    "dockerfile": ("dockerfile", "Dockerfile"),
    "go": ("go", "Go source"),
    "h": ("c", "C header"),
    "hpp": ("cpp", "C++ header"),
    "htm": ("html", "HTML"),
    "html": ("html", "HTML"),
    "ics": ("", "calendar"),
    "ini": ("ini", "configuration"),
    "ipynb": ("json", "Jupyter notebook"),
    "java": ("java", "Java source"),
    "js": ("javascript", "JavaScript source"),
    "json": ("json", "JSON"),
    "jsonl": ("json", "JSON lines"),
    "jsx": ("jsx", "JavaScript source"),
    "kt": ("kotlin", "Kotlin source"),
    "log": ("", "log"),
    "lua": ("lua", "Lua source"),
    "md": ("markdown", "Markdown"),
    "markdown": ("markdown", "Markdown"),
    "patch": ("diff", "patch"),
    "php": ("php", "PHP source"),
    "pl": ("perl", "Perl source"),
    "ps1": ("powershell", "PowerShell script"),
    "py": ("python", "Python source"),
    "r": ("r", "R source"),
    "rb": ("ruby", "Ruby source"),
    "rs": ("rust", "Rust source"),
    "rst": ("rst", "reStructuredText"),
    "scala": ("scala", "Scala source"),
    "sh": ("bash", "shell script"),
    "sql": ("sql", "SQL"),
    "srt": ("", "subtitles"),
    "svg": ("xml", "SVG drawing as its source"),
    "swift": ("swift", "Swift source"),
    "tex": ("latex", "LaTeX source"),
    "tf": ("hcl", "Terraform configuration"),
    "toml": ("toml", "TOML"),
    "ts": ("typescript", "TypeScript source"),
    "tsv": ("tsv", "TSV table"),
    "tsx": ("tsx", "TypeScript source"),
    "vtt": ("", "subtitles"),
    "vcf": ("", "contact card"),
    "xml": ("xml", "XML"),
    "yaml": ("yaml", "YAML"),
    "yml": ("yaml", "YAML"),
}
_BY_FILETYPE = {
    "c++": "cpp",
    "cpp": "cpp",
    "csharp": "cs",
    "javascript": "js",
    "kotlin": "kt",
    "perl": "pl",
    "powershell": "ps1",
    "python": "py",
    "ruby": "rb",
    "rust": "rs",
    "shell": "sh",
    "typescript": "ts",
}


def language_of(name: str, filetype: str = "") -> tuple[str, str]:
    """A fence's info word (empty for plain text) and a description. The extension goes before Slack's filetype."""
    for key in (extension(name), name.lower(), _BY_FILETYPE.get(filetype, filetype)):
        if key in _BY_EXTENSION:
            return _BY_EXTENSION[key]
    return "", "text"

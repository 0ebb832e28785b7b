"""Reads the words and values of form controls in an OpenDocument file.

Pure. Source: OpenDocument 1.3 part 3, 13 (forms).
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bot.files.worker.documents.package import attribute, local

_LINES_MAX = 4_000
_TYPED = frozenset({"text", "textarea", "formatted-text", "number", "date", "time", "combobox"})
_LABELLED = {"button": "Button", "fixed-text": "Label", "frame": "Group of options"}
_TICKED = {"checkbox": "Check box", "radio": "Option"}


def lines(forms: ET.Element) -> list[str]:
    found: list[str] = []
    for control in forms.iter():
        line = _line(control, local(control))
        if line and len(found) < _LINES_MAX:
            found.append(line)
    return found


def _line(control: ET.Element, name: str) -> str:
    label = " ".join(attribute(control, "label").split())
    if name in _LABELLED:
        return f"{_LABELLED[name]}: {label}" if label else ""
    if name in _TICKED:
        state = attribute(control, "current-state") or attribute(control, "state")
        ticked = state == "checked" or attribute(control, "current-selected", attribute(control, "selected")) == "true"
        return f"{_TICKED[name]}{' (ticked)' if ticked else ''}: {label}" if label else ""
    if name == "listbox":
        chosen = [
            attribute(option, "label")
            for option in control
            if attribute(option, "current-selected", attribute(option, "selected")) == "true"
        ]
        return f"{_called(control)}: {', '.join(chosen)}" if any(chosen) else ""
    value = attribute(control, "current-value") or attribute(control, "value") if name in _TYPED else ""
    return f"{_called(control)}: {value}" if value.strip() else ""


def _called(control: ET.Element) -> str:
    name = attribute(control, "name")
    return f"Field “{name}”" if name else "Field"

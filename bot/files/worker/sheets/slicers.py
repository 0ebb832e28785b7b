"""Reads the slicers and timelines of a workbook: caption, choices, and what is chosen.

I/O: reads parts of the package with the first of them. Source: [MS-XLSX] 2.6.59 to 2.6.71 (slicers) and 2.6.73
(timelines). The choices of a table slicer are the values of its column, which are in cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from bot.files.worker.documents.excel_escapes import unescaped
from bot.files.worker.documents.package import Package, attribute, descendants, local

_CHOICES_MAX = 500


class Slicers:
    """By the names that drawings use for them."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._found: dict[str, tuple[str, str]] | None = None

    def lines(self, name: str, at: str) -> list[str]:
        """Empty if the workbook has no such slicer; ``at`` is its place in words."""
        if self._found is None:
            self._found = {known: (what, said) for known, what, said in self._all()}
        what, said = self._found.get(name, ("", ""))
        return [f"{what}{at}: {said}"] if what else []

    def _all(self) -> Iterator[tuple[str, str, str]]:
        """The name of each, what it is, and what it says."""
        caches = {
            attribute(root, "name"): root
            for part in self._package.names
            if part.startswith(("xl/slicercaches/", "xl/timelinecaches/")) and part.endswith(".xml")
            for root in (self._package.optional_tree(part),)
        }
        for part in self._package.names:
            if part.startswith(("xl/slicers/", "xl/timelines/")) and part.endswith(".xml"):
                for element in descendants(self._package.optional_tree(part), "slicer", "timeline"):
                    name, caption = attribute(element, "name"), unescaped(attribute(element, "caption"))
                    what = "Timeline" if local(element) == "timeline" else "Slicer"
                    cache = caches.get(attribute(element, "cache"))
                    said = self._choices(cache) if cache is not None else ""
                    yield name, what, f"“{caption or name}”{f': {said}' if said else ''}"

    def _choices(self, cache: ET.Element) -> str:
        chosen = next(descendants(cache, "selection"), None)
        if chosen is not None:  # a timeline
            return f"{attribute(chosen, 'startDate')[:10]} to {attribute(chosen, 'endDate')[:10]}"
        tabular = next(descendants(cache, "tabular"), None)
        if tabular is None:
            return ""
        named = self._field(attribute(tabular, "pivotCacheId"), attribute(cache, "sourceName"))
        items = [item for item in descendants(tabular, "i") if attribute(item, "x").isdecimal()]
        all_chosen = all(attribute(item, "s") in {"1", "true"} for item in items)
        said = []
        for item in items[:_CHOICES_MAX]:
            number = int(attribute(item, "x")[:9])
            if number < len(named):
                mark = " (chosen)" if attribute(item, "s") in {"1", "true"} and not all_chosen else ""
                said.append(f"{named[number]}{mark}")
        return ", ".join([*said, *(["…"] if len(items) > _CHOICES_MAX else [])])

    def _field(self, cache_id: str, name: str) -> list[str]:
        """The values that a pivot table stores for one of its fields."""
        for part in self._package.names:
            if part.startswith("xl/pivotcache/pivotcachedefinition") and part.endswith(".xml"):
                root = self._package.optional_tree(part)
                numbers = {attribute(one, "pivotCacheId") for one in descendants(root, "pivotCacheDefinition")}
                for field in descendants(root, "cacheField") if not numbers or cache_id in numbers else ():
                    if attribute(field, "name") == name:
                        items = next(descendants(field, "sharedItems"), None)
                        return [_value(one) for one in items] if items is not None else []
        return []


def _value(element: ET.Element) -> str:
    text = unescaped(attribute(element, "v"))
    return text.removesuffix("T00:00:00") if local(element) == "d" else text if local(element) != "m" else "(blank)"

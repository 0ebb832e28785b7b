"""What the bot's port for whoever runs it says, read as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, slots=True)
class Figures:
    families: tuple[Metric, ...]
    text: str

    def value(self, name: str, **labels: str) -> float:
        """Of all samples with these labels together; 0 where there are none."""
        return sum(
            sample.value
            for family in self.families
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def names(self) -> set[str]:
        return {sample.name for family in self.families for sample in family.samples}

    def label_values(self) -> set[str]:
        return {value for family in self.families for sample in family.samples for value in sample.labels.values()}


def series_of(family: Metric) -> set[str]:
    """The names of all that it consists of, whether there is any yet or not."""
    if family.type == "counter":
        return {f"{family.name}_total"}
    if family.type == "histogram":
        return {f"{family.name}_{part}" for part in ("bucket", "sum", "count")}
    return {family.name}


def read(text: str) -> Figures:
    families: Iterable[Metric] = text_string_to_metric_families(text)
    return Figures(tuple(families), text)


@dataclass(frozen=True, slots=True)
class OpsPort:
    port: int

    async def get(self, path: str, host: str | None = None) -> tuple[int, Any]:
        """Status and body, which is JSON but for figures. ``host``: by what name whoever asks calls this machine."""
        address, headers = f"http://127.0.0.1:{self.port}{path}", {} if host is None else {"Host": host}
        async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as response:
            as_json = response.content_type == "application/json"
            return response.status, await (response.json() if as_json else response.text())

    async def figures(self) -> Figures:
        status, text = await self.get("/metrics")
        assert status == 200
        return read(text)

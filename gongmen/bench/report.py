"""How a benchmark speaks: inputs, machine, rows, ratios; a table for people, one JSON object on the last line for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, by nearest rank. Raises `ValueError` without values."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> dict[str, object]:
    """What this runs on: processor, cores, memory, Python."""
    cpuinfo = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((line.split(":", 1)[1].strip() for line in cpuinfo.splitlines() if line.startswith(("model name", "Model"))), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": model or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory, 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


@dataclass
class Report:
    """One benchmark's results. `inputs` says what was measured on; rows hold plain numbers and words."""

    name: str
    inputs: dict[str, object] = field(default_factory=dict)
    rows: list[dict[str, object]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def row(self, **cells: object) -> None:
        """Adds a row; floats are kept to four significant digits."""
        self.rows.append({k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in cells.items()})

    def finish(self, as_json: bool) -> None:
        """Prints it all; with `as_json` one JSON object stands alone on the last line."""
        console = Console(stderr=as_json, width=160 if as_json else None)
        console.print(f"[bold]{self.name}[/bold]  {self.inputs}  {machine()}")
        columns = list(dict.fromkeys(key for row in self.rows for key in row))
        table = Table(*columns)
        for row in self.rows:
            table.add_row(*(str(row.get(column, "")) for column in columns))
        console.print(table)
        for note in self.notes:
            console.print(note)
        if as_json:
            whole = {"bench": self.name, "inputs": self.inputs, "machine": machine(), "rows": self.rows, "notes": self.notes}
            print(json.dumps(whole, ensure_ascii=False))

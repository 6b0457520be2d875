"""A turnstile that writes its pulses down instead of moving an arm, and can be told to fail. Never a default.

`simulated:DIR` appends one JSON line a pulse to DIR/pulses.jsonl; DIR/faults.json says what is wrong, and may be written by any process.
"""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from hardware.errors import DeviceFault, DeviceMissing, DeviceUnplugged
from hardware.turnstile import Way

PULSES: Final = "pulses.jsonl"
FAULTS: Final = "faults.json"
_ALARMS: Final = {"fire": "FIRE", "tamper": "TAMPER", "stuck": "STUCK"}
_LOOK_S: Final = 0.02


class SimulatedTurnstile:
    """One lane's simulated turnstile. `pass` is whether people go through after a pulse: True, False, or None for no sensor."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as refused:
            raise DeviceMissing(str(folder)) from refused
        self._opened = False

    def fail(self, **faults: bool | None) -> None:
        """Sets any of stuck, fire, tamper, unplugged (True or False) and pass_ (True, False, None); the others stay as they are."""
        wanted = {name.rstrip("_"): value for name, value in faults.items()}
        half = self.folder / f".{FAULTS}.{os.getpid()}"
        half.write_text(json.dumps({**self._faults(), **wanted}), encoding="utf-8")
        half.replace(self.folder / FAULTS)

    def pulses(self) -> list[dict[str, str]]:
        """Every pulse so far: {"way": "in" or "out", "at": ISO 8601 in UTC}."""
        path = self.folder / PULSES
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def open(self, way: Way) -> None:
        """See `Turnstile.open`."""
        faults = self._faults()
        if faults.get("unplugged"):
            raise DeviceUnplugged("the simulated board is unplugged")
        if faults.get("stuck"):
            raise DeviceFault("the arm is stuck")
        try:
            with (self.folder / PULSES).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"way": way.value, "at": datetime.now(UTC).isoformat()}) + "\n")
        except OSError as refused:
            raise DeviceFault("the pulse could not be written") from refused
        self._opened = True

    def passed(self, timeout_s: float) -> bool | None:
        """See `Turnstile.passed`."""
        end = time.monotonic() + timeout_s
        while (goes := self._faults().get("pass", True)) is False or not self._opened:
            if time.monotonic() >= end:
                return False
            time.sleep(_LOOK_S)
        self._opened = False
        return goes

    def alarms(self) -> frozenset[str]:
        """See `Turnstile.alarms`."""
        faults = self._faults()
        return frozenset(alarm for name, alarm in _ALARMS.items() if faults.get(name))

    def close(self) -> None:
        """See `Turnstile.close`."""
        self._opened = False

    def _faults(self) -> dict[str, bool | None]:
        try:
            faults: dict[str, bool | None] = json.loads((self.folder / FAULTS).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return faults

"""A turnstile that writes its pulses down instead of moving an arm, and can be told to fail. Never a default.

`simulated:DIR` appends one JSON line a pulse to DIR/pulses.jsonl; DIR/outputs.json says what is held on now (`held`, `lamp`);
DIR/faults.json says what is wrong, and may be written by any process, as may DIR/button, a file that is there once the exit button was
pressed.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from hardware.errors import DeviceFault, DeviceMissing, DeviceUnplugged
from hardware.turnstile import Way

PULSES: Final = "pulses.jsonl"
FAULTS: Final = "faults.json"
OUTPUTS: Final = "outputs.json"
BUTTON: Final = "button"
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
        self._opened = 0
        self._outputs = {"held": False, "lamp": False}
        self._say_outputs()

    def press(self) -> None:
        """Somebody presses the exit button."""
        (self.folder / BUTTON).touch()

    def outputs(self) -> dict[str, bool]:
        """What is held on now: `held`, `lamp`."""
        said: dict[str, bool] = json.loads((self.folder / OUTPUTS).read_text(encoding="utf-8"))
        return said

    def held(self) -> set[str]:
        """Which outputs are held on now: any of in, out, lamp."""
        said = self.outputs()
        return ({"in", "out"} if said["held"] else set()) | ({"lamp"} if said["lamp"] else set())

    def fail(self, **faults: bool | None) -> None:
        """Sets any of stuck, fire, tamper, unplugged (True or False) and pass_ (True, False, None); the others stay as they are."""
        wanted = {name.rstrip("_"): value for name, value in faults.items()}
        self._put(FAULTS, {**self._faults(), **wanted})

    def pulses(self) -> list[dict[str, str]]:
        """Every pulse so far: {"way": "in" or "out", "at": ISO 8601 in UTC}."""
        path = self.folder / PULSES
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def open(self, way: Way) -> None:
        """See `Turnstile.open`."""
        self._well()
        try:
            with (self.folder / PULSES).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"way": way.value, "at": datetime.now(UTC).isoformat()}) + "\n")
        except OSError as refused:
            raise DeviceFault("the pulse could not be written") from refused
        self._opened += 1

    def passed(self, timeout_s: float) -> bool | None:
        """See `Turnstile.passed`."""
        end = time.monotonic() + timeout_s
        while (goes := self._faults().get("pass", True)) is False or not self._opened:
            if time.monotonic() >= end:
                return False
            time.sleep(_LOOK_S)
        self._opened -= 1
        return goes

    def hold(self, opened: bool) -> None:
        """See `Turnstile.hold`."""
        self._well()
        self._outputs["held"] = opened
        self._say_outputs()

    def light(self, on: bool) -> None:
        """See `Turnstile.light`."""
        self._well()
        self._outputs["lamp"] = on
        self._say_outputs()

    def pressed(self) -> bool:
        """See `Turnstile.pressed`."""
        if not (self.folder / BUTTON).exists():
            return False
        (self.folder / BUTTON).unlink(missing_ok=True)
        return True

    def alarms(self) -> frozenset[str]:
        """See `Turnstile.alarms`."""
        faults = self._faults()
        return frozenset(alarm for name, alarm in _ALARMS.items() if faults.get(name))

    def close(self) -> None:
        """See `Turnstile.close`."""
        self._opened = 0
        self._outputs = dict.fromkeys(self._outputs, False)
        with suppress(OSError):
            self._say_outputs()

    def _well(self) -> None:
        faults = self._faults()
        if faults.get("unplugged"):
            raise DeviceUnplugged("the simulated board is unplugged")
        if faults.get("stuck"):
            raise DeviceFault("the arm is stuck")

    def _say_outputs(self) -> None:
        self._put(OUTPUTS, self._outputs)

    def _put(self, name: str, what: Mapping[str, bool | None]) -> None:
        half = self.folder / f".{name}.{os.getpid()}"
        half.write_text(json.dumps(what), encoding="utf-8")
        half.replace(self.folder / name)

    def _faults(self) -> dict[str, bool | None]:
        try:
            faults: dict[str, bool | None] = json.loads((self.folder / FAULTS).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return faults

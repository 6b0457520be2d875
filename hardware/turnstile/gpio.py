"""A turnstile on the pins of a Raspberry Pi, by gpiozero; which library drives the pins is gpiozero's choice (GPIOZERO_PIN_FACTORY).

`gpio:in=17,out=27,passed=22,fire=5,tamper=6,button=13,lamp=19,pulse_ms=300` numbers pins as the SoC does (BCM). Outputs drive relays
whose normally open contacts close the turnstile's own inputs to GND; `relays=low` for boards whose relay pulls at a low level; `lamp` is
one too. Inputs are dry contacts to GND, held up by the Pi: `passed` closes when somebody goes through, `button` (exit) when it is pressed;
`fire` and `tamper` are normally closed, so that a cut wire is an alarm.

Idle when this process dies: an orderly end, an exception and SIGTERM put the outputs to idle. After a SIGKILL the kernel lets the pins go,
and whether they fall back to inputs is the kernel's affair; the next start puts them to idle before anything else. What must hold without
any of that (a frozen system) is the hardware's: a turnstile set to *pulse* mode, or a relay board with its own timer.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hardware.errors import DeviceError, DeviceFault, DeviceMissing, DeviceUnsupported
from hardware.turnstile import FREES, Way
from hardware.turnstile.options import distinct, numbers, word
from hardware.turnstile.passage_sensor import PassageSensor, wait_for_passage

GAP_S: Final = 0.1
"""Between two pulses the same way, so that the turnstile's board sees two."""
_LOOK_S: Final = 0.01


@dataclass(frozen=True)
class GpioWiring:
    """Which pin does what, in BCM numbers; None where nothing is connected."""

    outputs: dict[Way, int]
    passed: int | None
    fire: int | None
    tamper: int | None
    button: int | None
    lamp: int | None
    pulse_s: float
    steady_s: float
    stuck_s: float
    relays_pull_high: bool

    @classmethod
    def parse(cls, text: str) -> GpioWiring:
        """From `in=17,out=27,…`. Raises `DeviceUnsupported`."""
        given = dict(part.partition("=")[::2] for part in text.split(","))
        high = word(given, "relays", "high", "low") == "high"
        pins = dict.fromkeys(("in", "out", "passed", "fire", "tamper", "button", "lamp"))
        found = numbers(given, {**pins, "pulse_ms": 300, "steady_ms": 20, "stuck_ms": 10_000})
        distinct(*(found[name] for name in pins))
        outputs = {way: pin for way in Way if (pin := found[way.value]) is not None}
        pulse_ms, steady_ms, stuck_ms = (found[name] or 0 for name in ("pulse_ms", "steady_ms", "stuck_ms"))
        if not outputs or not pulse_ms:
            raise DeviceUnsupported(f"{text}: needs in= or out=, and a pulse")
        seconds = (pulse_ms / 1000, steady_ms / 1000, stuck_ms / 1000)
        contacts = (found["passed"], found["fire"], found["tamper"], found["button"], found["lamp"])
        return cls(outputs, *contacts, *seconds, high)


class GpioTurnstile:
    """One lane's turnstile on GPIO. Pins that cannot be had at once are tried again at every call, so that a box starts without them."""

    def __init__(self, wiring: GpioWiring) -> None:
        self._wiring = wiring
        self._sensor = PassageSensor(wiring.steady_s, wiring.stuck_s)
        self._outputs: dict[Way, Any] = {}
        self._inputs: dict[str, Any] = {}
        self._ready_at_s: dict[Way, float] = {}
        self._ends: dict[Way, threading.Timer] = {}
        self._held_on: set[Way] = set()
        self._lamp: Any = None
        self._holding = False
        self._pressed = threading.Event()
        with suppress(DeviceError):  # a pulse that an earlier process left on ends here
            self._take_pins()

    def open(self, way: Way) -> None:
        """See `Turnstile.open`. Returns when the relay has pulled; waits first for a pulse the same way that is not over yet."""
        self._take_pins()
        if way not in self._outputs:
            raise DeviceUnsupported(f"no pin for {way}")
        if self._holding:
            self._sensor.arm(time.monotonic())
            return
        time.sleep(max(0.0, self._ready_at_s.get(way, 0.0) - time.monotonic()))
        if way in self._ends:
            self._ends[way].join()
        if way in self._held_on:
            self._let_go(way)
            if way in self._held_on:
                raise DeviceFault(f"the relay for {way} cannot be let go")
            time.sleep(GAP_S)
        self._sensor.arm(time.monotonic())
        self._pull(way)
        self._ready_at_s[way] = time.monotonic() + self._wiring.pulse_s + GAP_S

    def passed(self, timeout_s: float) -> bool | None:
        """See `Turnstile.passed`. Edges are kept from the pulse on, so that a passage between two calls is not lost."""
        if self._wiring.passed is None:
            return None
        return wait_for_passage(self._sensor, self._look, timeout_s, _LOOK_S)

    def hold(self, opened: bool) -> None:
        """See `Turnstile.hold`."""
        self._take_pins()
        self._holding = opened
        if opened:
            self._pull_each()
            return
        for way in self._outputs:
            self._let_go(way)
        if self._held_on:
            raise DeviceFault("a relay cannot be let go")

    def light(self, on: bool) -> None:
        """See `Turnstile.light`."""
        self._take_pins()
        if self._lamp is not None:
            with _board():
                self._lamp.on() if on else self._lamp.off()

    def pressed(self) -> bool:
        """See `Turnstile.pressed`. Bounces count as one press as long as the caller asks less often than they last."""
        self._take_pins()
        was = self._pressed.is_set()
        self._pressed.clear()
        return was

    def alarms(self) -> frozenset[str]:
        """See `Turnstile.alarms`. STUCK is a sensor that stays closed, or a relay that could not be let go."""
        self._look()
        for way in tuple(self._held_on):
            self._let_go(way)
        with _board():
            found: set[str] = {name for name in ("fire", "tamper") if name in self._inputs and not self._inputs[name].is_active}
        if self._held_on or self._sensor.is_stuck(time.monotonic()):
            found.add("stuck")
        return frozenset(name.upper() for name in found)

    def close(self) -> None:
        """See `Turnstile.close`."""
        self._holding = False
        for timer in self._ends.values():
            timer.cancel()
            timer.join()
        for way in self._outputs:
            self._let_go(way)
        for device in (*self._outputs.values(), *self._inputs.values(), *((self._lamp,) if self._lamp is not None else ())):
            with suppress(Exception):
                device.close()
        self._lamp = None
        self._outputs, self._inputs, self._ends, self._held_on = {}, {}, {}, set()

    def _take_pins(self) -> None:
        if self._outputs:
            return
        try:
            with _board():
                self._take_each_pin()
        except DeviceError:
            self.close()
            raise

    def _take_each_pin(self) -> None:
        from gpiozero import DigitalInputDevice, DigitalOutputDevice

        wiring = self._wiring
        _find_pins()
        for way, pin in wiring.outputs.items():
            self._outputs[way] = DigitalOutputDevice(pin, active_high=wiring.relays_pull_high, initial_value=False)
        if wiring.lamp is not None:
            self._lamp = DigitalOutputDevice(wiring.lamp, active_high=wiring.relays_pull_high, initial_value=False)
        contacts = {"passed": wiring.passed, "fire": wiring.fire, "tamper": wiring.tamper, "button": wiring.button}
        for name, contact in contacts.items():
            if contact is not None:
                self._inputs[name] = DigitalInputDevice(contact, pull_up=True)
        if sensor := self._inputs.get("passed"):
            self._sensor.look(sensor.is_active, time.monotonic())
            sensor.when_activated = lambda: self._sensor.look(closed=True, at_s=time.monotonic())
            sensor.when_deactivated = lambda: self._sensor.look(closed=False, at_s=time.monotonic())

        if button := self._inputs.get("button"):
            button.when_activated = self._pressed.set

    def _look(self) -> None:
        self._take_pins()
        if sensor := self._inputs.get("passed"):
            with _board():
                self._sensor.look(sensor.is_active, time.monotonic())

    def _pull(self, way: Way) -> None:
        """The relay pulls, and somebody is there to let it go: else neither."""
        end = threading.Timer(self._wiring.pulse_s, self._let_go, (way,))
        end.daemon = True
        try:
            with _board():
                self._outputs[way].on()
                end.start()
                self._ends[way] = end
        except DeviceError:
            self._let_go(way)
            raise

    def _pull_each(self) -> None:
        """Every relay that moves the arm, the way out first. One that fails keeps none of the others; then raises `DeviceError`."""
        failed: DeviceError | None = None
        for way in FREES:
            if way not in self._outputs:
                continue
            try:
                with _board():
                    self._outputs[way].on()
            except DeviceError as error:
                failed = error
        if failed is not None:
            raise failed

    def _let_go(self, way: Way) -> None:
        """Runs at the end of a pulse, on its timer's thread: what fails there is said by `alarms`, which tries again."""
        if self._holding:
            return
        try:
            self._outputs[way].off()
            self._held_on.discard(way)
        except Exception:  # noqa: BLE001 - see `_board`
            self._held_on.add(way)


def _find_pins() -> None:
    """Has gpiozero look for the machine's pins. Raises `DeviceMissing` with what it says of each library that it tried.

    lgpio makes a pipe where it works, cannot be imported where that is read-only (a systemd unit at /), and goes there for good if LG_WD
    says where: so it is sent to the temporary folder and back.
    """
    from gpiozero import BadPinFactory, Device

    os.environ.setdefault("LG_WD", tempfile.gettempdir())
    here = Path.cwd()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            Device.ensure_pin_factory()
        except BadPinFactory as missing:
            raise DeviceMissing("; ".join([str(missing), *(str(warning.message) for warning in told)])) from missing
        finally:
            os.chdir(here)


@contextmanager
def _board() -> Iterator[None]:
    """Each pin library raises errors of its own, lgpio's come straight from Exception: here they get the names of `hardware.errors`."""
    from gpiozero import PinInvalidPin

    try:
        yield
    except DeviceError:
        raise
    except PinInvalidPin as wrong:
        raise DeviceUnsupported(str(wrong)) from wrong
    except Exception as fault:
        raise DeviceFault(str(fault)) from fault

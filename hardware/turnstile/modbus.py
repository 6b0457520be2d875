"""A turnstile behind a relay board that speaks Modbus-RTU over RS-485, by pymodbus.

`modbus:/dev/ttyUSB0?baud=9600&unit=1&in=0&out=1&fire=0&passed=1`: `in` and `out` number relays (coils), `passed`, `fire` and `tamper` the
board's digital inputs (discrete inputs), from 0. `passed` closes when somebody goes through, `button` (exit) when it is
pressed; `fire` and `tamper` are normally closed. `lamp` is a relay for the lane's lamp.

`timed=board` (default) lets the board end the pulse itself: "flash on", function 05 at 0x0200 + relay with the length in 100 ms (Waveshare
Modbus RTU Relay). It ends whatever becomes of this process or the cable. `timed=box` is for boards without it: on, wait, off; there a
process that dies in between leaves the relay on, so the turnstile must be set to *pulse* mode. What a process that was killed left on (a
pulse of that kind, a hold, the lamp) is let go before anything else by the next one, and again and again while the board does not take it.

One line, one conversation at a time: while somebody is awaited, a thread of its own looks at the contacts (`contact_watch`), so that a
passage shorter than the time between two calls is seen.

A pulse is never sent twice: after `DeviceTimeout` it may or may not have been given.
"""

from __future__ import annotations

import logging
import struct
import termios
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pymodbus.client import ModbusSerialClient
from pymodbus.exceptions import ConnectionException, ModbusException, ModbusIOException
from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import WriteSingleCoilRequest

from hardware.errors import DeviceError, DeviceFault, DeviceMissing, DeviceTimeout, DeviceUnplugged, DeviceUnsupported, ProtocolFault
from hardware.turnstile import FREES, Way
from hardware.turnstile.contact_watch import ContactWatch
from hardware.turnstile.options import distinct, numbers, word
from hardware.turnstile.passage_sensor import PassageSensor, wait_for_passage

ANSWER_S: Final = 0.3
FLASH_ON: Final = 0x0200
FLASH_UNIT_S: Final = 0.1
GAP_S: Final = 0.1
"""Between two pulses the same way, so that the turnstile's board sees two."""
_LOOK_S: Final = 0.02
_QUIET_CHARACTERS: Final = 3.5
_QUIET_AT_LEAST_S: Final = 0.00175
"""What RTU wants the line to be silent for between two conversations; a character is ten bits here."""
_OFF_TRIES: Final = 3
_PORT_GONE: Final = (DeviceMissing, DeviceUnplugged)
_PORT_ERRORS: Final = (ConnectionException, OSError, termios.error)

logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # what it logs at every failed call, our errors carry


class FlashOn(WriteSingleCoilRequest):
    """Function 05 with a time in place of on and off: `registers` holds it, in units of 100 ms."""

    def encode(self) -> bytes:
        """The relay's address in the block of timed ones, and the time."""
        return struct.pack(">HH", self.address, self.registers[0])


@dataclass(frozen=True)
class ModbusWiring:
    """Which relay and which input does what, from 0; None where nothing is connected."""

    path: str
    baud: int
    unit: int
    outputs: dict[Way, int]
    inputs: dict[str, int]
    lamp: int | None
    pulse_s: float
    steady_s: float
    stuck_s: float
    board_times: bool

    @classmethod
    def parse(cls, path: str, options: Mapping[str, str]) -> ModbusWiring:
        """From the address's path and options. Raises `DeviceUnsupported`."""
        given = dict(options)
        board_times = word(given, "timed", "board", "box") == "board"
        relays, contacts = dict.fromkeys(("in", "out", "lamp")), dict.fromkeys(("passed", "fire", "tamper", "button"))
        times = {"pulse_ms": 300, "steady_ms": 20, "stuck_ms": 10_000}
        found = numbers(given, {"baud": 9600, "unit": 1, **relays, **contacts, **times})
        for wires in (relays, contacts):
            distinct(*(found[name] for name in wires))
        outputs = {way: relay for way in Way if (relay := found[way.value]) is not None}
        inputs = {name: contact for name in contacts if (contact := found[name]) is not None}
        baud, unit, pulse_ms, steady_ms, stuck_ms = (found[name] or 0 for name in ("baud", "unit", *times))
        if not outputs or not baud or not 1 <= unit <= 247 or max(*outputs.values(), *inputs.values(), found["lamp"] or 0, 0) > 0xFF:
            raise DeviceUnsupported(f"{path}: needs in= or out=, a baud rate, unit=1 to 247, relays and inputs to 255")
        if not 100 <= pulse_ms <= 10_000 or (board_times and pulse_ms % 100):
            raise DeviceUnsupported(f"pulse_ms={pulse_ms}: 100 to 10000, in steps of 100 where the board times it")
        return cls(path, baud, unit, outputs, inputs, found["lamp"], pulse_ms / 1000, steady_ms / 1000, stuck_ms / 1000, board_times)


class ModbusTurnstile:
    """One lane's turnstile behind a relay board. The port is opened anew after it went away; a box starts without it."""

    def __init__(self, wiring: ModbusWiring) -> None:
        self._wiring = wiring
        self._sensor = PassageSensor(wiring.steady_s, wiring.stuck_s)
        self._contacts = ContactWatch(self._sensor, self._look_if_there)
        self._line, self._free_at_s = threading.RLock(), float("-inf")
        self._quiet_s = max(_QUIET_AT_LEAST_S, 10 * _QUIET_CHARACTERS / wiring.baud)
        self._client: ModbusSerialClient | None = None
        self._was_there = False
        self._ready_at_s: dict[Way, float] = {}
        self._holding = self._lit = self._pressed = self._was_closed = False
        self._left_on = {*wiring.outputs.values(), *(() if wiring.lamp is None else (wiring.lamp,))}
        with suppress(DeviceError):  # a pulse that an earlier process left on ends here
            self._connected()

    def open(self, way: Way) -> None:
        """See `Turnstile.open`. With `timed=box` it returns at the end of the pulse, else when the board has taken it."""
        if way not in self._wiring.outputs:
            raise DeviceUnsupported(f"no relay for {way}")
        if self._holding:
            self._await_somebody()
            return
        time.sleep(max(0.0, self._ready_at_s.get(way, 0.0) - time.monotonic()))
        relay = self._wiring.outputs[way]
        self._await_somebody()
        if self._wiring.board_times:
            flash = FlashOn(address=FLASH_ON + relay, registers=[round(self._wiring.pulse_s / FLASH_UNIT_S)], dev_id=self._wiring.unit)
            self._ask(lambda client: client.execute(False, flash), flash)
            self._left_on.discard(relay)
            self._ready_at_s[way] = time.monotonic() + self._wiring.pulse_s + GAP_S
        else:
            self._pull_and_let_go(relay)
            self._ready_at_s[way] = time.monotonic() + GAP_S

    def passed(self, timeout_s: float) -> bool | None:
        """See `Turnstile.passed`. Closings are kept from the pulse on, so that a passage between two calls is not lost."""
        if "passed" not in self._wiring.inputs:
            return None
        went = wait_for_passage(self._sensor, self._look, timeout_s, _LOOK_S)
        self._contacts.wake()
        return went

    def hold(self, opened: bool) -> None:
        """See `Turnstile.hold`. A board that lost its power meanwhile holds again when this is repeated."""
        self._holding = opened
        relays = set(self._wiring.outputs.values())
        if not opened:
            self._left_on |= relays
            self._let_go_what_is_left_on()
            return
        self._left_on -= relays
        self._pull_each()

    def light(self, on: bool) -> None:
        """See `Turnstile.light`."""
        if self._wiring.lamp is not None:
            self._lit = on
            self._write(self._wiring.lamp, on=on)
            self._left_on.discard(self._wiring.lamp)

    def pressed(self) -> bool:
        """See `Turnstile.pressed`: the board is asked, so a press shorter than the time between two calls is not seen."""
        if "button" not in self._wiring.inputs:
            return False
        with self._line:
            self._look()
            was, self._pressed = self._pressed, False
        return was

    def alarms(self) -> frozenset[str]:
        """See `Turnstile.alarms`. STUCK is a sensor that stays closed, or a relay that could not be let go. Raises
        `DeviceError` if the board does not answer."""
        closed = self._look()
        with suppress(DeviceError):  # said below; what the inputs say counts more
            self._let_go_what_is_left_on()
        found = {name.upper() for name in ("fire", "tamper") if closed.get(name) is False}
        return frozenset(found | ({"STUCK"} if self._left_on or self._sensor.is_stuck(time.monotonic()) else set()))

    def close(self) -> None:
        """See `Turnstile.close`. A pulse that the board times ends by itself; what is held open is let go."""
        self._contacts.close()
        if self._client is not None:
            with suppress(DeviceError):
                if self._lit:
                    self.light(on=False)
                if self._holding:
                    self.hold(opened=False)
        self._drop()

    def _drop(self) -> None:
        """The port is given back; what is held stays held, and is asked for again as soon as the port is there."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(*_PORT_ERRORS):
                client.close()  # type: ignore[no-untyped-call]

    def _await_somebody(self) -> None:
        """A pulse is about to be given. The watch rests before its first look: the pulse goes first."""
        self._sensor.arm(time.monotonic())
        if "passed" in self._wiring.inputs:
            self._contacts.wake()

    def _look_if_there(self) -> None:
        """The watch's look: a port that is away is opened anew by the lane's own calls, which say so."""
        with self._line:
            if self._client is not None:
                self._look()

    def _look(self) -> dict[str, bool]:
        """Which inputs are closed now, in one question."""
        with self._line:
            return self._note(self._contacts_now())

    def _contacts_now(self) -> dict[str, bool]:
        wired = self._wiring.inputs
        first, unit = min(wired.values(), default=0), self._wiring.unit
        count = max(wired.values(), default=0) - first + 1
        answer = self._ask(lambda client: client.read_discrete_inputs(first, count=count, device_id=unit)) if wired else self._ping()
        if wired and len(answer.bits) < count:
            raise ProtocolFault(f"{len(answer.bits)} inputs, {count} asked for")
        return {name: answer.bits[place - first] for name, place in wired.items()}

    def _note(self, closed: dict[str, bool]) -> dict[str, bool]:
        if "passed" in closed:
            self._sensor.look(closed["passed"], time.monotonic())
        if "button" in closed:
            self._pressed |= closed["button"] and not self._was_closed
            self._was_closed = closed["button"]
        return closed

    def _ping(self) -> ModbusPDU:
        relay, unit = min(self._wiring.outputs.values()), self._wiring.unit
        return self._ask(lambda client: client.read_coils(relay, count=1, device_id=unit))

    def _pull_and_let_go(self, relay: int) -> None:
        try:
            self._write(relay, on=True)
            time.sleep(self._wiring.pulse_s)
        finally:
            self._left_on.add(relay)
            self._let_go_what_is_left_on()

    def _pull_each(self) -> None:
        """Every relay that moves the arm, the way out first. One that fails keeps none of the others; then raises `DeviceError`."""
        failed: DeviceError | None = None
        for way in FREES:
            relay = self._wiring.outputs.get(way)
            if relay is None or isinstance(failed, _PORT_GONE):
                continue
            try:
                self._write(relay, on=True)
            except DeviceError as error:
                failed = error
        if failed is not None:
            raise failed

    def _let_go_what_is_left_on(self) -> None:
        """Each relay that may be on and should not. Raises `DeviceError` where one cannot be let go: it is tried again later. A relay that
        the board refuses keeps none of the others; a board that is silent is silent for all."""
        failed: DeviceError | None = None
        for relay in sorted(self._left_on):
            try:
                self._let_go(relay)
            except DeviceError as error:
                failed = error
                if error.retryable:
                    break
        if failed is not None:
            raise failed

    def _let_go(self, relay: int) -> None:
        for left in reversed(range(_OFF_TRIES)):
            try:
                self._write(relay, on=False)
            except DeviceError:
                if not left:
                    raise
            else:
                self._left_on.discard(relay)
                return

    def _write(self, relay: int, *, on: bool) -> None:
        request = WriteSingleCoilRequest(address=relay, bits=[on], dev_id=self._wiring.unit)
        self._ask(lambda client: client.execute(False, request), request)

    def _ask(self, call: Callable[[ModbusSerialClient], ModbusPDU], sent: ModbusPDU | None = None) -> ModbusPDU:
        """One question, sent once; a write's answer has the address of what was `sent`. Whoever else wants the line waits."""
        with self._line:
            answer = self._answer(call)
        if answer.isError():
            raise DeviceFault(f"{self._wiring.path}, unit {self._wiring.unit}: exception {getattr(answer, 'exception_code', '?')}")
        if sent is not None and (answer.function_code, answer.address) != (sent.function_code, sent.address):
            raise ProtocolFault(f"an answer to something else: function {answer.function_code}, address {answer.address}")
        return answer

    def _answer(self, call: Callable[[ModbusSerialClient], ModbusPDU]) -> ModbusPDU:
        client = self._connected()
        time.sleep(max(0.0, self._free_at_s - time.monotonic()))
        try:
            return call(client)
        except ModbusIOException as silent:
            raise DeviceTimeout(f"{self._wiring.path}, unit {self._wiring.unit}: {silent.string}") from silent
        except _PORT_ERRORS as gone:
            self._drop()
            raise DeviceUnplugged(f"{self._wiring.path}: {gone}") from gone
        except (ModbusException, struct.error, IndexError) as nonsense:
            raise ProtocolFault(str(nonsense)) from nonsense
        finally:
            self._free_at_s = time.monotonic() + self._quiet_s

    def _connected(self) -> ModbusSerialClient:
        if self._client is not None:
            return self._client
        wiring = self._wiring
        client = ModbusSerialClient(wiring.path, baudrate=wiring.baud, timeout=ANSWER_S, retries=0)
        if not client.connect():
            if Path(wiring.path).exists():
                raise DeviceFault(f"{wiring.path} is held by another program, or not open to this user (group dialout)")
            raise (DeviceUnplugged if self._was_there else DeviceMissing)(wiring.path)
        self._client, came_back, self._was_there = client, self._was_there, True
        self._set_right(came_back)
        return client

    def _set_right(self, came_back: bool) -> None:
        """A board that was away has kept what it was told last, or has forgotten it: it is told again. Also where it does not answer yet:
        then at the next look."""
        with suppress(DeviceError):
            if self._holding:
                self.hold(opened=True)
                return
            if came_back:
                self._left_on |= set(self._wiring.outputs.values())
            self._let_go_what_is_left_on()

"""A relay board on a serial line: pymodbus's own RTU server at one end of a pair of pseudo-terminals, with a cable that can be pulled."""

from __future__ import annotations

import asyncio
import os
import select
import threading
import time
import tty
from pathlib import Path
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import WriteSingleCoilRequest
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

from hardware.turnstile.modbus import FLASH_ON, FlashOn

OPTIONS = "baud=9600&unit=1&in=0&out=1&fire=0&passed=1&tamper=2&button=3&lamp=2"
FIRE, PASSED, TAMPER, BUTTON = 0, 1, 2, 3
WAYS = {0: "in", 1: "out", 2: "lamp"}
STAY_S = 0.15


class FakeRelayBoard:
    """`written` is every function 05 that arrived: (address, value). Faults: stuck (answers with an exception), unplugged, silent."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ttyUSB0"
        self.written: list[tuple[int, int]] = []
        self.inputs = {FIRE: True, PASSED: False, TAMPER: True, BUTTON: False}
        self.broken, self.silent, self.goes, self.garbled = False, False, True, False
        self.dead: str | None = None
        self.stay_s = STAY_S
        self.looks = 0
        self._lock, self._over, self._up = threading.Lock(), threading.Event(), threading.Event()
        self._own, self._own_slave = _raw_pty()
        self._cable: tuple[int, int] | None = None
        self._people: list[threading.Timer] = []
        self.plug()
        self._threads = [threading.Thread(target=self._carry), threading.Thread(target=lambda: asyncio.run(self._serve()))]
        for thread in self._threads:
            thread.start()
        assert self._up.wait(5)

    def plug(self) -> None:
        with self._lock:
            self._cable = _raw_pty()
            self.path.symlink_to(os.ttyname(self._cable[1]))

    def unplug(self) -> None:
        with self._lock:
            if self._cable:
                self.path.unlink()
                for end in self._cable:
                    os.close(end)
                self._cable = None

    def fail(self, **faults: bool | None) -> None:
        for name, value in faults.items():
            if name in ("fire", "tamper"):
                self.inputs[{"fire": FIRE, "tamper": TAMPER}[name]] = not value
            elif name == "unplugged":
                (self.unplug if value else self.plug)()
            else:
                setattr(self, {"stuck": "broken", "pass_": "goes"}.get(name, name), value)

    def pulses(self) -> list[str]:
        return [WAYS[address % FLASH_ON] for address, value in self.written if value and WAYS[address % FLASH_ON] != "lamp"]

    def press(self) -> None:
        self.inputs[BUTTON] = True

    def held(self) -> set[str]:
        last = {WAYS[address]: bool(value) for address, value in self.written if address in WAYS}
        return {name for name, on in last.items() if on}

    def close(self) -> None:
        self._over.set()
        for thread in (*self._threads, *self._people):
            thread.join()
        self.unplug()
        for end in (self._own, self._own_slave):
            os.close(end)

    def took(self, address: int, value: int) -> None:
        self.written.append((address, value))
        if value and self.goes and WAYS[address % FLASH_ON] != "lamp":
            for after_s, closed in ((0.03, True), (0.03 + self.stay_s, False)):
                person = threading.Timer(after_s, self.inputs.__setitem__, (PASSED, closed))
                self._people.append(person)
                person.start()

    def _carry(self) -> None:
        while not self._over.is_set():
            with self._lock:
                cable = self._cable[0] if self._cable else None
                ready, _, _ = select.select([self._own, *([] if cable is None else [cable])], [], [], 0.002)
                for end in ready:
                    data = os.read(end, 256)
                    other = cable if end == self._own else self._own
                    if other is not None and not self.silent:
                        os.write(other, data[::-1] if self.garbled and end == self._own else data)
            time.sleep(0.0005)

    async def _serve(self) -> None:
        bits = SimData(0, values=[False] * 16, datatype=DataType.BITS)
        words = SimData(0, values=0, datatype=DataType.REGISTERS)
        device = SimDevice(1, simdata=([bits], [bits], [words], [words]), action=self._contacts)
        server = ModbusSerialServer(
            device, port=os.ttyname(self._own_slave), baudrate=9600, custom_pdu=[_coil_of(self)], trace_packet=_for_unit_1_only
        )
        await server.serve_forever(background=True)
        self._up.set()
        while not self._over.is_set():
            await asyncio.sleep(0.01)
        await server.shutdown()  # type: ignore[no-untyped-call]

    async def _contacts(self, function: int, _start: int, _at: int, _count: int, now: list[int], _new: Any) -> ExcCodes | None:
        if self.broken:
            return ExcCodes.DEVICE_FAILURE
        if function == 2:
            self.looks += 1
            now[0] = sum(closed << place for place, closed in self.inputs.items())
        return None


def _coil_of(board: FakeRelayBoard) -> type[ModbusPDU]:
    class Coil(WriteSingleCoilRequest):
        """Function 05 as such a board understands it: on and off below 0x0200, a time above."""

        def decode(self, data: bytes) -> None:
            super().decode(data)
            self.registers = [int.from_bytes(data[2:4])]

        async def datastore_update(self, context: Any, device_id: int) -> ModbusPDU:
            if board.broken or (board.dead is not None and WAYS.get(self.address % FLASH_ON) == board.dead):
                return ExceptionResponse(self.function_code, ExcCodes.DEVICE_FAILURE)
            if self.address % FLASH_ON not in WAYS:
                return ExceptionResponse(self.function_code, ExcCodes.ILLEGAL_ADDRESS)
            board.took(self.address, self.registers[0])
            return FlashOn(address=self.address, registers=self.registers)

    return Coil


def _for_unit_1_only(sending: bool, data: bytes) -> bytes:
    return data if sending or data[:1] == b"\x01" else b""


def _raw_pty() -> tuple[int, int]:
    master, slave = os.openpty()
    tty.setraw(slave)
    return master, slave

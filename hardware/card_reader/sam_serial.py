"""SAM_V readers on a serial port or a USB-serial converter, by pyserial: 115200 8N1 unless told otherwise, opened exclusively."""

from __future__ import annotations

import errno
import select
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import serial

from hardware.card_reader.sam_frames import BAUD_COMMANDS, Command, Scanner, encode_request
from hardware.card_reader.sam_reader import CALL_S, Pipe, SamReader
from hardware.errors import DeviceFault, DeviceMissing, DeviceTimeout, DeviceUnplugged, DeviceUnsupported, ProtocolFault

PROBES: Final = 2
"""A module that heard another speed first, or was just told to change, may miss one question."""
WRITE_S: Final = 0.5
PROBE_S: Final = 0.25
"""For the module's number, 27 bytes: 28 ms at 9,600 baud, and the module's own time."""
_BUSY: Final = (errno.EAGAIN, errno.EBUSY)


class SerialPipe:
    """An open serial port. Raises `DeviceMissing` where there is none, `DeviceFault` where another program holds it or we may not."""

    def __init__(self, path: str, baud: int) -> None:
        try:
            self._port = serial.Serial(path, baud, timeout=0, write_timeout=WRITE_S, exclusive=True)
        except (OSError, termios.error) as refused:
            raise _not_opened(path, refused) from refused

    def send(self, frame: bytes) -> None:
        """See `Pipe.send`."""
        with _unplugged():
            self._port.reset_input_buffer()
            try:
                self._port.write(frame)
            except serial.SerialTimeoutException:
                raise DeviceTimeout("the port takes no bytes") from None

    def receive(self, timeout_s: float) -> bytes:
        """See `Pipe.receive`."""
        with _unplugged():
            ready, _, _ = select.select([self._port.fileno()], [], [], max(0.0, timeout_s))
            return bytes(self._port.read(max(1, self._port.in_waiting))) if ready else b""

    def close(self) -> None:
        """See `Pipe.close`."""
        self._port.close()


class SamSerial(SamReader):
    """A SAM_V reader at `path`. Nothing is opened before the first call, so that a box starts without its reader.

    With `baud` None the reader's speed is searched for whenever the port is opened, the last good one first.
    """

    def __init__(self, path: str, baud: int | None = 115200) -> None:
        if baud is not None:
            _supported(baud)
        self._path = path
        self._speeds = tuple(BAUD_COMMANDS) if baud is None else (baud,)
        super().__init__(self._open)

    def change_baud(self, baud: int) -> None:
        """Makes the reader speak at another speed until it loses power, and follows it. Raises `DeviceError`, `DeviceUnsupported`."""
        self._must(BAUD_COMMANDS[_supported(baud)], time.monotonic() + CALL_S)
        self.close()
        self._speeds = (baud, *(speed for speed in BAUD_COMMANDS if speed != baud))

    def _open(self) -> Pipe:
        if len(self._speeds) == 1:
            return SerialPipe(self._path, self._speeds[0])
        for baud in self._speeds * PROBES:
            pipe = SerialPipe(self._path, baud)
            if _answers(pipe):
                self._speeds = (baud, *(speed for speed in self._speeds if speed != baud))
                return pipe
            pipe.close()
        raise DeviceTimeout("no answer at any speed")


def _supported(baud: int) -> int:
    if baud not in BAUD_COMMANDS:
        raise DeviceUnsupported(f"{baud} baud; a reader speaks {', '.join(map(str, BAUD_COMMANDS))}")
    return baud


def _answers(pipe: Pipe) -> bool:
    """Whether a reader speaks at this speed: anything that is a frame is an answer."""
    scanner, end = Scanner(), time.monotonic() + PROBE_S
    try:
        pipe.send(encode_request(Command.SAM_ID))
        while (left := end - time.monotonic()) > 0:
            if scanner.feed(pipe.receive(left)) is not None:
                return True
    except (ProtocolFault, DeviceTimeout):
        pass
    return False


def _not_opened(path: str, refused: Exception) -> DeviceMissing | DeviceFault:
    number = getattr(refused, "errno", None)
    if number in _BUSY:
        return DeviceFault(f"{path} is held by another program")
    if number in (errno.EACCES, errno.EPERM):
        return DeviceFault(f"{path} may not be opened by this user (group dialout)")
    return DeviceMissing(path)


@contextmanager
def _unplugged() -> Iterator[None]:
    """A port that fails in use is a port that went away: pyserial says so in several ways."""
    try:
        yield
    except (OSError, termios.error) as gone:
        raise DeviceUnplugged(str(gone)) from gone

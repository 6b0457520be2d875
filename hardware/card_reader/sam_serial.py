"""SAM_V readers on a serial port or a USB-serial converter, by pyserial: 115200 8N1 unless told otherwise, opened exclusively."""

from __future__ import annotations

import errno
import select
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import serial

from hardware.card_reader.sam_frames import BAUD_COMMANDS
from hardware.card_reader.sam_reader import SamReader
from hardware.errors import DeviceFault, DeviceMissing, DeviceTimeout, DeviceUnplugged, DeviceUnsupported

WRITE_S: Final = 0.5
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
    """A SAM_V reader at `path`. Nothing is opened before the first call, so that a box starts without its reader."""

    def __init__(self, path: str, baud: int = 115200) -> None:
        if baud not in BAUD_COMMANDS:
            raise DeviceUnsupported(f"{baud} baud; a reader speaks {', '.join(map(str, BAUD_COMMANDS))}")
        super().__init__(lambda: SerialPipe(path, baud))


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

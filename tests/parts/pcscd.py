"""A real PC/SC service with a virtual reader, and cards to lay on it: real calls of the real library, no real metal.

The virtual reader's driver (vpcd) listens on every address of the machine while its pcscd runs, so it is used by these tests only; it is
unpacked by `./run test` under var/, never installed. There can be one pcscd on a machine: where one runs already, tests skip.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gongmen.setup.pcsc import VPCD
from tests.parts.broker import free_port, listens

COMM = Path("/run/pcscd/pcscd.comm")
DRIVERS = (VPCD / "usr/lib/pcsc/drivers/serial/libifdvpcd.so", Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so"))
NAME = "Gongmen Test Reader"

MIFARE_1K = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
NTAG = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
DESFIRE = bytes.fromhex("3B8180018080")
ID_CARD = bytes.fromhex("3B888001D103860C0080800051")
BANK_CARD = bytes.fromhex("3B6500009C02020702")


class VirtualCard:
    """A card on the virtual reader from its making until `lift`. Answers FF CA with `uid` and 00 36 with `chip`, all else with 6D 00."""

    def __init__(self, port: int, atr: bytes, uid: bytes = b"", chip: bytes = b"", hangs: bool = False) -> None:
        self.atr, self.uid, self.chip = atr, uid, chip
        self._free = threading.Event()
        if not hangs:
            self._free.set()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._socket.settimeout(None)
        self._thread = threading.Thread(target=self._serve, name="virtual-card", daemon=True)
        self._thread.start()

    def lift(self) -> None:
        """Takes it away; safe to repeat."""
        self.wake()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)

    def wake(self) -> None:
        """A card laid with `hangs` answers from now on."""
        self._free.set()

    def _serve(self) -> None:
        try:
            while (message := self._message()) is not None:
                answer = self._answer(message)
                if len(message) > 1:
                    self._free.wait()
                if answer is not None:
                    self._socket.sendall(struct.pack(">H", len(answer)) + answer)
        except OSError:
            pass

    def _message(self) -> bytes | None:
        head = self._exactly(2)
        return None if head is None else self._exactly(struct.unpack(">H", head)[0])

    def _exactly(self, count: int) -> bytes | None:
        data = b""
        while len(data) < count:
            more = self._socket.recv(count - len(data))
            if not more:
                return None
            data += more
        return data

    def _answer(self, message: bytes) -> bytes | None:
        if len(message) == 1:
            return self.atr if message == b"\x04" else None
        if message[:2] == b"\xff\xca" and self.uid:
            return self.uid + b"\x90\x00"
        if message[:2] == b"\x00\x36" and self.chip:
            return self.chip + b"\x90\x00"
        return b"\x6d\x00"


class Pcscd:
    """The service, started in the foreground with one virtual reader of its own, at a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._alone = (Path(tempfile.gettempdir()) / "gongmen-pcscd.lock").open("w")
        fcntl.flock(self._alone, fcntl.LOCK_EX)  # tests in another process wait for their turn
        try:
            driver = _what_is_needed()
        except BaseException:
            self._alone.close()
            raise
        self._cards: list[VirtualCard] = []
        self._configuration = folder / "reader.conf"
        self._configuration.write_text(
            f'FRIENDLYNAME "{NAME}"\nDEVICENAME /dev/null:{self.port}\nLIBPATH {driver}\nCHANNELID {self.port:#x}\n'
        )

    def start(self) -> None:
        """Starts it and waits until the virtual reader listens."""
        program = shutil.which("pcscd", path="/usr/sbin:/usr/bin")
        assert program is not None
        with (self.folder / "pcscd.log").open("ab") as log:
            command = [program, "--foreground", "--config", str(self._configuration)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self._wait(lambda: COMM.exists() and listens(self.port), "pcscd did not start")

    def stop(self) -> None:
        """Ends it; every context is void then."""
        self.clear()
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
                for left in (COMM, COMM.with_suffix(".pid")):
                    left.unlink(missing_ok=True)
            self._process = None

    def close(self) -> None:
        """Ends it for good, and lets the next one begin."""
        self.stop()
        self._alone.close()

    def lay(self, atr: bytes, uid: bytes = b"", chip: bytes = b"", hangs: bool = False) -> VirtualCard:
        """Lays a card on the reader; one that `hangs` is seen, and answers no command until it wakes."""
        self._cards.append(VirtualCard(self.port, atr, uid, chip, hangs))
        return self._cards[-1]

    def clear(self) -> None:
        """Lifts whatever was laid."""
        while self._cards:
            self._cards.pop().lift()

    def _wait(self, is_so: Callable[[], bool], else_what: str) -> None:
        end = time.monotonic() + 15
        while not is_so():
            if time.monotonic() > end or (self._process is not None and self._process.poll() is not None):
                self.stop()
                raise RuntimeError(f"{else_what}: {(self.folder / 'pcscd.log').read_text()[-800:]}")
            time.sleep(0.02)


def _what_is_needed() -> Path:
    """The virtual reader's driver. Skips the test, saying so, where something is missing."""
    pytest.importorskip("smartcard.scard", reason="pyscard was not built: ./run pcsc")
    if shutil.which("pcscd", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("pcscd is not installed")
    driver = next((path for path in DRIVERS if path.exists()), None)
    if driver is None:
        pytest.skip("no virtual PC/SC reader (vsmartcard-vpcd): run ./run test")
    if os.geteuid() != 0:
        pytest.skip("pcscd can be started by root only")
    if COMM.exists():
        pytest.skip("another pcscd runs on this machine")
    return driver

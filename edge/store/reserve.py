"""A file that only holds room: released when the disk is full, so that the last events can still be written."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

RESERVE_BYTES: Final = 8 * 1024 * 1024
SCARCE_BYTES: Final = 2 * 1024 * 1024
"""With less than this free, the reserve is released before a transaction rather than after it has failed."""
PLENTY_BYTES: Final = 4 * RESERVE_BYTES


class Reserve:
    """`home/reserve`: room for the write-ahead log and some thousands of events."""

    def __init__(self, home: Path, size: int = RESERVE_BYTES) -> None:
        self._path = home / "reserve"
        self._size = size

    def is_kept(self) -> bool:
        """Whether the room is still held back; False means that the disk is, or was, full."""
        return self._path.exists()

    def keep(self) -> bool:
        """Takes the room, if it is there in plenty. Never raises for want of it; says whether the reserve stands."""
        if self.is_kept():
            return True
        if self.free_bytes() < PLENTY_BYTES:
            return False
        beside = self._path.with_suffix(f".{os.getpid()}")
        try:
            with beside.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._size)
            beside.replace(self._path)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink()
            return False
        return True

    def release(self) -> bool:
        """Gives the room back; True if there was any to give."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def is_scarce(self) -> bool:
        """Whether the disk is nearly full."""
        return self.free_bytes() < SCARCE_BYTES

    def release_if_scarce(self) -> None:
        """Gives the room back before the disk is quite full."""
        if self.is_scarce():
            self.release()

    def free_bytes(self) -> int:
        """What this disk still has for us."""
        disk = os.statvfs(self._path.parent)
        return disk.f_bavail * disk.f_frsize

    def free_pct(self) -> int:
        """The same as a share of the disk, 0 to 100."""
        disk = os.statvfs(self._path.parent)
        return int(100 * disk.f_bavail / disk.f_blocks) if disk.f_blocks else 0

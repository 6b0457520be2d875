"""The file of the store: opened by one process at a time, checked once by each, set aside if damaged, deleted only long after."""

from __future__ import annotations

import calendar
import contextlib
import fcntl
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from edge.errors import StoreUnwritable
from edge.store.faults import primary

_SET_ASIDE: Final = re.compile(r"-(\d{8}T\d{6}Z)-[0-9a-f]{4}")
BUSY_S: Final = 10.0
"""Longer than the longest transaction: applying a roster of thousands."""

_checked: set[tuple[int, int] | None] = set()
"""The files (device, inode) that this process has checked: the check reads the whole file, so only a process' first opening makes it."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection that waits for others, writes through to the disk, and overwrites what it deletes."""
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    try:
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode, None where there is no file."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_dev, stat.st_ino


@contextlib.contextmanager
def door(home: Path) -> Iterator[None]:
    """One process at a time checks, sets aside, creates and migrates. Raises `StoreUnwritable` where the box's home is no place to
    write in."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (home / "edge.lock").open("wb")
    except OSError as error:
        raise StoreUnwritable(f"{home.name}: {error.strerror}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_ready(path: Path) -> Path | None:
    """Checks the file on this process' first opening, and makes an empty one where none is left; the name of what was set aside."""
    aside = None
    if path.exists() and identity(path) not in _checked and not _is_well(path):
        aside = set_aside(path, "damaged")
    path.touch(mode=0o600)
    _checked.add(identity(path))
    return aside


def set_aside(path: Path, why: str) -> Path:
    """Moves the file out of the way under a name that says why and when; whoever holds it open notices (`StoreReplaced`)."""
    aside = path.with_name(f"{path.name}.{why}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(2)}")
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{suffix}").replace(f"{aside}{suffix}")
    return aside


def forget_set_aside(path: Path, before_s: int) -> list[str]:
    """Deletes what was set aside before that time (seconds since 1970 UTC, by the name); which ones."""
    gone: list[str] = []
    for aside in sorted(path.parent.glob(f"{path.name}.*-*")):
        when = _SET_ASIDE.search(aside.name)
        if when and calendar.timegm(time.strptime(when[1], "%Y%m%dT%H%M%SZ")) < before_s:
            aside.unlink(missing_ok=True)
            gone.append(aside.name)
    return gone


def _is_well(path: Path) -> bool:
    try:
        with contextlib.closing(connect(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError as error:
        if primary(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return False
        raise

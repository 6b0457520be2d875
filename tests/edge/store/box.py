"""A box's store for a test, and a clock that stands still until it is told to go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.store.database import Store
from edge.store.journal import Journal
from edge.sync import wire

NOON_MS = 1_764_561_600_000
"""2025-12-01 12:00 in Shanghai."""


class FakeClock:
    """All of it can be set."""

    def __init__(self, now_ms: int = NOON_MS) -> None:
        self.wall_ms, self.since_boot_ms, self.boot_id, self.trust = now_ms, 60_000, 4711, wire.Clock.NTP

    def now_ms(self) -> int:
        return self.wall_ms

    def mono_ms(self) -> int:
        return self.since_boot_ms

    def boot(self) -> int:
        return self.boot_id

    def quality(self) -> wire.Clock:
        return self.trust

    def go_on(self, ms: int) -> None:
        self.wall_ms += ms
        self.since_boot_ms += ms


@contextmanager
def opened(home: Path) -> Iterator[Store]:
    store = Store.open(home)
    try:
        yield store
    finally:
        store.close()


def passage(person: str = "wang-person", direction: wire.Direction = wire.Direction.IN, *, duplicate: bool = False) -> wire.Passage:
    return wire.Passage(person, direction, wire.Method.FACE, "1", 7, score=812, checks=("sharpness",), duplicate=duplicate)


def record(store: Store, journal: Journal, *bodies: wire.Body) -> list[wire.Event]:
    with store.transaction():
        return [journal.record(body) for body in bodies]


HEADER = wire.RosterHeader("p-1", "滨江一期", "工地办公室 021-5461", b"key of cards 16b", (), ())


def entry(
    person: str, *, face: str = "none", until_s: int | None = None, templates: tuple[wire.SealedTemplate, ...] = ()
) -> wire.RosterEntry:
    return wire.RosterEntry(person, "王*", "钢筋一班", "钢筋工", "甲劳务", (card(person),), 0, until_s, face, templates)


def card(person: str) -> bytes:
    return person.encode().ljust(16, b".")[:16]


def change(
    before: int,
    after: int,
    put: tuple[wire.RosterEntry, ...] = (),
    remove: tuple[wire.Removal, ...] = (),
    *,
    whole: tuple[wire.RosterEntry, ...] | None = None,
    parts: int = 1,
) -> list[wire.RosterPart]:
    """A change as the centre would send it, cut into so many parts; `whole` is the roster after it (default: what is put)."""
    hash_after = wire.roster_hash(put if whole is None else whole)
    return [
        wire.RosterPart(before, after, index, parts, HEADER, remove[index::parts], put[index::parts], hash_after) for index in range(parts)
    ]

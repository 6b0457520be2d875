"""A derived day as a row of the database: always the same bytes from the same punches. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from central.attendance.days import Day, attended_on, days_between
from central.attendance.pairing import EventId, Punch, Stay
from central.attendance.parameters import Parameters

Row = dict[str, Any]
Key = tuple[int, dt.date]
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MS: Final = dt.timedelta(milliseconds=1)
_ENCODER: Final = msgspec.msgpack.Encoder()


class KeptPunch(msgspec.Struct, array_like=True, frozen=True):
    """What a stay rests on: the event, and its time in ms since 1970 UTC."""

    event: EventId
    at_ms: int
    gate: str
    method: str
    manual: bool

    @property
    def name(self) -> str:
        """The event as one word, as the feed and the API name it."""
        return ".".join(map(str, self.event))

    @property
    def at(self) -> dt.datetime:
        """When it was (UTC)."""
        return _EPOCH + self.at_ms * _MS


class KeptStay(msgspec.Struct, array_like=True, frozen=True):
    """A stay as it is kept: `state` is a `StayState`."""

    state: str
    seconds: int
    entered: KeptPunch | None
    left: KeptPunch | None


@dataclass(frozen=True, slots=True)
class Window:
    """The dates of an assignment that are derived together, both included."""

    first: dt.date
    last: dt.date


def rows(punches: Iterable[Punch], window: Window, parameters: Parameters) -> dict[Key, Row]:
    """The rows of all dates in the window for the assignments among `punches`, which must reach as far as `days.span_to_load`."""
    known = list(punches)
    found = {(day.assignment, day.date): day for day in days_between(known, window.first, window.last, parameters.days)}
    seen = {
        (assignment, date): event
        for assignment, dates in attended_on(known, parameters.days).items()
        for date, event in dates.items()
        if window.first <= date <= window.last
    }
    fingerprint = parameters.fingerprint.encode()
    return {key: _row(key, found.get(key), seen.get(key), parameters, fingerprint) for key in sorted(found.keys() | seen.keys())}


def stays_of(kept: bytes) -> tuple[KeptStay, ...]:
    """The stays of a row."""
    return msgspec.msgpack.decode(kept, type=tuple[KeptStay, ...])


def digest(parts: Iterable[bytes]) -> bytes:
    """One digest over many, in the order given."""
    whole = hashlib.blake2b(digest_size=16)
    for part in parts:
        whole.update(len(part).to_bytes(4, "big") + part)
    return whole.digest()


def _row(key: Key, day: Day | None, last: EventId | None, parameters: Parameters, fingerprint: bytes) -> Row:
    stays = day.stays if day else ()
    told: Row = {
        "assignment_id": key[0],
        "work_date": key[1],
        "project_id": parameters.project_id,
        "seconds": day.seconds if day else 0,
        "halves": int(parameters.valid.value_of(day) * 2),
        "first_in_at": min((s.entered.at for s in stays if s.entered), default=None),
        "last_out_at": max((s.left.at for s in stays if s.left), default=None),
        "incomplete": day.is_incomplete if day else False,
        "manual": day.is_manual if day else False,
        "seen": last is not None,
        "last_punch": ".".join(map(str, last)) if last else "",
        "stays": _ENCODER.encode(tuple(map(_kept, stays))),
    }
    return told | {"digest": digest((fingerprint, _ENCODER.encode(tuple(told.values()))))}


def _kept(stay: Stay) -> KeptStay:
    return KeptStay(stay.state.value, stay.seconds, _punch(stay.entered), _punch(stay.left))


def _punch(punch: Punch | None) -> KeptPunch | None:
    if punch is None:
        return None
    return KeptPunch(punch.id, (punch.at - _EPOCH) // _MS, punch.gate, punch.method.value, punch.manual)

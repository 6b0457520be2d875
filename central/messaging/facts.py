"""From a batch's packed events to facts that may be stored: read, hashed along the chain, and checked for what no database could keep.

A fact that cannot be read or kept is not an error here: it carries the code of what is wrong with it and goes to the quarantine.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import msgspec

from edge.sync import wire

MALFORMED: Final = "x"
KINDS: Final[dict[type, str]] = {
    wire.Passage: "p",
    wire.Refusal: "r",
    wire.Enrolment: "e",
    wire.Deletion: "d",
    wire.Incident: "i",
    wire.ClockSync: "c",
    wire.NotPassed: "n",
    wire.Opening: "o",
    wire.CardBinding: "b",
}
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LAST_MS: Final = 4_102_444_800_000  # 2100
_BIG: Final = 2**62
_SMALL: Final = 2**31
_WORD: Final = 128
_TEXT: Final = 2000
_COPIES: Final = 256
_DIGEST: Final = 16


@dataclass(frozen=True, slots=True)
class Fact:
    """An event as it came. `event` is None and `code` says why where it could not be taken for what it says."""

    seq: int
    packed: bytes
    hash: bytes
    event: wire.Event | None
    code: str = ""
    detail: str = ""

    @property
    def kind(self) -> str:
        """One letter for the journal."""
        return MALFORMED if self.event is None else KINDS[type(self.event.body)]


def facts_of(batch: wire.EventBatch) -> list[Fact]:
    """The batch's events in order, each hashed onto the one before, beginning at the batch's own `prev_hash`."""
    facts: list[Fact] = []
    previous = batch.prev_hash
    for seq, packed in enumerate(batch.events, batch.seq0):
        previous = wire.chain(previous, packed)
        facts.append(_fact(seq, packed, previous))
    return facts


def read_event(seq: int, packed: bytes) -> wire.Event | None:
    """The event in these bytes; None where they hold none that can be taken for what it says."""
    return _fact(seq, packed, b"").event


def unstorable(fact: Fact) -> Fact:
    """The same bytes, given up as an event: the database refused what they say."""
    return Fact(fact.seq, fact.packed, fact.hash, None, "UNSTORABLE", "the database refused this event")


def is_readable(batch: wire.EventBatch) -> bool:
    """Whether the batch itself keeps the contract, so that its events can be told apart at all."""
    return (
        1 <= batch.seq0 < _BIG
        and 1 <= len(batch.events) <= wire.MAX_EVENTS
        and len(batch.prev_hash) == len(wire.GENESIS)
        and 0 < len(batch.epoch) <= 64
        and "\0" not in batch.epoch
    )


def halves(batch: wire.EventBatch) -> tuple[wire.EventBatch, wire.EventBatch]:
    """A batch of two events or more as two that follow each other."""
    middle = len(batch.events) // 2
    link = facts_of(batch)[middle - 1].hash
    first = msgspec.structs.replace(batch, events=batch.events[:middle])
    return first, msgspec.structs.replace(batch, seq0=batch.seq0 + middle, prev_hash=link, events=batch.events[middle:])


def at(ms: int) -> dt.datetime:
    """Milliseconds since 1970 UTC as aware time."""
    return _EPOCH + dt.timedelta(milliseconds=ms)


def _fact(seq: int, packed: bytes, hash_: bytes) -> Fact:
    try:
        event = wire.decode(packed, wire.Event)
    except wire.WireError as error:
        return Fact(seq, packed, hash_, None, error.code, _printable(error.detail))
    code = _fault(seq, event)
    if code:
        return Fact(seq, packed, hash_, None, code, type(event.body).__name__)
    return Fact(seq, packed, hash_, event)


def _fault(seq: int, event: wire.Event) -> str:
    if event.seq != seq:
        return "SEQ_MISMATCH"
    if not 0 <= event.at_ms < _LAST_MS or not 0 <= event.boot < _BIG or not -_BIG < event.mono_ms < _BIG:
        return "TIME_OUT_OF_RANGE"
    return "" if _is_storable(event.body) else "VALUE_OUT_OF_RANGE"


def _is_storable(body: wire.Body) -> bool:
    match body:
        case wire.Passage():
            words = _words(body.person, body.lane, body.operator, body.why)
            fits = words and _count(body.roster_version, _BIG) and _count(body.score or 0)
        case wire.Refusal():
            fits = _words(body.person or "", body.lane) and _count(body.roster_version, _BIG) and _count(body.score or 0)
        case wire.Enrolment():
            fits = _enrolment(body)
        case wire.Deletion():
            fits = _words(body.person) and _count(body.roster_version, _BIG)
        case wire.Incident():
            fits = _words(body.code, limit=64) and _words(body.detail, limit=_TEXT)
        case wire.ClockSync():
            fits = True
        case wire.NotPassed():
            fits = _count(body.passage_seq, _BIG)
        case wire.Opening():
            fits = _words(body.lane, body.operator, body.why)
        case wire.CardBinding():
            fits = _words(body.person, body.operator) and len(body.card) == _DIGEST
    return fits


def _enrolment(body: wire.Enrolment) -> bool:
    consent = body.consent
    texts = _words(body.person, consent.text_version, consent.text_hash, consent.language, consent.operator)
    copies = len(body.copies) <= _COPIES and all(len(digest) == _DIGEST for digest in body.copies.values())
    return texts and copies and _words(body.engine, limit=64) and _count(body.shots) and _count(body.quality)


def _words(*texts: str, limit: int = _WORD) -> bool:
    return "\0" not in "".join(texts) and max(map(len, texts)) <= limit


def _count(number: int, limit: int = _SMALL) -> bool:
    return 0 <= number < limit


def _printable(detail: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in detail)[:300]

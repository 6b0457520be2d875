"""What of the journal to send next, and what to send again: a state without input or output, so that every fault can be played to it.

The centre's acknowledgement after its commit is the only thing that moves the watermark. New facts go ahead of the backlog. A range is
sent again when the centre asks for it, when nothing has moved for a while, and after every new connection; the centre keeps one of each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from edge.sync import wire

OUTSTANDING: Final = 8
LIVE_SHARE: Final = 4
"""Of the batches outstanding, this many may be new facts that have not even reached the broker."""
LIVE_WAITING: Final = 64
"""New batches that reached the broker, but not the centre: with more than these the centre is taken for away, and sending waits."""
FIRST_PATIENCE_MS: Final = 5_000
LONGEST_PATIENCE_MS: Final = 60_000
TOO_SOON_MS: Final = 1_000
"""A range sent less than this ago may be in the hands of another of the centre's processes."""


class Kind(Enum):
    """Why a range goes up."""

    LIVE = "live"
    BACKLOG = "backlog"
    AGAIN = "again"


@dataclass(frozen=True)
class Wish:
    """Send at most this range; tell with `sent` how far it really went."""

    kind: Kind
    first: int
    last: int


@dataclass
class Flight:
    """A range under way. `delivered`: the broker has it."""

    kind: Kind
    first: int
    last: int
    sent_ms: int
    delivered: bool = False


@dataclass
class Uploader:
    """Times are monotonic ms, given by the caller."""

    acked: int = 0
    max_seq: int = 0
    flights: list[Flight] = field(default_factory=list)
    _online: bool = False
    _next_back: int = 1
    _live_from: int = 1
    _next_live: int = 1
    _again: list[tuple[int, int]] = field(default_factory=list)
    _patience_ms: int = FIRST_PATIENCE_MS
    _moved_ms: int = 0

    def connected(self, acked: int, max_seq: int, now_ms: int) -> None:
        """A new connection, or a new epoch: everything that is not acknowledged is to be sent, the newest to come first."""
        self.acked, self.max_seq = acked, max_seq
        self._online, self._patience_ms = True, FIRST_PATIENCE_MS
        self._start_over(now_ms)

    def disconnected(self) -> None:
        """Nothing can be sent."""
        self._online = False
        self.flights.clear()

    def written(self, max_seq: int) -> None:
        """The journal has grown."""
        self.max_seq = max(self.max_seq, max_seq)

    def next(self, now_ms: int) -> Wish | None:
        """What to send now; None while there is nothing, or enough is under way."""
        if not self._online:
            return None
        self._expire(now_ms)
        if self._next_live <= self.max_seq and self._room_for_live():
            return Wish(Kind.LIVE, self._next_live, _end(self._next_live, self.max_seq))
        if sum(flight.kind is not Kind.LIVE for flight in self.flights) >= OUTSTANDING - LIVE_SHARE:
            return None
        if self._again:
            first, last = self._again[0]
            return Wish(Kind.AGAIN, first, _end(first, last))
        if self._next_back < self._live_from:
            return Wish(Kind.BACKLOG, self._next_back, _end(self._next_back, self._live_from - 1))
        return None

    def sent(self, wish: Wish, last: int, now_ms: int) -> Flight:
        """A wish was fulfilled up to `last`."""
        if not self.flights:
            self._moved_ms = now_ms
        if wish.kind is Kind.LIVE:
            self._next_live = last + 1
        elif wish.kind is Kind.BACKLOG:
            self._next_back = last + 1
        else:
            first, end = self._again.pop(0)
            self._again = [(last + 1, end), *self._again] if first <= last < end else self._again
        flight = Flight(wish.kind, wish.first, last, now_ms)
        self.flights.append(flight)
        return flight

    def gone(self, wish: Wish) -> None:
        """What was asked for again is no longer in the journal."""
        if wish.kind is Kind.AGAIN:
            self._again.pop(0)

    def acknowledged(self, ack: wire.Ack, now_ms: int) -> list[Flight]:
        """The centre's word; the flights that are safe by it. The caller has checked epoch and bounds, and written `upto` down."""
        if ack.upto > self.acked:
            self.acked, self._moved_ms, self._patience_ms = ack.upto, now_ms, FIRST_PATIENCE_MS
            self._next_back = max(self._next_back, self.acked + 1)
            self._next_live = max(self._next_live, self.acked + 1)
        safe = [flight for flight in self.flights if flight.last <= ack.upto]
        self.flights = [flight for flight in self.flights if flight.last > ack.upto]
        for first, last in ack.need[:64]:
            self._ask_again(first, last, now_ms)
        return safe

    def _ask_again(self, first: int, last: int, now_ms: int) -> None:
        """Takes up a request, less what never was sent (it will come by itself) and what is still under way: a gap is a loss only where
        something that was sent later has arrived."""
        wanted = [(max(1, first), min(last, self.max_seq))]
        wanted = _without(wanted, self._next_back, self._live_from - 1)
        wanted = _without(wanted, self._next_live, self.max_seq)
        for asked in self._again:
            wanted = _without(wanted, *asked)
        arrived = next((n for n, flight in enumerate(self.flights) if flight.first <= last + 1 <= flight.last), 0)
        for number, flight in enumerate(self.flights):
            if number >= arrived or now_ms - flight.sent_ms < TOO_SOON_MS:
                wanted = _without(wanted, flight.first, flight.last)
        for again in wanted:
            self.flights = [flight for flight in self.flights if not (again[0] <= flight.first and flight.last <= again[1])]
        self._again += wanted

    def _room_for_live(self) -> bool:
        live = [flight for flight in self.flights if flight.kind is Kind.LIVE]
        return sum(not flight.delivered for flight in live) < LIVE_SHARE and len(live) < LIVE_WAITING

    def _expire(self, now_ms: int) -> None:
        if self.flights and now_ms - max(self._moved_ms, self.flights[0].sent_ms) >= self._patience_ms:
            self._patience_ms = min(self._patience_ms * 2, LONGEST_PATIENCE_MS)
            self._start_over(now_ms)

    def _start_over(self, now_ms: int) -> None:
        self.flights.clear()
        self._again.clear()
        self._next_back, self._live_from = self.acked + 1, self.max_seq + 1
        self._next_live, self._moved_ms = self._live_from, now_ms


def _end(first: int, last: int) -> int:
    return min(last, first + wire.MAX_EVENTS - 1)


def _without(ranges: Iterable[tuple[int, int]], first: int, last: int) -> list[tuple[int, int]]:
    """Ranges less one range; empty ones fall away."""
    if last < first:
        return [(a, b) for a, b in ranges if a <= b]
    left = [piece for a, b in ranges for piece in ((a, min(b, first - 1)), (max(a, last + 1), b))]
    return [(a, b) for a, b in left if a <= b]

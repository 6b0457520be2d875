"""The uploader under loss, duplicates, reordering and new connections: everything is acknowledged in the end, nothing is skipped."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.sync import wire
from edge.sync.uploader import (
    FIRST_PATIENCE_MS,
    LIVE_SHARE,
    LIVE_WAITING,
    LONGEST_PATIENCE_MS,
    OUTSTANDING,
    TOO_SOON_MS,
    Flight,
    Kind,
    Uploader,
    Wish,
)

Range = tuple[int, int]


def send_all(uploader: Uploader, now_ms: int) -> list[Flight]:
    """Everything the uploader wants to send now, sent whole."""
    sent: list[Flight] = []
    while (wish := uploader.next(now_ms)) is not None:
        sent.append(uploader.sent(wish, wish.last, now_ms))
    return sent


def ranges(flights: list[Flight]) -> list[tuple[Kind, int, int]]:
    return [(flight.kind, flight.first, flight.last) for flight in flights]


def ack(upto: int, *need: Range) -> wire.Ack:
    return wire.Ack("epoch", upto, need)


def test_a_backlog_goes_up_in_batches_with_a_bounded_number_outstanding() -> None:
    uploader = Uploader()
    uploader.connected(acked=100, max_seq=2000, now_ms=0)
    assert ranges(send_all(uploader, 0)) == [(Kind.BACKLOG, 101 + n * 200, 300 + n * 200) for n in range(OUTSTANDING - LIVE_SHARE)]
    uploader.acknowledged(ack(500), 10)
    assert ranges(send_all(uploader, 10)) == [(Kind.BACKLOG, 901, 1100), (Kind.BACKLOG, 1101, 1300)]


def test_new_facts_go_ahead_of_the_backlog() -> None:
    uploader = Uploader()
    uploader.connected(acked=0, max_seq=5000, now_ms=0)
    send_all(uploader, 0)
    uploader.written(5001)
    assert ranges(send_all(uploader, 1)) == [(Kind.LIVE, 5001, 5001)]


def test_live_facts_that_the_broker_has_make_room_for_more_and_those_it_has_not_do_not() -> None:
    uploader = Uploader()
    uploader.connected(acked=0, max_seq=0, now_ms=0)
    flights = []
    for seq in range(1, LIVE_SHARE + 3):
        uploader.written(seq)
        flights += send_all(uploader, seq)
    assert ranges(flights) == [(Kind.LIVE, seq, seq) for seq in range(1, LIVE_SHARE + 1)]
    flights[0].delivered = True
    assert ranges(send_all(uploader, 10)) == [(Kind.LIVE, LIVE_SHARE + 1, LIVE_SHARE + 2)]


def test_a_centre_that_is_silent_is_not_flooded() -> None:
    uploader = Uploader()
    uploader.connected(acked=0, max_seq=0, now_ms=0)
    sent: list[Flight] = []
    for seq in range(1, 1000):
        uploader.written(seq)
        for flight in send_all(uploader, 0):
            flight.delivered = True
            sent.append(flight)
    assert len(sent) == LIVE_WAITING


def test_a_gap_behind_what_arrived_later_is_sent_again_and_what_is_under_way_is_not() -> None:
    uploader = Uploader()
    uploader.connected(acked=0, max_seq=800, now_ms=0)
    send_all(uploader, 0)
    uploader.acknowledged(ack(0, (1, 200)), TOO_SOON_MS - 1)
    assert send_all(uploader, TOO_SOON_MS - 1) == []
    uploader.acknowledged(ack(0, (1, 200)), TOO_SOON_MS)
    assert ranges(send_all(uploader, TOO_SOON_MS)) == [(Kind.AGAIN, 1, 200)]


def test_a_backlog_under_way_is_not_sent_twice_because_a_new_fact_overtook_it() -> None:
    uploader = Uploader()
    uploader.connected(acked=0, max_seq=5000, now_ms=0)
    uploader.written(5001)
    send_all(uploader, 0)
    uploader.acknowledged(ack(200, (201, 5000)), 3000)
    assert ranges(send_all(uploader, 3000)) == [(Kind.BACKLOG, 801, 1000)]


def test_silence_is_answered_by_sending_again_with_growing_patience() -> None:
    uploader = Uploader()
    uploader.connected(acked=0, max_seq=1, now_ms=0)
    now, sent = 0, []
    while now < 400_000:
        sent += [now for _ in send_all(uploader, now)]
        now += 500
    gaps = [b - a for a, b in itertools.pairwise(sent)]
    assert gaps[:3] == [FIRST_PATIENCE_MS, 2 * FIRST_PATIENCE_MS, 4 * FIRST_PATIENCE_MS]
    assert max(gaps) == LONGEST_PATIENCE_MS


def test_a_request_for_what_was_acknowledged_long_ago_is_served_and_dropped_where_it_is_purged() -> None:
    uploader = Uploader()
    uploader.connected(acked=500, max_seq=500, now_ms=0)
    uploader.acknowledged(ack(100, (101, 450), (90, 80), (900, 999)), 0)
    assert uploader.next(0) == Wish(Kind.AGAIN, 101, 300)
    uploader.sent(Wish(Kind.AGAIN, 101, 300), 250, 0)
    wish = uploader.next(0)
    assert wish == Wish(Kind.AGAIN, 251, 450)
    uploader.gone(wish)
    assert uploader.next(0) is None


def test_without_a_connection_nothing_is_to_be_sent() -> None:
    uploader = Uploader()
    uploader.written(10)
    assert uploader.next(0) is None
    uploader.connected(0, 10, 0)
    send_all(uploader, 0)
    uploader.disconnected()
    assert uploader.next(99) is None


@dataclass
class FakeCentre:
    """Keeps each number once, and says how far it has them all."""

    kept: dict[int, int] = field(default_factory=dict)
    upto: int = 0

    def take(self, first: int, last: int) -> wire.Ack:
        for seq in range(first, last + 1):
            self.kept.setdefault(seq, seq)
        while self.upto + 1 in self.kept:
            self.upto += 1
        beyond = sorted(seq for seq in self.kept if seq > self.upto)
        gaps, start = [], self.upto + 1
        for seq in beyond:
            if seq > start:
                gaps.append((start, seq - 1))
            start = seq + 1
        return ack(self.upto, *gaps[:16])


@dataclass
class Line:
    """Box, line and centre. What is on the line can be lost, doubled and overtaken."""

    uploader: Uploader = field(default_factory=Uploader)
    centre: FakeCentre = field(default_factory=FakeCentre)
    up: list[Flight] = field(default_factory=list)
    down: list[wire.Ack] = field(default_factory=list)
    acked: int = 0
    written: int = 0
    now: int = 0
    online: bool = False

    def send(self, batch: int = 200) -> None:
        while (wish := self.uploader.next(self.now)) is not None:
            assert 1 <= wish.first <= wish.last <= self.written and wish.last - wish.first < wire.MAX_EVENTS
            self.up.append(self.uploader.sent(wish, min(wish.last, wish.first + batch - 1), self.now))
        waiting = [f for f in self.uploader.flights if f.kind is not Kind.LIVE or not f.delivered]
        assert len(waiting) <= OUTSTANDING

    def arrive(self, at: int, *, keep: bool = False) -> None:
        if self.up:
            flight = self.up[at % len(self.up)] if keep else self.up.pop(at % len(self.up))
            flight.delivered = True
            self.down.append(self.centre.take(flight.first, flight.last))

    def answer(self, at: int, *, keep: bool = False) -> None:
        if self.down:
            heard = self.down[at % len(self.down)] if keep else self.down.pop(at % len(self.down))
            self.acked = max(self.acked, heard.upto)
            self.uploader.acknowledged(heard, self.now)
        assert self.acked <= self.centre.upto, "acknowledged before it was kept"

    def connect(self, *, lost: bool) -> None:
        if lost:
            self.up.clear()
            self.down.clear()
        self.uploader.connected(self.acked, self.written, self.now)
        self.online = True


actions = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 450)),
    st.tuples(st.just("wait"), st.sampled_from([1, 300, 1500, 6000, 70_000])),
    st.tuples(st.sampled_from(["send", "arrive", "arrive twice", "lose", "answer", "answer twice", "lose answer"]), st.integers(0, 7)),
    st.tuples(st.sampled_from(["cut", "connect", "reconnect"]), st.just(0)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(actions, max_size=80), st.integers(1, 200))
def test_whatever_happens_on_the_line_everything_is_acknowledged_in_the_end(story: list[tuple[str, int]], batch: int) -> None:
    line = Line()
    for what, value in story:
        play(line, what, value, batch)
    if not line.online:
        line.connect(lost=False)
    for _ in range(200 + 2 * line.written):
        line.send()
        while line.up:
            line.arrive(0)
        while line.down:
            line.answer(0)
        if line.acked == line.written:
            break
        line.now += 1000
    assert line.acked == line.written == line.centre.upto == len(line.centre.kept)


def play(line: Line, what: str, value: int, batch: int) -> None:
    match what:
        case "write":
            line.written += value
            line.uploader.written(line.written)
        case "wait":
            line.now += value
        case "send":
            line.send(batch)
        case "arrive" | "arrive twice":
            line.arrive(value, keep=what != "arrive")
        case "lose":
            if line.up:
                line.up.pop(value % len(line.up))
        case "answer" | "answer twice":
            line.answer(value, keep=what != "answer")
        case "lose answer":
            if line.down:
                line.down.pop(value % len(line.down))
        case "cut":
            line.uploader.disconnected()
            line.online = False
        case _:
            line.connect(lost=what == "connect")

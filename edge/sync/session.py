"""The conversation with the centre: what arrives goes to whom it is for, what is due is signed and sent. One step at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, Protocol

from edge.clock import Clock, Floor
from edge.errors import SealBroken
from edge.store.database import Store
from edge.store.journal import Journal
from edge.store.lookups import Lookups
from edge.store.retention import Retention
from edge.store.roster import Roster
from edge.store.secrets import BoxKeys
from edge.store.site_count import SiteCount
from edge.sync import wire
from edge.sync.courier import Courier
from edge.sync.heartbeat import Heartbeat
from edge.sync.link import Arrived, Closed, Delivered, LinkEvent, Opened
from edge.sync.outbox import Outbox
from edge.sync.roster_feed import RosterFeed

log = logging.getLogger(__name__)

HOUSEKEEPING_MS: Final = 60_000
ASK_AGAIN_MS: Final = 5_000
LOOK_MS: Final = 100
"""What no message and no other process' commit announces (a pause that is over) is looked for this often."""
_SYNCED_BOOT = "clock_synced_boot"


class Connection(Protocol):
    """What a session needs of the link."""

    def poll(self, timeout_s: float) -> list[LinkEvent]:
        """What happened."""

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> int | None:
        """Sends; None where there is no connection."""


class Session:
    """One box's side. `verify` checks the centre's signatures."""

    def __init__(self, box: str, store: Store, clock: Clock, keys: BoxKeys, *, verify: wire.Verify, keep_days: int) -> None:
        self.box = box
        self._store = store
        self._clock = clock
        self._keys = keys
        self._verify = verify
        self._journal = Journal(store, clock)
        roster = Roster(store)
        self._lease = roster.lease
        self._floor = Floor(store.path.parent)
        self._lookups = Lookups(store, clock)
        self._retention = Retention(store, self._journal, clock, keep_days)
        self._feed = RosterFeed(roster, self._journal, clock)
        self._heartbeat = Heartbeat(store, self._journal, roster, clock)
        self._outbox = Outbox(store, self._journal, roster, clock, self._say)
        self._courier = Courier(store, clock)
        self._site_count = SiteCount(store)
        self._link: Connection | None = None
        self._open = False
        self._centre_away = False
        self._centre_at_ms: int | None = None
        self._fault: str | None = None
        self._not_understood = 0
        self._asked: dict[str, int] = {}
        self._kept_house_ms: int | None = None
        self._looked_at, self._looked_ms = -1, 0

    def begin(self, link: Connection) -> None:
        """Takes the link, and notes what happened to the store before."""
        self._link = link
        aside = self._store.meta("set_aside")
        if aside is not None:
            with self._store.transaction():
                self._journal.record(wire.Incident("STORE_SET_ASIDE", str(aside)))
                self._store.set_meta("set_aside", None)

    def will(self) -> tuple[str, bytes]:
        """The last will, for the broker to publish when the box is gone without a word."""
        topic = wire.up_topic(self.box, wire.Up.STATE)
        return topic, wire.frame(topic, self._heartbeat.state(online=False), self._keys.sign)

    def step(self, timeout_s: float) -> None:
        """Waits for something to arrive, up to `timeout_s`, and does everything that is due. Raises `StoreError`."""
        if self._link is None:
            raise RuntimeError("begin first")
        events = self._link.poll(timeout_s)
        if len(events) > 1:
            with self._store.transaction():  # many acknowledgements at once cost one write to the disk
                self._take(events)
        else:
            self._take(events)
        version, now = self._store.data_version(), self._clock.mono_ms()
        if events or version != self._looked_at or now - self._looked_ms >= LOOK_MS:
            self._looked_at, self._looked_ms = version, now
            self._do_what_is_due()

    def _do_what_is_due(self) -> None:
        if self._open:
            for what, message in self._heartbeat.due():  # a birth comes before everything else
                self._say(what, message)
            self._outbox.pump()
            for what, message in (*self._feed.due(), *self._questions(), *self._courier.due()):
                self._say(what, message)
        self._keep_house()
        self._heartbeat.report(self._report())

    def _take(self, events: list[LinkEvent]) -> None:
        for event in events:
            match event:
                case Opened():
                    self._opened()
                case Closed(code):
                    self._closed(code)
                case Delivered(number, denied):
                    self._fault = "BROKER_DENIED" if denied else self._fault
                    if not denied:
                        self._outbox.delivered(number)
                case Arrived(topic, payload):
                    self._arrived(topic, payload)

    def _opened(self) -> None:
        log.info("BROKER_CONNECTED")
        self._open, self._fault = True, None
        self._outbox.opened()
        self._courier.connected()
        self._feed.connected()
        self._asked.clear()
        self._heartbeat.connected(connected=not self._centre_away)

    def _closed(self, code: str) -> None:
        if self._open or self._fault != code:
            log.info("%s", code)
            self._heartbeat.connected(connected=False)
        self._open, self._fault = False, code
        self._outbox.disconnected()

    def _arrived(self, topic: str, payload: bytes) -> None:
        try:
            self._understand(topic, payload)
        except (wire.WireError, SealBroken) as error:
            self._not_understood += 1
            log.warning("a message was dropped: %s", error.code)

    def _understand(self, topic: str, payload: bytes) -> None:
        if topic == wire.CENTRE_STATE:
            self._centre(wire.unframe(topic, payload, wire.CentreState, self._verify))
            return
        ways: dict[str, Callable[[], None]] = {
            wire.down_topic(self.box, wire.Down.ACK): lambda: self._outbox.acknowledged(
                wire.unframe(topic, payload, wire.Ack, self._verify)
            ),
            wire.down_topic(self.box, wire.Down.ROSTER): lambda: self._feed.pointed(
                wire.unframe(topic, payload, wire.RosterPointer, self._verify)
            ),
            wire.down_topic(self.box, wire.Down.ROSTER_PART): lambda: self._feed.arrived(
                wire.decode(self._opened_seal(topic, payload), wire.RosterPart)
            ),
            wire.down_topic(self.box, wire.Down.LOOKUP): lambda: self._answered(
                wire.decode(self._opened_seal(topic, payload), wire.LookupAnswer)
            ),
            wire.down_topic(self.box, wire.Down.COPIES): lambda: self._courier.taken(
                wire.unframe(topic, payload, wire.CopiesTaken, self._verify)
            ),
            wire.down_topic(self.box, wire.Down.SITE): lambda: self._site_count.take(
                wire.unframe(topic, payload, wire.SiteCount, self._verify)
            ),
        }
        if topic not in ways:
            raise wire.WireError("BAD_TOPIC", topic[:80])
        ways[topic]()
        self._centre_here()

    def _opened_seal(self, topic: str, payload: bytes) -> bytes:
        return self._keys.open_sealed(wire.unframe(topic, payload, wire.Sealed, self._verify).box)

    def _centre(self, state: wire.CentreState) -> None:
        """A centre that returns has forgotten what was on its way: sending starts over. One that leaves may be one of several. What the
        broker retained tells nothing new."""
        news, self._centre_at_ms = self._centre_at_ms not in (None, state.at_ms), state.at_ms
        if not state.online:
            self._centre_away = True
            self._heartbeat.connected(connected=False)
            return
        self._centre_here()
        if self._open and news:
            self._outbox.connected()

    def _centre_here(self) -> None:
        if self._centre_away:
            self._centre_away = False
            self._heartbeat.connected(connected=self._open)

    def _answered(self, answer: wire.LookupAnswer) -> None:
        self._lookups.put_answer(answer)
        self._asked.pop(answer.request, None)

    def _questions(self) -> list[tuple[wire.Up, wire.Message]]:
        now = self._clock.mono_ms()
        open_ones = self._lookups.open_questions()
        self._asked = {q.request: self._asked[q.request] for q in open_ones if q.request in self._asked}
        due = [q for q in open_ones if now - self._asked.get(q.request, -ASK_AGAIN_MS) >= ASK_AGAIN_MS]
        self._asked |= {q.request: now for q in due}
        return [(wire.Up.LOOKUP, question) for question in due]

    def _say(self, what: wire.Up, message: wire.Message) -> int | None:
        topic = wire.up_topic(self.box, what)
        if self._link is None:
            return None
        return self._link.publish(topic, wire.frame(topic, message, self._keys.sign), retain=what is wire.Up.STATE)

    def _keep_house(self) -> None:
        now = self._clock.mono_ms()
        if self._kept_house_ms is not None and now - self._kept_house_ms < HOUSEKEEPING_MS:
            return
        self._kept_house_ms = now
        self._store.reserve.keep()
        self._lease.note(self._clock)
        self._note_clock()
        self._floor.note(self._clock, self._lease.issued_ms(), self._journal.newest_ms() or 0)
        self._retention.sweep()

    def _note_clock(self) -> None:
        """Once a boot: from here on its wall clock is right, so the centre can correct what was written before."""
        boot = self._journal.boot()
        if self._clock.quality() is wire.Clock.NTP and self._store.meta(_SYNCED_BOOT) != boot:
            with self._store.transaction():
                self._journal.record(wire.ClockSync())
                self._store.set_meta(_SYNCED_BOOT, boot)

    def _report(self) -> dict[str, object]:
        return {
            "broker": self._open,
            "fault": self._fault,
            "roster_fault": self._feed.fault,
            "commit_to_ack_ms": self._outbox.commit_to_ack_ms(),
            "not_understood": self._not_understood,
        }

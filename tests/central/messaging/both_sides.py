"""A real box's session and a real centre's intake, joined by a line in memory: what one says, the other hears."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from sqlalchemy import update

from central.devices.model import Box
from central.messaging.intake import Intake
from central.messaging.link import Inbox, Incoming, Outbound
from central.messaging.roster_publisher import RosterPublisher
from central.messaging.site_counts import SiteCounts
from edge.store.database import Store
from edge.store.journal import Journal
from edge.store.roster import Roster
from edge.store.secrets import BoxKeys, CentreKey
from edge.sync import wire
from edge.sync.link import Arrived, Closed, Delivered, LinkEvent, Opened
from edge.sync.session import Session
from tests.central.messaging.field import NOW_MS, Field
from tests.edge.store.box import FakeClock

KINDS = {wire.Up.EVENTS, wire.Up.STATE, wire.Up.COPIES}


class Line:
    """Both the box's link and the centre's; carries everything at once, and nothing while it is cut. A broker gives a box its own only."""

    def __init__(self, box: str) -> None:
        self.box, self.open = box, True
        self.happened: list[LinkEvent] = []
        self.events, self.questions = Inbox(), Inbox()
        self.number = 0
        self.seen: list[tuple[str, bytes]] = []

    def poll(self, timeout_s: float) -> list[LinkEvent]:
        happened, self.happened = self.happened, []
        return happened

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> int | None:
        if not self.open:
            return None
        self.number += 1
        self.seen.append((topic, payload))
        if "/down/" in topic:
            if f"/{self.box}/" in topic:
                self.happened.append(Arrived(topic, payload))
            return self.number
        box, what = wire.box_of(topic)
        inbox = self.events if what in KINDS else self.questions
        inbox.put(Incoming(box, what, topic, payload, self.number, 1))
        self.happened.append(Delivered(self.number))
        return self.number

    def acknowledge(self, message: Incoming) -> None:
        """The broker needs no word here."""


class BothSides:
    """A provisioned box at the field's gate, and the centre's jobs, a step at a time."""

    def __init__(self, field: Field, home: Path, box: str = "b-aaaaaaaa") -> None:
        self.field, self.home, self.box = field, home, box
        field.box(box)
        self.keys = BoxKeys.create(home)
        with field.centre.database.writing() as session:
            keys = {"verify_key": self.keys.verify_key, "sealing_key": self.keys.sealing_public}
            session.execute(update(Box).where(Box.id == box).values(keys))
        self.clock = FakeClock(NOW_MS)
        self.line = Line(box)
        self.open()

    def open(self) -> None:
        """The box starts: store, session, line."""
        centre = self.field.centre
        self.store = Store.open(self.home)
        self.journal, self.roster = Journal(self.store, self.clock), Roster(self.store)
        verify = CentreKey(centre.secrets.verify_key.hex()).verify
        self.session = Session(self.box, self.store, self.clock, self.keys, verify=verify, keep_days=30)
        self.line = Line(self.box)
        out = cast("Outbound", self.line)  # one line plays both ends, whose `publish` answer differently
        self.intake = Intake(centre.database, self.field.clock, centre.secrets.sign, out, self.line.events)
        self.publisher = RosterPublisher(centre.database, self.field.clock, centre.secrets, out, self.line.questions)
        self.counts = SiteCounts(centre.database, self.field.clock, centre.secrets, out)
        self.session.begin(self.line)
        self.line.open = False

    def connect(self) -> None:
        """The line stands."""
        self.line.open = True
        self.line.happened.append(Opened())

    def cut(self) -> None:
        """It does not."""
        self.line.open = False
        self.line.happened = [Closed("BROKER_LOST")]

    def go_on(self, steps: int = 8, ms: int = 100) -> None:
        """Time passes, and both do what is due."""
        for _ in range(steps):
            self.clock.go_on(ms)
            self.session.step(0)
            self.intake.step()
            self.publisher.step()
            self.counts.step()

    def stop(self) -> None:
        """The box loses its power."""
        self.store.close()

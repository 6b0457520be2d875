"""Two gates of a project whose boxes write real journals, told in local times of the site."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from central.attendance import deriving, presence
from central.attendance.ledger import DayRecord, DirtyDay, Sighting
from central.attendance.model import BootSync, Passage
from central.devices.model import Box
from central.entry.model import Assignment
from central.messaging import box_states
from central.messaging.ingest import Delivery, ingest
from central.messaging.model import BoxEvent, Watermark
from central.people.model import WageTerms, WageType
from edge.sync import wire
from tests.central.attendance.punches import moment
from tests.central.messaging.field import Field, JournalOfBox

WAYS = {"in": wire.Direction.IN, "out": wire.Direction.OUT}


@dataclass
class Gates:
    """What happens at the gates, and what the centre derives of it."""

    field: Field
    boxes: dict[str, JournalOfBox] = dataclasses.field(default_factory=dict)
    sent: dict[str, int] = dataclasses.field(default_factory=dict)

    def worker(self) -> str:
        """A confirmed worker of long standing; the reference at the gates."""
        return self.field.worker(entry=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))

    def earns(self, person: str, wage: str, kind: WageType = WageType.DAILY) -> None:
        """The worker's wage terms: per day, or per month in the monthly mode."""
        employment_id = self.assignment(person).employment_id
        card = {"bank_code": "102", "bank_name": "工商银行", "card_sealed": b"", "card_masked": "****1234"}
        paid = {"basic_wage": Decimal(wage), "probation_wage": Decimal(wage), "updated_at": self.field.clock.now()}
        performance = {"performance_payments": 3, "performance_dates": "2026-03-10,2026-09-01,2027-02-01"}
        with self.field.centre.database.writing() as session:
            session.add(WageTerms(employment_id=employment_id, wage_type=kind, **card, **paid, **performance))

    def passes(self, person: str, date: dt.date, clock: str, way: str, *, box: str = "north") -> None:
        """A passage at a local time, not delivered yet."""
        self.passes_at(person, moment(date, clock), way, box=box)

    def passes_at(self, person: str, at: dt.datetime, way: str, *, box: str = "north") -> None:
        """The same by an aware time."""
        body = wire.Passage(person, WAYS[way], wire.Method.FACE, "1", 1, 700)
        self.boxes[box].write(body, int(at.timestamp() * 1000))

    def deliver(self) -> None:
        """What the boxes wrote since the last time arrives."""
        with self.field.centre.database.writing() as session:
            deliveries = [
                self.delivery(name, self.sent[name] + 1, len(box.packed))
                for name, box in self.boxes.items()
                if len(box.packed) > self.sent[name]
            ]
            if deliveries:
                ingest(session, deliveries, self.field.clock.now())
        self.sent = {name: len(box.packed) for name, box in self.boxes.items()}

    def delivery(self, name: str, first: int, last: int) -> Delivery:
        """A part of a box's journal, as it comes."""
        box = self.boxes[name]
        return Delivery(box.id, self.field.project_id, box.batch(first, last))

    def arrive(self) -> deriving.Derived:
        """The same, and the days are derived."""
        self.deliver()
        return deriving.derive(self.field.centre.database)

    def tells(self, at: dt.datetime, *names: str, clock: wire.Clock = wire.Clock.NTP) -> None:
        """A heartbeat of each of these boxes (of all, if none is named) as it is at that time; the centre hears it now."""
        with self.field.centre.database.writing() as session:
            for name in names or self.boxes:
                self.hear(session, name, self.state(name, at, clock))

    def state(self, name: str, at: dt.datetime, clock: wire.Clock = wire.Clock.NTP) -> wire.BoxState:
        """What a box says of itself."""
        box = self.boxes[name]
        return wire.BoxState(box.epoch, 1, True, len(box.packed), 0, 1, b"", clock, int(at.timestamp() * 1000), 80, "test", ())

    def hear(self, session: Session, name: str, state: wire.BoxState) -> None:
        """The centre takes a state in."""
        box_states.note(session, session.get_one(Box, self.boxes[name].id), state, self.field.clock.now())

    def stands(self, person: str) -> presence.Line:
        """Where the worker stands now."""
        with self.field.centre.database.reading() as session:
            line = presence.of_assignment(session, self.field.clock, self.assignment(person).id)
        assert line is not None
        return line

    def assignment(self, person: str) -> Assignment:
        """The worker's assignment."""
        with self.field.centre.database.reading() as session:
            return session.scalars(select(Assignment).where(Assignment.person == person)).one()

    def days(self, person: str) -> list[DayRecord]:
        """The worker's day records."""
        wanted = select(DayRecord).where(DayRecord.assignment_id == self.assignment(person).id).order_by(DayRecord.work_date)
        with self.field.centre.database.reading() as session:
            return list(session.scalars(wanted))

    def fresh(self) -> None:
        """Empty journals and nothing derived: for the next of many examples."""
        with self.field.centre.database.writing() as session:
            for kind in (BoxEvent, Watermark, Passage, DayRecord, DirtyDay, Sighting, BootSync):
                session.execute(delete(kind))
            session.execute(update(Box).values(complete_until=None, epoch="", max_seq=0))
        self.boxes = {name: JournalOfBox(box.id) for name, box in self.boxes.items()}
        self.sent = dict.fromkeys(self.boxes, 0)
        for box in self.boxes.values():
            box.write(wire.ClockSync(), int(dt.datetime(2025, 1, 1, tzinfo=dt.UTC).timestamp() * 1000))


def gates_of(field: Field) -> Gates:
    """A north gate and a south gate of the field's project."""
    boxes = {name: field.box(f"b-{name}") for name in ("north", "south")}
    return Gates(field, boxes, dict.fromkeys(boxes, 0))

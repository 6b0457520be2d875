"""A project with confirmed workers and boxes that write real journals: builders for what arrives at the centre."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from nacl.public import PrivateKey, SealedBox
from nacl.signing import SigningKey
from sqlalchemy import update

from central.centre import Centre
from central.devices.model import Box, BoxState
from central.entry.model import Assignment, AssignmentState
from central.people.id_number import mask
from central.people.model import Employment, EmploymentForm, IdentityState, Worker
from central.projects.model import Company, Participant, ParticipantRole, Project, ProjectState
from central.secrets import CentreSecrets
from central.settings import CentralSettings
from edge.sync import wire
from tests.central.builders import PASSWORDS, FakeClock, resident_number

NOW = dt.datetime(2026, 4, 19, 1, 0, tzinfo=dt.UTC)
NOW_MS = int(NOW.timestamp() * 1000)


@dataclass
class JournalOfBox:
    """A box as the centre sees it: keys, and a journal that it packs into batches."""

    id: str
    epoch: str = "e1"
    signing: SigningKey = field(default_factory=SigningKey.generate)
    sealing: PrivateKey = field(default_factory=PrivateKey.generate)
    packed: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=lambda: [wire.GENESIS])

    def write(self, body: wire.Body, at_ms: int = NOW_MS, clock: wire.Clock = wire.Clock.NTP, boot: int = 1) -> int:
        """One more event; its number."""
        seq = len(self.packed) + 1
        return self.append(wire.encode(wire.Event(seq, at_ms, at_ms - NOW_MS + 10_000_000, boot, clock, body)))

    def append(self, packed: bytes) -> int:
        """Whatever bytes, as the next event."""
        self.packed.append(packed)
        self.hashes.append(wire.chain(self.hashes[-1], packed))
        return len(self.packed)

    def passes(self, person: str, count: int = 1, direction: wire.Direction = wire.Direction.IN, at_ms: int = NOW_MS) -> None:
        """Passages of one person, a second apart."""
        for n in range(count):
            self.write(wire.Passage(person, direction, wire.Method.FACE, "1", 1, 700), at_ms + n * 1000)

    def batch(self, first: int, last: int) -> wire.EventBatch:
        """Consecutive events of the journal."""
        return wire.EventBatch(self.epoch, first, self.hashes[first - 1], 1, self.packed[first - 1 : last])

    def ack(self, upto: int, need: tuple[tuple[int, int], ...] = (), quarantined: tuple[int, ...] = ()) -> wire.Ack:
        """What the centre says once it holds the journal up to there."""
        return wire.Ack(self.epoch, upto, need, quarantined, self.hashes[upto])

    def frame(self, what: wire.Up, message: wire.Message) -> tuple[str, bytes]:
        """A signed frame with its topic."""
        topic = wire.up_topic(self.id, what)
        return topic, wire.frame(topic, message, lambda data: self.signing.sign(data).signature)

    def open(self, sealed: wire.Sealed) -> bytes:
        """What was sealed to this box."""
        return SealedBox(self.sealing).decrypt(sealed.box)


@dataclass
class Field:
    """A centre with one project whose general contractor employs the workers itself."""

    centre: Centre
    clock: FakeClock
    project_id: int
    company_id: int
    participant_id: int
    people: int = 0

    def worker(
        self, name: str = "张三丰", *, entry: dt.datetime | None = NOW - dt.timedelta(days=30), ended: dt.datetime | None = None
    ) -> str:
        """A worker on the project, confirmed if there is an entry time; the person's reference at the gates."""
        self.people += 1
        person = f"person{self.people:05d}"
        state = AssignmentState.ASSIGNED if entry is None else AssignmentState.ENDED if ended else AssignmentState.CONFIRMED
        number = resident_number(self.people)
        keys = self.centre.secrets
        with self.centre.database.writing() as session:
            index = keys.index(number, "id:01")
            worker = Worker(
                id_type="01",
                id_sealed=keys.seal(number.encode(), f"worker:{index.hex()}"),
                id_index=index,
                id_masked=mask(number),
                name=name,
                sex="1",
                nation="",
                identity_state=IdentityState.VERIFIED,
                identity_source="chip",
                phone_masked="",
                created_at=NOW,
            )
            session.add(worker)
            session.flush()
            employment = Employment(
                worker_id=worker.id,
                employer_id=self.company_id,
                contract_type="fixed_term",
                contract_start=dt.date(2026, 1, 1),
                contract_end=dt.date(2027, 1, 1),
                employment_form=EmploymentForm.NON_TEMPORARY,
                created_at=NOW,
            )
            session.add(employment)
            session.flush()
            session.add(
                Assignment(
                    worker_id=worker.id,
                    employment_id=employment.id,
                    employer_id=self.company_id,
                    project_id=self.project_id,
                    participant_id=self.participant_id,
                    waiting_for_id=None if entry else self.participant_id,
                    main_trade="060",
                    state=state,
                    person=person,
                    entry_time=entry,
                    ended_at=ended,
                    created_at=NOW,
                )
            )
        return person

    def end_unconfirmed(self, name: str) -> str:
        """A worker whose assignment ended before anybody had accepted it."""
        person = self.worker(name, entry=None)
        with self.centre.database.writing() as session:
            ended = {"state": AssignmentState.ENDED, "ended_at": NOW - dt.timedelta(hours=1), "waiting_for_id": None}
            session.execute(update(Assignment).where(Assignment.person == person).values(ended))
        return person

    def box(self, id_: str = "b-aaaaaaaa", state: BoxState = BoxState.ACTIVE) -> JournalOfBox:
        """A box at this project's gate."""
        box = JournalOfBox(id_)
        with self.centre.database.writing() as session:
            session.add(
                Box(
                    id=id_,
                    project_id=self.project_id,
                    name=id_,
                    lane=id_,
                    direction="01",
                    state=state,
                    verify_key=bytes(box.signing.verify_key),
                    sealing_key=bytes(box.sealing.public_key),
                    created_at=NOW,
                )
            )
        return box


def open_field(home: Path, url: str) -> Field:
    """A centre over an empty, migrated database. Close `field.centre`."""
    CentreSecrets.create(home)
    clock = FakeClock(NOW)
    centre = Centre.open(CentralSettings(home=home, database_url=url, enterprise_passwords=True), clock, PASSWORDS)
    with centre.database.writing() as session:
        company = Company(uscc="91310000000000000X", name="申城建工", created_at=NOW)
        sealed = centre.secrets.seal(bytes(range(32)), "card_key:R1")
        project = Project(reg_no="R1", name="工程", state=ProjectState.IN_PROGRESS, contact="", card_key_sealed=sealed, created_at=NOW)
        session.add_all([company, project])
        session.flush()
        part = Participant(
            project_id=project.id, company_id=company.id, role=ParticipantRole.GENERAL_CONTRACTOR, parent_id=None, level=0, created_at=NOW
        )
        session.add(part)
        session.flush()
        return Field(centre, clock, project.id, company.id, part.id)

"""The authority's pull: nothing missing and nothing twice while events arrive late and out of order, and the same exits from it alone."""

import datetime as dt
import random
import threading
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import select, update

from central.access import Access, Function, Role
from central.attendance import deriving
from central.attendance.model import Passage
from central.attendance.papers import CorrectionReason, ManualEvent
from central.attendance.recording import take_places
from central.devices.model import Box
from central.identity import service as identity
from central.messaging.ingest import ingest
from central.projects.model import Calendar, Project, ProjectSuspension
from edge.sync import wire
from tests.central.attendance.puller import Puller
from tests.central.attendance.punches import moment
from tests.central.attendance.site import Gates, gates_of
from tests.central.builders import Story
from tests.central.in_process import in_process
from tests.central.messaging.field import NOW, Field
from tests.central.stage import application, leave

DAY = dt.timedelta(days=1)
BEGIN = dt.date(2026, 3, 2)


@pytest.fixture
def gates(field: Field) -> Gates:
    made = gates_of(field)
    with field.centre.database.writing() as session:
        session.execute(update(Box).values(created_at=moment(dt.date(2025, 1, 1), "08:00")))
    made.boxes["south"].write(wire.ClockSync(), int(moment(dt.date(2025, 1, 1), "08:00").timestamp() * 1000))
    return made


@pytest.fixture
def client(field: Field) -> Iterator[httpx.Client]:
    with in_process(application(field.centre)) as opened:
        yield opened
    leave(field.centre)


@pytest.fixture
def puller(client: httpx.Client, field: Field) -> Puller:
    return Puller(client, Story(field.centre).token(Access("authority", Role.AUTHORITY)))


def test_a_puller_beside_three_writers_gets_every_revision_once(gates: Gates, puller: Puller, field: Field) -> None:
    """Late and out of order: each box delivers its journal in shuffled pieces, some twice, with clocks set right and people who did not
    pass, while corrections are approved and the puller pulls."""
    database, now = field.centre.database, field.clock.now()
    workers = [gates.worker() for _ in range(4)]
    for n, box in enumerate(gates.boxes.values()):
        for k in range(30):
            way = wire.Direction.IN if k % 2 else wire.Direction.OUT
            unsure = k % 5 == 0
            body = wire.Passage(workers[(n + k) % 4], way, wire.Method.FACE, "1", 1, 700)
            at = int(moment(BEGIN, "06:00").timestamp() * 1000) + k * 600_000
            box.write(body, at - 10**9 if unsure else at, wire.Clock.NONE if unsure else wire.Clock.NTP, boot=k // 10)
            if k % 7 == 3:
                box.write(wire.NotPassed(len(box.packed)), at + 1000)
            if k % 10 == 9:
                box.write(wire.ClockSync(), at + 2000, boot=k // 10)
    assignment = gates.assignment(workers[0])

    def deliver(name: str) -> None:
        chance = random.Random(name)
        length = len(gates.boxes[name].packed)
        pieces = [(first, min(first + 2, length)) for first in range(1, length + 1, 3)]
        pieces += chance.sample(pieces, 4)
        chance.shuffle(pieces)
        for first, last in pieces:
            with database.writing() as session:
                ingest(session, [gates.delivery(name, first, last)], now)

    def correct() -> None:
        for n in range(8):
            with database.writing() as session:
                session.add(
                    ManualEvent(
                        correction_id=n + 1,
                        position=take_places(session, 1)[0],
                        project_id=field.project_id,
                        assignment_id=assignment.id,
                        worker_id=assignment.worker_id,
                        employer_id=assignment.employer_id,
                        at=moment(BEGIN, "12:00"),
                        direction="02",
                        reason=CorrectionReason.FORGOTTEN,
                        approved_at=now,
                    )
                )

    writers = [threading.Thread(target=deliver, args=(name,)) for name in gates.boxes] + [threading.Thread(target=correct)]
    for writer in writers:
        writer.start()
    puller.limit = 7
    while any(writer.is_alive() for writer in writers):
        puller.step()
    puller.pull()
    assert len(puller.seen) == len(set(puller.seen)), "no revision twice"
    with database.reading() as session:
        stored = {f"{p.box_id}.{p.epoch}.{p.seq}": (p.revision, p.at, p.counted) for p in session.scalars(select(Passage))}
        manual = {f"manual.correction.{id_}" for id_ in session.scalars(select(ManualEvent.id))}
    pulled = {id_: item for id_, item in puller.items.items() if item["kind"] != "manual"}
    assert {id_: (i["revision"], dt.datetime.fromisoformat(i["at"]), i["counted"]) for id_, i in pulled.items()} == stored
    assert len(stored) == 60
    assert puller.items.keys() - pulled.keys() == manual
    assert {item["kind"] for item in puller.items.values()} == {"passage", "not_passed", "manual"}


@pytest.mark.rule("A-54")
def test_a_puller_derives_the_same_exits_as_the_centre(gates: Gates, puller: Puller, field: Field) -> None:
    workers = [gates.worker() for _ in range(6)]
    for n, worker in enumerate(workers):
        for day in range(0, 11 * n, 3):
            gates.passes(worker, BEGIN + day * DAY, "02:30" if n % 2 else "07:30", "in", box="south" if day % 2 else "north")
    gates.passes(workers[1], BEGIN + 58 * DAY, "07:30", "in")
    gates.passes(workers[0], BEGIN, "08:00", "in")
    gates.boxes["north"].write(wire.NotPassed(len(gates.boxes["north"].packed)), int(moment(BEGIN, "08:01").timestamp() * 1000))
    gates.passes(workers[0], BEGIN - 3 * DAY, "08:00", "out")
    field.clock.at = moment(BEGIN + 60 * DAY, "09:00")
    with field.centre.database.writing() as session:
        session.execute(update(Project).values(day_cut_min=5 * 60))
        first = BEGIN + 33 * DAY
        session.add(
            ProjectSuspension(project_id=field.project_id, first_day=first, last_day=first + 4 * DAY, reason="台风", created_at=NOW)
        )
    gates.deliver()
    gates.tells(moment(BEGIN + 44 * DAY, "09:00"), "south")
    gates.tells(field.clock.now(), "north")
    found: set[str] = set()
    for calendar in (Calendar.EVERY_DAY, Calendar.WORKDAYS, Calendar.FESTIVALS, Calendar.EVERY_DAY):
        with field.centre.database.writing() as session:
            session.execute(update(Project).values(calendar=calendar))
        expected = {gates.assignment(w).id: (gates.stands(w).state.value, gates.stands(w).since.isoformat()) for w in workers}
        assert puller.exits(field.project_id) == expected
        found |= {state for state, _ in expected.values()}
        if calendar is Calendar.FESTIVALS:
            deriving.derive(field.centre.database)
            gates.tells(field.clock.now())
    assert found == {"present", "undetermined", "absent_alert", "presumed_exited"}


def test_a_page_that_did_not_change_is_not_sent_again_and_a_long_one_is_packed(gates: Gates, puller: Puller) -> None:
    worker = gates.worker()
    for n in range(5):
        gates.passes(worker, BEGIN + n * DAY, "07:00", "in")
    gates.arrive()
    answer = puller.client.get("/api/v1/attendance", headers=puller.headers | {"Accept-Encoding": "gzip"})
    assert (answer.headers["Content-Encoding"], len(answer.json()["items"])) == ("gzip", 5)
    again = puller.client.get("/api/v1/attendance", headers=puller.headers | {"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])
    gates.passes(worker, BEGIN + 6 * DAY, "07:00", "in")
    gates.arrive()
    assert puller.client.get("/api/v1/attendance", headers=puller.headers | {"If-None-Match": answer.headers["ETag"]}).status_code == 200


def test_a_token_without_the_function_pulls_nothing(puller: Puller, field: Field) -> None:
    maker = Access("maker", Role.CONTRACTOR, field.company_id, field.project_id)
    narrowed = Access("narrow", Role.CONTRACTOR, field.company_id, field.project_id, granted=frozenset({Function.VIEW_PEOPLE}))
    assert narrowed.may(Function.VIEW_ATTENDANCE) is False
    with field.centre.database.writing() as session:
        _, clear = identity.issue_token(
            session,
            field.centre.clock,
            maker,
            name="narrow",
            role=Role.CONTRACTOR,
            company_id=field.company_id,
            project_id=field.project_id,
            functions=frozenset({Function.VIEW_PEOPLE}),
        )
    answer = puller.client.get("/api/v1/attendance", headers={"Authorization": f"Bearer {clear}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "FUNCTION_NOT_GRANTED")

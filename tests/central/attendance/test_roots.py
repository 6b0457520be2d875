"""Daily roots: whoever holds a published root sees that a passage was altered or taken away."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import update

from central.access import Access, Role
from central.attendance import roots
from central.attendance.model import Passage
from central.attendance.roots import Leaf, Proof, Step, path_of, root_of, verify
from central.errors import Problem
from edge.sync import wire
from tests.central.attendance.punches import moment
from tests.central.attendance.site import Gates, gates_of
from tests.central.messaging.field import Field

MONDAY = dt.date(2026, 4, 13)
DAY = dt.timedelta(days=1)


def leaf(n: int) -> Leaf:
    return Leaf("b-north", "e1", n, 1000 * n, "01", "001", bytes([n % 256]) * 16)


@given(st.integers(1, 40), st.data())
def test_every_leaf_proves_itself_and_nothing_else_does(count: int, data: st.DataObject) -> None:
    told = [leaf(n) for n in range(count)]
    hashes = [one.hash for one in told]
    place = data.draw(st.integers(0, count - 1))
    proof = Proof(told[place], path_of(hashes, place))
    root = root_of(hashes)
    assert verify(root, proof)
    assert not verify(root, dataclasses.replace(proof, leaf=replace(told[place], direction="02")))
    assert not verify(root, dataclasses.replace(proof, path=(*proof.path, Step(hashes[0], is_left=True))))
    assert not verify(root_of([*hashes, leaf(count).hash]), proof)
    assert root_of(hashes) != root_of(hashes[:-1])


@pytest.fixture
def gates(field: Field) -> Gates:
    return gates_of(field)


@pytest.fixture
def office(field: Field) -> Access:
    return Access("account:1", Role.CONTRACTOR, field.company_id, field.project_id)


def test_a_worker_proves_own_passages_under_the_published_root(gates: Gates, field: Field, office: Access) -> None:
    one, other = gates.worker(), gates.worker()
    for worker in (one, other, one):
        gates.passes(worker, MONDAY, "07:00", "in")
    gates.arrive()
    assert roots.publish(field.centre.database, field.clock) == 1
    assert roots.publish(field.centre.database, field.clock) == 0
    with field.centre.database.reading() as session:
        published, proofs = roots.proofs(session, office, gates.assignment(one).id, MONDAY)
        with pytest.raises(Problem):
            roots.proofs(session, Access("x", Role.CONTRACTOR, 999, field.project_id), gates.assignment(one).id, MONDAY)
    assert [proof.leaf.seq for proof in proofs] == [1, 3]
    assert all(verify(published.root, proof) for proof in proofs)
    assert published.leaves == 3


def test_what_arrives_late_makes_a_new_version_and_the_old_one_stays(gates: Gates, field: Field, office: Access) -> None:
    worker = gates.worker()
    gates.passes(worker, MONDAY, "07:00", "in")
    gates.arrive()
    roots.publish(field.centre.database, field.clock)
    gates.passes(worker, MONDAY, "17:00", "out", box="south")
    gates.arrive()
    with field.centre.database.reading() as session:
        with pytest.raises(Problem) as refused:
            roots.proofs(session, office, gates.assignment(worker).id, MONDAY)
        assert refused.value.code == "ROOT_OUTDATED"
        assert roots.altered(session) == [], "what arrived is no alteration"
    roots.publish(field.centre.database, field.clock)
    with field.centre.database.reading() as session:
        found = roots.versions(session, office, field.project_id, MONDAY)
    assert [(row.version, row.leaves) for row in found] == [(1, 1), (2, 2)]
    assert found[0].root != found[1].root


def test_a_date_under_way_waits_and_a_corrected_time_changes_nothing(gates: Gates, field: Field, office: Access) -> None:
    worker, box = gates.worker(), gates.boxes["north"]
    body = wire.Passage(worker, wire.Direction.IN, wire.Method.FACE, "1", 1, 700)
    told = int(moment(MONDAY, "07:00").timestamp() * 1000)
    box.append(wire.encode(wire.Event(1, told, 1000, 7, wire.Clock.NONE, body)))
    gates.passes(worker, field.clock.now().date(), "08:00", "in", box="south")
    gates.arrive()
    assert roots.publish(field.centre.database, field.clock) == 1
    box.append(wire.encode(wire.Event(2, told + 3 * 86_400_000, 2000, 7, wire.Clock.NTP, wire.ClockSync())))
    gates.arrive()
    field.clock.forward(days=2)
    assert roots.publish(field.centre.database, field.clock) == 1, "the date that is over now; Monday's root holds"
    with field.centre.database.reading() as session:
        assert len(roots.versions(session, office, field.project_id, MONDAY)) == 1
        assert roots.altered(session) == []


def test_an_altered_row_is_found(gates: Gates, field: Field) -> None:
    worker = gates.worker()
    gates.passes(worker, MONDAY, "07:00", "in")
    gates.arrive()
    roots.publish(field.centre.database, field.clock)
    with field.centre.database.writing() as session:
        session.execute(update(Passage).values(direction="02"))
    with field.centre.database.reading() as session:
        assert [(root.project_id, root.date) for root in roots.altered(session)] == [(field.project_id, MONDAY)]

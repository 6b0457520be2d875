"""The whole way over a real mosquitto with mutual TLS: frames up, acknowledgements and rosters down."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import func, select, update

from central.clock import SystemClock
from central.devices.certificates import CertificateAuthority
from central.devices.model import Box, BoxState
from central.devices.roster_changes import note_roster_change
from central.entry.model import Assignment, AssignmentEnd, AssignmentState
from central.messaging import process
from central.messaging.model import BoxEvent, DroppedFrames, QuarantinedEvent
from central.settings import CentralSettings
from edge.sync import wire
from edge.sync.link import Arrived, Broker, Link, Tls
from tests.central.messaging.field import NOW, Field, JournalOfBox
from tests.parts.broker import Mosquitto


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker", CertificateAuthority.create(SystemClock().now())) as broker:
        yield broker


@pytest.fixture
def running(field: Field, broker: Mosquitto) -> Iterator[Field]:
    """The project's centre, connected."""
    files = broker.client("central")
    settings = CentralSettings(
        home=field.centre.settings.home,
        mqtt_host="localhost",
        mqtt_port=broker.port,
        mqtt_tls=True,
        mqtt_ca=files.ca,
        mqtt_certificate=files.certificate,
        mqtt_key=files.key,
    )
    object.__setattr__(field.centre, "settings", settings)
    messaging = process.start(field.centre)
    yield field
    messaging.stop()


class Gate:
    """A box's connection, with the journal it speaks for."""

    def __init__(self, broker: Mosquitto, box: JournalOfBox, field: Field) -> None:
        files = broker.client(box.id)
        self.box = box
        self._centre = VerifyKey(field.centre.secrets.verify_key)
        will = box.frame(wire.Up.STATE, self.state(online=False))
        address = Broker("localhost", broker.port, Tls(files.ca, files.certificate, files.key), 0.1, 0.5)
        topics = [*(wire.down_topic(box.id, what) for what in wire.Down), wire.CENTRE_STATE]
        self._link = Link(box.id, address, topics, lambda: will)
        self._seen: list[Arrived] = []
        # the centre says that it is there after it has subscribed: what is said before that is said to nobody
        while not any(event.topic == wire.CENTRE_STATE for event in self._seen):
            self._poll()

    def state(self, online: bool = True) -> wire.BoxState:
        return wire.BoxState(self.box.epoch, 1, online, len(self.box.packed), 0, 0, b"", wire.Clock.NTP, int(NOW.timestamp() * 1000))

    def say(self, what: wire.Up, message: wire.Message) -> None:
        self._link.publish(*self.box.frame(what, message))

    def raw(self, what: wire.Up, payload: bytes) -> None:
        self._link.publish(wire.up_topic(self.box.id, what), payload)

    def hear(self, what: wire.Down, kind: type[wire.M], timeout_s: float = 20.0) -> wire.M:
        """The next message of that kind, checked with the centre's key."""
        topic = wire.down_topic(self.box.id, what)
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            for event in self._seen:
                if event.topic == topic:
                    self._seen.remove(event)
                    return wire.unframe(topic, event.payload, kind, lambda data, sig: bool(self._centre.verify(data, sig)))
            self._poll()
        raise AssertionError(f"nothing on {topic}")

    def close(self) -> None:
        self._link.close(*self.box.frame(wire.Up.STATE, self.state(online=False)))

    def _poll(self) -> list[object]:
        events = self._link.poll(0.05)
        self._seen += [event for event in events if isinstance(event, Arrived)]
        return list(events)


def kept(field: Field) -> int:
    with field.centre.database.reading() as session:
        return session.scalar(select(func.count()).select_from(BoxEvent)) or 0


def dropped(field: Field) -> dict[tuple[str, str], int]:
    with field.centre.database.reading() as session:
        return {(row.box_id, row.code): row.count for row in session.scalars(select(DroppedFrames))}


def test_a_batch_is_acknowledged_after_it_is_kept(running: Field, broker: Mosquitto) -> None:
    gate = Gate(broker, running.box(), running)
    gate.box.passes(running.worker(), 5)
    gate.say(wire.Up.EVENTS, gate.box.batch(1, 5))
    assert gate.hear(wire.Down.ACK, wire.Ack) == gate.box.ack(5)
    assert kept(running) == 5
    gate.close()


def test_what_is_not_signed_by_the_box_is_dropped_and_counted_and_nothing_stops(running: Field, broker: Mosquitto) -> None:
    gate = Gate(broker, running.box(), running)
    gate.box.passes(running.worker(), 3)
    topic, good = gate.box.frame(wire.Up.EVENTS, gate.box.batch(1, 3))
    own_key, gate.box.signing = gate.box.signing, SigningKey.generate()
    gate.say(wire.Up.EVENTS, gate.box.batch(1, 3))
    gate.box.signing = own_key
    gate.raw(wire.Up.EVENTS, good[:-1] + bytes([good[-1] ^ 1]))
    gate.raw(wire.Up.EVENTS, b"rubbish")
    gate.raw(wire.Up.LOOKUP, b"rubbish")
    gate.raw(wire.Up.EVENTS, good[:2] + b"\x63" + good[3:])
    gate.raw(wire.Up.EVENTS, good)
    assert gate.hear(wire.Down.ACK, wire.Ack) == gate.box.ack(3)
    counted = dropped(running)
    assert (counted[gate.box.id, "BAD_SIGNATURE"], counted[gate.box.id, "VERSION_UNSUPPORTED"]) == (2, 1)
    assert kept(running) == 3
    assert topic == "gm/1/b-aaaaaaaa/up/events"
    gate.close()


@pytest.mark.parametrize("state", [BoxState.CLAIMED, BoxState.REVOKED])
def test_a_box_that_is_not_or_no_longer_active_is_not_heard(running: Field, broker: Mosquitto, state: BoxState) -> None:
    stranger = Gate(broker, running.box("b-stranger", state), running)
    gate = Gate(broker, running.box(), running)
    for each in (stranger, gate):
        each.box.passes("nobody")
        each.say(wire.Up.EVENTS, each.box.batch(1, 1))
        if each is stranger:
            stranger.raw(wire.Up.STATE, b"")
    assert gate.hear(wire.Down.ACK, wire.Ack).upto == 1
    with running.centre.database.reading() as session:
        assert list(session.scalars(select(BoxEvent.box_id))) == [gate.box.id]
    assert dropped(running)["", "BOX_UNKNOWN"] >= 1
    stranger.close()
    gate.close()


def test_a_malformed_event_does_not_block_its_box(running: Field, broker: Mosquitto) -> None:
    gate = Gate(broker, running.box(), running)
    gate.box.append(b"\x00\x01")
    gate.box.passes(running.worker())
    gate.say(wire.Up.EVENTS, gate.box.batch(1, 2))
    assert gate.hear(wire.Down.ACK, wire.Ack) == gate.box.ack(2, (), (1,))
    with running.centre.database.reading() as session:
        assert session.scalars(select(QuarantinedEvent.packed)).all() == [b"\x00\x01"]
    gate.close()


@pytest.mark.rule("A-03")
@pytest.mark.rule("A-53")
def test_a_gate_holds_the_confirmed_and_forgets_whoever_ended(running: Field, broker: Mosquitto) -> None:
    first, second, unconfirmed = running.worker("王二"), running.worker("李四"), running.worker(entry=None)
    with running.centre.database.writing() as session:
        for assignment in session.scalars(select(Assignment)):
            note_roster_change(session, assignment)
    gate = Gate(broker, running.box(), running)
    pointer = gate.hear(wire.Down.ROSTER, wire.RosterPointer)
    assert (pointer.version, pointer.count) == (3, 2)
    part = roster_part(gate, 0)
    assert {entry.person for entry in part.put} == {first, second}
    assert unconfirmed not in str(part)
    assert part.put[0].shown_name == "王*"
    assert wire.roster_hash(part.put) == part.hash_after == pointer.hash
    with running.centre.database.writing() as session:
        assignment = session.scalars(select(Assignment).where(Assignment.person == first)).one()
        assignment.state, assignment.ended_at, assignment.end_cause = AssignmentState.ENDED, NOW, AssignmentEnd.COMPLETION
        note_roster_change(session, assignment)
    assert gate.hear(wire.Down.ROSTER, wire.RosterPointer).version == 4
    delta = roster_part(gate, 3)
    assert (delta.from_version, delta.put) == (3, ())
    assert [(gone.person, gone.cause) for gone in delta.remove] == [(first, wire.EndCause.COMPLETION)]
    assert delta.hash_after == wire.roster_hash(part.put[1:])
    gate.say(wire.Up.APPLIED, wire.Applied(4, delta.hash_after, 0))
    gate.say(wire.Up.LOOKUP, wire.Lookup("q1", delta.remove[0].cards[0]))
    assert lookup_answer(gate).state == "ended"
    with running.centre.database.reading() as session:
        assert session.get_one(Box, gate.box.id).roster_applied == 4
    gate.close()


def test_a_kiosk_learns_who_must_act_next(running: Field, broker: Mosquitto) -> None:
    running.worker("王二", entry=None)
    gate = Gate(broker, running.box(), running)
    card = card_of(running)
    gate.say(wire.Up.LOOKUP, wire.Lookup("q1", card))
    assert lookup_answer(gate) == wire.LookupAnswer("q1", "assigned", "王*", "申城建工", "申城建工")
    gate.say(wire.Up.LOOKUP, wire.Lookup("q2", bytes(16)))
    assert lookup_answer(gate) == wire.LookupAnswer("q2", "unknown")
    gate.close()


def test_a_birth_is_answered_with_the_watermark_and_a_killed_broker_loses_nothing(running: Field, broker: Mosquitto) -> None:
    gate = Gate(broker, running.box(), running)
    gate.box.passes("nobody", 2)
    gate.say(wire.Up.EVENTS, gate.box.batch(1, 2))
    gate.hear(wire.Down.ACK, wire.Ack)
    broker.kill()
    broker.start()
    back = Gate(broker, gate.box, running)
    deadline = time.monotonic() + 20
    while not box_row(running, gate.box.id).online and time.monotonic() < deadline:
        back.say(wire.Up.STATE, back.state())
        try:
            back.hear(wire.Down.ACK, wire.Ack, 1.0)
        except AssertionError:  # the centre is not back yet
            continue
    box = box_row(running, gate.box.id)
    assert (box.online, box.max_seq, box.complete_until) == (True, 2, NOW)
    back.say(wire.Up.STATE, back.state())
    assert back.hear(wire.Down.ACK, wire.Ack) == gate.box.ack(2)
    back.close()


def test_a_revoked_box_is_silent_at_once(running: Field, broker: Mosquitto) -> None:
    gate = Gate(broker, running.box(), running)
    gate.box.passes("nobody", 2)
    gate.say(wire.Up.EVENTS, gate.box.batch(1, 1))
    gate.hear(wire.Down.ACK, wire.Ack)
    with running.centre.database.writing() as session:
        session.execute(update(Box).values(state=BoxState.REVOKED))
    gate.say(wire.Up.EVENTS, gate.box.batch(2, 2))
    deadline = time.monotonic() + 20
    while ("", "BOX_UNKNOWN") not in dropped(running):
        assert time.monotonic() < deadline
    assert kept(running) == 1
    gate.close()


def box_row(field: Field, box: str) -> Box:
    with field.centre.database.reading() as session:
        return session.get_one(Box, box)


def roster_part(gate: Gate, have: int) -> wire.RosterPart:
    gate.say(wire.Up.ROSTER_GET, wire.RosterGet(have, b""))
    return wire.decode(gate.box.open(gate.hear(wire.Down.ROSTER_PART, wire.Sealed)), wire.RosterPart)


def lookup_answer(gate: Gate) -> wire.LookupAnswer:
    return wire.decode(gate.box.open(gate.hear(wire.Down.LOOKUP, wire.Sealed)), wire.LookupAnswer)


def card_of(field: Field) -> bytes:
    from central.people import service as people
    from central.people.model import Worker

    with field.centre.database.reading() as session:
        return people.card(session.scalars(select(Worker)).one(), field.centre.secrets, bytes(range(32)))

"""What the intake does when the database refuses, or is not there."""

import threading
import time
from dataclasses import dataclass, field

from nacl.signing import VerifyKey
from sqlalchemy import func, select, text

from central.attendance.model import Passage
from central.database import Database
from central.messaging.intake import Intake
from central.messaging.link import Inbox, Incoming
from central.messaging.model import BoxEvent, QuarantinedEvent
from edge.sync import wire
from tests.central.messaging.field import NOW_MS, Field, JournalOfBox

REFUSE = {
    "sqlite": ["CREATE TRIGGER no BEFORE INSERT ON passages WHEN NEW.lane = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END"],
    "postgresql": [
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no'' USING ERRCODE = ''23514''; END'",
        "CREATE TRIGGER no BEFORE INSERT ON passages FOR EACH ROW WHEN (NEW.lane = 'bad') EXECUTE FUNCTION no()",
    ],
}


@dataclass
class FakeLink:
    """Remembers what was published and acknowledged."""

    published: list[tuple[str, bytes]] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        self.published.append((topic, payload))

    def acknowledge(self, message: Incoming) -> None:
        self.acknowledged.append(message.number)


def arrive(inbox: Inbox, box: JournalOfBox, number: int, first: int, last: int) -> None:
    topic, payload = box.frame(wire.Up.EVENTS, box.batch(first, last))
    inbox.put(Incoming(box.id, wire.Up.EVENTS, topic, payload, number, 1))


def passage(box: JournalOfBox, lane: str) -> None:
    box.write(wire.Passage("nobody", wire.Direction.IN, wire.Method.FACE, lane, 1), NOW_MS)


def taken(field: Field, database: Database, inbox: Inbox, frames: int, seconds: float = 20.0) -> FakeLink:
    """The intake's work until so many frames are acknowledged, or the time is over."""
    link, stop = FakeLink(), threading.Event()
    intake = Intake(database, field.clock, field.centre.secrets.sign, link, inbox)
    thread = threading.Thread(target=intake.run, args=(stop,))
    thread.start()
    deadline = time.monotonic() + seconds
    while len(link.acknowledged) < frames and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    thread.join()
    return link


def acks(field: Field, link: FakeLink) -> dict[str, wire.Ack]:
    key = VerifyKey(field.centre.secrets.verify_key)
    return {
        topic.split("/")[2]: wire.unframe(topic, payload, wire.Ack, lambda data, signature: bool(key.verify(data, signature)))
        for topic, payload in link.published
    }


def test_what_the_database_refuses_is_kept_raw_and_holds_up_nobody(field: Field) -> None:
    with field.centre.database.writing() as session:
        for statement in REFUSE[session.get_bind().dialect.name]:
            session.execute(text(statement))
    good, bad = field.box("b-good"), field.box("b-bad")
    for box, lane in ((good, "1"), (bad, "bad")):
        passage(box, lane)
        passage(box, "1")
    inbox = Inbox()
    arrive(inbox, bad, 1, 1, 2)
    arrive(inbox, good, 2, 1, 2)
    link = taken(field, field.centre.database, inbox, 2)
    assert acks(field, link) == {"b-good": good.ack(2), "b-bad": bad.ack(2)}
    with field.centre.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(BoxEvent)) == 4
        assert sorted(map(tuple, session.execute(select(Passage.box_id, Passage.lane)))) == [
            ("b-bad", "1"),
            ("b-good", "1"),
            ("b-good", "1"),
        ]
        raw = session.execute(select(QuarantinedEvent.code, QuarantinedEvent.packed).order_by(QuarantinedEvent.seq)).all()
    assert [tuple(row) for row in raw] == [("UNSTORABLE", bad.packed[0])], "its neighbour in the batch is a passage like any other"


def test_a_database_that_is_away_leaves_the_frames_with_the_broker(field: Field) -> None:
    box = field.box()
    passage(box, "1")
    inbox = Inbox()
    arrive(inbox, box, 1, 1, 1)
    away = Database.open("postgresql://nobody@/nothing?host=/nowhere")
    link = taken(field, away, inbox, 1, seconds=2.0)
    away.close()
    assert (link.acknowledged, link.published) == ([], [])

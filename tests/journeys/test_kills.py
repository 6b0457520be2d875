"""kill -9 among box, broker and centre under load: every event arrives, once.

Thirty kills by default; `GONGMEN_KILLS=300` is the long version, `GONGMEN_KILLS_SEED` repeats a run.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from central.attendance.model import Passage
from central.database import Database
from central.messaging.model import BoxEvent, Incident, QuarantinedEvent
from central.migrations import tables
from edge.clock import SystemClock
from edge.store.database import Store
from edge.store.journal import Journal
from edge.sync import wire
from tests.journeys.kill_site import BOXES, Site
from tests.parts.postgres import running_cluster

KILLS = int(os.environ.get("GONGMEN_KILLS", "30"))
DRAIN_S = 90


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'central.db'}"
        if request.param == "postgresql":
            url = stack.enter_context(running_cluster()).create()
        database = Database.open(url)
        tables().create_all(database.engine)
        database.close()
        site = Site(tmp_path, url)
        stack.callback(site.field.centre.close)
        for part in site.parts.values():
            stack.callback(part.kill)
        yield site


def journal(site: Site, box: str) -> dict[tuple[str, int], bytes]:
    """What the box wrote down: (epoch, seq) -> bytes."""
    store = Store.open(site.home(box))
    try:
        book = Journal(store, SystemClock())
        return {(book.epoch, row.seq): row.packed for row in book.range(1, book.max_seq())}
    finally:
        store.close()


def acknowledged(site: Site, box: str) -> tuple[int, int]:
    """How far the box knows its journal to be safe, and how far it goes."""
    store = Store.open(site.home(box))
    try:
        head = Journal(store, SystemClock()).head()
        return head.acked, head.seq
    finally:
        store.close()


@pytest.mark.timeout(180 + 6 * KILLS)
def test_kills_lose_nothing_and_double_nothing(site: Site) -> None:
    seed = int(os.environ.get("GONGMEN_KILLS_SEED", "0")) or random.randrange(1, 10**6)
    chance = random.Random(seed)
    for part in site.parts.values():
        part.start()
    wait_for(lambda: all(acknowledged(site, box)[0] > 0 for box in BOXES), 60, f"the first acknowledgements, seed {seed}")
    for name in chance.choices(sorted(site.parts), k=KILLS):
        time.sleep(chance.uniform(0.1, 1.0))
        site.parts[name].kill()
        time.sleep(chance.uniform(0.0, 0.3))
        site.parts[name].start()
    for box in BOXES:
        site.parts[f"write {box}"].kill()
    wait_for(lambda: all(acked == seq for acked, seq in (acknowledged(site, box) for box in BOXES)), DRAIN_S, f"the rest, seed {seed}")
    compare(site, seed)


def compare(site: Site, seed: int) -> None:
    """What the boxes wrote, what the gates opened for, and what the centre holds are the same."""
    written = {(box, *key): packed for box in BOXES for key, packed in journal(site, box).items()}
    opened = {(box, *key) for box in BOXES for key in ledger(site.home(box) / "opened.txt")}
    with site.field.centre.database.reading() as session:
        kept = {
            (row[0], row[1], row[2]): row[3]
            for row in session.execute(select(BoxEvent.box_id, BoxEvent.epoch, BoxEvent.seq, BoxEvent.packed))
        }
        passages = {(p.box_id, p.epoch, p.seq): p.position for p in session.scalars(select(Passage))}
        alarms = session.scalars(select(Incident.code).where(Incident.raised_by == "centre")).all()
        quarantined = session.scalars(select(QuarantinedEvent.code)).all()
    lost, strange = written.keys() - kept.keys(), kept.keys() - written.keys()
    passed = {key for key, packed in written.items() if isinstance(wire.decode(packed, wire.Event).body, wire.Passage)}
    assert (len(lost), len(strange), written) == (0, 0, kept), f"seed {seed}"
    assert opened <= kept.keys(), f"opened without a record, seed {seed}"
    assert passages.keys() == passed
    assert sorted(passages.values()) == list(range(1, len(passed) + 1)), "each passage has one place, without gaps"
    assert (list(alarms), list(quarantined)) == ([], [])
    print(f"{KILLS} kills, seed {seed}: {len(written)} events, 0 lost, 0 duplicated")


def ledger(path: Path) -> set[tuple[str, int]]:
    """What the turnstile opened for; a last line that was cut by a kill does not count."""
    lines = path.read_text().splitlines(keepends=True)
    return {(line.split()[0], int(line.split()[1])) for line in lines if line.endswith("\n")}


def wait_for(done: Callable[[], bool], seconds: float, what: str) -> None:
    """Until `done()`; fails with what was waited for."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.2)

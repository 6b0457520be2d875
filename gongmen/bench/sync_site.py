"""The site that `bench sync` and `bench day` measure: a centre and boxes with real stores and keys, each side in processes of its own."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from threading import Event as ThreadEvent

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.centre import Centre
from central.database import Database
from central.devices.model import Box, BoxState
from central.entry.model import Assignment, AssignmentState, FaceState
from central.messaging import process as messaging
from central.messaging.model import Watermark
from central.migrations import tables
from central.people.model import Employment, EmploymentForm, IdentityState, Worker
from central.projects.model import Company, Participant, ParticipantRole, Project, ProjectState
from central.secrets import CentreSecrets
from central.settings import CentralSettings
from edge.clock import SystemClock
from edge.settings import load
from edge.store.database import Store
from edge.store.journal import Journal
from edge.store.secrets import BoxKeys, secrets_dir, write_secret
from edge.sync import process as box_sync
from edge.sync import wire
from gongmen.bench.servers import Mosquitto

PEOPLE = 300
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Site:
    """Prepared homes and a database with one project."""

    folder: Path
    broker: Mosquitto
    settings: CentralSettings
    boxes: Sequence[str]

    def home(self, box: str) -> Path:
        """Where that box keeps its things."""
        return self.folder / box


@dataclass(frozen=True)
class BenchWorker:
    """One confirmed worker: the gates' reference, a number (no ID number unless cards are shown), what was said of the face."""

    person: str
    number: str
    face: FaceState = FaceState.GRANTED


def prepare(
    folder: Path,
    broker: Mosquitto,
    database_url: str,
    boxes: Sequence[str],
    *,
    people: Sequence[BenchWorker] = (),
    port: int = 0,
    policy: Mapping[str, object] | None = None,
) -> Site:
    """A centre with these confirmed workers (300 where none are named), and boxes that are provisioned; `port` leads them to the broker.

    `policy` is what the project says at its gates, nothing by default.
    """
    home = folder / "centre"
    keys = CentreSecrets.create(home)
    ca, certificate, key = broker.client("central")
    settings = CentralSettings(
        home=home,
        database_url=database_url,
        mqtt_host="localhost",
        mqtt_port=broker.port,
        mqtt_tls=True,
        mqtt_ca=ca,
        mqtt_certificate=certificate,
        mqtt_key=key,
    )
    site = Site(folder, broker, settings, boxes)
    database = Database.open(settings.database)
    tables().create_all(database.engine)
    with database.writing() as session:
        _people(session, keys, policy or {}, people or [BenchWorker(_person(n), str(n + 1)) for n in range(PEOPLE)])
        for box in boxes:
            box_keys = _provision(site, box, keys, port or broker.port)
            row = Box(id=box, project_id=1, name=box, lane=box, direction="01", state=BoxState.ACTIVE, created_at=_now())
            row.verify_key, row.sealing_key = box_keys.verify_key, box_keys.sealing_public
            session.add(row)
    database.close()
    return site


def fill(site: Site, box: str, events: int) -> int:
    """A backlog in the box's journal; the size of a full batch's frame in bytes."""
    store = Store.open(site.home(box))
    journal = Journal(store, SystemClock())
    for start in range(0, events, 1000):
        with store.transaction():
            for n in range(start, min(events, start + 1000)):
                journal.record(passage(n))
    rows = journal.range(1, wire.MAX_EVENTS)
    batch = wire.EventBatch(journal.epoch, 1, wire.GENESIS, 1, [row.packed for row in rows])
    store.close()
    return len(wire.frame(wire.up_topic(box, wire.Up.EVENTS), batch, BoxKeys.load(site.home(box)).sign))


def passage(n: int) -> wire.Passage:
    """The n-th passage: people in turn, in and out."""
    way = wire.Direction.IN if n % 2 else wire.Direction.OUT
    return wire.Passage(_person(n % PEOPLE), way, wire.Method.FACE, "1", 7, score=600 + n % 300, checks=("sharpness",))


def arrived(database: Database) -> int:
    """How many events the centre has without a gap."""
    with database.reading() as session:
        return int(session.scalar(select(func.coalesce(func.sum(Watermark.upto), 0))) or 0)


def start_centre(site: Site) -> multiprocessing.process.BaseProcess:
    """The centre's messaging, in a process; returns once it is connected."""
    ready = _SPAWN.Event()
    process = _SPAWN.Process(target=_centre, args=(site.settings, ready), daemon=True)
    process.start()
    if not ready.wait(60):
        raise TimeoutError("the centre does not connect")
    return process


def start_boxes(site: Site, boxes: Sequence[str]) -> tuple[list[multiprocessing.process.BaseProcess], Event]:
    """The boxes' sync processes, ready to connect when the event is set."""
    go = _SPAWN.Event()
    ready = [_SPAWN.Event() for _ in boxes]
    processes: list[multiprocessing.process.BaseProcess] = []
    for box, is_ready in zip(boxes, ready, strict=True):
        process = _SPAWN.Process(target=_box, args=(site.home(box), is_ready, go), daemon=True)
        process.start()
        processes.append(process)
    if not all(is_ready.wait(60) for is_ready in ready):
        raise TimeoutError("a box does not start")
    return processes, go


def _centre(settings: CentralSettings, ready: Event) -> None:
    running = messaging.start(Centre.open(settings))
    while not running.connected:
        ThreadEvent().wait(0.02)
    ready.set()
    ThreadEvent().wait()


def _box(home: Path, ready: Event, go: Event) -> None:
    settings = load(home)
    ready.set()
    go.wait()
    box_sync.run(settings, ThreadEvent())


def _provision(site: Site, box: str, centre: CentreSecrets, port: int) -> BoxKeys:
    home = site.home(box)
    keys = BoxKeys.create(home)
    for name, path in zip(("ca.crt", "client.crt", "client.key"), site.broker.client(box), strict=True):
        write_secret(secrets_dir(home) / name, path.read_bytes())
    lines = [f'box = "{box}"', 'mqtt_host = "localhost"', f"mqtt_port = {port}", f'centre_key = "{centre.verify_key.hex()}"']
    (home / "box.toml").write_text("\n".join(lines) + "\n")
    return keys


def _people(session: Session, keys: CentreSecrets, policy: Mapping[str, object], people: Sequence[BenchWorker]) -> None:
    """One project whose general contractor employs everybody."""
    now, today = _now(), _now().date()
    session.add(Company(id=1, uscc="91310000000000000X", name="bench", created_at=now))
    sealed = keys.seal(os.urandom(32), "card_key:bench")
    project = Project(id=1, reg_no="bench", name="bench", state=ProjectState.IN_PROGRESS, card_key_sealed=sealed, created_at=now)
    project.gate_policy = dict(policy)
    session.add(project)
    session.flush()
    session.add(Participant(id=1, project_id=1, company_id=1, role=ParticipantRole.GENERAL_CONTRACTOR, level=0, created_at=now))
    for n, one in enumerate(people, 1):
        index = keys.index(one.number, "bench")
        number = keys.seal(one.number.encode(), f"worker:{index.hex()}")
        named = {"name": f"工人{n}", "id_masked": "***", "phone_masked": "", "sex": "1", "nation": ""}
        known = {"identity_state": IdentityState.VERIFIED, "identity_source": "chip", "id_type": "01"}
        session.add(Worker(id=n, id_sealed=number, id_index=index, created_at=now, **named, **known))
    session.flush()
    for n in range(1, len(people) + 1):
        contract = {"contract_type": "fixed_term", "contract_start": today, "contract_end": today + dt.timedelta(days=365)}
        form = EmploymentForm.NON_TEMPORARY
        session.add(Employment(id=n, worker_id=n, employer_id=1, employment_form=form, created_at=now, **contract))
    session.flush()
    for n, one in enumerate(people, 1):
        of = {"worker_id": n, "employment_id": n, "employer_id": 1, "project_id": 1, "participant_id": 1, "main_trade": "060"}
        entry = now - dt.timedelta(days=1)
        said = {"person": one.person, "face": one.face, "entry_time": entry, "created_at": entry}
        session.add(Assignment(state=AssignmentState.CONFIRMED, **said, **of))


def _person(n: int) -> str:
    return f"person{n:05d}"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)

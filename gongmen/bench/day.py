"""A morning at the gate, 06:30 to 07:30: two lanes, everybody who comes, and a network that is cut in the middle of it.

The whole of box and centre, as at a site: the centre publishes the roster, both boxes take it over MQTT with mutual TLS, each lane's gate
sees real photographs as frames (helmets, motion, darkness), decides, commits, opens; sync sends up what happened, through a cable that is
pulled for a third of the hour. The morning's clock is moved by the bench: it leaps over the seconds in which a lane stands empty, and over
the pauses between frames, so that an hour takes minutes. Every frame that somebody stands in is worked on in full, and every record is
committed, sent, stored and acknowledged in real time.
Who has no photograph comes by card; whom the camera does not know takes out the card. The baseline sees the same first frames as a gate
would without any of this: one frame, plain SFace, OpenCV's published threshold.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import typer
from sqlalchemy import func, select

from central.database import Database
from central.entry.model import FaceState
from central.messaging.model import BoxEvent
from edge.faces import FaceEngine, unit
from edge.gate.engines import load_engine
from edge.gate.liveness import passive_checks
from edge.store.database import Store
from edge.store.journal import Journal
from edge.store.roster import Roster
from edge.store.secrets import BoxKeys, seal
from edge.store.templates import Templates
from edge.sync import wire
from edge.templates import pack
from gongmen.bench import sync_site
from gongmen.bench.day_lane import DayLane, MorningClock, Visit
from gongmen.bench.day_people import Morning, Visitor, main_face, morning, rows, walk_up
from gongmen.bench.day_report import Lived, report_of
from gongmen.bench.servers import mosquitto
from gongmen.bench.sync_site import BenchWorker
from gongmen.cable import Cable
from hardware.camera.simulated import Scene, Stage

BOXES: Final = ("b-00000001", "b-00000002")
PUBLISHED: Final = 0.363
"""OpenCV's own threshold for SFace."""
CUT: Final = (1_200.0, 2_400.0)
"""Between which seconds of the morning the cable is out."""
DRAINS_WITHIN_S: Final = 120.0
"""Beyond this the backlog is called lost."""
_SITE: Final = dt.timezone(dt.timedelta(hours=8))


def run(
    as_json: bool,
    data: Path,
    *,
    workers: int = 600,
    seed: int = 1,
    models: Path | None = None,
    policy: Mapping[str, object] | None = None,
) -> None:
    """Prints the report. `models` may hold the optional network against pictures, `policy` what of the gates' policy is not as shipped.

    Exit 3 where photographs or mosquitto are missing.
    """
    liveness = passive_checks(models)
    try:
        people = morning(data, workers, seed)
    except FileNotFoundError as missing:
        typer.echo(f"没有照片 / no photographs: {missing}", err=True)
        raise typer.Exit(3) from missing
    with tempfile.TemporaryDirectory() as folder, mosquitto(Path(folder) / "broker") as broker:
        if broker is None:
            typer.echo("没有 mosquitto：请先运行 ./run test 的准备步骤 / no mosquitto: the set-up of ./run test installs it", err=True)
            raise typer.Exit(3)
        with Cable("127.0.0.1", broker.port) as cable:
            named = [BenchWorker(one.person, one.number, FaceState.GRANTED if one.pictures else FaceState.REFUSED) for one in people.roster]
            url = f"sqlite:///{folder}/centre.db"
            site = sync_site.prepare(Path(folder), broker, url, BOXES, people=named, port=cable.port, policy=policy)
            lived = live(site, people, cable, models)
    asked = msgspec.structs.replace(wire.GatePolicy(), **(policy or {}))
    inputs = {"workers": workers, "lanes": len(BOXES), "seed": seed, "data": data.name, "checks": ", ".join(liveness.checks)}
    inputs |= {"liveness": asked.liveness, "movements": asked.movements}
    report_of(people, lived, inputs, PUBLISHED).finish(as_json)


def live(site: sync_site.Site, people: Morning, cable: Cable, models: Path | None = None) -> Lived:
    """Everybody of this morning walks up; what came of it once the centre has heard everything, or never will."""
    centre = sync_site.start_centre(site)
    processes, go = sync_site.start_boxes(site, site.boxes)
    go.set()
    lived = Lived(models)
    try:
        for box in site.boxes:
            _until_roster(site.home(box), len(people.roster))
        _enrol(site, people)
        _walk(site, people, cable, lived)
        _count(site, lived)
    finally:
        for process in (*processes, centre):
            process.terminate()
            process.join(10)
    return lived


def _until_roster(home: Path, count: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with closing(Store.open(home)) as store:
            if Roster(store).count() == count:
                return
        time.sleep(0.2)
    raise TimeoutError("the roster did not reach a box")


def _enrol(site: sync_site.Site, people: Morning) -> None:
    began, faces = time.monotonic(), [one for one in people.roster if one.pictures]
    with ThreadPoolExecutor(os.cpu_count() or 1, initializer=_own_engine) as pool:
        taken = pool.map(lambda one: (one.person, rows(_OWN.engine, one.pictures)), faces)
        templates = {person: found for person, found in taken if found is not None}
    engine = load_engine("sface", None, 1)
    typer.echo(f"已登记 enrolled: {len(templates)}, {time.monotonic() - began:.0f} s", err=True)
    for box in site.boxes:
        keys = BoxKeys.load(site.home(box))
        with closing(Store.open(site.home(box))) as store, store.transaction():
            for person, found in templates.items():
                Templates(store).put(person, engine.name, seal(pack(engine.name, found), keys.sealing_public), "local")


_OWN = threading.local()


def _own_engine() -> None:
    _OWN.engine = load_engine("sface", None, 1)


def _walk(site: sync_site.Site, people: Morning, cable: Cable, lived: Lived) -> None:
    """Both lanes, a thread each; the cable is out for the middle third of the hour."""
    began = time.monotonic()
    shares = {box: people.visitors[number :: len(site.boxes)] for number, box in enumerate(site.boxes)}
    cut, heal = (sum(visitor.at_s < moment for visitor in people.visitors) for moment in CUT)
    done, lock = [0], threading.Lock()

    def step() -> None:
        with lock:
            done[0] += 1
            if done[0] % 50 == 0:
                typer.echo(f"{done[0]}/{len(people.visitors)}, {time.monotonic() - began:.0f} s", err=True)
            if done[0] == cut:
                cable.cut()
            if done[0] == heal:
                lived.during_cut = sum(_written(site.home(box)) for box in site.boxes) - _arrived(site)
                cable.heal()

    failed: list[BaseException] = []

    def lane(number: int, box: str) -> None:
        try:
            lived.visits[box] = _lane(site.home(box), str(number + 1), shares[box], step, lived)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=lane, args=(number, box)) for number, box in enumerate(site.boxes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    lived.worked_s = time.monotonic() - began


def _lane(home: Path, name: str, visitors: Sequence[Visitor], step: Callable[[], None], lived: Lived) -> list[Visit]:
    engine, empty = load_engine("sface", None, 1), Stage().render(Scene(), 0.0)
    known = _baseline_rows(home, engine)
    today = dt.datetime.now(_SITE).replace(hour=6, minute=30, second=0, microsecond=0)
    clock, visits = MorningClock(round(today.timestamp() * 1000)), []
    with closing(DayLane(home, name, engine, clock=clock, empty=empty, liveness=passive_checks(lived.models))) as lane:
        for visitor in visitors:
            frames = walk_up(engine, visitor, empty)
            if visitor.picture is not None:
                lived.baseline.append((visitor, _baseline(engine, known, frames)))
            visits.append(lane.visit(visitor, frames))
            step()
    lived.hours[home.name] = clock.morning_s / 3600
    return visits


def _baseline_rows(home: Path, engine: FaceEngine) -> tuple[list[str], Any]:
    """Everybody's first template row, as one matrix."""
    from edge.templates import rows_of

    keys = BoxKeys.load(home)
    with closing(Store.open(home)) as store:
        opened = {
            person: rows_of(keys.open_sealed(sealed), engine.name, engine.dim) for person, sealed in Templates(store).all(engine.name)
        }
    return list(opened), np.stack([unit(found[0]) for found in opened.values()])


def _baseline(engine: FaceEngine, known: tuple[list[str], Any], frames: Sequence[Any]) -> str:
    face = main_face(engine, frames[0])
    if face is None:
        return ""
    scores = known[1] @ engine.embed(frames[0], face)
    return known[0][int(scores.argmax())] if float(scores.max()) >= PUBLISHED else ""


def _written(home: Path) -> int:
    with closing(Store.open(home)) as store:
        return Journal(store, MorningClock(0)).max_seq()


def _arrived(site: sync_site.Site) -> int:
    database = Database.open(site.settings.database)
    try:
        return sync_site.arrived(database)
    finally:
        database.close()


def _count(site: sync_site.Site, lived: Lived) -> None:
    """Waits for the backlog, then compares the journals with what the centre keeps."""
    began = time.monotonic()
    lived.written = sum(_written(site.home(box)) for box in site.boxes)
    while _arrived(site) < lived.written and time.monotonic() - began < DRAINS_WITHIN_S:
        time.sleep(0.1)
    lived.drained_s = time.monotonic() - began
    database = Database.open(site.settings.database)
    try:
        with database.reading() as session:
            lived.at_centre = int(session.scalar(select(func.count()).select_from(BoxEvent)) or 0)
    finally:
        database.close()

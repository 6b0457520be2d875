"""The composition root: the only place that asks the catalogue for drivers and puts the box's processes together."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from edge import doctor
from edge.clock import Clock, FlooredClock, SystemClock
from edge.errors import ConfigInvalid, EdgeError, StoreBusy, StoreFull, StoreReplaced, StoreUnwritable
from edge.faces import FaceEngine, threshold
from edge.gate.devices import Devices
from edge.gate.engines import load_engine
from edge.gate.engines.blind import BlindEngine
from edge.gate.eyes import Eyes
from edge.gate.gatehouse import Equipment, Gatehouse
from edge.gate.liveness import Colour, DepthCamera, Liveness, Sharpness, passive_checks
from edge.gate.passage import Place
from edge.gate.screen_server import ScreenServer
from edge.gate.storeless import STORE_AWAY, StorelessLane
from edge.kiosk import server as kiosk_server
from edge.kiosk.card_place import SwipePlace
from edge.kiosk.lookalikes import Lookalikes
from edge.kiosk.parts import KioskParts
from edge.kiosk.records import StoreRecords
from edge.reader.swipes import Swipes
from edge.settings import EdgeSettings
from edge.store.database import Store
from edge.store.secrets import BoxKeys
from edge.sync import process as sync_process
from edge.watchdog import Watchdog
from hardware.camera.lent import LentCamera
from hardware.card_reader import wlt
from hardware.card_reader.wlt import ChipPhoto
from hardware.catalogue import open_camera, open_card_reader, open_depth, open_turnstile

log = logging.getLogger(__name__)

PAUSE_S = 2.0
PROCESSES = ("gate", "kiosk", "sync")


def run_gate(settings: EdgeSettings, stop: threading.Event) -> None:
    """The gate process. A replaced store makes it begin again; one that cannot be opened for want of room, or because the disk refuses
    writes, lets everybody out meanwhile; other `EdgeError`s end it with their code.

    Without its model the gate serves cards, codes and guards, and says what is wrong.
    """
    loaded, fault = _engine_or_fault(settings, settings.vision_threads)
    engine, missed, alive = loaded or BlindEngine(), "", Watchdog().beat
    while not stop.is_set():
        try:
            _gate(settings, engine, fault, stop, missed=missed, alive=alive)
        except StoreReplaced as error:
            log.warning("%s: the gate begins again", error.code)
            stop.wait(PAUSE_S)
        except (StoreFull, StoreUnwritable, StoreBusy) as error:
            log.warning("%s: the store cannot be opened, OUT opens unrecorded", error)
            missed = _without_store(settings, engine, error.code, stop, alive)


def _without_store(settings: EdgeSettings, engine: FaceEngine, why: str, stop: threading.Event, alive: Callable[[], None]) -> str:
    """Lets people out until the store can be opened; what to write down of it then."""
    clock, place = SystemClock(), Place(settings.lane, settings.direction)
    began = datetime.now(UTC).isoformat(timespec="seconds")
    with ExitStack() as held:
        camera, turnstile = open_camera(settings.camera), open_turnstile(settings.turnstile)
        held.callback(turnstile.close)
        held.callback(camera.close)
        swipes = Swipes(open_card_reader(settings.lane_reader))
        held.callback(swipes.close)
        lane = StorelessLane(place, Devices(camera, swipes, turnstile), engine, settings.home, clock=clock, why=why)
        server = ScreenServer(lane.screen, settings.socket)
        held.callback(server.close)
        with suppress(OSError):
            server.start()
        lane.run(stop, partial(_opens, settings.home), _both(alive, lane.screen.beat))
    return f"lane {settings.lane}: {lane.went_out} went out unrecorded since {began}"


def _both(one: Callable[[], None], other: Callable[[], None]) -> Callable[[], None]:
    """What is to hear of every round of a lane: the machine's watchdog, and the screen."""

    def beat() -> None:
        one()
        other()

    return beat


def _opens(home: Path) -> bool:
    try:
        Store.open(home).close()
    except EdgeError:
        return False
    return True


def _gate(
    settings: EdgeSettings, engine: FaceEngine, engine_fault: str | None, stop: threading.Event, *, missed: str, alive: Callable[[], None]
) -> None:
    keys = _keys(settings, stop, alive)
    if keys is None:
        return
    equipment = Equipment(
        camera=open_camera(settings.camera),
        reader=open_card_reader(settings.lane_reader),
        turnstile=open_turnstile(settings.turnstile),
        engine=engine,
        engine_fault=engine_fault,
        **liveness(settings),
    )
    clock, place = FlooredClock(SystemClock(), settings.home), Place(settings.lane, settings.direction)
    house = Gatehouse(settings.home, place, equipment, keys, clock, centre_key=_centre_key(settings))
    house.lane.beat = _both(alive, house.screen.beat)
    try:
        if missed:
            house.keeper.note(STORE_AWAY, missed)
        house.run(stop)
    finally:
        house.close()


def liveness(settings: EdgeSettings) -> dict[str, Any]:
    """What tells living faces here. An altered model takes its own check away and no more: the others look on, and the log names it.

    The depth camera's thread ends with the process.
    """
    try:
        found: dict[str, Any] = {"liveness": passive_checks(settings.models_dir), "eyes": Eyes.load(settings.models_dir)}
    except EdgeError as error:
        log.warning("%s", error)
        found = {"liveness": Liveness(Sharpness(), Colour()), "eyes": None}
    line = open_depth(settings.depth)
    if line is not None:
        found["liveness"] = found["liveness"].also(DepthCamera(lambda face: line.latest()))
    return found


def _centre_key(settings: EdgeSettings) -> bytes:
    """For codes that the centre signed; a box without it (never provisioned) believes none."""
    try:
        return bytes.fromhex(settings.centre_key)
    except ValueError:
        return b""


def run_kiosk(settings: EdgeSettings, stop: threading.Event) -> None:
    """The kiosk process."""
    keys = _keys(settings, stop)
    if keys is None:
        return
    with ExitStack() as held:
        parts = _kiosk_parts(settings, keys, FlooredClock(SystemClock(), settings.home), held)
        kiosk_server.run(parts, settings.kiosk_host, settings.kiosk_port, stop)


def _kiosk_parts(settings: EdgeSettings, keys: BoxKeys, clock: Clock, held: ExitStack) -> KioskParts:
    open_store = partial(Store.open, settings.home)
    records = StoreRecords(open_store, clock, keys.sealing_public)
    engine, fault = _engine_or_fault(settings, 1)
    camera = open_camera(settings.kiosk_camera)
    held.callback(camera.close)
    swipes = Swipes(open_card_reader(settings.kiosk_reader))
    held.callback(swipes.close)
    return KioskParts(
        box=settings.box,
        lane=settings.lane,
        records=records,
        cards=SwipePlace(swipes, records.card_key, clock.now_ms),
        gallery=Lookalikes(open_store, keys.open_sealed, partial(threshold, engine.scale) if engine else _never),
        camera=camera,
        engine=engine,
        engine_fault=fault,
        lane_socket=settings.socket,
        hosts=(settings.kiosk_host, "localhost", "127.0.0.1"),
        sign=keys.sign,
        decode_photo=_chip_photos(settings),
        eyes=_eyes(settings) if engine else None,
        borrows=isinstance(camera, LentCamera),
        tell_lender=camera.tell_lender if isinstance(camera, LentCamera) else lambda taking: None,
    )


def _chip_photos(settings: EdgeSettings) -> Callable[[bytes], ChipPhoto] | None:
    try:
        decoder = wlt.parse(settings.wlt_decoder)
    except ValueError as error:
        raise ConfigInvalid("wlt_decoder: PATH, PATH#SYMBOL or PATH#SYMBOL=NUMBER") from error
    return decoder.decode if decoder else None


def _eyes(settings: EdgeSettings) -> Eyes | None:
    """Without the mesh, or with another one than was checked, closed eyes go unseen at the kiosk; nothing else changes."""
    try:
        return Eyes.load(settings.models_dir)
    except EdgeError as error:
        log.warning("%s", error)
        return None


def _engine_or_fault(settings: EdgeSettings, threads: int) -> tuple[FaceEngine | None, str | None]:
    """Without its model the kiosk still enrols for cards, and the gate still opens for them."""
    try:
        return load_engine(settings.face_engine, settings.models_dir, threads), None
    except EdgeError as error:
        log.warning("%s", error)
        return None, error.code


def _never(rows: int) -> float:
    return 1.0


def run_sync(settings: EdgeSettings, stop: threading.Event) -> None:
    """The sync process."""
    sync_process.run(settings, stop)


RUN: dict[str, Callable[[EdgeSettings, threading.Event], None]] = {"gate": run_gate, "kiosk": run_kiosk, "sync": run_sync}


def _keys(settings: EdgeSettings, stop: threading.Event, alive: Callable[[], None] = lambda: None) -> BoxKeys | None:
    """The box's keys; a box that has none yet waits for them, so that provisioning needs no restart. None when told to stop."""
    said = ""
    while not stop.is_set():
        alive()
        try:
            return BoxKeys.load(settings.home)
        except EdgeError as error:
            if str(error) != said:
                log.warning("%s: waiting", error)
            said = str(error)
            stop.wait(PAUSE_S)
    return None


def doctor_checks(settings: EdgeSettings) -> list[doctor.Check]:
    """What `gongmen edge doctor` looks at on this box. Devices that a running process holds are judged by that process' report."""
    clock = SystemClock()

    def held(process: str, fault: str, look: Callable[[], str]) -> Callable[[], str]:
        return partial(_by_report_or_looking, settings.home, clock, process, fault, look)

    return [
        *doctor.common_checks(settings, clock),
        doctor.Check("models", lambda: load_engine(settings.face_engine, settings.models_dir).name),
        doctor.Check("camera", held("gate", "camera_fault", partial(_camera, settings.camera))),
        doctor.Check("depth camera", partial(_depth, settings.depth), needed=False),
        doctor.Check("kiosk camera", held("kiosk", "camera_fault", partial(_camera, settings.kiosk_camera)), needed=False),
        doctor.Check("lane reader", held("gate", "reader_fault", partial(_reader, settings.lane_reader))),
        doctor.Check("kiosk reader", held("kiosk", "reader_fault", partial(_reader, settings.kiosk_reader)), needed=False),
        doctor.Check("turnstile", partial(_turnstile, settings.turnstile)),
    ]


def _by_report_or_looking(home: Path, clock: Clock, process: str, fault: str, look: Callable[[], str]) -> str:
    report = doctor.fresh_report(home, clock, process)
    if report is None:
        return look()
    if report.get(fault):
        raise doctor.Ill(str(report[fault]), f"says the {process} process, which holds it")
    return f"held by the {process} process, which is content"


def _camera(uri: str) -> str:
    with _closing(open_camera(uri)) as camera:
        frame = camera.wait_for(0, 5.0)
        if frame is None:
            raise doctor.Ill(camera.fault() or "CAMERA_SILENT", uri.partition("?")[0])
        height, width = frame.image.shape[:2]
        return f"{width}x{height}"


def _depth(uri: str) -> str:
    line = open_depth(uri)
    if line is None:
        return "none"
    with _closing(line):
        time.sleep(1.0)
        if line.fault():
            raise doctor.Ill(str(line.fault()), uri)
        return "says something now" if line.latest() is not None else "listens, and says nothing now"


def _reader(uri: str) -> str:
    with _closing(open_card_reader(uri)) as reader:
        return f"SAM {reader.identify()}"


def _turnstile(uri: str) -> str:
    with _closing(open_turnstile(uri)) as turnstile:
        alarms = turnstile.alarms()
        if alarms:
            raise doctor.Ill(sorted(alarms)[0], ", ".join(sorted(alarms)))
        return "ready"


@contextmanager
def _closing(device: Any) -> Iterator[Any]:
    try:
        yield device
    finally:
        device.close()


def home_or_here(home: Path | None) -> Path:
    """The box's home: as given, else `/var/lib/gongmen` where that is one, else `var/edge`."""
    usual = Path("/var/lib/gongmen")
    return home or (usual if (usual / "box.toml").exists() else Path("var/edge"))

"""From the box's commit to the centre's acknowledgement: how fast a backlog drains, and how soon a live passage is safe.

Everything is real: box stores with keys, mosquitto with mutual TLS, the centre's process, SQLite and PostgreSQL with durable commits.
Baselines from the same broker in the same run: mosquitto_pub to mosquitto_sub with frames of the same size, and one frame at a time
through the broker and back.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

from central.database import Database
from edge.clock import SystemClock
from edge.store.database import Store
from edge.store.journal import Journal
from edge.sync import wire
from edge.sync.link import Arrived, Broker, Link, Opened, Tls
from gongmen.bench import servers, sync_site
from gongmen.bench.report import Report, percentile
from gongmen.bench.servers import Mosquitto
from gongmen.bench.sync_site import Site

BOXES = 4
LIVE = 300
_LONGEST_S = 600.0


def run(as_json: bool = False, events: int = 50_000) -> None:
    """Measures in a new folder under the working directory, because the temporary one may be memory."""
    report = Report("sync: box to centre", {"events": events, "boxes": BOXES, "live": LIVE, "broker": "mosquitto, mutual TLS, QoS 1"})
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-sync-") as name, servers.mosquitto(Path(name) / "broker") as broker:
        if broker is None:
            report.notes.append("mosquitto is not installed: nothing measured (Debian: apt-get install mosquitto mosquitto-clients)")
        else:
            _measure(report, Path(name), broker, events)
    report.finish(as_json)


def _measure(report: Report, folder: Path, broker: Mosquitto, events: int) -> None:
    with servers.postgresql() as url:
        databases = {"SQLite": f"sqlite:///{folder / 'central.db'}", "PostgreSQL": url}
        raw_s, raw_live = 0.0, [0.0]
        for name, where in databases.items():
            if where is None:
                report.notes.append("PostgreSQL is not installed: not measured (Debian: apt-get install postgresql)")
                continue
            site = sync_site.prepare(folder / name, broker, where, [f"b-{name[:4].lower()}{n:03}" for n in range(BOXES)])
            frame = max([sync_site.fill(site, box, events // BOXES) for box in site.boxes])
            if not raw_s:
                raw_s, raw_live = _raw(broker, events // wire.MAX_EVENTS, frame), _round_trips(broker, 180)
                raw = {"per_s": events / raw_s, "bytes": frame, "p50_ms": percentile(raw_live, 0.5), "p99_ms": percentile(raw_live, 0.99)}
                report.row(what="baseline: mosquitto_pub/sub, same frames; one frame there and back", **raw)
            drain_s, live = _ours(site, events)
            figures = {"per_s": events / drain_s, "p50_ms": percentile(live, 0.5), "p99_ms": percentile(live, 0.99)}
            report.row(what=f"gongmen: {name}, drain; commit to acknowledgement", **figures, of_baseline=raw_s / drain_s)
    report.notes.append(
        f"per_s: events a second, {wire.MAX_EVENTS} in a frame; p50/p99: one live event at a time, from commit to the centre's word"
    )


def _ours(site: Site, events: int) -> tuple[float, list[float]]:
    """Seconds to drain the backlog; then ms from commit to acknowledgement of single passages."""
    database = Database.open(site.settings.database)
    centre = sync_site.start_centre(site)
    boxes, go = sync_site.start_boxes(site, site.boxes)
    try:
        go.set()
        begun = time.perf_counter()
        while sync_site.arrived(database) < events // len(site.boxes) * len(site.boxes):
            if time.perf_counter() - begun > _LONGEST_S or not centre.is_alive():
                raise TimeoutError(f"{sync_site.arrived(database)} of {events} events arrived")
            time.sleep(0.05)
        drained_s = time.perf_counter() - begun
        return drained_s, _live(site, site.boxes[0])
    finally:
        for process in (*boxes, centre):
            process.kill()
            process.join()
        database.close()


def _live(site: Site, box: str) -> list[float]:
    store = Store.open(site.home(box))
    journal = Journal(store, SystemClock())
    times_ms: list[float] = []
    try:
        while journal.acked() < journal.max_seq():
            time.sleep(0.05)
        for n in range(LIVE):
            with store.transaction():
                seq = journal.record(sync_site.passage(n)).seq
            begun = time.perf_counter()
            while journal.acked() < seq and time.perf_counter() - begun < 30:
                time.sleep(0.0005)
            times_ms.append((time.perf_counter() - begun) * 1000)
            time.sleep(0.02)
    finally:
        store.close()
    return times_ms


def _raw(broker: Mosquitto, count: int, size: int) -> float:
    """Seconds that mosquitto's own programs need for as many messages of that size, QoS 1."""
    ca, certificate, key = broker.client("central")
    place = ["-h", "localhost", "-p", str(broker.port), "-V", "5", "-q", "1", "-t", "raw/bench"]
    place += ["--cafile", str(ca), "--cert", str(certificate), "--key", str(key)]
    lines = (b"x" * size + b"\n") * count
    with subprocess.Popen(["mosquitto_sub", *place, "-C", str(count)], stdout=subprocess.DEVNULL) as listener:
        time.sleep(1.0)  # it says nothing once it has subscribed
        begun = time.perf_counter()
        subprocess.run(["mosquitto_pub", *place, "-l"], input=lines, check=True)
        listener.wait(120)
        return time.perf_counter() - begun


def _round_trips(broker: Mosquitto, size: int) -> list[float]:
    """Ms of single messages through the broker and back to the sender."""
    ca, certificate, key = broker.client("central")
    link = Link("echo", Broker("localhost", broker.port, Tls(ca, certificate, key)), ["raw/echo"], lambda: ("raw/will", b""))
    while not any(isinstance(event, Opened) for event in link.poll(0.1)):
        pass
    times_ms: list[float] = []
    for _ in range(LIVE):
        begun = time.perf_counter()
        link.publish("raw/echo", b"x" * size)
        while not any(isinstance(event, Arrived) for event in link.poll(0.1)):
            pass
        times_ms.append((time.perf_counter() - begun) * 1000)
    link.close("raw/will", b"")
    return times_ms

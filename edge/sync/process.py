"""The sync process: owns the connection and the device key, and nothing of the lane."""

from __future__ import annotations

import logging
import threading
from typing import Final

from edge.clock import Clock, FlooredClock, SystemClock
from edge.errors import ConfigInvalid, EdgeError, KeyDamaged, KeyMissing, KeyReadableByOthers, StoreFull, StoreReplaced
from edge.settings import EdgeSettings
from edge.store.database import Store
from edge.store.health import Health
from edge.store.secrets import BoxKeys, CentreKey, secrets_dir
from edge.sync import renewal, wire
from edge.sync.link import Broker, Link, Tls
from edge.sync.session import Session

log = logging.getLogger(__name__)

STEP_S: Final = 0.01
"""How long a fact waits at most before the outbox notices it; a message from the centre is noticed at once."""
PAUSE_S: Final = 2.0


def run(settings: EdgeSettings, stop: threading.Event) -> None:
    """Until `stop`. A box without keys waits for them; a store that was replaced is opened again. Raises `StoreDamaged`: the next start
    sets the damaged file aside."""
    clock, renewed = FlooredClock(SystemClock(), settings.home), threading.Event()
    if settings.box and settings.centre_url and settings.mqtt_tls:
        given = (settings.home, settings.box, settings.centre_url, stop, renewed)
        threading.Thread(target=renewal.keep_renewing, args=given, name="renewal", daemon=True).start()
    while not stop.is_set():
        renewed.clear()
        try:
            _connected(settings, clock, stop, renewed)
        except StoreReplaced:
            log.warning("STORE_REPLACED: opened again")
        except StoreFull:
            log.warning("STORE_FULL: nothing can be written down; facts already written wait")
            stop.wait(PAUSE_S)


def broker(settings: EdgeSettings) -> Broker:
    """Where the settings say that the broker is."""
    place = secrets_dir(settings.home)
    tls = Tls(place / "ca.crt", *renewal.pair_of(settings.home)) if settings.mqtt_tls else None
    return Broker(settings.mqtt_host, settings.mqtt_port, tls)


def _connected(settings: EdgeSettings, clock: Clock, stop: threading.Event, renewed: threading.Event) -> None:
    """One store and one connection, until `stop`, or until the certificate was renewed: the next one shows the new."""
    store = Store.open(settings.home)
    try:
        session = _session(settings, store, clock)
        topics = [*(wire.down_topic(session.box, what) for what in wire.Down), wire.CENTRE_STATE]
        link = Link(session.box, broker(settings), topics, session.will)
        session.begin(link)
        try:
            while not stop.is_set() and not renewed.is_set():
                session.step(STEP_S)
        finally:
            link.close(*session.will())
    except (KeyMissing, KeyDamaged, KeyReadableByOthers, ConfigInvalid) as error:
        _wait_for_keys(store, clock, error, stop)
    finally:
        store.close()


def _session(settings: EdgeSettings, store: Store, clock: Clock) -> Session:
    if not settings.box:
        raise KeyMissing("box.toml")
    keys = BoxKeys.load(settings.home)
    verify = CentreKey(settings.centre_key).verify
    return Session(settings.box, store, clock, keys, verify=verify, keep_days=settings.retention_days)


def _wait_for_keys(store: Store, clock: Clock, error: EdgeError, stop: threading.Event) -> None:
    log.warning("%s", error)
    Health(store, clock).report("sync", {"connected": False, "since_ms": clock.now_ms(), "fault": error.code})
    stop.wait(PAUSE_S)

"""A gate that hangs is started again by systemd, because its loop, and nothing else, says that it lives."""

from __future__ import annotations

import configparser
import socket
import threading
from pathlib import Path

import pytest

from edge.app import run_gate
from edge.settings import EdgeSettings
from edge.store.secrets import BoxKeys
from edge.watchdog import BEAT_S, Watchdog

UNIT = Path(__file__).parents[2] / "hardware" / "wiring" / "gongmen-gate.service"


def listening(path: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.bind(str(path))
    line.settimeout(20)
    return line


def test_a_beat_reaches_whoever_listens_and_is_not_repeated_at_once(tmp_path: Path) -> None:
    with listening(tmp_path / "notify") as line:
        watchdog = Watchdog(str(tmp_path / "notify"))
        watchdog.beat()
        watchdog.beat()
        assert line.recv(64) == b"WATCHDOG=1"
        line.setblocking(False)
        try:
            line.recv(64)
        except BlockingIOError:
            return
    raise AssertionError("beaten twice")


def test_without_anybody_who_listens_nothing_happens(tmp_path: Path) -> None:
    Watchdog("").beat()
    Watchdog(str(tmp_path / "gone")).beat()


def test_a_running_gate_beats_and_one_that_waits_for_its_keys_does_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(tmp_path / "notify") as line:
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        stop = threading.Event()
        gate = threading.Thread(target=run_gate, args=(EdgeSettings(home=tmp_path / "home"), stop))
        gate.start()
        try:
            assert line.recv(64) == b"WATCHDOG=1"  # it has no keys yet
            (tmp_path / "home").mkdir(exist_ok=True)
            BoxKeys.create(tmp_path / "home")
            assert [line.recv(64) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        finally:
            stop.set()
            gate.join()


def test_the_unit_gives_a_gate_time_to_start_and_starts_it_again_for_ever() -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.read(UNIT, encoding="utf-8")
    assert int(unit["Service"]["WatchdogSec"]) > 10 * BEAT_S
    assert (unit["Service"]["Restart"], unit["Service"]["NotifyAccess"], unit["Unit"]["StartLimitIntervalSec"]) == ("always", "main", "0")

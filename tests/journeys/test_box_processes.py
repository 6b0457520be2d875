"""The box's three processes as they really run: each can be killed, the others go on, the supervisor brings it back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from edge.store.database import Store
from edge.store.health import Health
from edge.store.secrets import BoxKeys
from gongmen.demo.stage import free_port
from hardware.camera.simulated import SimulatedScene
from hardware.card_reader.simulated import SamSimulator


def until(true: Callable[[], Any], what: str, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.1)


class Box:
    """A box at a desk, with keys but no centre in reach."""

    def __init__(self, home: Path, reader: SamSimulator) -> None:
        self.home, self.port = home, free_port()
        BoxKeys.create(home)
        scene = SimulatedScene(home / "lane")
        lines = {
            "box": "b-test",
            "centre_key": "ab" * 32,
            "mqtt_port": free_port(),
            "mqtt_tls": False,
            "camera": f"simulated:{scene.folder}",
            "lane_reader": f"sam-serial:{reader.path}",
            "turnstile": f"simulated:{home / 'turnstile'}",
            "kiosk_port": self.port,
        }
        (home / "box.toml").write_text("".join(f"{k} = {json.dumps(v)}\n" for k, v in lines.items()), encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gongmen", "edge", "run", "--home", str(home)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def pids(self) -> dict[str, int]:
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    argv = (entry / "cmdline").read_bytes().decode().split("\0")
                except OSError:
                    continue
                if str(self.home) in argv and "run" not in argv and "edge" in argv:
                    found[argv[argv.index("edge") + 1]] = int(entry.name)
        return found

    def said_ms(self) -> dict[str, int]:
        store = Store.open(self.home)
        try:
            return {name: int(report["at_ms"]) for name, report in Health(store).all().items()}
        finally:
            store.close()

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def came_back(box: Box, victim: str, before: dict[str, int]) -> bool:
    return box.pids().get(victim, before[victim]) != before[victim]


def all_said_something(box: Box, since_ms: int) -> bool:
    return min(box.said_ms().values()) > since_ms


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with SamSimulator() as reader:
        one = Box(tmp_path, reader)
        try:
            until(lambda: len(one.said_ms()) == 3, "all three processes report")
            yield one
        finally:
            one.close()


@pytest.mark.timeout(240)
def test_whichever_process_is_killed_the_others_go_on_and_it_comes_back(box: Box) -> None:
    for victim in ("gate", "kiosk", "sync"):
        before = box.pids()
        killed_ms = time.time_ns() // 1_000_000
        os.kill(before[victim], signal.SIGKILL)
        until(partial(came_back, box, victim, before), f"{victim} is started again")
        until(partial(all_said_something, box, killed_ms), "all of them report on")
        after = box.pids()
        assert {n: p for n, p in after.items() if n != victim} == {n: p for n, p in before.items() if n != victim}
    assert httpx.get(f"http://127.0.0.1:{box.port}/api/health", timeout=10).status_code == 200


@pytest.mark.timeout(120)
def test_no_process_outlives_a_supervisor_that_was_killed(box: Box) -> None:
    before = box.pids()
    box.process.kill()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in before.values()), "the children end")


@pytest.mark.timeout(120)
def test_the_doctor_says_what_is_well_and_what_is_not(box: Box) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gongmen", "edge", "doctor", "--home", str(box.home), "--json"], capture_output=True, text=True, check=False
    )
    told = json.loads(done.stdout.splitlines()[-1])
    found = {finding["name"]: finding["code"] for finding in told["findings"]}
    assert done.returncode == 1
    assert not told["well"]
    assert found["broker"] == "BROKER_UNREACHABLE"
    assert found["roster"] == "ROSTER_NONE"
    assert (found["keys"], found["store"], found["models"], found["process gate"]) == (None, None, None, None)

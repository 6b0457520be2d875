"""The site of the kill test: two boxes, a broker with mutual TLS and a centre, each a process that can be killed and started again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from central.clock import SystemClock
from central.devices.certificates import CertificateAuthority
from edge.store.database import Store
from edge.store.secrets import BoxKeys, secrets_dir, write_secret
from tests.central.messaging.field import Field, open_field
from tests.parts.broker import Mosquitto

ROOT = Path(__file__).parents[2]
BOXES = ("b-aaaaaaaa", "b-bbbbbbbb")


@dataclass
class Part:
    """Something that is killed with SIGKILL and started again."""

    name: str
    start: Callable[[], None]
    kill: Callable[[], None]


class Process:
    """A Python process; what it logs is kept in a file."""

    def __init__(self, arguments: list[str], log: Path, environment: Mapping[str, str]) -> None:
        self._arguments = [sys.executable, "-m", *arguments]
        self._log = log
        self._environment = {**os.environ, **environment}
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(self._arguments, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def kill(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait(10)
            self._running = None


class Site:
    """All parts, standing still at first."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.field: Field = open_field(folder / "centre", database_url)
        person = self.field.worker()
        self.broker = Mosquitto(folder / "broker", CertificateAuthority.create(SystemClock().now()))
        self.parts = {"broker": Part("broker", self.broker.start, self.broker.kill)}
        self._add("centre", ["tests.journeys.kill_centre"], self._centre_environment(database_url))
        for box in BOXES:
            home = self._box(box)
            for role in ("sync", "write"):
                self._add(f"{role} {box}", ["tests.journeys.kill_box", role, str(home), person], {})

    def home(self, box: str) -> Path:
        return self.folder / box

    def _add(self, name: str, arguments: list[str], environment: dict[str, str]) -> None:
        process = Process(arguments, self.folder / f"{name.replace(' ', '-')}.log", environment)
        self.parts[name] = Part(name, process.start, process.kill)

    def _centre_environment(self, database_url: str) -> dict[str, str]:
        files = self.broker.client("central")
        values = {
            "home": self.folder / "centre",
            "database_url": database_url,
            "mqtt_host": "localhost",
            "mqtt_port": self.broker.port,
            "mqtt_tls": "true",
            "mqtt_ca": files.ca,
            "mqtt_certificate": files.certificate,
            "mqtt_key": files.key,
        }
        return {f"GONGMEN_CENTRAL_{name.upper()}": str(value) for name, value in values.items()}

    def _box(self, box: str) -> Path:
        home = self.home(box)
        known = self.field.box(box)
        write_secret(secrets_dir(home) / "signing.key", bytes(known.signing))
        write_secret(secrets_dir(home) / "sealing.key", bytes(known.sealing))
        BoxKeys.load(home)
        files = self.broker.client(box)
        for name, path in (("ca.crt", files.ca), ("client.crt", files.certificate), ("client.key", files.key)):
            write_secret(secrets_dir(home) / name, path.read_bytes())
        lines = [f'box = "{box}"', 'mqtt_host = "localhost"', f"mqtt_port = {self.broker.port}", "mqtt_tls = true"]
        lines.append(f'centre_key = "{self.field.centre.secrets.verify_key.hex()}"')
        (home / "box.toml").write_text("\n".join(lines) + "\n")
        Store.open(home).close()
        return home

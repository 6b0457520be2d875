"""A real mosquitto for a test: its own port on loopback, mutual TLS with a topic tree for each box, or plain; it can be killed."""

from __future__ import annotations

import getpass
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from central.devices.certificates import CertificateAuthority

ACL = """\
pattern write gm/1/%u/up/#
pattern read gm/1/%u/down/#
pattern read gm/1/central/state
user central
topic readwrite gm/1/#
"""


@dataclass(frozen=True)
class TlsFiles:
    """What a client of the broker presents and trusts."""

    ca: Path
    certificate: Path
    key: Path


class Mosquitto:
    """One broker in a folder. `authority` switches mutual TLS and the ACL on; without it anybody on loopback may do anything."""

    def __init__(self, folder: Path, authority: CertificateAuthority | None = None) -> None:
        self.folder = folder
        self.authority = authority
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._configuration = folder / "mosquitto.conf"
        self._configuration.write_text("\n".join(self._lines()) + "\n")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Starts it and waits until it listens. Skips the test, saying so, where mosquitto is not installed."""
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
        if program is None:
            pytest.skip("mosquitto is not installed")
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([program, "-c", str(self._configuration)], stdout=log, stderr=log)
        deadline = time.monotonic() + 10
        while not listens(self.port):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError(f"mosquitto did not start: {(self.folder / 'mosquitto.log').read_text()[-800:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """kill -9: whatever it held in memory is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends it politely."""
        self._end(signal.SIGTERM)

    def client(self, name: str) -> TlsFiles:
        """Certificate files for a client of that name, issued by the broker's authority."""
        if self.authority is None:
            raise ValueError("a broker without an authority has no client certificates")
        key, certificate = self.authority.issue_client(name, datetime.now(UTC)).write(self.folder / "clients", name)
        return TlsFiles(self.folder / "ca.crt", certificate, key)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(10)
            self._process = None

    def _lines(self) -> list[str]:
        lines = [
            f"user {getpass.getuser()}",
            "persistence true",
            f"persistence_location {self.folder}/",
            "set_tcp_nodelay true",
            "max_queued_messages 0",
            f"listener {self.port} 127.0.0.1",
        ]
        if self.authority is None:
            return [*lines, "allow_anonymous true"]
        (self.folder / "ca.crt").write_bytes(self.authority.certificate)
        key, certificate = self.authority.issue_server(["localhost", "127.0.0.1"], datetime.now(UTC)).write(self.folder, "server")
        acl = self.folder / "acl"
        acl.write_text(ACL)
        acl.chmod(0o600)
        return [
            *lines,
            "allow_anonymous false",
            f"cafile {self.folder / 'ca.crt'}",
            f"certfile {certificate}",
            f"keyfile {key}",
            "require_certificate true",
            "use_identity_as_username true",
            f"acl_file {acl}",
        ]


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether something accepts connections on that loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0

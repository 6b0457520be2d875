"""Servers that a benchmark runs against: a mosquitto and a PostgreSQL of its own, gone afterwards. None where it is not installed."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from central.devices.certificates import CertificateAuthority

_SBIN = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
_ACL = "pattern write gm/1/%u/up/#\npattern read gm/1/%u/down/#\npattern read gm/1/central/state\nuser central\ntopic readwrite #\n"


@dataclass(frozen=True)
class Mosquitto:
    """A running broker with mutual TLS, as in production."""

    folder: Path
    port: int
    authority: CertificateAuthority

    def client(self, name: str) -> tuple[Path, Path, Path]:
        """Root, certificate and key files for a client of that name."""
        key, certificate = self.authority.issue_client(name, datetime.now(UTC)).write(self.folder, name)
        return self.folder / "ca.crt", certificate, key


@contextmanager
def mosquitto(folder: Path) -> Iterator[Mosquitto | None]:
    """A broker on loopback for the block."""
    program = shutil.which("mosquitto", path=_SBIN)
    if program is None:
        yield None
        return
    folder.mkdir(parents=True)
    authority = CertificateAuthority.create(datetime.now(UTC))
    authority.save(folder)
    authority.issue_server(["localhost", "127.0.0.1"], datetime.now(UTC)).write(folder, "server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "acl").write_text(_ACL)
    (folder / "acl").chmod(0o600)
    lines = [f"user {getpass.getuser()}", "set_tcp_nodelay true", "max_queued_messages 0", f"listener {port} 127.0.0.1"]
    lines += ["allow_anonymous false", "require_certificate true", "use_identity_as_username true", f"acl_file {folder}/acl"]
    lines += [f"cafile {folder}/ca.crt", f"certfile {folder}/server.crt", f"keyfile {folder}/server.key"]
    (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
    process = subprocess.Popen([program, "-c", str(folder / "mosquitto.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until_listening(port)
        yield Mosquitto(folder, port, authority)
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def postgresql() -> Iterator[str | None]:
    """A cluster with durable commits for the block; its URL."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        yield None
        return
    folder, binaries = Path(tempfile.mkdtemp(prefix="gongmen-bench-")), programs[-1].parent
    user = None
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        user = "postgres" if any(entry.pw_name == "postgres" for entry in pwd.getpwall()) else "nobody"
        shutil.chown(folder, user)

    def act(*command: str) -> None:
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    data = str(folder / "data")
    try:
        act(str(binaries / "initdb"), "-D", data, "-U", "gongmen", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        act(str(binaries / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", f"-c listen_addresses= -k {folder}", "start")
        try:
            yield f"postgresql://gongmen@/postgres?host={folder}"
        finally:
            act(str(binaries / "pg_ctl"), "-D", data, "-w", "-m", "fast", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _until_listening(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > deadline:
            raise TimeoutError("mosquitto does not listen")
        time.sleep(0.02)

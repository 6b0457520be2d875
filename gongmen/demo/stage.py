"""What the play stands on: real processes of the product, and simulated devices behind their real ports."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class StageError(RuntimeError):
    """The play cannot go on: a process ended, or what was awaited never came. The message says which and where its log is."""


def free_port(wanted: int = 0) -> int:
    """A port on loopback that nobody listens on: the wanted one if it is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StageError("no free port on 127.0.0.1")


def is_served(port: int) -> bool:
    """Whether somebody answers on this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def eventually(what: str, seconds: float, look: Callable[[], T | None]) -> T:
    """What `look` returns once it is neither None nor False. Raises `StageError` naming `what` when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found is not None and found is not False:
            return found
        time.sleep(0.1)
    raise StageError(f"waited {seconds:.0f} s in vain for: {what}")


class Part:
    """One process of the product, with its log."""

    def __init__(self, name: str, argv: Sequence[str], logs: Path, env: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        self._argv = [sys.executable, "-m", *argv]
        self._env = {**os.environ, **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it; its output goes to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._argv, env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def output(self) -> str:
        """Runs it to its end; what it printed. Raises `StageError` with its log's end if it failed."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            done = subprocess.run(self._argv, env=self._env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, check=False)
        if done.returncode != 0:
            raise StageError(f"{self.name} failed; {self.log}:\n{self._tail()}")
        return done.stdout.decode()

    def serves(self, port: int) -> bool:
        """Whether it answers on its port; raises like `check`."""
        self.check()
        return is_served(port)

    def check(self) -> None:
        """Raises `StageError` with the log's end if it has died."""
        if self._process is None or self._process.poll() is not None:
            raise StageError(f"{self.name} ended by itself; {self.log}:\n{self._tail()}")

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:]) if self.log.exists() else ""

    def stop(self) -> None:
        """Ends it, politely at first; safe to repeat."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(8)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

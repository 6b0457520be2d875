"""Keeps the box's three processes alive on a desk, in a demo or in a test; on a real box systemd does."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
STEADY_S = 5.0
"""A process that lived this long is taken for well: its next restart is quick again."""


@dataclass
class _Child:
    argv: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    restart_at_s: float = 0.0


class Supervisor:
    """Starts each command, and again whenever it ends, with a growing pause; one that dies takes nobody with it."""

    def __init__(self, commands: Mapping[str, Sequence[str]]) -> None:
        self._children = {name: _Child(argv) for name, argv in commands.items()}
        self.restarts = 0

    def run(self, stop: threading.Event, tick_s: float = 0.1) -> None:
        """Until `stop`; then ends all children, first politely."""
        try:
            while not stop.wait(tick_s):
                for name, child in self._children.items():
                    self._tend(name, child)
        finally:
            self._end()

    def pids(self) -> dict[str, int]:
        """The processes that live now."""
        return {n: c.process.pid for n, c in self._children.items() if c.process and c.process.poll() is None}

    def _tend(self, name: str, child: _Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.restart_at_s:
                try:
                    child.process = subprocess.Popen(child.argv, stdin=subprocess.DEVNULL)  # noqa: S603 - our own command
                    child.started_s = now
                except OSError as error:  # no memory, no process left: the others live, so wait and try again
                    log.warning("cannot start %s: %s", name, error.strerror)
                    child.restart_at_s = now + LONGEST_PAUSE_S
            return
        status = child.process.poll()
        if status is None:
            return
        lived_s = now - child.started_s
        child.pause_s = FIRST_PAUSE_S if lived_s > STEADY_S else min(child.pause_s * 2, LONGEST_PAUSE_S)
        child.restart_at_s, child.process = now + child.pause_s, None
        self.restarts += 1
        log.warning("process ended: %s status=%s lived=%.1fs, again in %.1fs", name, status, lived_s, child.pause_s)

    def _end(self) -> None:
        alive = [c.process for c in self._children.values() if c.process and c.process.poll() is None]
        for process in alive:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 5
        for process in alive:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def stop_on_signals(stop: threading.Event) -> None:
    """SIGTERM and SIGINT set `stop`; so does the death of whoever started this process (a supervisor that was killed)."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()

    def watch() -> None:
        while not stop.wait(1.0):
            if os.getppid() != parent:
                stop.set()

    threading.Thread(target=watch, name="parent", daemon=True).start()

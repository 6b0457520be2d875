from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from edge.supervisor import Supervisor

SLEEPS = (sys.executable, "-c", "import time; time.sleep(600)")
DIES = (sys.executable, "-c", "raise SystemExit(3)")


def until(true: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


@contextmanager
def running(supervisor: Supervisor) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=supervisor.run, args=(stop, 0.02))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)


@pytest.mark.parametrize("victim", ["gate", "kiosk", "sync"])
def test_a_killed_process_comes_back_and_the_others_never_notice(victim: str) -> None:
    supervisor = Supervisor(dict.fromkeys(("gate", "kiosk", "sync"), SLEEPS))
    with running(supervisor):
        until(lambda: len(supervisor.pids()) == 3)
        before = supervisor.pids()
        os.kill(before[victim], signal.SIGKILL)
        until(lambda: supervisor.pids().get(victim, before[victim]) != before[victim])
        after = supervisor.pids()
    assert {n: p for n, p in after.items() if n != victim} == {n: p for n, p in before.items() if n != victim}


def test_a_process_that_always_dies_is_tried_again_without_a_storm() -> None:
    supervisor = Supervisor({"gate": DIES})
    with running(supervisor):
        until(lambda: supervisor.restarts >= 2)
        time.sleep(1)
        assert supervisor.restarts < 10


def test_stopping_leaves_no_process_behind() -> None:
    supervisor = Supervisor({"gate": SLEEPS})
    with running(supervisor):
        until(lambda: bool(supervisor.pids()))
        pid = supervisor.pids()["gate"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)

"""One process of a box in the kill test: `python -m tests.journeys.kill_box write|sync HOME`. It runs until it is killed.

`write` plays the gate: a passage, committed, and only then (as a turnstile would open) a line in `opened.txt`. `sync` is the real thing.
"""

from __future__ import annotations

import itertools
import os
import random
import sys
import threading
import time
from pathlib import Path

from edge.clock import SystemClock
from edge.settings import load
from edge.store.database import Store
from edge.store.journal import Journal
from edge.sync import process, wire


def write(home: Path, person: str) -> None:
    """Passages one by one, as fast as the disk keeps them for a while, then slowly; every hundredth event is an incident."""
    store = Store.open(home)
    journal = Journal(store, SystemClock())
    opened = os.open(home / "opened.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for n in itertools.count():
        body: wire.Body = wire.Passage(person, random.choice(list(wire.Direction)), wire.Method.FACE, "1", 1, 700)
        if n % 100 == 99:
            body = wire.Incident("KILL_TEST", "x" * random.randrange(200))
        with store.transaction():
            event = journal.record(body)
        os.write(opened, f"{journal.epoch} {event.seq}\n".encode())
        time.sleep(0 if n % 200 < 150 else 0.01)


def main(role: str, home: Path, person: str) -> None:
    """The process' main."""
    if role == "write":
        write(home, person)
    else:
        process.run(load(home), threading.Event())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])

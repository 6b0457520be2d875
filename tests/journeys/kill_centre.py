"""The centre's messaging as a process of its own in the kill test: `python -m tests.journeys.kill_centre`, settings by environment."""

from __future__ import annotations

import threading

from central.centre import Centre
from central.messaging import process
from central.settings import CentralSettings


def main() -> None:
    """Runs until it is killed."""
    process.start(Centre.open(CentralSettings()))
    threading.Event().wait()


if __name__ == "__main__":
    main()

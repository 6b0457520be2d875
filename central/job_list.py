"""Every job of the centre: the one place that knows them all. A slice adds its own here."""

from __future__ import annotations

from typing import Final

from central.jobs import Job

JOBS: Final[tuple[Job, ...]] = ()

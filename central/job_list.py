"""Every job of the centre: the one place that knows them all. A slice adds its own here."""

from __future__ import annotations

from typing import Final

from central.entry import nightly
from central.jobs import Job
from central.projects import settings

JOBS: Final[tuple[Job, ...]] = (nightly.JOB, settings.JOB)

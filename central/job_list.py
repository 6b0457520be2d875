"""Every job of the centre: the one place that knows them all. A slice adds its own here."""

from __future__ import annotations

from typing import Final

from central.attendance import jobs as attendance
from central.attendance import months
from central.entry import nightly
from central.exchange import job as exchange
from central.jobs import Job
from central.messaging import retention
from central.people import terms_job as search_terms
from central.people import transfer_job as transfers
from central.platform import job as platform
from central.projects import settings
from central.verification import job as verification

JOBS: Final[tuple[Job, ...]] = (
    months.JOB,
    retention.JOB,
    *attendance.JOBS,
    nightly.JOB,
    transfers.JOB,
    settings.JOB,
    verification.JOB,
    search_terms.JOB,
    *exchange.JOBS,
    *platform.JOBS,
)

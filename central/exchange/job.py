"""Imports are worked on by a job of the centre: a slice at a time, so that other work gets its turn (A-62)."""

from __future__ import annotations

import datetime as dt
import time
from typing import Final

from sqlalchemy import delete, select

from central.centre import Centre
from central.exchange import import_work, importing
from central.exchange.model import ImportFile, ImportJob, ImportRow, ImportState
from central.jobs import Job, daily, every

SLICE_S: Final = 10.0
KEPT: Final = dt.timedelta(days=30)
"""How long the rows of a finished import stay for looking at; then only the counts do."""


def work(centre: Centre) -> str:
    """Go on with what is to be checked or registered, first what waited longest."""
    until = time.monotonic() + SLICE_S
    worked = 0
    while time.monotonic() < until:
        with centre.database.reading() as session:
            wanted = select(ImportJob.id, ImportJob.state).where(ImportJob.state.in_((ImportState.CHECKING, ImportState.COMMITTING)))
            due = session.execute(wanted.order_by(ImportJob.updated_at, ImportJob.id).limit(1)).first()
        if due is None:
            break
        worked += 1
        try:
            _go_on(centre, due[0], due[1], until)
        except Exception:
            import_work.step_back(centre, due[0])  # whoever waits behind it comes first next time
            raise
    return f"worked on {worked}"


def _go_on(centre: Centre, import_id: int, state: ImportState, until: float) -> None:
    if state is ImportState.CHECKING:
        import_work.check_file(centre, import_id)
        return
    while import_work.commit_chunk(centre, import_id) and time.monotonic() < until:
        pass


def sweep(centre: Centre) -> str:
    """Privacy: what people typed does not stay longer than it is needed."""
    before = centre.clock.now() - KEPT
    old = select(ImportJob.id).where(ImportJob.updated_at < before)
    with centre.database.writing() as session:
        gone = session.execute(delete(ImportRow).where(ImportRow.import_id.in_(old)))
        session.execute(delete(ImportFile).where(ImportFile.import_id.in_(old)))
        for job in session.scalars(select(ImportJob).where(ImportJob.updated_at < before, ImportJob.state.in_(importing.OPEN))):
            job.state = ImportState.CANCELLED
    return f"rows forgotten {getattr(gone, 'rowcount', 0)}"


JOBS: Final = (
    Job("imports", every(dt.timedelta(seconds=2)), work),
    Job("old-imports", daily(dt.time(3, 20)), sweep),
)

"""Work that the centre does by itself, at its time: once for the whole centre, however many processes it has.

A slice that has such work makes a `Job` and names it in `central.job_list.JOBS`; the centre's processes start one `Runner` each. A job
is taken by a row of the table `jobs`, under a lease that outlives a process that dies. What a job raises is recorded by its code (never
a value) and the job comes again after `RETRY`. `/healthz` shows each job's last run. A job's `work` opens its own transactions on
`Centre.database`, in small pieces, so that a second run after a failure continues where the first one stopped.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import String, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from central.centre import Centre
from central.clock import SITE_ZONE
from central.database import Base
from central.errors import Problem

log = logging.getLogger(__name__)

LEASE: Final = dt.timedelta(minutes=15)
"""How long a job may run before another process may take it for dead."""
RETRY: Final = dt.timedelta(minutes=1)
TICK_S: Final = 1.0
_DAY: Final = dt.timedelta(days=1)

Next = Callable[[dt.datetime], dt.datetime]
"""From a moment (aware UTC) to the next moment, after it, at which a job is due."""


class JobRow(Base):
    """A job's row: when it is due, who runs it until when, how the last run ended (`last_error` is empty after a good one)."""

    __tablename__ = "jobs"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    due_at: Mapped[dt.datetime]
    leased_until: Mapped[dt.datetime | None]
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    succeeded_at: Mapped[dt.datetime | None]
    last_error: Mapped[str] = mapped_column(String(200), server_default="", default="")
    runs: Mapped[int] = mapped_column(server_default="0", default=0)
    failures: Mapped[int] = mapped_column(server_default="0", default=0)


@dataclass(frozen=True)
class Job:
    """A named piece of work. `work` returns what it did, in a few words without names or numbers of people, for the log."""

    name: str
    next_after: Next
    work: Callable[[Centre], str]


def every(interval: dt.timedelta) -> Next:
    """Due again an interval after the last beginning."""
    return lambda moment: moment + interval


def daily(at: dt.time) -> Next:
    """Due every day at a local time of the sites (Asia/Shanghai)."""

    def following(moment: dt.datetime) -> dt.datetime:
        local = moment.astimezone(SITE_ZONE)
        wanted = dt.datetime.combine(local.date(), at, SITE_ZONE)
        return (wanted if wanted > local else wanted + _DAY).astimezone(dt.UTC)

    return following


class Runner:
    """Runs what is due, one job after another, until told to stop."""

    def __init__(self, centre: Centre, jobs: Sequence[Job]) -> None:
        self.centre = centre
        self._jobs = jobs

    def run(self, stop: threading.Event) -> None:
        """The thread's main."""
        while not stop.is_set():
            try:
                self.run_due()
            except SQLAlchemyError as error:  # the store may be away: the next tick tries again
                log.warning("JOBS_WAIT %s", type(error).__name__)
            stop.wait(TICK_S)

    def run_due(self) -> int:
        """Runs each job that is due and free now; how many ran. A job never seen before becomes due at its next time."""
        return sum(self._run(job) for job in self._jobs if self._take(job))

    def _take(self, job: Job) -> bool:
        with self.centre.database.reading() as session:
            row = session.get(JobRow, job.name)
            if row is not None and not self._is_free(row):
                return False
        try:
            with self.centre.database.writing() as session:
                return self._lease(session, job)
        except IntegrityError:  # another process saw it first
            return False

    def _lease(self, session: Session, job: Job) -> bool:
        now = self.centre.clock.now()
        row = session.get(JobRow, job.name, with_for_update=True, populate_existing=True)
        if row is None:
            session.add(JobRow(name=job.name, due_at=job.next_after(now)))
            return False
        if not self._is_free(row):
            return False
        row.leased_until, row.started_at = now + LEASE, now
        row.due_at = job.next_after(now)
        row.runs += 1
        session.flush()
        return True

    def _is_free(self, row: JobRow) -> bool:
        now = self.centre.clock.now()
        return row.due_at <= now and (row.leased_until is None or row.leased_until <= now)

    def _run(self, job: Job) -> int:
        error = ""
        try:
            log.info("JOB_DONE %s %s", job.name, job.work(self.centre))
        except Problem as problem:
            error = problem.code
        except Exception as failure:
            error = type(failure).__name__
            log.exception("JOB_FAILED %s", job.name)
        with self.centre.database.writing() as session:
            self._record(session, job, error)
        return 1

    def _record(self, session: Session, job: Job, error: str) -> None:
        now = self.centre.clock.now()
        row = session.get_one(JobRow, job.name, with_for_update=True, populate_existing=True)
        row.leased_until, row.finished_at, row.last_error = None, now, error
        if error:
            row.failures += 1
            row.due_at = min(row.due_at, now + RETRY)
        else:
            row.succeeded_at = now


@dataclass(frozen=True)
class Running:
    """A started runner."""

    thread: threading.Thread
    ended: threading.Event

    def stop(self) -> None:
        """Ends it after the job that it is at."""
        self.ended.set()
        self.thread.join()


def start(centre: Centre, jobs: Sequence[Job]) -> Running:
    """A runner in a thread of its own."""
    ended = threading.Event()
    thread = threading.Thread(target=Runner(centre, jobs).run, args=(ended,), name="jobs")
    thread.start()
    return Running(thread, ended)


def last_runs(session: Session) -> list[JobRow]:
    """Every job that ever ran, by name."""
    return list(session.scalars(select(JobRow).order_by(JobRow.name)))

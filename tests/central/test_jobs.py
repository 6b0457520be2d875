"""The centre's own work: each job at its time, once, whatever fails."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx

from central.centre import Centre
from central.database import Database
from central.errors import Problem
from central.job_list import JOBS
from central.jobs import LEASE, RETRY, Job, JobRow, Runner, daily, every
from tests.central.builders import Story

HOUR = dt.timedelta(hours=1)


class FakeWork:
    """Counts its runs, and fails as often as it is told."""

    def __init__(self, *failures: Exception) -> None:
        self.runs = 0
        self.failures = list(failures)

    def __call__(self, _centre: Centre) -> str:
        """One run."""
        self.runs += 1
        if self.failures:
            raise self.failures.pop(0)
        return "done"


def due(runner: Runner) -> Runner:
    """A runner whose jobs were seen before, and are due now."""
    assert runner.run_due() == 0
    runner.centre.clock.at += HOUR  # type: ignore[attr-defined]
    return runner


def row(database: Database, name: str = "work") -> JobRow:
    """What is kept of a job."""
    with database.reading() as session:
        return session.get_one(JobRow, name)


def test_a_job_runs_when_it_is_due_and_not_before(story: Story) -> None:
    work = FakeWork()
    runner = Runner(story.centre, [Job("work", every(HOUR), work)])
    assert [runner.run_due() for _ in range(2)] == [0, 0]
    story.centre.clock.forward(hours=1)  # type: ignore[attr-defined]
    assert [runner.run_due() for _ in range(3)] == [1, 0, 0]
    story.centre.clock.forward(minutes=59)  # type: ignore[attr-defined]
    assert runner.run_due() == 0
    story.centre.clock.forward(minutes=1)  # type: ignore[attr-defined]
    assert (runner.run_due(), work.runs) == (1, 2)


def test_many_processes_run_it_once(centre: Centre) -> None:
    work = FakeWork()
    runners = [Runner(centre, [Job("work", every(HOUR), work)]) for _ in range(6)]
    due(runners[0])
    with ThreadPoolExecutor(6) as pool:
        ran = list(pool.map(lambda runner: runner.run_due(), runners))
    assert (sum(ran), work.runs) == (1, 1)


def test_a_failure_is_kept_by_its_code_and_the_job_comes_again(story: Story) -> None:
    work = FakeWork(Problem("PROJECT_COMPLETED", 409), ValueError("张建国 31019919900307"))
    runner, database = due(Runner(story.centre, [Job("work", every(HOUR), work)])), story.centre.database
    for expected in ("PROJECT_COMPLETED", "ValueError"):
        runner.run_due()
        assert (row(database).last_error, row(database).succeeded_at) == (expected, None)
        story.centre.clock.at += RETRY  # type: ignore[attr-defined]
    runner.run_due()
    told = row(database)
    assert (told.last_error, told.succeeded_at, told.runs, told.failures) == ("", story.centre.clock.now(), 3, 2)


def test_one_jobs_failure_is_not_anothers(story: Story) -> None:
    bad, good = FakeWork(ValueError()), FakeWork()
    due(Runner(story.centre, [Job("bad", every(HOUR), bad), Job("good", every(HOUR), good)])).run_due()
    assert good.runs == 1


def test_a_job_whose_process_died_is_taken_over_when_its_lease_has_run_out(story: Story) -> None:
    work, clock = FakeWork(), story.centre.clock
    with story.centre.database.writing() as session:
        session.add(JobRow(name="work", due_at=clock.now(), leased_until=clock.now() + LEASE, runs=1))
    runner = Runner(story.centre, [Job("work", every(HOUR), work)])
    assert runner.run_due() == 0
    clock.at += LEASE  # type: ignore[attr-defined]
    assert runner.run_due() == 1


def test_a_daily_job_is_due_at_its_local_time() -> None:
    midnight = daily(dt.time(0, 0))
    assert midnight(dt.datetime(2026, 3, 13, 15, 59, tzinfo=dt.UTC)) == dt.datetime(2026, 3, 13, 16, tzinfo=dt.UTC)
    assert midnight(dt.datetime(2026, 3, 13, 16, 0, tzinfo=dt.UTC)) == dt.datetime(2026, 3, 14, 16, tzinfo=dt.UTC)


def test_departures_are_due_at_midnight_and_soon_after_whatever_was_missed() -> None:
    following = next(job for job in JOBS if job.name == "departures").next_after
    assert following(dt.datetime(2026, 3, 13, 15, 58, tzinfo=dt.UTC)) == dt.datetime(2026, 3, 13, 16, tzinfo=dt.UTC)
    assert following(dt.datetime(2026, 3, 13, 4, 0, tzinfo=dt.UTC)) == dt.datetime(2026, 3, 13, 4, 5, tzinfo=dt.UTC)


def test_the_runner_ends_when_it_is_told(centre: Centre) -> None:
    work, stop = FakeWork(), threading.Event()
    thread = threading.Thread(target=Runner(centre, [Job("work", every(HOUR), work)]).run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_every_job_has_a_name_of_its_own() -> None:
    names = [job.name for job in JOBS]
    assert len(set(names)) == len(names)


def test_the_health_page_shows_how_jobs_fared(story: Story, client: httpx.Client) -> None:
    due(Runner(story.centre, [Job("work", every(HOUR), FakeWork(ValueError()))])).run_due()
    assert client.get("/healthz").json() == {"state": "ok", "jobs": {"work": {"succeeded_at": None, "error": "ValueError"}}}

"""Everybody at the gate at once (A-48): the same thing asked many times at the same moment happens once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from central import audit, problems
from central.database import Database
from central.entry.model import Acceptance, Assignment
from central.people.model import Employment, Worker
from tests.central.builders import Story
from tests.central.test_api_story import registration

API = "/api/v1"
AT_ONCE = 8


def at_once(ask: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    """The answers to eight requests sent at the same moment."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(ask, range(AT_ONCE)))


def count(database: Database, column: object) -> int:
    """How many rows there are."""
    with database.reading() as session:
        return session.scalar(select(func.count(column))) or 0  # type: ignore[arg-type]


@pytest.mark.rule("A-48")
@pytest.mark.rule("A-43")
def test_one_acceptance_asked_for_by_many_is_one_acceptance(story: Story, client: httpx.Client, database: Database) -> None:
    assignment, headers = story.assigned(), story.token(story.office())
    answers = at_once(lambda _: client.post(f"{API}/assignments/{assignment.id}/acceptance", headers=headers))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["entry_time"] for answer in answers}) == 1
    assert count(database, Acceptance.id) == 1


@pytest.mark.rule("A-48")
def test_one_key_used_by_many_at_once_is_one_assignment(story: Story, client: httpx.Client, database: Database) -> None:
    employer = story.employer(story.site.labour)
    body = {"worker_id": story.worker(employer).worker.id, "project_id": story.site.project.id, "main_trade": "020"}
    headers = story.token(employer) | {"Idempotency-Key": "sent-eight-times"}
    answers = at_once(lambda _: client.post(f"{API}/assignments", json=body, headers=headers))
    assert sorted(answer.status_code for answer in answers) == [200] * (AT_ONCE - 1) + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert count(database, Assignment.id) == 1


@pytest.mark.rule("A-35")
def test_one_assignment_asked_for_by_many_without_a_key_is_made_once(story: Story, client: httpx.Client, database: Database) -> None:
    employer = story.employer(story.site.labour)
    body = {"worker_id": story.worker(employer).worker.id, "project_id": story.site.project.id, "main_trade": "020"}
    headers = story.token(employer)
    answers = at_once(lambda _: client.post(f"{API}/assignments", json=body, headers=headers))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (AT_ONCE - 1)
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"ALREADY_ASSIGNED"}
    assert count(database, Assignment.id) == 1


@pytest.mark.rule("A-30")
def test_two_employers_registering_one_person_at_once_leave_one_employment(story: Story, client: httpx.Client, database: Database) -> None:
    tokens = [story.token(story.employer(story.site.labour)), story.token(story.employer(story.second.company_id))]
    answers = at_once(lambda turn: client.post(f"{API}/workers", json=registration(), headers=tokens[turn % 2]))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (AT_ONCE - 1)
    assert (count(database, Worker.id), count(database, Employment.id)) == (1, 1)


@pytest.mark.rule("A-48")
def test_a_busy_store_asks_to_come_again_and_a_broken_one_does_not() -> None:
    busy = OperationalError("UPDATE", None, sqlite3.OperationalError("database is locked"))
    deadlock = OperationalError("UPDATE", None, psycopg.errors.DeadlockDetected("deadlock detected"))
    for error in (busy, deadlock, PoolTimeout("no connection left")):
        problem, _ = problems.of_exception(error)
        assert (problem.status, problem.code, problem.retry_after_s) == (503, "BUSY_RETRY", 1)
    broken, _ = problems.of_exception(OperationalError("SELECT", None, sqlite3.OperationalError("no such table: workers")))
    assert (broken.status, broken.code) == (500, "INTERNAL_ERROR")


@pytest.mark.rule("A-48")
def test_many_different_acceptances_at_once_all_succeed_and_the_audit_stays_whole(
    story: Story, client: httpx.Client, database: Database
) -> None:
    people, headers = [story.assigned() for _ in range(AT_ONCE)], story.token(story.office())
    answers = at_once(lambda turn: client.post(f"{API}/assignments/{people[turn].id}/acceptance", headers=headers))
    assert {answer.json()["state"] for answer in answers} == {"confirmed"}
    with database.reading() as session:
        assert audit.verify(session) is None

"""Many at once (A-35, A-36, A-39, A-40, A-48): each row has its result, and nothing happens twice."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import func, select

from central import audit
from central.access import Access
from central.database import Database
from central.entry import batch
from central.entry.batch import Batch, Outcome, TeamOrder
from central.entry.departure import Leaving
from central.entry.model import Acceptance, Assignment, AssignmentState, Departure
from central.entry.service import Order
from central.errors import Problem
from central.people.model import IdentityState, Worker
from central.projects.model import ParticipantRole, Team
from tests.central.builders import Story

API = "/api/v1"


def count(database: Database, column: object) -> int:
    """How many rows there are."""
    with database.reading() as session:
        return session.scalar(select(func.count(column))) or 0  # type: ignore[arg-type]


def send(story: Story, order: TeamOrder, *, all_or_nothing: bool = False, by: Access | None = None) -> Batch:
    """An employer sends a team."""
    with story.centre.database.writing() as session:
        employer = by or story.employer(story.site.labour)
        return batch.send_team(session, story.centre.clock, employer, order, all_or_nothing=all_or_nothing)


def outcomes(done: Batch) -> list[Outcome]:
    """Row by row."""
    return [row.outcome for row in done.rows]


@pytest.mark.rule("A-39")
@pytest.mark.rule("A-36")
def test_a_whole_team_goes_to_a_project_in_one_call_and_twice_makes_nothing_new(story: Story, database: Database) -> None:
    employer, project = story.employer(story.site.labour), story.site.project.id
    workers = [(story.worker(employer).worker.id, None) for _ in range(3)]
    order = TeamOrder(project, workers=workers, team_name="架子班", main_trade="030")
    first = send(story, order)
    assert outcomes(first) == [Outcome.OK] * 3
    again = send(story, order)
    assert outcomes(again) == [Outcome.DUPLICATE] * 3
    assert [row.assignment_id for row in again.rows] == [row.assignment_id for row in first.rows]
    assert again.team_id == first.team_id
    assert (count(database, Assignment.id), count(database, Team.id)) == (3, 1)


@pytest.mark.rule("A-35")
@pytest.mark.rule("A-39")
def test_a_team_at_work_goes_to_another_project_as_it_is(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    story.takes_part(story.site.labour, ParticipantRole.LABOUR_SUB, project=story.neighbour.project)
    workers = [(story.worker(employer).worker.id, trade) for trade in ("020", "030")]
    here = send(story, TeamOrder(story.site.project.id, workers=workers, team_name="钢筋一班"))
    assert here.team_id is not None
    for _ in range(2):
        there = send(story, TeamOrder(story.neighbour.project.id, from_team_id=here.team_id))
    assert outcomes(there) == [Outcome.DUPLICATE] * 2
    assert there.team_id != here.team_id
    with database.reading() as session:
        rows = session.execute(
            select(Assignment.worker_id, Assignment.main_trade).where(Assignment.team_id == there.team_id).order_by(Assignment.id)
        )
        assert [tuple(row) for row in rows] == workers


@pytest.mark.rule("A-39")
def test_a_bad_row_is_refused_by_itself_and_the_others_are_done(story: Story, database: Database) -> None:
    employer, project = story.employer(story.site.labour), story.site.project.id
    good, unverified = story.worker(employer).worker.id, story.worker(employer).worker.id
    with database.writing() as session:
        session.get_one(Worker, unverified).identity_state = IdentityState.PENDING
    stranger = story.worker(story.employer(story.site.gc)).worker.id
    workers = [(unverified, "020"), (good, "020"), (stranger, "020"), (good, "020")]
    order = TeamOrder(project, workers=workers[:3])
    done = send(story, order)
    assert outcomes(done) == [Outcome.ERROR, Outcome.OK, Outcome.ERROR]
    assert [row.problem.code for row in done.rows if row.problem] == ["IDENTITY_NOT_VERIFIED", "NOT_THE_EMPLOYER"]
    assert count(database, Assignment.id) == 1


@pytest.mark.rule("A-39")
def test_all_or_nothing_leaves_no_trace_of_any_row(story: Story, database: Database) -> None:
    employer, project = story.employer(story.site.labour), story.site.project.id
    workers = [(story.worker(employer).worker.id, "020"), (story.worker(employer).worker.id, "999")]
    with database.reading() as session:
        before = session.scalar(select(func.count(audit.AuditEntry.id)))
    with pytest.raises(Problem) as refused:
        send(story, TeamOrder(project, workers=workers, team_name="木工班"), all_or_nothing=True)
    assert (refused.value.code, refused.value.values["failed"]) == ("BATCH_REFUSED", 1)
    assert [row["code"] for row in refused.value.values["rows"]] == ["TRADE_UNKNOWN"]
    assert (count(database, Assignment.id), count(database, Team.id)) == (0, 0)
    with database.reading() as session:
        assert session.scalar(select(func.count(audit.AuditEntry.id))) == before


@pytest.mark.rule("A-35")
def test_one_worker_goes_to_several_projects_in_one_call(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    story.takes_part(story.site.labour, ParticipantRole.LABOUR_SUB, project=story.neighbour.project)
    worker = story.worker(employer).worker.id
    orders = [Order(worker, project.id, "020") for project in (story.site.project, story.neighbour.project, story.site.project)]
    with database.writing() as session:
        done = batch.assign(session, story.centre.clock, employer, orders)
    assert outcomes(done) == [Outcome.OK, Outcome.OK, Outcome.DUPLICATE]
    assert count(database, Assignment.id) == 2


@pytest.mark.rule("A-40")
def test_many_acceptances_say_of_each_row_what_became_of_it(story: Story, database: Database) -> None:
    fresh, accepted, hidden = story.assigned(), story.confirmed(), story.assigned(story.employer(story.second.company_id))
    ids = [hidden.id, fresh.id, accepted.id, 4711]
    with database.writing() as session:
        done = batch.accept(session, story.centre.clock, story.office(), ids)
    assert [row.key for row in done.rows] == ids
    assert outcomes(done) == [Outcome.ERROR, Outcome.OK, Outcome.DUPLICATE, Outcome.ERROR]
    assert [row.problem.code for row in done.rows if row.problem] == ["NOT_VISIBLE_YET", "NOT_ASSIGNED_HERE"]


@pytest.mark.rule("A-41")
def test_no_row_of_a_batch_brings_an_entry_time(story: Story, client: httpx.Client) -> None:
    employer, waiting = story.employer(story.site.labour), story.assigned()
    given = "2026-03-01T00:00:00Z"
    row = {"worker_id": story.worker(employer).worker.id, "project_id": story.site.project.id, "main_trade": "020", "entry_time": given}
    made = client.post("/api/v1/assignments/batch", json={"rows": [row]}, headers=story.token(employer)).json()
    assert [one["code"] for one in made["rows"]] == ["ENTRY_TIME_NOT_SETTABLE"]
    sent = {"assignment_ids": [waiting.id], "entry_time": given}
    taken = client.post("/api/v1/acceptances", json=sent, headers=story.token(story.office())).json()
    assert [one["code"] for one in taken["rows"]] == ["ENTRY_TIME_NOT_SETTABLE"]


@pytest.mark.rule("A-40")
def test_many_departures_say_of_each_row_what_became_of_it(story: Story, database: Database) -> None:
    employer, on = story.employer(story.site.labour), dt.date(2026, 4, 1)
    mine, another = story.worker(employer).worker.id, story.worker(story.employer(story.site.gc)).worker.id
    rows = [Leaving(mine, on, "expired"), Leaving(another, on, "expired"), Leaving(mine, dt.date(2026, 3, 1), "expired")]
    for expected in (Outcome.OK, Outcome.DUPLICATE):
        with database.writing() as session:
            done = batch.depart(session, story.centre.clock, employer, rows[:2])
        assert outcomes(done) == [expected, Outcome.ERROR]
    assert count(database, Departure.id) == 1


@pytest.mark.rule("A-48")
@pytest.mark.rule("A-43")
def test_the_same_batch_accepted_by_many_at_once_leaves_one_acceptance_each(story: Story, client: httpx.Client, database: Database) -> None:
    people, headers = [story.assigned().id for _ in range(6)], story.token(story.office())

    def ask(turn: int) -> httpx.Response:
        ids = people if turn % 2 else people[::-1]
        return client.post(f"{API}/acceptances", json={"assignment_ids": ids}, headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    for answer in answers:
        assert answer.status_code == 200 or (answer.json()["code"] == "BUSY_RETRY" and int(answer.headers["Retry-After"]) > 0)
    assert sum(answer.json().get("ok", 0) for answer in answers) == 6
    assert (count(database, Acceptance.id), count(database, Assignment.id)) == (6, 6)
    with database.reading() as session:
        times = session.execute(select(Assignment.id, Assignment.entry_time, Assignment.state)).all()
        assert {row[2] for row in times} == {AssignmentState.CONFIRMED}
        assert audit.verify(session) is None


@pytest.mark.rule("A-48")
@pytest.mark.rule("A-36")
def test_the_same_team_sent_by_many_at_once_is_one_team_of_one_each(story: Story, client: httpx.Client, database: Database) -> None:
    employer = story.employer(story.site.labour)
    team, headers = story.team(employer), story.token(employer)
    workers = [{"worker_id": story.worker(employer).worker.id, "main_trade": "020"} for _ in range(5)]

    def ask(turn: int) -> httpx.Response:
        body = {"team_id": team.id, "workers": workers if turn % 2 else workers[::-1]}
        return client.post(f"{API}/projects/{story.site.project.id}/team-assignments", json=body, headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert sum(answer.json().get("ok", 0) for answer in answers) == 5
    assert count(database, Assignment.id) == 5


@pytest.mark.rule("A-48")
def test_a_batch_and_single_acceptances_at_once_neither_lose_nor_double_anybody(
    story: Story, client: httpx.Client, database: Database
) -> None:
    people, headers = [story.assigned().id for _ in range(6)], story.token(story.office())

    def ask(turn: int) -> httpx.Response:
        if turn % 2:
            return client.post(f"{API}/acceptances", json={"assignment_ids": people}, headers=headers)
        return client.post(f"{API}/assignments/{people[-1 - turn // 2]}/acceptance", headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert count(database, Acceptance.id) == 6

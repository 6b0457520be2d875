"""Registration: by the employer, one contract at a time, numbers never in clear."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from central.database import Database
from central.errors import Problem
from central.migrations import tables
from central.people import editing, rules
from central.people import service as people
from central.people.id_number import card_hash
from central.people.model import Category, Employment, IdentityState, LifeState, Worker
from central.projects import service as projects
from central.projects.model import Project
from tests.central.builders import Story, resident_number


@pytest.mark.rule("A-01")
def test_only_an_enterprise_registers_and_only_its_own_workers(story: Story) -> None:
    for acting in (story.office(), story.sub_office(story.pro), story.authority):
        with pytest.raises(Problem, match="ENTERPRISE_CERT_REQUIRED" if acting.project_id else "NOT_THE_EMPLOYER"):
            story.worker(acting)
    with pytest.raises(Problem, match="NOT_THE_EMPLOYER"):
        story.worker(story.employer(story.site.labour), employer_id=story.site.gc.id)


@pytest.mark.rule("A-30")
def test_a_second_employer_waits_for_the_first_ones_departure(story: Story) -> None:
    number = resident_number(77)
    story.worker(id_number=number, name="王建国")
    with pytest.raises(Problem) as refused:
        story.worker(story.employer(story.second.company_id), id_number=number, name="王建国")
    assert (refused.value.status, refused.value.code) == (409, "ALREADY_EMPLOYED")
    assert "浦江建筑劳务" in refused.value.text.zh
    with pytest.raises(Problem, match="ALREADY_REGISTERED"):
        story.worker(id_number=number, name="王建国")


@pytest.mark.rule("A-30")
def test_the_database_itself_allows_one_present_employment(story: Story, database: Database) -> None:
    story.worker()
    with database.reading() as session:
        first = session.scalars(select(Employment)).one()
        values = {c.name: getattr(first, c.name) for c in Employment.__table__.columns if c.name != "id"}
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(Employment(**values))


@pytest.mark.rule("A-11")
@pytest.mark.parametrize(
    ("kind", "end", "code"),
    [
        ("fixed_term", None, "CONTRACT_END_REQUIRED"),
        ("task", dt.date(2027, 1, 1), "CONTRACT_TYPE_NOT_ALLOWED"),
        ("fixed_term", dt.date(2026, 3, 1), "CONTRACT_DATES_INVALID"),
        ("fixed_term", dt.date(2026, 4, 1), "CONTRACT_OVER"),
    ],
)
def test_a_contract_has_an_end_after_its_start_and_is_not_for_a_task(kind: str, end: dt.date | None, code: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.contract(kind, dt.date(2026, 3, 1), end, ("fixed_term",), dt.date(2026, 4, 2))
    assert (refused.value.status, refused.value.code) == (422, code)


@pytest.mark.rule("A-15")
def test_employment_is_temporary_or_not_and_nothing_else() -> None:
    assert rules.employment_form("temporary").value == "temporary"
    with pytest.raises(Problem, match="EMPLOYMENT_FORM_INVALID"):
        rules.employment_form("seasonal")


@pytest.mark.rule("A-29")
def test_misc_staff_are_registered_by_a_general_contractor_only(story: Story) -> None:
    guard = story.worker(story.employer(story.site.gc), category="misc")
    assert guard.worker.category is Category.MISC
    with pytest.raises(Problem) as refused:
        story.worker(category="misc")
    assert (refused.value.status, refused.value.code) == (403, "MISC_STAFF_ONLY_BY_GC")


@pytest.mark.rule("A-07")
def test_management_staff_stay_on_the_old_path(story: Story) -> None:
    with pytest.raises(Problem, match="MANAGEMENT_STAFF_USE_LEGACY"):
        story.worker(category="management")


@pytest.mark.parametrize("changed", [{"id_type": "77"}, {"id_number": resident_number(3, dt.date(2010, 3, 14))}])
def test_unknown_documents_and_children_are_refused(story: Story, changed: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refused:
        story.worker(**changed)
    assert refused.value.code in {"ID_TYPE_UNKNOWN", "UNDER_AGE"}


@pytest.mark.rule("A-25")
def test_a_name_is_kept_without_stray_blanks_and_with_its_dot_and_is_known_again_so(story: Story, database: Database) -> None:
    labour, number = story.employer(story.site.labour), resident_number(640)
    said = story.registration(name=" \u3000买买提·艾力\u3000", id_number=number)
    read = story.bridge(labour).read("买买提·艾力", number)
    centre, policy = story.centre, people.Policy.of(story.centre.settings)
    with database.writing() as session:
        made = people.register(session, centre.clock, centre.secrets, labour, said, policy=policy, chip_read=read)
    assert (made.worker.name, made.worker.identity_state) == ("买买提·艾力", IdentityState.VERIFIED)
    with database.writing() as session:
        change = editing.Edit(version=made.worker.version, name="\u3000买买提·艾力 ")
        same = editing.edit(session, centre.clock, centre.secrets, labour, made.worker.id, change=change, policy=policy)
    assert same.worker.name == "买买提·艾力"
    assert rules.person_name("  JOHN  \u00a0SMITH ") == "JOHN SMITH"


@pytest.mark.rule("A-26")
def test_a_chip_verifies_and_a_typed_number_does_not(story: Story) -> None:
    assert story.worker().worker.identity_state is IdentityState.VERIFIED
    assert story.worker(identity_source="typed").worker.identity_state is IdentityState.PENDING
    for state in (IdentityState.PENDING, IdentityState.REJECTED):
        with pytest.raises(Problem, match="IDENTITY_NOT_VERIFIED"):
            rules.assignable(state, LifeState.ALIVE)


@pytest.mark.rule("A-25")
def test_a_name_that_differs_from_the_registered_one_is_a_mismatch(story: Story, database: Database) -> None:
    number = resident_number(78)
    worker = story.worker(id_number=number, name="王建国").worker
    with database.writing() as session:
        session.execute(text("UPDATE employments SET state = 'departed' WHERE worker_id = :id"), {"id": worker.id})
    with pytest.raises(Problem, match="PERSON_CARD_MISMATCH"):
        story.worker(story.employer(story.second.company_id), id_number=number, name="王小国")
    again = story.worker(story.employer(story.second.company_id), id_number=number, name="王建国")
    assert (again.worker.id, again.employer) == (worker.id, "临港劳务有限公司")


def test_no_column_of_any_table_holds_an_id_or_phone_number_in_clear(story: Story, database: Database) -> None:
    number, phone = resident_number(79), "13912345678"
    story.worker(id_number=number, phone=phone)
    with database.reading() as session:
        for table in tables().sorted_tables:
            for row in session.execute(table.select()):
                stored = " ".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row)
                assert number not in stored
                assert phone not in stored


def test_the_number_opens_with_the_master_key_and_hashes_for_the_projects_gates(story: Story, database: Database) -> None:
    number, keys = resident_number(80), story.centre.secrets
    worker_id = story.worker(id_number=number).worker.id
    with database.reading() as session:
        worker, project = session.get_one(Worker, worker_id), session.get_one(Project, story.site.project.id)
        assert people.id_number(worker, keys) == number
        key = projects.card_key(project, keys)
        assert people.card(worker, keys, key) == card_hash(number, key)

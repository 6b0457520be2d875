"""Companies, participants and teams."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.access import SYSTEM
from central.database import Database
from central.errors import Problem
from central.projects import rules
from central.projects import service as projects
from central.projects.model import ParticipantRole, Team, TeamState
from tests.central.builders import Story, credit_code

R = ParticipantRole


def test_a_published_credit_code_is_right_and_a_mistyped_one_is_not() -> None:
    assert rules.credit_code("91350100M000100Y43") == "91350100M000100Y43"
    with pytest.raises(Problem, match="USCC_INVALID"):
        rules.credit_code("91350100M000100Y34")


@given(st.integers(0, 9_999_999), st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_character_of_a_credit_code_is_always_noticed(serial: int, place: int, other: str) -> None:
    right = credit_code(serial)
    wrong = right[:place] + other + right[place + 1 :]
    if wrong != right:
        with pytest.raises(Problem, match="USCC_INVALID"):
            rules.credit_code(wrong)


def test_a_company_and_a_project_are_registered_once(story: Story, database: Database) -> None:
    centre = story.centre
    with pytest.raises(Problem, match="COMPANY_EXISTS"), database.writing() as session:
        projects.register_company(session, centre.clock, SYSTEM, story.site.gc.uscc, "另一家")
    with pytest.raises(Problem, match="PROJECT_EXISTS"), database.writing() as session:
        projects.register_project(session, centre.clock, centre.secrets, SYSTEM, reg_no=story.site.project.reg_no, name="另一个")
    with pytest.raises(Problem, match="ROLE_NOT_ALLOWED"), database.writing() as session:
        projects.register_company(session, centre.clock, story.office(), credit_code(99), "自己登记")


def test_levels_count_from_the_general_contractor(story: Story) -> None:
    assert [story.site.gc_part.level, story.site.labour_part.level, story.pro.level, story.second.level] == [0, 1, 1, 2]


def test_a_project_has_one_general_contractor_and_nobody_under_a_labour_company(story: Story) -> None:
    other = story.company("第二总承包有限公司")
    with pytest.raises(Problem, match="GENERAL_CONTRACTOR_EXISTS"):
        story.takes_part(other, R.GENERAL_CONTRACTOR)
    with pytest.raises(Problem, match="PARENT_NOT_A_USING_UNIT"):
        story.takes_part(other, R.LABOUR_SUB, story.site.labour_part)
    with pytest.raises(Problem, match="PARENT_NOT_ALLOWED"):
        story.takes_part(other, R.SUPERVISOR, story.site.gc_part)
    with pytest.raises(Problem, match="ALREADY_A_PARTICIPANT"):
        story.takes_part(story.site.labour, R.LABOUR_SUB)
    assert story.takes_part(other, R.SUPERVISOR).level == 0


def test_the_general_contractor_names_its_subcontractors_and_subs_name_nobody(story: Story, database: Database) -> None:
    project, company = story.site.project.id, story.company("新来劳务有限公司")
    for acting, code in ((story.sub_office(story.pro), "ONLY_GENERAL_CONTRACTOR"), (story.office(story.neighbour), "NOT_FOUND")):
        with pytest.raises(Problem, match=code), database.writing() as session:
            projects.add_participant(session, story.centre.clock, acting, project, company_id=company.id, role=R.LABOUR_SUB)
    with database.writing() as session:
        made = projects.add_participant(session, story.centre.clock, story.office(), project, company_id=company.id, role=R.LABOUR_SUB)
    assert made.parent_id == story.site.gc_part.id


@pytest.mark.rule("A-36")
def test_an_employer_has_one_active_team_of_a_name_on_a_project(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    first = story.team(employer)
    with pytest.raises(Problem) as refused:
        story.team(employer)
    assert (refused.value.status, refused.value.code) == (409, "TEAM_NAME_TAKEN")
    story.team(story.employer(story.second.company_id))
    with database.writing() as session:
        session.get_one(Team, first.id).state = TeamState.CLOSED
    assert story.team(employer).id != first.id


@pytest.mark.rule("A-36")
@pytest.mark.parametrize("typed", ["钢筋1班 A组（二）", " 钢筋１班\u3000\uff21组(二) ", "钢筋1班   A组（二）\u00a0"])
def test_names_that_look_alike_are_one_name_however_they_were_typed(story: Story, client: httpx.Client, typed: str) -> None:
    employer = story.employer(story.site.labour)
    kept, other = story.team(employer, "钢筋1班 A组(二)"), story.team(employer, "木工班")
    assert kept.name == "钢筋1班 A组（二）"
    with pytest.raises(Problem, match="TEAM_NAME_TAKEN"):
        story.team(employer, typed)
    headers = story.token(employer)
    here = f"/api/v1/projects/{story.site.project.id}/teams"
    answers = [
        client.post(here, json={"name": typed}, headers=headers),
        client.put(f"/api/v1/teams/{other.id}/name", json={"name": typed}, headers=headers),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "TEAM_NAME_TAKEN")] * 2
    assert client.put(f"/api/v1/teams/{kept.id}/name", json={"name": typed}, headers=headers).json()["name"] == kept.name
    numbered = client.post(here, json={"name": typed, "may_number": True}, headers=headers)
    assert numbered.json()["name"] == "钢筋1班 A组（二）（2）"


@pytest.mark.parametrize(("typed", "code"), [("\u3000 ", "FIELD_MISSING"), ("班" * 101, "TEXT_TOO_LONG"), ("㍿" * 30, "TEXT_TOO_LONG")])
def test_a_team_has_a_name_that_can_be_kept(typed: str, code: str) -> None:
    with pytest.raises(Problem, match=code):
        rules.team_name(typed)


@pytest.mark.rule("A-60")
def test_gates_and_kiosks_are_the_general_contractors(story: Story, database: Database) -> None:
    project, sub, neighbour = story.site.project.id, story.sub_office(story.pro), story.employer(story.neighbour.gc)
    with database.reading() as session:
        assert projects.require_general_contractor(session, story.office(), project).company_id == story.site.gc.id
        for acting, status in ((sub, 403), (story.authority, 403), (neighbour, 404)):
            with pytest.raises(Problem) as refused:
                projects.require_general_contractor(session, acting, project)
            assert refused.value.status == status

"""The rest of a project office's pages: participants and completion, a suspension that ends; an assignment changed, 勤杂 in one step."""

import html
import json
import re
from dataclasses import asdict

import pytest
from sqlalchemy import event, select

from central.access import Position, Role
from central.centre import Centre
from central.entry.model import Assignment, AssignmentState
from central.identity.model import Account
from central.people.chip_read import ChipRead
from central.projects.model import ParticipantState, ProjectSuspension
from tests.central.builders import resident_number
from tests.central.web.day import Day, fields, opened
from tests.central.web.site import FakeBrowser


@pytest.fixture
def day(centre: Centre) -> Day:
    centre.settings.second_factor_for_administrators = False
    return opened(centre)


@pytest.fixture
def office(day: Day) -> FakeBrowser:
    return day.browser("office")


def at(day: Day, page: str) -> str:
    return f"/projects/{day.site.project.id}/{page}"


def asked(day: Day, browser: FakeBrowser, path: str) -> int:
    """How many queries a page takes."""
    seen: list[str] = []

    def note(*told: object) -> None:
        seen.append(str(told[2]))

    event.listen(day.centre.database.engine, "before_cursor_execute", note)
    assert browser.get(path).status_code == 200
    event.remove(day.centre.database.engine, "before_cursor_execute", note)
    return len(seen)


def links(browser: FakeBrowser) -> list[str]:
    """Where the navigation leads."""
    home = browser.get("/help").text
    return re.findall(r'class="side-link[^"]*" href="([^"]+)"', home)


@pytest.mark.rule("A-60")
def test_every_place_in_everybodys_navigation_opens(day: Day) -> None:
    site = day.site
    for role in (Role.HEAD_STATION, Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR):
        day.account(str(role), role)
    day.account("gc", Role.EMPLOYER, site.gc.id)
    for position in (Position.CLERK, Position.MEMBER):
        day.account(str(position), Role.CONTRACTOR, site.gc.id, site.project.id)
        with day.centre.database.writing() as session:
            session.scalars(select(Account).where(Account.username == str(position))).one().position = position
    names = ("office", "pro-office", "clerk", "member", "labour", "gc", "authority", "head_station", "administrator", "security", "auditor")
    for name in names:
        browser = day.browser(name)
        places = links(browser)
        assert len(places) >= 3, name
        assert {path: browser.get(path).status_code for path in places} == dict.fromkeys(places, 200), name
    assert not [path for path in links(day.browser("pro-office")) if path.endswith(("/board", "/gates", "/settings", "/participants"))]
    assert at(day, "board") in links(day.browser("office"))


@pytest.mark.rule("A-53")
def test_a_subcontract_is_completed_after_it_was_said_how_many_end_with_it(day: Day, office: FakeBrowser) -> None:
    deep = day.employer(day.second.company_id)
    first, second = day.confirmed(), day.assigned(deep)
    page = office.get(at(day, "participants")).text
    action = at(day, f"participants/{day.pro.id}/complete")
    question = re.search(rf'action="{action}"[^>]*data-confirm="([^"]*)"', page)
    assert question
    assert "沪东机电安装有限公司" in question[1]
    assert "2 个单位" in question[1], "the one under it ends too"
    assert "1 人" in question[1]
    answer = office.post(action, fields(page, action))
    assert "1 人的分派随之结束" in office.get(answer.headers["Location"]).text
    with day.centre.database.reading() as session:
        assert session.get_one(Assignment, second.id).state is AssignmentState.ENDED
        assert session.get_one(Assignment, first.id).state is AssignmentState.CONFIRMED
        assert session.get_one(type(day.pro), day.second.id).state is ParticipantState.COMPLETED
    assert action not in office.get(at(day, "participants")).text, "what is completed is not completed again"


@pytest.mark.rule("A-53")
def test_only_the_general_contractor_sees_and_completes_participants(day: Day, office: FakeBrowser) -> None:
    action = at(day, f"participants/{day.pro.id}/complete")
    for who in ("neighbour", "pro-office", "labour", "other-labour"):
        browser = day.browser(who)
        assert browser.get(at(day, "participants")).status_code in {403, 404}, who
        token = fields(browser.get("/help").text, "/help")["csrf"]
        assert browser.post(action, {"csrf": token}).status_code in {403, 404}, who
    elsewhere = f"/projects/{day.neighbour.project.id}/participants/{day.pro.id}/complete"
    form = fields(office.get(at(day, "participants")).text, action)
    assert office.post(elsewhere, form | {"once": ""}).status_code == 404
    with day.centre.database.reading() as session:
        assert session.get_one(type(day.pro), day.pro.id).state is ParticipantState.ACTIVE


def test_a_participant_is_added_by_its_credit_code_under_a_using_unit(day: Day, office: FakeBrowser) -> None:
    made = day.company("嘉定劳务有限公司")
    path, pro = at(day, "participants"), day.pro.id
    form = fields(office.get(path).text, path) | {"uscc": made.uscc, "participant_role": "labour_sub", "parent_id": str(pro)}
    unknown = office.post(path, form | {"uscc": "91310000000000000X", "once": ""})
    assert unknown.status_code == 422
    assert 'id="e-uscc"' in unknown.text
    before = asked(day, office, path)
    assert office.post(path, form).status_code == 303
    assert re.search(r'class="tree-2">嘉定劳务有限公司', office.get(path).text), "it stands on the second level"
    assert asked(day, office, path) == before, "one more row is no further query"


def test_a_suspension_ends_on_the_day_that_is_given(day: Day, office: FakeBrowser) -> None:
    path = at(day, "settings")
    pause = fields(office.get(path).text, at(day, "suspensions")) | {"first_day": "2026-03-14", "suspension_reason": "台风"}
    assert office.post(at(day, "suspensions"), pause).status_code == 303
    action = at(day, "suspensions/1/resume")
    form = fields(office.get(path).text, action)
    wrong = office.post(action, form | {"resumed_on": "2024-01-01"})
    assert wrong.status_code == 422
    assert "alert-danger" in wrong.text
    assert office.post(action, form | {"resumed_on": "2026-03-16"}).status_code == 303
    with day.centre.database.reading() as session:
        assert str(session.scalars(select(ProjectSuspension)).one().last_day) == "2026-03-15"
    stranger = day.browser("pro-office")
    token = fields(stranger.get("/help").text, "/help")["csrf"]
    assert stranger.post(action, {"csrf": token, "resumed_on": "2026-03-17"}).status_code == 403


@pytest.mark.rule("A-34")
def test_an_assignment_is_changed_until_it_is_accepted_and_then_says_why_not(day: Day, office: FakeBrowser) -> None:
    labour, one = day.browser("labour"), day.assigned()
    team = day.team(day.employer(day.site.labour))
    path = at(day, f"people/{one.id}")
    assert f'href="{path}/edit"' in labour.get(path).text
    form = fields(labour.get(f"{path}/edit").text, f"{path}/edit") | {"team_id": str(team.id), "main_trade": "030"}
    assert labour.post(f"{path}/edit", form).headers["Location"].startswith(path)
    stale = labour.post(f"{path}/edit", form | {"once": "", "main_trade": "040"})
    assert stale.status_code == 409
    assert "theirs" in stale.text
    with day.centre.database.reading() as session:
        assert (session.get_one(Assignment, one.id).team_id, session.get_one(Assignment, one.id).main_trade) == (team.id, "030")
    form = fields(labour.get(f"{path}/edit").text, f"{path}/edit")
    day.accept(one)
    refused = labour.post(f"{path}/edit", form)
    assert refused.status_code == 409
    for page in (refused.text, labour.get(f"{path}/edit").text):
        assert "分派已锁定" in page
        assert 'name="main_trade"' not in page
    for who in ("other-labour", "office", "pro"):
        assert day.browser(who).get(f"{path}/edit").status_code in {403, 404}, who


@pytest.mark.rule("A-29")
def test_a_general_contractors_guard_is_taken_on_in_one_step(day: Day) -> None:
    day.account("gc", Role.EMPLOYER, day.site.gc.id)
    gc = day.browser("gc")
    number = resident_number(778)
    read = day.bridge(day.employer(day.site.gc)).read("赵保安", number)
    form = fields(gc.get("/misc-staff").text, "/misc-staff") | {
        "name": "赵保安",
        "id_number": number,
        "phone": "13812345678",
        "contract_start": "2026-03-01",
        "contract_end": "2027-12-31",
        "wage_type": "monthly",
        "basic_wage": "6000",
        "probation_wage": "5000",
        "performance_payments": "3",
        "performance_dates": "2026-09-01, 2027-02-01, 2027-02-20",
        "bank_code": "102",
        "card_number": "6222020200009876543",
    }
    unread = gc.post("/misc-staff", form)
    assert unread.status_code in {409, 422}, "without the card nobody is confirmed"
    answer = gc.post("/misc-staff", form | {"chip_read": as_sent(read), "once": ""})
    assert answer.status_code == 303, html.unescape(answer.text)[:3000]
    with day.centre.database.reading() as session:
        made = session.scalars(select(Assignment)).one()
        assert (made.state, made.employer_id) == (AssignmentState.CONFIRMED, day.site.gc.id)
    day.worker(day.employer(day.site.gc), name="钱自家")
    misc, everybody = gc.get("/workers?category=misc").text, gc.get("/workers").text
    assert ("赵保安" in misc, "钱自家" in misc, "钱自家" in everybody) == (True, False, True)
    assert 'name="category"' in everybody
    assert 'name="category"' not in day.browser("labour").get("/workers").text, "nobody else has such people"
    labour = day.browser("labour")
    assert "/misc-staff" not in links(labour)
    assert labour.get("/misc-staff").status_code == 200
    assert "<option" not in labour.get("/misc-staff").text.split('name="project_id"')[1].split("</select>")[0].replace(
        '<option value="">', ""
    )
    assert day.browser("office").get("/misc-staff").status_code == 403


def as_sent(read: ChipRead) -> str:
    """What the bridge leaves in the page."""
    told = {"fields": asdict(read.fields), "reader_id": read.reader_id, "nonce": read.nonce}
    return json.dumps(told | {"read_at": read.read_at, "signature": read.signature.hex()}, ensure_ascii=False)

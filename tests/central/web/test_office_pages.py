"""A project office's day at the portal: confirm, return, compare, reveal, gates, settings; help with a screenshot."""

import re

import pytest
from sqlalchemy import event, func, select

from central import audit
from central.access import Role
from central.centre import Centre
from central.devices.model import Box
from central.entry.model import Assignment, AssignmentState, Comparison
from central.help.model import Ticket
from central.projects.model import Project
from edge.sync import wire
from tests.central.web.day import Day, fields, opened
from tests.central.web.site import FakeBrowser, pass_gate

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def day(centre: Centre) -> Day:
    return opened(centre)


@pytest.fixture
def office(day: Day) -> FakeBrowser:
    return day.browser("office")


def state_of(day: Day, assignment: int) -> AssignmentState:
    with day.centre.database.reading() as session:
        return session.get_one(Assignment, assignment).state


def queue(day: Day) -> str:
    return f"/projects/{day.site.project.id}/queue"


@pytest.mark.rule("A-40")
@pytest.mark.rule("A-42")
@pytest.mark.rule("A-48")
def test_marked_people_are_confirmed_together_once_however_often_it_is_sent(day: Day, office: FakeBrowser) -> None:
    ids = [day.assigned().id for _ in range(3)]
    page = office.get(queue(day)).text
    assert page.count("data-mark ") == 3
    form = fields(page, queue(day)) | {"do": "accept", "id": [str(ids[0]), str(ids[1])]}
    first, second = office.post(queue(day), form), office.post(queue(day), form)
    assert first.headers["Location"] == second.headers["Location"]
    assert "已确认 2 人" in office.get(first.headers["Location"]).text
    assert [state_of(day, one) for one in ids] == ["confirmed", "confirmed", "assigned"]
    assert office.get(queue(day)).text.count("data-mark ") == 1, "who is confirmed waits no more"


@pytest.mark.rule("A-26")
def test_who_cannot_be_confirmed_is_named_with_the_reason_and_the_others_are(day: Day, office: FakeBrowser) -> None:
    from central.people.model import IdentityState, Worker

    good, bad = day.assigned(), day.assigned()
    with day.centre.database.writing() as session:
        session.get_one(Worker, bad.worker_id).identity_state = IdentityState.REJECTED
    form = fields(office.get(queue(day)).text, queue(day)) | {"do": "accept", "id": [str(good.id), str(bad.id)]}
    page = office.get(office.post(queue(day), form).headers["Location"]).text
    assert "已确认 1 人" in page
    assert "以下人员未能确认" in page
    assert (state_of(day, good.id), state_of(day, bad.id)) == ("confirmed", "assigned")


def test_a_return_needs_its_reason_which_the_employer_reads(day: Day, office: FakeBrowser) -> None:
    one = day.assigned()
    form = fields(office.get(queue(day)).text, queue(day)) | {"do": "return", "id": str(one.id)}
    assert office.post(queue(day), form).status_code == 422
    assert office.post(queue(day), form | {"reason": "身份证照片不清"}).status_code == 303
    assert state_of(day, one.id) == "returned"
    assert "身份证照片不清" in day.browser("labour").get(f"/projects/{day.site.project.id}/people/{one.id}").text


@pytest.mark.rule("A-02")
def test_a_neighbours_office_and_a_labour_company_confirm_nobody(day: Day, office: FakeBrowser) -> None:
    one = day.assigned()
    form = fields(office.get(queue(day)).text, queue(day)) | {"do": "accept", "id": str(one.id)}
    for who in ("neighbour", "labour", "other-labour"):
        browser = day.browser(who)
        token = fields(browser.get("/help").text, "/help")["csrf"]
        answer = browser.post(queue(day), form | {"csrf": token, "once": ""})
        assert answer.status_code in {303, 403, 404}, who
        assert state_of(day, one.id) == "assigned", who


@pytest.mark.rule("A-44")
def test_numbers_are_compared_without_being_shown_and_revealed_only_for_a_purpose(day: Day, office: FakeBrowser) -> None:
    from central.people import sealed
    from central.people.model import Worker

    one = day.assigned()
    with day.centre.database.reading() as session:
        number = sealed.id_number(session.get_one(Worker, one.worker_id), day.centre.secrets)
    path = f"/projects/{day.site.project.id}/people/{one.id}"
    page = office.get(path).text
    assert number not in page
    compare = fields(page, f"{path}/compare")
    same = office.post(f"{path}/compare", compare | {"id_number": number}, HX_Request="true").text
    other = office.post(f"{path}/compare", compare | {"id_number": number[:-1] + "9"}, HX_Request="true").text
    assert "一致" in same
    assert "不一致" in other
    assert number not in same + other
    reveal = fields(page, f"{path}/reveal")
    assert number not in office.post(f"{path}/reveal", reveal, HX_Request="true").text, "without a purpose nothing is shown"
    assert number in office.post(f"{path}/reveal", reveal | {"purpose": "confirm_entry"}, HX_Request="true").text
    assert "查看完整号码" in office.get(f"{path}?tab=changes").text
    with day.centre.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Comparison)) == 2
    for _ in range(5):
        refused = office.post(f"{path}/compare", compare | {"id_number": "310199199003070000"}, HX_Request="true").text
    assert "alert-warning" in refused, "guessing is stopped"


@pytest.mark.rule("A-60")
def test_a_claim_code_is_shown_once_and_stands_in_no_address(day: Day, office: FakeBrowser) -> None:
    path = f"/projects/{day.site.project.id}/gates"
    form = fields(office.get(path).text, path) | {"box_name": "东门", "lane": "1"}
    answer = office.post(path, form)
    assert answer.status_code == 200
    found = re.search(r'class="code-shown">([^<]+)<', answer.text)
    assert found
    assert found[1] not in office.get(path).text
    assert office.post(path, form).status_code == 303, "sent twice it makes no second box"
    assert office.post(path, form | {"once": ""}).status_code == 409, "the lane is taken"
    with day.centre.database.reading() as session:
        box = session.scalars(select(Box)).one()
    revoke = fields(office.get(path).text, f"{path}/{box.id}/revoke")
    assert day.browser("neighbour").post(f"{path}/{box.id}/revoke", revoke).status_code in {400, 404}
    office.post(f"{path}/{box.id}/revoke", revoke)
    assert "东门" not in office.get(path).text


@pytest.mark.rule("A-56")
def test_settings_are_saved_kept_apart_and_a_stale_save_is_shown_both_sides(day: Day, office: FakeBrowser) -> None:
    path = f"/projects/{day.site.project.id}/settings"
    before = fields(office.get(path).text, path)
    assert office.post(path, before | {"alert_days": "2"}).status_code == 422, "3 to 90"
    assert (before["liveness"], before["movements"]) == (wire.GatePolicy().liveness, str(wire.GatePolicy().movements))
    assert office.post(path, before | {"alert_days": "5", "anti_passback": "soft", "movements": "2"}).status_code == 303
    with day.centre.database.reading() as session:
        project = session.get_one(Project, day.site.project.id)
        assert (project.alert_days, project.gate_policy["anti_passback"], project.contact) == (5, "soft", "项目部 李建 021-50000000")
        assert project.gate_policy["movements"] == 2
    stale = office.post(path, before | {"alert_days": "7", "once": ""})
    assert stale.status_code == 409
    assert fields(stale.text, path)["alert_days"] == "7"
    assert day.browser("pro-office").post(path, before | {"once": ""}).status_code in {400, 403}


@pytest.mark.rule("A-45", "A-65")
def test_settings_and_their_history_are_shown_to_who_sets_the_project_up_and_to_supervision(day: Day, office: FakeBrowser) -> None:
    path = f"/projects/{day.site.project.id}/settings"
    for nosy in ("labour", "pro-office", "pro"):
        assert day.browser(nosy).get(path).status_code == 403
    assert day.browser("neighbour").get(path).status_code == 404
    assert (office.get(path).status_code, day.browser("authority").get(path).status_code) == (200, 200)


@pytest.mark.rule("A-65")
def test_what_was_exported_never_pushes_a_change_of_the_settings_out_of_sight(day: Day, office: FakeBrowser) -> None:
    path = f"/projects/{day.site.project.id}/settings"
    assert office.post(path, fields(office.get(path).text, path) | {"contact": "新联系人 021-51111111"}).status_code == 303
    for _ in range(60):
        with day.centre.database.writing() as session:
            audit.record(session, day.office(), "list.exported", f"project:{day.site.project.id}")
    first = office.get(path).text
    link = re.search(r'href="([^"]+)" rel="next"', first)
    assert link
    assert '<span class="now">新联系人' not in first
    assert '<span class="now">新联系人' in office.get(link[1].replace("&amp;", "&")).text


@pytest.mark.rule("A-09")
def test_a_ticket_carries_the_pages_number_and_a_screenshot_that_support_reads_and_nobody_else(day: Day, office: FakeBrowser) -> None:
    link = re.search(r'href="(/help\?about=[^"]+)"', office.get(queue(day)).text)
    assert link
    form = fields(office.get(link[1].replace("&amp;", "&")).text, "/help")
    assert form["about"] == "r-0123456789"
    assert form["page"] == queue(day)
    assert office.post("/help", form).status_code == 422, "something must be said or shown"
    wrong = office.upload("/help", form | {"said": "看不到人"}, {"shot": ("a.png", b"<svg onload=alert(1)>")})
    assert wrong.status_code == 422
    assert "看不到人" in wrong.text
    asked = office.upload("/help", form | {"said": "看不到人"}, {"shot": ("a.png", PNG)})
    assert asked.status_code == 303
    path = asked.headers["Location"].partition("?")[0]
    picture = office.get(f"{path}/screenshot")
    assert (picture.content, picture.headers["Content-Type"]) == (PNG, "image/png")
    for nosy in ("labour", "neighbour", "authority"):
        assert day.browser(nosy).get(path).status_code == 404
        assert day.browser(nosy).get(f"{path}/screenshot").status_code == 404
    day.account("support", Role.ADMINISTRATOR)
    with day.centre.database.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
    assert "看不到人".encode() not in ticket.said_sealed
    assert PNG not in (ticket.shot_sealed or b"")


def test_a_boards_queries_do_not_grow_with_the_people_on_site(day: Day, office: FakeBrowser) -> None:
    path = f"/projects/{day.site.project.id}/board"
    counts = []
    for more in (1, 6):
        for _ in range(more):
            who = day.confirmed()
            with day.centre.database.writing() as session:
                pass_gate(session, session.get_one(Assignment, who.id), day.centre.clock.now(), who.id)
        asked: list[str] = []

        def note(*told: object, into: list[str] = asked) -> None:
            into.append(str(told[2]))

        event.listen(day.centre.database.engine, "before_cursor_execute", note)
        page = office.get(path).text
        event.remove(day.centre.database.engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert re.search(r"当前在场</span><b>7 ", page)

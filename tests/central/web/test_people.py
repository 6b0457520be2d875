"""用工查询 and its kin as a browser gets them."""

import re

import pytest
from sqlalchemy import event

from central.centre import Centre
from central.entry.model import Assignment, AssignmentState
from central.people.name_order import order_of
from tests.central.web.site import DEEP, GENERAL, LABOUR, PRO, FakeBrowser, Site, Spec

PEOPLE = "/projects/1/people"


@pytest.fixture
def site(centre: Centre) -> Site:
    return Site(centre)


@pytest.fixture
def office(site: Site) -> FakeBrowser:
    browser = FakeBrowser(site)
    browser.sign_in("office")
    return browser


def names(html: str) -> list[str]:
    return re.findall(r'<a class="open" href="[^"]*">([^<]*)</a>', html)


def heads(html: str) -> dict[str, int]:
    pills = re.findall(r'>\s*(\S+) <span class="badge ms-1 count">([\d,]+)</span>', html)
    return {name: int(count.replace(",", "")) for name, count in pills}


def test_a_row_says_who_where_and_since_when(site: Site, office: FakeBrowser) -> None:
    site.worker("张三", LABOUR, "confirmed", "granted", seen_min=5)
    page = office.get(PEOPLE).text
    for word in (
        "张三",
        "310***********0001",
        "钢筋工",
        "钢筋一班",
        LABOUR,
        GENERAL,
        "一级",
        "已进场",
        "2025-04-16 09:30",
        "已录入",
        "5 分钟前",
    ):
        assert word in page, word


def test_a_face_is_not_shown_as_enrolled_once_the_right_has_ended(site: Site, office: FakeBrowser) -> None:
    site.worker("张三", LABOUR, "ended", "granted")
    page = office.get(PEOPLE).text
    assert "已停用" in page
    assert "已录入" not in page


@pytest.mark.rule("A-46")
def test_the_using_unit_is_who_uses_the_worker_not_who_employs(site: Site, office: FakeBrowser) -> None:
    site.worker("二级工", DEEP, "accepted_by_sub")
    page = office.get(PEOPLE).text
    row = page[page.index("二级工") :]
    assert f'data-label="用工单位">{PRO}' in row
    assert f'data-label="用人单位">{DEEP}' in row
    assert 'data-label="级别">二级' in row


@pytest.mark.rule("A-43")
def test_a_worker_who_came_back_is_one_row_and_one_head(site: Site, office: FakeBrowser) -> None:
    site.worker("张三", LABOUR, "ended", seen_min=600)
    with site.centre.database.writing() as session:
        old = session.query(Assignment).one()
        site.assign(session, LABOUR, [(old.worker_id, old.employment_id)], [Spec("张三", AssignmentState.CONFIRMED, seen_min=5)])
    page = office.get(PEOPLE).text
    assert names(page) == ["张三"]
    assert heads(page) == {"全部": 1, "已进场": 1}
    assert re.search(r'当前在场</div><div class="figure">1 ', page)


@pytest.mark.rule("A-45")
def test_second_level_people_appear_only_after_the_first_level_subcontractor_accepted(site: Site, office: FakeBrowser) -> None:
    hidden = site.worker("未接收", DEEP, "assigned")
    site.worker("已接收", DEEP, "accepted_by_sub")
    site.worker("一级工", LABOUR, "assigned")
    page = office.get(PEOPLE).text
    assert sorted(names(page)) == ["一级工", "已接收"]
    assert heads(page)["全部"] == 2
    assert f"{PRO}（1 人）" in page, "the reason is said, without a name"
    unseen = office.get(f"{PEOPLE}/{hidden}")
    assert unseen.status_code == 404
    assert PRO in unseen.text
    assert "未接收" not in unseen.text


@pytest.mark.rule("A-47")
def test_an_empty_list_says_why(site: Site, office: FakeBrowser) -> None:
    nobody = office.get(PEOPLE).text
    assert "还没有人员分派到本项目" in nobody
    assert "310115202501190001" in nobody
    site.worker("未接收", DEEP, "assigned")
    waiting = office.get(PEOPLE).text
    assert "正在等待分包接收" in waiting
    assert f"{PRO}（1 人）" in waiting
    site.worker("张三")
    unmatched = office.get(PEOPLE + "?q=李").text
    assert "没有符合条件的人员" in unmatched
    assert f'href="{PEOPLE}">清除条件' in unmatched


@pytest.mark.rule("A-32")
@pytest.mark.parametrize(
    ("q", "found"), [("三", ["张三"]), ("0003", ["李四"]), ("永固", ["张三"]), ("浦江", ["李四"]), ("钢筋", ["张三", "李四"]), ("%", [])]
)
def test_a_part_of_name_number_team_or_company_finds(site: Site, office: FakeBrowser, q: str, found: list[str]) -> None:
    site.worker("张三", LABOUR)
    site.worker("李四", PRO)
    assert names(office.get(f"{PEOPLE}?q={q}").text) == found


def test_state_search_order_and_page_stand_in_the_address(site: Site, office: FakeBrowser) -> None:
    site.workers(120)
    page = office.get(PEOPLE + "?state=confirmed&sort=-name&page=2").text
    found = names(page)
    assert len(found) == 22, "72 are confirmed, 50 stand on the first page"
    assert found == sorted(found, key=order_of, reverse=True), "by pinyin"
    assert heads(page) == {"全部": 120, "待确认": 24, "已进场": 72, "已退回": 24}
    assert "第 51 至 72 行，共 72 行" in page
    assert "?state=confirmed&amp;sort=-name" in page, "the way back to the first page keeps state and order"
    assert names(office.get(PEOPLE + "?sort=password&state=x&page=-1").text)[0] == "赵建0", "nonsense is the beginning"
    assert "没有符合条件" in office.get(PEOPLE + "?page=99").text


def test_a_refresh_brings_only_what_changes_and_never_the_search_field(site: Site, office: FakeBrowser) -> None:
    site.worker("张三", LABOUR, "confirmed", seen_min=5)
    part = office.get(PEOPLE, HX_Request="true").text
    assert names(part) == ["张三"]
    assert "<html" not in part
    assert 'id="q"' not in part


def test_the_strip_counts_people_on_site_passages_refusals_and_gates(site: Site, office: FakeBrowser) -> None:
    site.box("1", online=True)
    site.box("2", online=False)
    site.refusal()
    site.worker("进", LABOUR, "confirmed", seen_min=6)
    out = site.worker("出", LABOUR, "confirmed", seen_min=50)
    with site.centre.database.writing() as session:
        gone = session.get_one(Assignment, out)
        site.passage(session, gone, site.clock.now(), "02")
    page = office.get(PEOPLE).text
    figures = dict(re.findall(r'<div class="text-secondary">([^<]*)</div><div class="figure">([\d,]+)', page))
    assert figures == {"当前在场": "1", "今日通行": "3", "今日拒绝": "1", "门禁在线": "1"}


@pytest.mark.rule("A-60")
def test_what_the_gates_count_is_shown_to_who_runs_them_and_to_the_authority_only(site: Site) -> None:
    for name, is_shown in (("office", True), ("authority", True), ("labour", False)):
        browser = FakeBrowser(site)
        browser.sign_in(name)
        page = browser.get(PEOPLE)
        assert page.status_code == 200
        assert ("当前在场" in page.text) is is_shown, name


def test_a_neighbours_project_and_people_are_not_there(site: Site) -> None:
    person = site.worker("张三")
    neighbour = FakeBrowser(site)
    neighbour.sign_in("neighbour")
    for path in (PEOPLE, f"{PEOPLE}/{person}", "/projects/999/people", "/projects/x/people", "/nothing"):
        answer = neighbour.get(path)
        assert answer.status_code == 404, path
        assert "张三" not in answer.text
        assert "54614788*4076" in answer.text, "the help path stands on error pages"
        assert "r-0123456789" in answer.text
    assert neighbour.get("/workers").status_code == 403


@pytest.mark.rule("A-63")
def test_an_employer_sees_its_own_workers_with_their_projects_and_nobody_elses(site: Site) -> None:
    mine, other = site.worker("自家", LABOUR), site.worker("别家", PRO)
    employer = FakeBrowser(site)
    employer.sign_in("labour")
    page = employer.get("/assignments").text
    assert names(page) == ["自家"]
    assert "临港新片区综合保障用房（二期）工程" in page
    assert employer.get(f"{PEOPLE}/{mine}").status_code == 200
    assert employer.get(f"{PEOPLE}/{other}").status_code == 404
    assert names(employer.get(PEOPLE).text) == ["自家"]


def test_the_authority_finds_projects_and_their_people(site: Site) -> None:
    site.worker("未接收", DEEP)
    authority = FakeBrowser(site)
    authority.sign_in("authority")
    assert "临港新片区" in authority.get("/projects?q=临港").text
    assert "别处工程" not in authority.get("/projects?q=临港").text
    assert names(authority.get(PEOPLE).text) == ["未接收"]


def test_one_person_shows_the_steps_and_who_must_act(site: Site, office: FakeBrowser) -> None:
    waiting = office.get(f"{PEOPLE}/{site.worker('王五', DEEP, 'accepted_by_sub')}").text
    assert f"待 {GENERAL} 确认" in waiting
    returned = office.get(f"{PEOPLE}/{site.worker('赵六', LABOUR, 'returned')}").text
    assert "身份证信息与本人不符" in returned


@pytest.mark.rule("A-09")
def test_every_page_shows_the_help_path_in_the_readers_language(site: Site, office: FakeBrowser) -> None:
    assert "电话 54614788*4076；微信交流群" in office.get(PEOPLE).text
    office.get("/language/en")
    english = office.get(PEOPLE).text
    assert "telephone 54614788*4076" in english
    assert '<html lang="en">' in english
    assert "telephone 54614788*4076" in FakeBrowser(site).get("/help", Cookie="gongmen_language=en").text, "also without an account"


def test_names_are_shown_as_they_are_and_never_run(site: Site, office: FakeBrowser) -> None:
    site.worker("<script>alert(1)</script>")
    page = office.get(PEOPLE + "?q=%22%3E%3Cscript%3E").text + office.get(PEOPLE).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "script-src 'self'" in office.get(PEOPLE).headers["Content-Security-Policy"]
    assert office.get(PEOPLE).headers["Cache-Control"] == "no-store"


def test_the_number_of_queries_does_not_grow_with_the_rows(site: Site, office: FakeBrowser) -> None:
    asked: list[str] = []
    event.listen(site.centre.database.engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    site.workers(3)
    asked.clear()
    office.get(PEOPLE)
    few = len(asked)
    site.workers(47)
    asked.clear()
    assert len(names(office.get(PEOPLE).text)) == 50
    assert len(asked) == few

"""The attendance pages as browsers get them: the month, its days, corrections, the freeze, wages; who sees nothing."""

import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select

from central.attendance import deriving
from central.attendance.ledger import AttendanceSettings
from central.attendance.papers import Correction, FrozenMonth, Objection
from central.audit import AuditEntry
from central.web.pages import HERE
from central.web.texts import TEXTS
from tests.central.messaging.field import open_field
from tests.central.stage import leave
from tests.central.web.attendance_site import DAY, MARCH, Attended, attended
from tests.central.web.day import fields


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Iterator[Attended]:
    shutil.copy(sqlite_template, tmp_path / "central.db")
    field = open_field(tmp_path, f"sqlite:///{tmp_path / 'central.db'}")
    yield attended(field)
    field.centre.close()
    leave(field.centre)


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Iterator[Attended]:
    """The same on both databases, for pages that ask in their own words."""
    field = open_field(tmp_path, database_url)
    yield attended(field)
    field.centre.close()
    leave(field.centre)


def month(site: Attended) -> str:
    return f"{site.at}/attendance?month=2026-03"


def day(site: Attended, worker: str, number: int) -> str:
    return f"{site.at}/attendance/people/{site.id_of(worker)}/days/{MARCH + (number - 1) * DAY}"


def ask(site: Attended, worker: str, number: int, by: str = "clerk", **changed: str) -> str:
    """A correction is asked for; where the browser goes."""
    browser, path = site.browser(by), f"{day(site, worker, number)}/correction"
    form = fields(browser.get(path).text, path) | {"punch_time": "17:30", "direction": "02", "reason": "not_recognised"} | changed
    return str(browser.post(path, form).headers.get("Location", ""))


def test_every_text_that_a_template_of_attendance_names_exists() -> None:
    files = (HERE / "templates" / "attendance").glob("*.html")
    named = {key for path in files for key in re.findall(r"""\bt\(['"](\w+)['"][,)]""", path.read_text("utf-8"))}
    assert len(named) > 100
    assert named <= set(TEXTS)


def test_the_month_shows_a_mark_a_date_and_each_leads_to_its_passages(site: Attended) -> None:
    worker = site.gates.worker()
    site.works(worker, 2, 3)
    site.gates.passes(worker, MARCH + 3 * DAY, "07:00", "in")
    site.everything_told()
    office = site.browser()
    page = office.get(month(site)).text
    marks = re.findall(r'<td class="is-(\w+)[^"]*">', page)
    assert marks[:5] == ["none", "whole", "whole", "gap", "none"]
    assert f'href="{day(site, worker, 2)}"' in page
    opened = office.get(day(site, worker, 2)).text
    assert opened.count("07:00:00") == 2, "once in the pair, once among what the gates told"
    assert "10:00" in opened
    assert "b-north" in opened
    assert "ANY_IN" in opened, "it says by which rule"
    missing = office.get(day(site, worker, 4)).text
    assert "缺出场" in missing
    assert "不推算工时" in missing


@pytest.mark.rule("A-54")
def test_a_date_on_which_a_gate_is_silent_says_so_and_shows_nobody_as_absent(site: Attended) -> None:
    worker = site.gates.worker()
    site.works(worker, 2)
    site.gates.arrive()
    office = site.browser()
    assert "is-none" not in office.get(month(site)).text
    told = office.get(day(site, worker, 9)).text
    assert "b-south" in told
    assert "尚未报齐" in told


def test_a_list_of_any_length_costs_the_same_number_of_queries(site: Attended) -> None:
    office, asked = site.browser(), list[str]()
    worker = site.gates.worker()
    site.works(worker, 2)
    site.everything_told()
    event.listen(site.centre.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    pages = (month(site), f"{site.at}/attendance/wages?month=2026-03", f"{site.at}/presence", f"{site.at}/attendance/corrections")
    few = []
    for page in pages:
        asked.clear()
        assert office.get(page).status_code == 200
        few.append(len(asked))
    for _ in range(8):
        site.works(site.gates.worker(), 3)
    site.gates.arrive()
    for page, before in zip(pages, few, strict=True):
        asked.clear()
        assert office.get(page).status_code == 200
        assert len(asked) <= before + 1, page


def test_the_sheet_prints_with_a_column_to_sign_and_comes_as_a_workbook(site: Attended) -> None:
    worker = site.gates.worker()
    site.works(worker, 2)
    site.everything_told()
    office = site.browser()
    paper = office.get(f"{site.at}/attendance/print?month=2026-03").text
    assert "工人签字" in paper
    assert "month_print.css" in paper
    assert "张三丰" in paper
    book = load_workbook(BytesIO(office.get(f"{site.at}/attendance/sheet.xlsx?month=2026-03").content))
    assert book.worksheets[0].page_setup.orientation == "landscape"
    assert "A4 landscape" in (HERE / "assets/month_print.css").read_text("utf-8")


def test_a_month_is_narrowed_by_its_address_and_turned_by_pages(site: Attended) -> None:
    workers = [site.gates.worker() for _ in range(52)]
    site.everything_told()
    office = site.browser()
    first = office.get(month(site)).text
    assert first.count('<th scope="row"') == 50
    [after] = set(re.findall(r"after=([\w-]+)", first))
    second = office.get(f"{month(site)}&after={after}").text
    assert second.count('<th scope="row"') == 2
    assert f"people/{site.id_of(workers[-1])}?" in second
    assert '<th scope="row"' not in office.get(f"{month(site)}&trade=020").text, "nobody of that trade"
    assert office.get(f"{month(site)}&trade=060").text.count('<th scope="row"') == 50


@pytest.mark.rule("A-60")
def test_a_correction_is_asked_by_one_approved_by_another_and_shows_as_manual(site: Attended) -> None:
    worker = site.gates.worker()
    site.gates.passes(worker, MARCH + DAY, "07:00", "in")
    site.everything_told()
    assert "done=correction_asked" in ask(site, worker, 2)
    queue = f"{site.at}/attendance/corrections"
    clerk, office = site.browser("clerk"), site.browser()
    assert "须由他人审批" in clerk.get(queue).text
    page = office.get(queue).text
    action = f"{queue}/1"
    own = clerk.post(action, {"csrf": fields(clerk.get(queue).text, "/sign-out")["csrf"], "do": "approve"})
    assert "CORRECTION_OWN" in own.headers["Location"]
    assert "不能审批自己" in clerk.get(own.headers["Location"]).text
    done = office.post(action, fields(page, action) | {"do": "approve"})
    assert "done=correction_approved" in done.headers["Location"]
    deriving.derive(site.centre.database)
    assert "√手" in office.get(month(site)).text
    told = office.get(day(site, worker, 2)).text
    assert "17:30:00" in told
    assert "原始记录保持不变（A-60）" in told


def test_a_correction_is_refused_with_a_reason_and_a_wrong_one_stays_on_its_form(site: Attended) -> None:
    worker = site.gates.worker()
    site.everything_told()
    path = f"{day(site, worker, 2)}/correction"
    office = site.browser()
    form = fields(office.get(path).text, path) | {"punch_time": "99:99", "direction": "02", "reason": "other", "note": "从北门离开"}
    answer = office.post(path, form)
    assert answer.status_code == 422
    assert "时间格式" in answer.text
    assert "从北门离开" in answer.text, "nothing typed is lost"
    ask(site, worker, 2)
    queue = f"{site.at}/attendance/corrections"
    sent = fields(office.get(queue).text, f"{queue}/1") | {"do": "reject", "why": "监控显示未到场"}
    office.post(f"{queue}/1", sent)
    with site.centre.database.reading() as session:
        assert session.get_one(Correction, 1).decision == "监控显示未到场"


def test_small_hours_belong_to_the_night_shift_of_the_day_before(site: Attended) -> None:
    worker = site.gates.worker()
    site.gates.passes(worker, MARCH + DAY, "20:00", "in")
    site.everything_told()
    ask(site, worker, 2, punch_time="03:30")
    with site.centre.database.reading() as session:
        assert session.get_one(Correction, 1).at.isoformat() == "2026-03-02T19:30:00+00:00"


@pytest.mark.rule("A-60")
def test_a_month_is_frozen_published_objected_to_and_answered_and_later_events_stand_beside(site: Attended) -> None:
    worker = site.gates.worker()
    site.works(worker, 2)
    site.everything_told()
    office, path = site.browser(), f"{site.at}/attendance/publish?month=2026-03"
    office.post(path, fields(office.get(path).text, path))
    with site.centre.database.writing() as session:
        frozen = session.scalars(select(FrozenMonth)).one()
        assert frozen.rows == 1
        session.add(
            Objection(month_id=frozen.id, assignment_id=site.id_of(worker), text="9 日也来了", raised_by="x", raised_at=frozen.frozen_at)
        )
    site.works(worker, 9)
    site.gates.arrive()
    page = office.get(path).text
    assert "9 日也来了" in page
    assert "与定稿时一致" in page
    assert "/days/2026-03-09" in page, "what changed since leads to its day"
    answer = f"{site.at}/attendance/objections/1"
    office.post(answer, fields(page, answer) | {"answer": "已补记", "do": "accept"})
    assert "已补记" in office.get(path).text
    assert "已于 2026-04-02 定稿公示" in office.get(month(site)).text
    assert "公示内容保持不变" in office.get(day(site, worker, 9)).text


@pytest.mark.rule("A-60")
def test_a_late_correction_shows_as_a_supplement_beside_what_was_published(both: Attended) -> None:
    site, worker = both, both.gates.worker()
    site.works(worker, 2)
    site.everything_told()
    office, path = site.browser(), f"{site.at}/attendance/publish?month=2026-03"
    office.post(path, fields(office.get(path).text, path))
    published = re.findall(r'<td class="is-(\w+)', office.get(month(site)).text)
    assert "done=correction_asked" in ask(site, worker, 9, punch_time="07:00", direction="01")
    queue = f"{site.at}/attendance/corrections"
    assert "补充 2026-03" in office.get(queue).text, "who decides sees what it would be"
    office.post(f"{queue}/1", fields(office.get(queue).text, f"{queue}/1") | {"do": "approve"})
    deriving.derive(site.centre.database)
    now = office.get(month(site)).text
    assert re.findall(r'<td class="is-(\w+)', now) == published
    assert "is-none differs" in now, "the published mark stays, and shows that it differs"
    told = office.get(path).text
    assert f'href="{day(site, worker, 9)}">9补</a>' in told
    assert "公示内容不变" in told
    assert "+1.0 天" in office.get(f"{site.at}/attendance/wages?month=2026-03").text
    site.field.clock.forward(days=10)
    assert ask(site, worker, 10) == "", "too late, and no objection was upheld"
    clerk, late = site.browser("clerk"), f"{day(site, worker, 10)}/correction"
    form = fields(clerk.get(late).text, late) | {"punch_time": "17:30", "direction": "02", "reason": "not_recognised"}
    answer = clerk.post(late, form)
    assert answer.status_code == 409
    assert "只有已采纳异议所指的日期可以补卡" in answer.text


def test_a_month_with_a_silent_gate_is_frozen_only_knowingly(site: Attended) -> None:
    site.works(site.gates.worker(), 2)
    site.gates.arrive()
    office, path = site.browser(), f"{site.at}/attendance/publish?month=2026-03"
    form = fields(office.get(path).text, path)
    refused = office.post(path, form)
    assert refused.status_code == 409
    assert "尚有闸机未报齐" in refused.text
    form = fields(refused.text, path) | {"despite_incomplete": "1"}
    assert "done=month_frozen" in office.post(path, form).headers["Location"]


@pytest.mark.rule("A-61")
def test_the_wage_basis_shows_amounts_to_the_employer_only_and_leads_to_the_days(site: Attended) -> None:
    worker = site.gates.worker()
    site.works(worker, 2, 3)
    site.everything_told()
    site.gates.earns(worker, "300.00")
    path = f"{site.at}/attendance/wages?month=2026-03"
    own, others = site.browser("employer").get(path).text, site.browser().get(path).text
    assert "600.00" in own
    assert "600.00" not in others
    assert "******" in others
    for page in (own, others):
        assert f'href="{day(site, worker, 3)}"' in page


def test_counts_rates_and_doubts_have_their_pages(site: Attended) -> None:
    worker = site.gates.worker()
    site.works(worker, 2)
    site.everything_told()
    office = site.browser()
    assert (
        "钢筋工" in office.get(f"{site.at}/attendance/labour?date=2026-03-02").text
        or "出勤" in office.get(f"{site.at}/attendance/labour?date=2026-03-02").text
    )
    checks = office.get(f"{site.at}/attendance/checks?month=2026-03").text
    assert "出勤过少" in checks
    assert f"people/{site.id_of(worker)}" in checks


def test_settings_are_checked_saved_audited_and_not_lost_to_another_save(site: Attended) -> None:
    office, path = site.browser(), f"{site.at}/attendance/settings"
    old = fields(office.get(path).text, path)
    wrong = office.post(path, old | {"correct_until_day": "40"})
    assert wrong.status_code == 422
    assert "应在 1 至 28 之间" in wrong.text
    saved = office.post(path, fields(office.get(path).text, path) | {"correct_until_day": "8", "lane": "b-north"})
    assert "done=saved" in saved.headers["Location"]
    again = office.post(path, old | {"debounce_s": "60", "once": ""})
    assert again.status_code == 409
    with site.centre.database.reading() as session:
        row = session.get_one(AttendanceSettings, site.field.project_id)
        assert (row.correct_until_day, row.undirected_lanes, row.debounce_s, row.version) == (8, ["b-north"], 120, 2)
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "attendance.settings_changed")).all()) == 1


PAGES = (
    "attendance",
    "attendance/print",
    "attendance/labour",
    "attendance/wages",
    "attendance/checks",
    "attendance/corrections",
    "attendance/publish",
    "attendance/settings",
    "attendance/sheet.xlsx",
    "attendance/people/1",
    "attendance/people/1/days/2026-03-02",
    "attendance/people/1/days/2026-03-02/correction",
    "presence",
    "board",
    "board/pieces",
    "board/stream",
)


@pytest.mark.rule("A-45")
def test_a_neighbour_finds_none_of_these_pages(site: Attended) -> None:
    site.works(site.gates.worker(), 2)
    site.everything_told()
    for who in ("neighbour", "other-employer"):
        finds_nothing(site, who)


def finds_nothing(site: Attended, who: str) -> None:
    browser = site.browser(who)
    csrf = fields(browser.get("/help").text, "/sign-out")["csrf"]
    for page in PAGES:
        answer = browser.get(f"{site.at}/{page}")
        assert answer.status_code in {403, 404}, page
        assert "张三丰" not in answer.text
    for page in ("publish", "settings", "corrections/1", "objections/1", "people/1/own-link", "people/1/days/2026-03-02/correction"):
        answer = browser.post(f"{site.at}/attendance/{page}", {"csrf": csrf, "do": "reject", "why": "x", "public_days": "5", "answer": "x"})
        assert answer.status_code in {403, 404}, page


def test_a_worker_of_another_project_is_not_found_under_this_one(site: Attended) -> None:
    worker = site.gates.worker()
    assert site.browser().get(f"/projects/{site.field.project_id + 1}/attendance/people/{site.id_of(worker)}").status_code == 404
    assert site.browser().get(f"{site.at}/attendance/people/999999").status_code == 404
    assert site.browser().get(f"{site.at}/attendance/people/{site.id_of(worker)}/days/yesterday").status_code == 404


@pytest.mark.rule("A-50")
@pytest.mark.rule("A-54")
def test_presence_says_state_evidence_and_why_nothing_is_known_and_offers_no_exit(site: Attended) -> None:
    here, gone = site.gates.worker(), site.gates.worker()
    site.works(here, 31)
    site.works(gone, 2)
    site.everything_told()
    office = site.browser()
    page = office.get(f"{site.at}/presence").text
    assert "推定退场" in page
    assert f"people/{site.id_of(gone)}/days/2026-03-02" in page, "its evidence is a click away"
    assert 'method="post"' not in page.split('id="main"')[1], "nothing can be done here (A-50)"
    assert f'data-row="{site.id_of(here)}"' not in office.get(f"{site.at}/presence?state=presumed_exited").text


@pytest.mark.rule("A-54")
def test_presence_names_the_gate_that_is_silent_and_since_when(site: Attended) -> None:
    worker = site.gates.worker()
    site.works(worker, 2)
    site.gates.arrive()
    site.gates.tells(site.field.clock.now(), "north")
    page = site.browser().get(f"{site.at}/presence").text
    assert "暂不能判定" in page
    assert re.search(r"b-south：自 .* 起未报齐", page)


@pytest.mark.rule("A-63")
def test_an_employer_sees_its_people_on_every_project_and_months_to_sign(both: Attended) -> None:
    site = both
    worker = site.gates.worker()
    site.works(worker, 2)
    site.everything_told()
    employer = site.browser("employer")
    assert f'href="{month(site)}"' in employer.get("/attendance?month=2026-03").text
    assert "本月没有在项目上的工人" in site.browser("other-employer").get("/attendance?month=2026-03").text
    path = f"{site.at}/attendance/publish?month=2026-03"
    office = site.browser()
    office.post(path, fields(office.get(path).text, path))
    assert "公示至 2026-04-07" in employer.get("/attendance").text
    assert "公示至 2026-04-07" in employer.get("/desk").text
    tab = employer.get(f"/workers/{site.gates.assignment(worker).worker_id}?tab=attendance&month=2026-03").text
    assert f'href="{day(site, worker, 2)}"' in tab
    assert site.browser().get("/attendance").status_code == 403


def test_the_supervision_sees_which_project_reports_and_nobody_else_does(both: Attended) -> None:
    site = both
    site.works(site.gates.worker(), 2)
    site.everything_told()
    page = site.browser("authority").get("/supervision/coverage?date=2026-03-02").text
    assert "50.0%" in page
    assert "别处工程" in page
    assert "无考勤" in page
    assert site.browser().get("/supervision/coverage").status_code == 403

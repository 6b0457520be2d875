"""The administrators' pages, the employer's defaults, supervision's comparison, help per module; the desks that answer people."""

import re
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from central.access import Access, Position, Role
from central.audit import AuditEntry
from central.centre import Centre
from central.errors import Problem
from central.help.model import Ticket
from central.help.modules import MODULES, REGULATION
from central.history.model import HistoryRequest
from central.identity import trail
from central.identity.model import Account, ApiToken
from central.people.model import IdentityState, Worker
from central.people.reference_model import Bank, RegionalBase, WageProfile
from central.projects.model import Company, Participant, Project
from central.verification.model import PlannedOutage
from tests.central.builders import credit_code
from tests.central.web.day import Day, fields, opened
from tests.central.web.site import FakeBrowser, field
from tests.central.web.test_more_office_pages import asked, at

SECURITY = ("/accounts", "/tokens", "/certificates")
SYSTEM = ("/companies", "/projects/new", "/reference")


@pytest.fixture
def day(centre: Centre) -> Day:
    day = opened(centre)
    centre.settings.second_factor_for_administrators = False
    for name, role in (("security", Role.SECURITY), ("system", Role.ADMINISTRATOR), ("auditor", Role.AUDITOR)):
        day.account(name, role)
    return day


def shown_once(page: str) -> str:
    found = re.search(r'class="code-shown">([^<]+)<', page)
    assert found
    return found[1]


def test_the_administrators_begin_at_their_own_page_and_keep_apart(day: Day) -> None:
    mine = {"security": SECURITY, "system": SYSTEM, "auditor": ("/audit",)}
    for name, pages in mine.items():
        browser = day.browser(name)
        assert browser.get(browser.get("/").headers["Location"]).status_code == 200
        for path in pages:
            assert browser.get(path).status_code == 200, (name, path)
        for path in {one for who, theirs in mine.items() if who != name for one in theirs}:
            assert browser.get(path).status_code == 403, (name, path)
    for name in ("office", "labour", "authority"):
        for path in (*SYSTEM, "/accounts", "/audit"):
            assert day.browser(name).get(path).status_code == 403, (name, path)


def test_each_page_of_an_administrator_has_its_place_in_the_navigation(day: Day) -> None:
    places = {
        "security": SECURITY,
        "system": (*SYSTEM, "/projects", "/verification/outages", "/releases", "/platform", "/tickets"),
        "auditor": ("/audit", "/releases"),
    }
    for name, pages in places.items():
        browser = day.browser(name)
        for path in pages:
            assert browser.get(path).text.count('aria-current="page"') == 1, (name, path)
    assert 'href="/reference" aria-current="page"' in day.browser("system").get("/verification/outages").text


@pytest.mark.rule("A-06")
def test_an_account_is_made_with_a_password_shown_once_then_appointed_reset_and_disabled(day: Day) -> None:
    security, site = day.browser("security"), day.site
    page = security.get("/accounts").text
    queries = asked(day, security, "/accounts")
    form = fields(page, "/accounts") | {"username": "li.gong", "shown_name": "李工", "account_role": "contractor", "position": "member"}
    missing = security.post("/accounts", form | {"uscc": "91310000000000000X", "once": ""})
    assert missing.status_code == 422
    assert 'id="e-uscc"' in missing.text
    form |= {"uscc": site.gc.uscc, "reg_no": site.project.reg_no}
    first = shown_once(security.post("/accounts", form).text)
    assert first not in security.get("/accounts").text
    assert security.post("/accounts", form | {"once": ""}).status_code == 409, "the name is taken"
    assert asked(day, security, "/accounts") == queries, "one more row is no further query"
    with day.centre.database.reading() as session:
        made = session.scalars(select(Account).where(Account.username == "li.gong")).one()
    asking = FakeBrowser(day, day.app)
    assert asking.sign_in("li.gong", first).status_code == 303, "the temporary password opens the way to an own one"
    token = fields(page, "/accounts")["csrf"]
    assert security.post(f"/accounts/{made.id}/appoint", {"csrf": token}).status_code == 303
    second = shown_once(security.post(f"/accounts/{made.id}/reset", {"csrf": token}).text)
    assert FakeBrowser(day, day.app).sign_in("li.gong", first).status_code != 303
    assert FakeBrowser(day, day.app).sign_in("li.gong", second).status_code == 303
    assert security.post(f"/accounts/{made.id}/disable", {"csrf": token}).status_code == 303
    assert FakeBrowser(day, day.app).sign_in("li.gong", second).status_code != 303
    assert security.post(f"/accounts/{made.id}/promote", {"csrf": token}).status_code == 404
    with day.centre.database.reading() as session:
        accounts = {one.username: one.position for one in session.scalars(select(Account))}
    assert (accounts["li.gong"], accounts["office"]) == (Position.MANAGER, Position.MEMBER)


def test_a_new_administrators_account_waits_at_the_second_administrators_page(day: Day) -> None:
    security, auditor = day.browser("security"), day.browser("auditor")
    form = fields(security.get("/accounts").text, "/accounts") | {"username": "second", "shown_name": "周二", "account_role": "security"}
    temporary = shown_once(security.post("/accounts", form).text)
    assert "待另一位管理员启用" in security.get("/accounts").text
    assert FakeBrowser(day, day.app).sign_in("second", temporary).status_code == 403
    page = auditor.get("/releases").text
    found = re.search(r'action="(/releases/\d+)"', page)
    assert found
    assert "周二" not in day.browser("system").get("/releases").text
    assert {day.browser(one).get("/releases").status_code for one in ("security", "office", "labour")} == {403}
    assert auditor.post(found[1], fields(page, found[1])).status_code == 303
    assert "周二" not in auditor.get("/releases").text
    assert FakeBrowser(day, day.app).sign_in("second", temporary).headers["Location"].startswith("/sign-in/own")


def test_a_token_is_shown_once_opens_what_it_was_given_and_ends(day: Day) -> None:
    security = day.browser("security")
    form = fields(security.get("/tokens").text, "/tokens")
    form |= {"token_name": "考勤对接", "account_role": "employer", "uscc": day.site.labour.uscc, "may_view_people": "1"}
    past = security.post("/tokens", form | {"token_until": "2020-01-01", "once": ""})
    assert past.status_code == 422
    assert 'id="e-token_until"' in past.text
    clear = shown_once(security.post("/tokens", form).text)
    page = security.get("/tokens").text
    assert clear not in page
    assert "从未使用" in page
    with day.centre.database.reading() as session:
        token = session.scalars(select(ApiToken)).one()
    assert (token.role, token.functions) == (Role.EMPLOYER, '["view_people"]')
    office = day.browser("office")
    own = fields(office.get("/tokens").text, "/tokens") | {"token_name": "看板", "may_view_devices": "1"}
    assert shown_once(office.post("/tokens", own | {"account_role": "security"}).text), "it is for the office, whatever was sent"
    for who in ("office", "labour"):
        csrf = fields(day.browser(who).get("/help").text, "/help")["csrf"]
        status = day.browser(who).post(f"/tokens/{token.id}/revoke", {"csrf": csrf}).status_code
        assert status in {400, 404} if who == "office" else status in {303, 400, 404}
    assert security.post(f"/tokens/{token.id}/revoke", {"csrf": form["csrf"]}).status_code == 303
    with day.centre.database.reading() as session:
        ended = {one.role: one.revoked_at for one in session.scalars(select(ApiToken))}
    assert ended[Role.EMPLOYER] is not None
    assert ended[Role.CONTRACTOR] is None


def test_a_company_and_a_project_with_its_general_contractor_are_registered(day: Day) -> None:
    system = day.browser("system")
    code = credit_code(9001)
    form = {"csrf": field(system.get("/companies").text, "csrf"), "uscc": code, "company_name": "松江建工有限公司"}
    assert system.post("/companies", form | {"uscc": "123"}).status_code == 422
    queries = asked(day, system, "/companies")
    assert system.post("/companies", form).status_code == 303
    assert asked(day, system, "/companies") == queries
    assert "松江建工" in system.get("/companies?q=松江").text
    form = fields(system.get("/projects/new").text, "/projects/new") | {"reg_no": "2026SJ0001", "project_name": "松江医院", "uscc": code}
    unknown = system.post("/projects/new", form | {"uscc": credit_code(9999), "once": ""})
    assert unknown.status_code == 422
    answer = system.post("/projects/new", form)
    assert "松江建工有限公司" in system.get(answer.headers["Location"]).text
    with day.centre.database.reading() as session:
        company = session.scalars(select(Company).where(Company.uscc == code)).one()
        project = session.scalars(select(Project).where(Project.reg_no == "2026SJ0001")).one()
        assert session.scalars(select(Participant.role).where(Participant.project_id == project.id)).all() == ["general_contractor"]
        assert company.name == "松江建工有限公司"


@pytest.mark.rule("A-21")
@pytest.mark.rule("A-18")
@pytest.mark.rule("A-26")
def test_banks_reference_wages_and_outages_are_kept_without_a_release(day: Day) -> None:
    system = day.browser("system")
    page = system.get("/reference").text
    bank = fields(page, "/reference/banks")
    token = {"csrf": bank["csrf"]}
    assert system.post("/reference/banks", token | {"bank_number": "a b", "bank_name": "x"}).status_code == 422
    assert system.post("/reference/banks", token | {"bank_number": "888", "bank_name": "新城银行"}).status_code == 303
    assert "新城银行" in day.browser("labour").get("/workers/new").text
    assert system.post("/reference/banks", token | {"bank_number": "888", "bank_name": "新城银行", "do": "withdraw"}).status_code == 303
    assert "新城银行" not in day.browser("labour").get("/workers/new").text
    wrong = system.post("/reference/bases", token | {"valid_from": "", "amount": "many"})
    assert wrong.status_code == 422
    assert 'id="e-amount"' in wrong.text
    assert system.post("/reference/bases", token | {"valid_from": "2026-07-01", "amount": "2900"}).status_code == 303
    outage = token | {"outage_begins": "2026-03-14T08:00", "outage_ends": "2026-03-14T06:00"}
    assert system.post("/reference/outages", outage).status_code == 422
    assert system.post("/reference/outages", outage | {"outage_ends": "2026-03-14T18:00"}).status_code == 303
    with day.centre.database.reading() as session:
        assert not session.get_one(Bank, "888").active
        assert session.scalar(select(func.count()).select_from(RegionalBase).where(RegionalBase.amount == Decimal(2900))) == 1
        planned = session.scalars(select(PlannedOutage)).one()
        assert planned.begins_at.hour == 0, "08:00 at the sites"
    withdrawal = f"/reference/outages/{planned.id}/withdrawal"
    listed = system.get("/reference").text
    assert "2026-03-14 08:00" in listed
    assert "未开始" in listed
    assert system.post(withdrawal, fields(listed, withdrawal)).status_code == 303
    assert "已撤销" in system.get("/reference").text


@pytest.mark.rule("A-14")
def test_an_employers_defaults_stand_in_its_form_and_in_nobody_elses(day: Day) -> None:
    labour = day.browser("labour")
    form = fields(labour.get("/defaults").text, "/defaults") | {"wage_type": "monthly", "basic_wage": "4512"}
    assert labour.post("/defaults", form | {"default_place": "team:99", "once": ""}).status_code == 422
    assert labour.post("/defaults", form).status_code == 303
    assert "4512" in labour.get("/workers/new").text
    assert "4512" in labour.get("/defaults").text
    assert "4512" not in labour.get(f"/defaults?at=project:{day.site.project.id}").text.split("<form")[-1]
    stranger = day.browser("other-labour")
    assert "4512" not in stranger.get("/defaults").text + stranger.get("/workers/new").text
    assert day.browser("office").get("/defaults").status_code == 403
    with day.centre.database.reading() as session:
        assert session.scalars(select(WageProfile)).one().scope == "company"


@pytest.mark.rule("A-61")
def test_contracts_and_wages_are_compared_masked_and_each_amount_is_noted(day: Day) -> None:
    one = day.confirmed()
    path = at(day, "comparison")
    for who in ("office", "authority"):
        browser = day.browser(who)
        page = browser.get(path).text
        assert "6000" not in page
        action = f"{path}/{one.worker_id}/reveal"
        form = fields(page, action)
        silent = browser.post(action, form)
        assert silent.status_code == 422
        assert "6000" not in silent.text, "without a reason nothing is shown"
        assert "6000" in browser.post(action, form | {"why_reveal": "核对三月工资", "once": ""}).text
        assert "6000" not in browser.get(path).text
    with day.centre.database.reading() as session:
        noted = session.scalars(select(AuditEntry.actor).where(AuditEntry.action == "worker.wages_revealed")).all()
    assert len(set(noted)) == 2
    for who in ("pro-office", "labour", "other-labour", "neighbour"):
        assert day.browser(who).get(path).status_code in {403, 404}, who
    office = day.browser("office")
    before = asked(day, office, path)
    for _ in range(3):
        day.confirmed()
    assert asked(day, office, path) == before, "more rows are no further query"


@pytest.mark.rule("A-33")
def test_teams_and_departures_leave_as_workbooks_of_ones_own(day: Day) -> None:
    labour = day.browser("labour")
    day.team(day.employer(day.site.labour), "=钢筋一班")
    assert 'href="/teams/export.xlsx"' in labour.get("/teams").text
    sheet = load_workbook(BytesIO(labour.get("/teams/export.xlsx").content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet["A"]] == ["班组", "'=钢筋一班"]
    empty = load_workbook(BytesIO(day.browser("other-labour").get("/teams/export.xlsx").content)).active
    assert empty is not None
    assert empty.max_row == 1
    assert labour.get("/departures/export.xlsx").status_code == 200
    for path in ("/teams/export.xlsx", "/departures/export.xlsx"):
        assert day.browser("office").get(path).status_code == 403


@pytest.mark.rule("A-10")
def test_each_module_has_its_help_with_the_edition_it_follows(day: Day) -> None:
    browser = FakeBrowser(day, day.app)
    front = browser.get("/help").text
    for language, words in (("zh", REGULATION[0]), ("en", REGULATION[1])):
        browser.get(f"/language/{language}")
        for key, steps in MODULES.items():
            assert f'href="/help/modules/{key}"' in front
            page = browser.get(f"/help/modules/{key}")
            assert page.status_code == 200
            assert words in page.text
            assert page.text.count('<li class="mb-2">') == steps
            assert "http" not in page.text.split("<main")[-1], "nothing leads outside"
    assert browser.get("/help/modules/none").status_code == 404


@pytest.mark.rule("A-09")
def test_support_answers_a_ticket_and_its_asker_reads_it(day: Day) -> None:
    office, system = day.browser("office"), day.browser("system")
    form = fields(office.get("/help").text, "/help") | {"said": "看不到新来的工人"}
    path = office.post("/help", form).headers["Location"].split("?")[0]
    assert "看不到新来的工人" in system.get("/tickets").text
    answer = fields(system.get(path).text, path)
    blank = system.post(path, answer | {"answer": " "})
    assert blank.status_code == 422
    assert system.post(path, answer | {"answer": "请先由专业分包接收"}).status_code == 303
    assert "请先由专业分包接收" in office.get(path).text
    token = fields(office.get("/help").text, "/help")["csrf"]
    assert office.post(path, {"csrf": token, "answer": "我自己答"}).status_code in {403, 404}
    assert day.browser("neighbour").get(path).status_code == 404
    with day.centre.database.reading() as session:
        assert session.scalars(select(Ticket)).one().state == "answered"


@pytest.mark.rule("A-25")
def test_the_verification_desk_settles_with_its_evidence_and_nobody_else_does(day: Day) -> None:
    worker = day.worker(identity_source="typed").worker
    authority = day.browser("authority")
    form = fields(authority.get("/verification").text, f"/verification/{worker.id}") | {"do": "verified"}
    assert authority.post(f"/verification/{worker.id}", form).status_code == 422, "it says what was seen"
    for who in ("office", "labour"):
        browser = day.browser(who)
        token = fields(browser.get("/help").text, "/help")["csrf"]
        assert browser.post(f"/verification/{worker.id}", form | {"csrf": token, "evidence": "x", "once": ""}).status_code == 403
    assert authority.post(f"/verification/{worker.id}", form | {"evidence": "受理单 17"}).status_code == 303
    with day.centre.database.reading() as session:
        assert session.get_one(Worker, worker.id).identity_state is IdentityState.VERIFIED


@pytest.mark.rule("A-57")
def test_history_is_asked_for_at_the_portal_and_goes_its_steps_in_order(day: Day) -> None:
    office, authority = day.browser("office"), day.browser("authority")
    form = fields(office.get("/history").text, "/history") | {"first_day": "2025-01-01", "last_day": "2025-06-30"}
    assert office.post("/history", form).status_code == 422, "it needs its statement"
    path = office.post("/history", form | {"statement": "工伤认定需要", "once": ""}).headers["Location"].split("?")[0]
    token = fields(authority.get("/help").text, "/help")["csrf"] if 'action="/help"' in authority.get("/help").text else ""
    early = authority.post(path, {"csrf": token, "do": "verification"})
    assert early.status_code in {403, 409, 422}
    assert day.browser("neighbour").get(path).status_code == 404
    assert office.post(path, {"csrf": form["csrf"], "do": "nothing"}).status_code == 404
    with day.centre.database.reading() as session:
        assert session.scalars(select(HistoryRequest)).one().state != "given"


def _exported(browser: FakeBrowser, address: str) -> list[list[object]]:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize(
    ("who", "path", "column", "others"),
    [
        ("security", "/accounts", "username", ("system", "auditor", "labour", "office", "authority")),
        ("security", "/certificates", "operator", ("system", "auditor", "office", "authority")),
        ("security", "/tokens", "token_name", ("system", "auditor", "authority")),
        ("system", "/companies", "company", ("security", "auditor", "labour", "office", "authority")),
        ("system", "/projects", "reg_no", ()),
        ("system", "/tickets", "asked", ()),
        ("auditor", "/audit", "", ("security", "system", "labour", "office", "authority")),
    ],
)
def test_the_administrations_lists_sort_and_leave_as_workbooks(day: Day, who: str, path: str, column: str, others: tuple[str, ...]) -> None:
    day.confirmed()
    browser = day.browser(who)
    page = browser.get(path).text
    assert f'href="{path}/export.xlsx"' in page
    rows = _exported(browser, f"{path}/export.xlsx")
    assert len(rows[0]) > 2
    if column:
        assert browser.get(f"{path}?sort=-{column}").status_code == 200
        backwards = _exported(browser, f"{path}/export.xlsx?sort=-{column}")
        assert backwards[0] == rows[0]
        assert sorted(backwards[1:], key=str) == sorted(rows[1:], key=str), "another order, the same rows"
    for other in others:
        assert day.browser(other).get(f"{path}/export.xlsx").status_code == 403


def test_accounts_are_found_by_name_company_and_role_and_exported_so(day: Day) -> None:
    security = day.browser("security")
    everybody = _exported(security, "/accounts/export.xlsx")
    auditors = _exported(security, "/accounts/export.xlsx?role=auditor")
    assert 1 < len(auditors) < len(everybody)
    assert {row[2] for row in auditors[1:]} == {"审计管理"}
    named = str(auditors[1][0])
    assert [row[0] for row in _exported(security, f"/accounts/export.xlsx?q={named}")[1:]] == [named]
    assert named in security.get(f"/accounts?q={named}&role=auditor").text
    assert "没有符合条件的账号" in security.get("/accounts?q=nobody-is-called-so").text
    names = [str(row[0]) for row in _exported(security, "/accounts/export.xlsx?sort=-username")[1:]]
    assert names == sorted(names, reverse=True)


def test_the_audit_is_found_by_its_time_and_leaves_whole(day: Day) -> None:
    auditor = day.browser("auditor")
    rows = _exported(auditor, "/audit/export.xlsx?action=account.signed_in")
    assert {row[4] for row in rows[1:]} == {"account.signed_in"}
    assert {row[5] for row in rows[1:]} == {"登录"}
    assert "没有符合条件的记录" in auditor.get("/audit?until=2001-01-01").text
    assert len(_exported(auditor, "/audit/export.xlsx?until=2001-01-01")) == 1
    assert "导出审计" in auditor.get("/audit").text, "taking it away stands in it"
    mine = Access(actor="account:1", role=Role.AUDITOR)
    with day.centre.database.writing() as session, pytest.raises(Problem) as refused:
        trail.note_export(session, mine, trail.Wanted(), most=1)
    assert (refused.value.code, refused.value.field) == ("EXPORT_TOO_LARGE", "since"), "nothing is left out in silence"

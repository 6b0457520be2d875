"""A worker's own view: a signed link opens one worker's days, takes an objection, and proves that nothing was altered."""

import base64
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from starlette.requests import Request as HttpRequest

from central.access import Access, Role
from central.attendance import corrections, deriving, own_links, published, roots
from central.attendance.corrections import Request
from central.attendance.papers import CorrectionReason, Objection
from central.attendance.roots import Leaf, Proof, Step
from central.audit import AuditEntry
from central.errors import Problem
from central.identity.attempts import Pace
from central.messaging.model import BoxEvent
from central.secrets import CentreSecrets
from central.web.areas.attendance_own_view import OwnPages
from central.web.pages import Portal
from edge.sync.wire import Direction
from tests.central.attendance.punches import moment
from tests.central.messaging.field import open_field
from tests.central.web.attendance_site import DAY, MARCH, Attended, attended
from tests.central.web.day import fields
from tests.central.web.site import FakeBrowser, field

KEYS = CentreSecrets(bytes(32), bytes(range(32)))


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Iterator[Attended]:
    shutil.copy(sqlite_template, tmp_path / "central.db")
    opened = open_field(tmp_path, f"sqlite:///{tmp_path / 'central.db'}")
    yield attended(opened)
    opened.centre.close()


def office(site: Attended) -> Access:
    return Access("account:1", Role.CONTRACTOR, site.field.company_id, site.field.project_id)


def phone(site: Attended, worker: str, hours: int = 24) -> FakeBrowser:
    """The worker's phone, which has scanned the code."""
    with site.centre.database.writing() as session:
        token, _ = own_links.issue(session, site.field.clock, site.centre.secrets, office(site), site.id_of(worker), hours=hours)
    browser = FakeBrowser(site, site.app)
    assert browser.get(f"/own/{token}").headers["Location"] == "/own"
    return browser


def freeze(site: Attended) -> None:
    with site.centre.database.writing() as session:
        published.freeze(session, site.field.clock, office(site), site.field.project_id, MARCH)


@given(st.binary(max_size=40))
def test_no_other_bytes_open_anything(garbage: bytes) -> None:
    with pytest.raises(Problem) as refused:
        own_links.id_of(KEYS, base64.urlsafe_b64encode(garbage).decode().rstrip("="))
    assert refused.value.code == "OWN_LINK_ENDED"


@given(st.integers(1, 2**53), st.integers(0, 31))
def test_a_token_names_its_own_link_and_not_if_one_letter_differs_or_another_centre_signed(link: int, place: int) -> None:
    token = own_links.token_of(KEYS, link)
    assert own_links.id_of(KEYS, token) == link
    other = ("B" if token[place] != "B" else "C").join((token[:place], token[place + 1 :]))
    for keys, given_ in ((KEYS, other), (CentreSecrets(bytes(31) + b"x", bytes(32)), token)):
        with pytest.raises(Problem):
            own_links.id_of(keys, given_)


def test_a_worker_sees_own_days_and_nobody_elses(site: Attended) -> None:
    mine, other = site.gates.worker(), site.gates.worker()
    site.works(mine, 2)
    site.works(other, 3)
    site.everything_told()
    browser = phone(site, mine)
    page = browser.get("/own?month=2026-03").text
    assert re.search(r'aria-label="2026-03-02 √ 10:00"', page)
    assert not re.search(r'aria-label="2026-03-03 √', page)
    assert "07:00:00" in browser.get("/own/days/2026-03-02").text
    assert "没有通行记录" in browser.get("/own/days/2026-03-03").text
    told = json.loads(proofs(site, browser, "2026-03-03")) if published_roots(site) else {}
    assert told["proofs"] == [], "another's passages of that date are not told"
    for path in (f"{site.at}/attendance", f"{site.at}/attendance/people/{site.id_of(mine)}"):
        assert "/sign-in" in browser.get(path).headers.get("Location", ""), "the link opens nothing else"


def published_roots(site: Attended) -> int:
    return roots.publish(site.centre.database, site.field.clock)


def proofs(site: Attended, browser: FakeBrowser, date: str) -> str:
    answer = browser.get(f"/own/proofs/{date}.json")
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["Content-Disposition"]
    return answer.text


def test_without_a_link_or_after_its_time_nothing_opens(site: Attended) -> None:
    worker = site.gates.worker()
    site.works(worker, 2)
    site.everything_told()
    browser = phone(site, worker, hours=1)
    assert browser.get("/own").status_code == 200
    site.field.clock.forward(hours=2)
    for path in ("/own", "/own/days/2026-03-02", "/own/verify/2026-03-02", "/own/proofs/2026-03-02.json"):
        assert browser.get(path).status_code == 403, path
        assert FakeBrowser(site, site.app).get(path).status_code == 403, path


def test_who_tries_tokens_is_held_up(site: Attended) -> None:
    browser = FakeBrowser(site, site.app)
    answers = [browser.get(f"/own/{'A' * 39}{n}").status_code for n in range(22)]
    assert answers[0] == 403
    assert answers[-1] == 429


def test_a_link_that_asks_too_often_waits(site: Attended) -> None:
    with site.centre.database.writing() as session:
        token, _ = own_links.issue(session, site.field.clock, site.centre.secrets, office(site), site.id_of(site.gates.worker()))
    own = OwnPages(Portal(site.centre), Pace(2, mono=lambda: 0.0))
    request = HttpRequest({"type": "http", "headers": [(b"cookie", f"gongmen_own={token}".encode())], "client": ("127.0.0.1", 1)})
    for _ in range(2):
        own.link(request)
    with pytest.raises(Problem) as refused:
        own.link(request)
    assert refused.value.status == 429


def test_an_objection_is_raised_once_while_the_month_is_public_and_named_as_the_workers(site: Attended) -> None:
    worker = site.gates.worker()
    site.works(worker, 2)
    site.everything_told()
    browser = phone(site, worker)
    assert 'action="/own/objections"' not in browser.get("/own?month=2026-03").text
    freeze(site)
    form = fields(browser.get("/own/days/2026-03-09").text, "/own/objections") | {"text": "9 日也来了"}
    assert browser.post("/own/objections", form | {"csrf": "x"}).status_code == 400
    assert browser.post("/own/objections", form | {"text": " "}).status_code == 422
    assert "done=objection_sent" in browser.post("/own/objections", form).headers["Location"]
    with site.centre.database.reading() as session:
        raised = session.scalars(select(Objection)).one()
        assert (raised.assignment_id, raised.work_date, raised.text) == (site.id_of(worker), MARCH + 8 * DAY, "9 日也来了")
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "objection.raised")).one()
        assert (entry.actor, entry.on_behalf_of) == (f"own_view:{site.id_of(worker)}", "worker")
    assert "等待答复" in browser.get("/own?month=2026-03").text
    site.field.clock.forward(days=6)
    late = phone(site, worker)
    answer = late.post("/own/objections", form | {"csrf": own_csrf(site, late)})
    assert answer.status_code == 409
    assert "公示期已过" in answer.text


def test_a_worker_sees_what_was_added_after_the_month_was_published(site: Attended) -> None:
    worker = site.gates.worker()
    site.works(worker, 2)
    site.everything_told()
    freeze(site)
    browser = phone(site, worker)
    assert "公示后已补记" not in browser.get("/own?month=2026-03").text
    with site.centre.database.writing() as session:
        clerk = Access("account:2", Role.CONTRACTOR, site.field.company_id, site.field.project_id)
        wanted = Request(moment(MARCH + 8 * DAY, "07:00"), Direction.IN, CorrectionReason.FORGOTTEN)
        asked = corrections.request(session, site.field.clock, clerk, site.id_of(worker), wanted)
        corrections.approve(session, site.field.clock, office(site), asked.id)
    deriving.derive(site.centre.database)
    assert "公示后已补记：9 日（补充，不改公示内容）。公示 1 天，现为 2 天。" in browser.get("/own?month=2026-03").text


def own_csrf(site: Attended, browser: FakeBrowser) -> str:
    return Portal(site.centre).csrf(browser.cookies["gongmen_own"])


def test_the_downloaded_proof_leads_from_each_record_to_the_published_root(site: Attended) -> None:
    worker, other = site.gates.worker(), site.gates.worker()
    site.works(worker, 2)
    site.works(other, 2)
    site.everything_told()
    browser = phone(site, worker)
    assert "尚未公示" in browser.get("/own/verify/2026-03-02").text
    published_roots(site)
    told = json.loads(proofs(site, browser, "2026-03-02"))
    assert len(told["proofs"]) == 2
    for one in told["proofs"]:
        leaf = Leaf(one["box"], one["epoch"], one["seq"], one["at_ms"], one["direction"], one["method"], bytes.fromhex(one["chained"]))
        path = tuple(Step(bytes.fromhex(step["hash"]), step["is_left"]) for step in one["path"])
        assert roots.verify(bytes.fromhex(told["published"]["root"]), Proof(leaf, path))
    assert "没有被改动" in browser.get("/own/verify/2026-03-02").text


def test_an_altered_record_is_never_shown_as_proved(site: Attended) -> None:
    worker = site.gates.worker()
    site.works(worker, 2)
    site.everything_told()
    published_roots(site)
    browser = phone(site, worker)
    with site.centre.database.writing() as session:
        session.execute(update(BoxEvent).where(BoxEvent.seq == 2).values(hash=bytes(32)))
    answer = browser.get("/own/verify/2026-03-02")
    assert answer.status_code == 409
    assert "没有被改动" not in answer.text


def test_the_office_makes_a_code_for_its_own_workers_only(site: Attended) -> None:
    worker = site.gates.worker()
    site.everything_told()
    path = f"{site.at}/attendance/people/{site.id_of(worker)}"
    browser = site.browser()
    page = browser.post(f"{path}/own-link", {"csrf": field(browser.get(path).text, "csrf"), "hours": "1"}).text
    assert "data:image/svg+xml" in page
    assert "有效至 2026-04-02 09:00" in page
    with site.centre.database.writing() as session, pytest.raises(Problem) as refused:
        stranger = Access("account:9", Role.EMPLOYER, 999)
        own_links.issue(session, site.field.clock, site.centre.secrets, stranger, site.id_of(worker))
    assert refused.value.status == 404
    with site.centre.database.writing() as session, pytest.raises(Problem) as refused:
        own_links.issue(session, site.field.clock, site.centre.secrets, Access("a", Role.AUTHORITY), site.id_of(worker))
    assert refused.value.status == 403


def test_the_office_sees_each_code_given_out_and_takes_one_back_alone(site: Attended) -> None:
    worker = site.gates.worker()
    site.everything_told()
    lost, kept = phone(site, worker), phone(site, worker)
    path = f"{site.at}/attendance/people/{site.id_of(worker)}"
    office_ = site.browser()
    page = office_.get(path).text
    assert page.count("有效至 2026-04-03 08:00") == 2
    assert page.count("office 于 2026-04-02 08:00 生成") == 2
    for browser in (lost, kept):
        assert browser.cookies["gongmen_own"] not in page, "no secret is shown"
    action = f"{path}/own-links/1/revoke"
    assert f'action="{action}?month=2026-04" class="d-inline" data-confirm="作废 张三丰' in page
    assert "done=own_link_revoked" in office_.post(action, fields(page, f"{action}?month=2026-04")).headers["Location"]
    assert "office 于 2026-04-02 08:00 作废" in office_.get(path).text
    for opened in ("/own", "/own/days/2026-03-02", "/own/proofs/2026-03-02.json", f"/own/{lost.cookies['gongmen_own']}"):
        told = lost.get(opened)
        assert told.status_code == 403
        assert "此二维码已作废" in told.text
        assert "考勤记录不受影响" in told.text
        assert "张三丰" not in told.text
    assert kept.get("/own").status_code == 200, "the other code of the same worker stays"
    with site.centre.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "own_view.revoked")).one()
    assert entry.subject == f"assignment:{site.id_of(worker)}"


def test_a_code_is_taken_back_under_its_own_worker_and_by_nobody_elsewhere(site: Attended) -> None:
    worker, other = site.gates.worker(), site.gates.worker()
    site.everything_told()
    browser = phone(site, worker)
    for who, under in (("office", other), ("neighbour", worker), ("other-employer", worker)):
        stranger = site.browser(who)
        csrf = fields(stranger.get("/help").text, "/sign-out")["csrf"]
        answer = stranger.post(f"{site.at}/attendance/people/{site.id_of(under)}/own-links/1/revoke", {"csrf": csrf})
        assert answer.status_code == 404, who
    assert browser.get("/own").status_code == 200

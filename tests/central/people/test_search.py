"""Workers are found by name, pinyin, initials and number, and only by whoever may see them (A-32, A-33)."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from central.access import Access
from central.clock import SITE_ZONE
from central.database import Database
from central.errors import Problem
from central.paging import cursor_after
from central.people import search, sorting, terms, terms_job
from central.people.model import Category, EmploymentForm, IdentityState
from central.people.search import WorkerQuery
from central.people.service import EmployedWorker
from tests.central.builders import FakeClock, Story, resident_number
from tests.central.test_api_story import API

NUMBER = resident_number(61)


def names(story: Story, access: Access, **query: Any) -> list[str]:
    """Who is found."""
    with story.centre.database.reading() as session:
        found = search.find(session, story.centre.secrets, access, WorkerQuery(**query), after=0, limit=50)
        return [row.worker.name for row in found]


@pytest.mark.rule("A-32")
def test_a_worker_is_found_by_part_of_the_name_its_sound_its_initials_or_the_end_of_a_number(story: Story) -> None:
    employer = story.employer(story.site.labour)
    story.worker(employer, name="单雄信", id_number=NUMBER, phone="13912345678")
    story.worker(employer, name="王建国", id_number=resident_number(62), phone="13800000000")
    written = ["单雄信", "雄", "雄信", " 单 雄 信 "]
    spoken = ["shanxiong", "SHAN XIONG", "xiongxin", "sxx", "xx", "danxiongxin"]
    numbers = [NUMBER[-4:], NUMBER[-2:], NUMBER[-6:], NUMBER, "5678", "13912345678"]
    for q in (*written, *spoken, *numbers):
        assert names(story, employer, q=q) == ["单雄信"], q


@pytest.mark.rule("A-32")
def test_what_is_not_so_finds_nobody(story: Story) -> None:
    story.worker(name="单雄信", id_number=NUMBER, phone="13912345678")
    for q in ("雄单", "xiongshan", "9999", "139123456", "13912345679", "%", "_", "'; DROP TABLE"):
        assert names(story, story.employer(story.site.labour), q=q) == [], q


@pytest.mark.rule("A-32")
@pytest.mark.rule("A-63")
def test_an_employer_finds_its_own_people_only_and_supervision_everybody(story: Story) -> None:
    story.worker(name="张伟")
    story.worker(story.employer(story.second.company_id), name="张伟强")
    assert names(story, story.employer(story.site.labour), q="zhangwei") == ["张伟"]
    assert names(story, story.authority, q="zhangwei") == ["张伟", "张伟强"]
    assert names(story, story.authority, q="zw", employer="临港") == ["张伟强"]
    with pytest.raises(Problem, match="ENTERPRISE_CERT_REQUIRED"):
        names(story, story.office(), q="张")


@pytest.mark.rule("A-32")
def test_conditions_narrow_together(story: Story) -> None:
    employer, clock = story.employer(story.site.labour), story.centre.clock
    assert isinstance(clock, FakeClock)
    early = story.worker(employer, name="早来")
    story.assigned(employer, early)
    clock.forward(days=10)
    story.worker(employer, name="晚来", contract_end=dt.date(2026, 6, 30), identity_source="typed", main_trade="030")
    day = clock.now().astimezone(SITE_ZONE).date()
    project = story.site.project.id
    assert names(story, employer, registered_from=day) == ["晚来"]
    assert names(story, employer, registered_to=day - dt.timedelta(days=1)) == ["早来"]
    assert names(story, employer, contract_ends_to=dt.date(2026, 12, 31)) == ["晚来"]
    assert names(story, employer, contract_ends_from=dt.date(2026, 12, 31)) == ["早来"]
    assert names(story, employer, identity_state=IdentityState.PENDING) == ["晚来"]
    assert names(story, employer, trade="030") == ["晚来"]
    assert names(story, employer, trade="020", project_id=project) == ["早来"]
    assert names(story, employer, project_id=project, identity_state=IdentityState.PENDING) == []
    assert names(story, employer, employment_form=EmploymentForm.TEMPORARY) == []
    assert names(story, employer, category=Category.WORKER) == ["早来", "晚来"]


@pytest.mark.rule("A-33")
@pytest.mark.rule("A-22")
def test_the_export_holds_what_the_same_search_shows_just_after_an_edit_masked_and_as_text(story: Story, client: httpx.Client) -> None:
    employer = story.employer(story.site.labour)
    evil = story.worker(employer, name="=HYPERLINK(1)", id_number=NUMBER, identity_source="typed").worker
    story.worker(employer, name="旁人")
    story.worker(story.employer(story.second.company_id), name="=别家")
    headers = story.token(employer)
    client.patch(f"{API}/workers/{evil.id}", json={"phone": "13700005555", "version": 1}, headers=headers)
    shown = client.get(f"{API}/workers", params={"q": "HYPERLINK"}, headers=headers).json()["items"]
    answer = client.get(f"{API}/workers/export.xlsx", params={"q": "HYPERLINK"}, headers=headers)
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2))
    assert [row["phone_masked"] for row in shown] == [rows[0][3].value] == ["137****5555"]
    assert (len(rows), rows[0][1].value, rows[0][1].data_type) == (1, "'=HYPERLINK(1)", "s")
    assert (rows[0][2].value, rows[0][2].number_format, rows[0][2].data_type) == (evil.id_masked, "@", "s")
    assert NUMBER not in str(answer.content)


@pytest.mark.rule("A-33")
def test_whoever_may_not_look_exports_nothing(story: Story, client: httpx.Client) -> None:
    assert client.get(f"{API}/workers/export.xlsx", headers=story.token(story.office())).status_code == 403


def test_no_term_tells_a_number(story: Story, database: Database) -> None:
    story.worker(id_number=NUMBER, phone="13912345678")
    with database.reading() as session:
        stored = session.scalars(text("SELECT term FROM worker_terms")).all()
    for length in (6, 11, 18):
        assert not any(number[-length:] in term for term in stored for number in (NUMBER, "13912345678") if len(number) >= length)


def test_workers_without_terms_get_theirs_from_the_job(story: Story, database: Database) -> None:
    story.worker(name="张建国")
    with database.writing() as session:
        session.execute(text("DELETE FROM worker_terms"))
    assert names(story, story.authority, q="zjg") == []
    assert terms_job.work(story.centre) == "written 1"
    assert names(story, story.authority, q="zjg") == ["张建国"]


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("吕布", "ylvbu"),
        ("曾国藩", "yzengguofan"),
        ("阿卜杜·热合曼", "zabdrhm"),
        ("John Smith", "ysmith"),
        ("仇英", "yqiuying"),
        ("万俟雅言", "ymoqiyayan"),
        ("万俟雅言", "zmqyy"),
        ("单于昊", "ychanyuhao"),
        ("单雄信", "yshanxiongxin"),
    ],
)
def test_names_are_spoken_as_people_speak_them(name: str, term: str) -> None:
    assert term in terms.of_name(name)
    assert len(terms.of_name(name)) < 40


COLUMNS: dict[str, Any] = {
    "name": lambda row: row.worker.name_order,
    "trade": lambda row: row.worker.main_trade,
    "employer": lambda row: row.employer,
    "registered_on": lambda row: row.worker.created_at,
    "contract_end": lambda row: row.employment.contract_end,
}


@pytest.mark.rule("A-32")
@pytest.mark.rule("A-33")
@pytest.mark.parametrize("few", [1000, 0], ids=["looked up", "along the index"])
def test_a_list_is_sorted_page_by_page_without_losing_or_repeating_anybody(story: Story, few: int) -> None:
    clock, keys, access = story.centre.clock, story.centre.secrets, story.authority
    assert isinstance(clock, FakeClock)
    companies = [story.employer(story.site.labour), story.employer(story.second.company_id)]
    for n, name in enumerate(("丁一", "丙二", "甲三", "丁一", "乙四", "甲三")):
        clock.forward(days=n % 2)
        story.worker(companies[n % 2], name=name, main_trade=f"0{n % 3 + 1}0", contract_end=dt.date(2028 + n % 4 // 2, 1, 1))
    for sort in sorting.CHOICES:
        query, after = WorkerQuery(sort=sort, identity_state=IdentityState.VERIFIED), 0
        shown: list[EmployedWorker] = []
        with story.centre.database.reading() as session:
            while after or not shown:
                found = search.find(session, keys, access, query, after=after, limit=2, few=few)
                shown += found[:2]
                after = search.mark(query, found[1]) if len(found) > 2 else 0
            mine = search.find(session, keys, companies[0], query, after=0, limit=50)
            exported = [row.employment.id for row in search.all_of(session, keys, access, query)]
        ids = [row.employment.id for row in shown]
        values = [COLUMNS[sort.removeprefix("-")](row) for row in shown]
        assert len(set(ids)) == len(ids) == 6, sort
        assert values == sorted(values, reverse=sort.startswith("-")), sort
        theirs = [row.employment.id for row in shown if row.employment.employer_id == companies[0].company_id]
        assert [row.employment.id for row in mine] == theirs, sort
        assert exported == ids, "and the export keeps the order"


def test_a_cursor_of_nobody_is_refused_and_an_unknown_column_too(story: Story, client: httpx.Client) -> None:
    headers = story.token(story.employer(story.site.labour))
    story.worker()
    first = client.get(f"{API}/workers?sort=-name&limit=1", headers=headers)
    assert first.status_code == 200
    beyond = client.get(f"{API}/workers?sort=-name&cursor={cursor_after(987_654)}", headers=headers)
    assert (beyond.status_code, beyond.json()["code"]) == (422, "CURSOR_INVALID")
    assert client.get(f"{API}/workers?sort=password", headers=headers).status_code == 422

"""Batch registration: checked by the form's own rules, shown, saved only when confirmed, resumed, and never twice (A-62)."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import httpx
import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from central.access import Access
from central.database import Database
from central.errors import Problem
from central.exchange import import_work, job, sheet
from central.exchange.fields import FIELDS
from central.exchange.model import ImportFile, ImportJob, ImportRow, ImportState
from central.people.model import Employment, IdentityState, Worker
from tests.central.builders import FakeClock, Story, resident_number
from tests.central.test_api_story import API

TITLES = [one.title for one in FIELDS]
GOOD: dict[str, Any] = {
    "姓名": "张建国",
    "手机号码": "13800001234",
    "主要工种": "钢筋工",
    "合同开始日期": dt.date(2026, 3, 1),
    "合同截止日期": "2027年12月31日",
    "用工形式": "非临时工",
    "工资类型": "月基本工资加绩效",
    "工资卡开户行": "中国工商银行",
    "工资卡号": "6222020200001234567",
    "基本工资": 6000,
    "试用期工资": 5000.5,
    "绩效工资发放次数": 3,
    "绩效工资发放日期": "2026-09-01，2027-02-01，2027-09-01",
}


def line(serial: int, **changed: Any) -> dict[str, Any]:
    """A row in which nothing is wrong."""
    return GOOD | {"证件号码": resident_number(serial)} | changed


def book(*lines: dict[str, Any], title: str = "工人登记", titles: list[str] | None = None) -> bytes:
    """A filled workbook."""
    filled, file = Workbook(), io.BytesIO()
    page: Any = filled.active
    page.title = title
    heads = titles or TITLES
    page.append(heads)
    for one in lines:
        page.append([one.get(head) for head in heads])
    filled.save(file)
    return file.getvalue()


class Desk:
    """The employer's desk: uploads, lets the centre work, looks, confirms."""

    def __init__(self, story: Story, client: httpx.Client, employer: Access | None = None) -> None:
        self.story, self.client = story, client
        self.headers = story.token(employer or story.employer(story.site.labour))
        self.id = 0

    def upload(self, content: bytes, **fields: Any) -> httpx.Response:
        """Take a file in."""
        data = {name: str(value) for name, value in fields.items()}
        answer = self.client.post(f"{API}/imports", files={"file": ("名单.xlsx", content)}, data=data, headers=self.headers)
        self.id = answer.json().get("id", 0)
        return answer

    def work(self) -> dict[str, Any]:
        """Let the centre's job run; how the import stands."""
        job.work(self.story.centre)
        return dict(self.get(""))

    def get(self, path: str, **params: Any) -> Any:
        """Something of this import."""
        return self.client.get(f"{API}/imports/{self.id}{path}", params=params, headers=self.headers).json()

    def post(self, path: str) -> httpx.Response:
        """Confirm or cancel."""
        return self.client.post(f"{API}/imports/{self.id}/{path}", headers=self.headers)

    def problems(self) -> dict[int, set[tuple[str, str]]]:
        """What is wrong, by row: field and code."""
        items = self.get("/rows", state="bad", limit=200)["items"]
        return {row["number"]: {(cell["field"], cell["code"]) for cell in row["problems"]} for row in items}


def count(database: Database) -> tuple[int, int]:
    """Workers and employments that are stored."""
    with database.reading() as session:
        return session.scalar(select(func.count(Worker.id))) or 0, session.scalar(select(func.count(Employment.id))) or 0


@pytest.mark.rule("A-62")
def test_nothing_is_saved_before_somebody_confirms_and_then_the_good_rows_are(
    story: Story, client: httpx.Client, database: Database
) -> None:
    desk = Desk(story, client)
    assert desk.upload(book(line(1), line(2, 姓名="单雄信", 基本工资=4000), line(3, 工资卡号=None))).status_code == 202
    stands = desk.work()
    assert [stands[name] for name in ("state", "total", "good", "bad", "warned")] == ["ready", 3, 2, 1, 1]
    assert count(database) == (0, 0)
    assert desk.post("confirmation").json()["state"] == "committing"
    stands = desk.work()
    assert [stands[name] for name in ("state", "done", "failed")] == ["done", 2, 0]
    assert count(database) == (2, 2)
    found = client.get(f"{API}/workers", params={"q": "sxx"}, headers=desk.headers).json()["items"][0]
    assert (found["identity_state"], found["main_trade"], found["wages"]["probation_wage"]) == ("pending", "020", "5000.50")
    assert found["employment"]["contract_end"] == "2027-12-31"
    with database.reading() as session:
        assert session.scalars(select(ImportFile.import_id)).all() == []


@pytest.mark.rule("A-62")
def test_each_bad_cell_is_named_with_the_forms_own_codes(story: Story, client: httpx.Client) -> None:
    desk = Desk(story, client)
    rows = [
        line(1, 基本工资=None, 证件号码="310199199003070000"),
        line(2, 用工形式="临时工"),
        line(3, 合同截止日期="task"),
        line(4, 主要工种="钢筋工,木工", 人员类别="管理人员"),
        line(5, 绩效工资发放次数=2),
        line(6, 登记状态="预登记"),
        line(7, 证件号码=310199199003070010),
        line(8, 基本工资="=1+1"),
        line(9, 证件号码=resident_number(9, dt.date(2011, 1, 1))),
        line(10),
        line(10, 姓名="重复"),
        line(12, 人员类别="勤杂保安等"),
        line(13, 姓名="长" * 101, 住址="长" * 201),
    ]
    desk.upload(book(*rows))
    desk.work()
    assert desk.problems() == {
        2: {("basic_wage", "WAGE_FIELD_REQUIRED"), ("id_number", "ID_NUMBER_INVALID")},
        3: {("wage_type", "TEMP_MUST_BE_DAILY")},
        4: {("contract_end", "DATE_INVALID")},
        5: {("main_trade", "SINGLE_TRADE_ONLY"), ("category", "MANAGEMENT_STAFF_USE_LEGACY")},
        6: {("performance_payments", "PERF_PAYMENTS_MIN_3")},
        7: {("state", "PREREGISTRATION_ABOLISHED")},
        8: {("id_number", "CELL_LOST_DIGITS")},
        9: {("basic_wage", "CELL_FORMULA")},
        10: {("id_number", "UNDER_AGE")},
        12: {("id_number", "DUPLICATE_IN_FILE")},
        13: {("category", "MISC_STAFF_ONLY_BY_GC")},
        14: {("name", "TEXT_TOO_LONG"), ("address", "TEXT_TOO_LONG")},
    }
    shown = desk.get("/rows", limit=1)["items"][0]
    assert shown["values"]["phone"] == "138****1234"
    assert all(cell["detail"] != cell["detail_en"] for cell in shown["problems"])


@pytest.mark.rule("A-62")
@pytest.mark.rule("A-30")
def test_rows_are_held_against_the_register(story: Story, client: httpx.Client, database: Database) -> None:
    employer, other = story.employer(story.site.labour), story.employer(story.second.company_id)
    story.worker(employer, id_number=resident_number(1), name="张建国")
    story.worker(other, id_number=resident_number(2), name="张建国")
    desk = Desk(story, client)
    desk.upload(book(line(1), line(2), line(3)))
    stands = desk.work()
    assert [stands[name] for name in ("good", "bad", "skipped")] == [1, 1, 1]
    assert desk.problems() == {3: {("id_number", "ALREADY_EMPLOYED")}}
    story.worker(other, id_number=resident_number(3), name="张建国")
    desk.post("confirmation")
    stands = desk.work()
    assert [stands[name] for name in ("state", "done", "failed")] == ["done", 0, 1]
    assert count(database) == (3, 3)


@pytest.mark.rule("A-62")
def test_the_errors_come_back_as_typed_coloured_with_what_to_do_and_can_be_taken_in_again(story: Story, client: httpx.Client) -> None:
    desk = Desk(story, client)
    desk.upload(book(line(1), line(2, 基本工资="很多", 姓名="=王")))
    desk.work()
    content = client.get(f"{API}/imports/{desk.id}/errors.xlsx", headers=desk.headers).content
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    bad = page.cell(2, TITLES.index("基本工资") + 1)
    assert (page.max_row, bad.value, bad.fill.fgColor.rgb, "AMOUNT_INVALID" in str(bad.comment)) == (2, "很多", "00FFC7CE", True)
    bad.value, page.cell(2, 1).value = "6000", "王建国"
    mended = io.BytesIO()
    page.parent.save(mended)  # type: ignore[union-attr]
    desk.upload(mended.getvalue())
    assert desk.work()["good"] == 1


@pytest.mark.rule("A-62")
def test_a_restart_continues_where_it_stopped_and_registers_nobody_twice(story: Story, client: httpx.Client, database: Database) -> None:
    desk = Desk(story, client)
    many = import_work.CHUNK + 20
    desk.upload(book(*(line(serial % 1000, 证件号码=resident_number(serial, dt.date(1980, 1, 1))) for serial in range(1, many + 1))))
    desk.work()
    desk.post("confirmation")
    assert import_work.commit_chunk(story.centre, desk.id)
    assert desk.get("")["done"] == import_work.CHUNK
    desk.work()
    assert desk.post("confirmation").json()["done"] == many
    desk.work()
    assert count(database) == (many, many)


def test_the_same_file_uploaded_twice_is_one_import(story: Story, client: httpx.Client, database: Database) -> None:
    desk, content = Desk(story, client), book(line(1))
    first = desk.upload(content).json()["id"]
    assert desk.upload(content).json()["id"] == first
    desk.work()
    desk.post("confirmation")
    desk.work()
    again = desk.upload(content).json()["id"]
    assert again != first
    assert desk.work()["skipped"] == 1
    assert count(database) == (1, 1)


@pytest.mark.rule("A-14")
@pytest.mark.rule("A-62")
def test_defaults_fill_empty_cells_of_a_file(story: Story, client: httpx.Client) -> None:
    desk = Desk(story, client)
    values = {"bank_code": "102", "basic_wage": "5000", "employment_form": "non_temporary"}
    client.put(f"{API}/defaults", json={"values": values}, headers=desk.headers)
    desk.upload(book(line(1, 工资卡开户行=None, 基本工资=None, 用工形式=None)))
    assert desk.work()["good"] == 1
    desk.post("confirmation")
    desk.work()
    wages = client.get(f"{API}/workers", headers=desk.headers).json()["items"][0]["wages"]
    assert (wages["basic_wage"], set(wages["defaulted"])) == ("5000.00", set(values))


def test_nobody_sees_confirms_or_cancels_a_neighbours_import(story: Story, client: httpx.Client) -> None:
    desk = Desk(story, client)
    desk.upload(book(line(1)))
    desk.work()
    others = [(story.employer(story.second.company_id), 404), (story.office(), 403), (story.authority, 403)]
    for access, status in others:
        headers = story.token(access)
        for method, path in (("GET", ""), ("GET", "/rows"), ("GET", "/errors.xlsx"), ("POST", "/confirmation"), ("POST", "/cancellation")):
            assert client.request(method, f"{API}/imports/{desk.id}{path}", headers=headers).status_code == status, path
    assert desk.get("")["state"] == "ready"


def test_a_cancelled_import_forgets_what_was_typed(story: Story, client: httpx.Client, database: Database) -> None:
    desk = Desk(story, client)
    desk.upload(book(line(1)))
    desk.work()
    assert desk.post("cancellation").json()["state"] == "cancelled"
    assert desk.post("confirmation").json()["code"] == "IMPORT_NOT_READY"
    with database.reading() as session:
        assert session.scalars(select(ImportRow.number)).all() == session.scalars(select(ImportFile.import_id)).all() == []


def test_what_was_typed_is_stored_sealed_and_forgotten_after_a_month(story: Story, client: httpx.Client, database: Database) -> None:
    desk = Desk(story, client)
    desk.upload(book(line(1)))
    desk.work()
    with database.reading() as session:
        assert resident_number(1).encode() not in session.scalars(select(ImportRow.said_sealed)).one()
    clock = story.centre.clock
    assert isinstance(clock, FakeClock)
    clock.forward(days=31)
    job.sweep(story.centre)
    with database.reading() as session:
        assert session.scalars(select(ImportRow.number)).all() == []
        assert session.scalars(select(ImportJob.state)).all() == [ImportState.CANCELLED]


@pytest.mark.rule("A-62")
def test_the_template_has_lists_notes_and_text_columns_and_is_itself_readable(story: Story, client: httpx.Client) -> None:
    desk = Desk(story, client)
    content = client.get(f"{API}/imports/template.xlsx", headers=desk.headers).content
    opened = load_workbook(io.BytesIO(content))
    page = opened.worksheets[0]
    assert [cell.value for cell in page[1]] == TITLES
    assert page.cell(2, TITLES.index("证件号码") + 1).number_format == "@"
    assert "填写说明" in opened.sheetnames
    assert len(page.data_validations.dataValidation) >= 6
    for column, value in enumerate((line(1).get(title) for title in TITLES), 1):
        page.cell(2, column).value = value
    file = io.BytesIO()
    opened.save(file)
    desk.upload(file.getvalue())
    assert desk.work()["good"] == 1


def zipped(**parts: bytes) -> bytes:
    """A container with these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("[Content_Types].xml", b"<Types/>")
        for name, content in parts.items():
            container.writestr(name.replace("__", "/"), content)
    return file.getvalue()


def torn() -> bytes:
    """A workbook whose sheet breaks off after some rows."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(line(1), line(2)))) as whole, zipfile.ZipFile(file, "w") as container:
        for part in whole.infolist():
            content = whole.read(part)
            container.writestr(part, content[: len(content) // 2] if part.filename.startswith("xl/worksheets/") else content)
    return file.getvalue()


def merged() -> bytes:
    """A workbook with merged cells."""
    opened, file = load_workbook(io.BytesIO(book(line(1), line(2)))), io.BytesIO()
    opened.worksheets[0].merge_cells("A2:A3")
    opened.save(file)
    return file.getvalue()


@pytest.mark.rule("A-62")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "WORKBOOK_TYPE"),
        (b"\xd0\xcf\x11\xe0 an old .xls", "WORKBOOK_TYPE"),
        (zipped(), "WORKBOOK_TYPE"),
        (zipped(**{"xl__worksheets__sheet1.xml": b"<broken"}), "WORKBOOK_TYPE"),
        (zipped(**{"xl__worksheets__sheet1.xml": b"<x/>", "xl__vbaProject.bin": b"x"}), "WORKBOOK_MACROS"),
        (zipped(**{"xl__worksheets__sheet1.xml": bytes(80 << 20)}), "WORKBOOK_TOO_LARGE"),
        (bytes(sheet.LARGEST + 1), "WORKBOOK_TOO_LARGE"),
        (merged(), "WORKBOOK_MERGED"),
        (book(title="别的", titles=["姓名", "金额"]), "WORKBOOK_WRONG_SHEET"),
    ],
    ids=["empty", "xls", "no-sheet", "broken", "macros", "bomb", "large", "merged", "other"],
)
def test_a_file_that_is_none_of_ours_or_does_harm_is_refused_before_anything_is_kept(content: bytes, code: str) -> None:
    with pytest.raises(Problem) as refused:
        sheet.open_sheet(content)
    assert (refused.value.status, refused.value.code, refused.value.field) == (422, code, "file")


def test_a_file_with_too_many_rows_is_refused() -> None:
    content = book(*(line(serial) for serial in range(4)))
    assert len(list(sheet.open_sheet(content, most_rows=4)[1])) == 4
    with pytest.raises(Problem, match="WORKBOOK_TOO_MANY_ROWS"):
        list(sheet.open_sheet(content, most_rows=3)[1])


def test_a_sheet_that_breaks_off_is_refused() -> None:
    with pytest.raises(Problem, match="WORKBOOK_TYPE"):
        list(sheet.open_sheet(torn())[1])


def test_a_file_whose_rows_turn_out_to_be_nothing_is_refused_with_its_code(story: Story, client: httpx.Client) -> None:
    desk = Desk(story, client)
    desk.upload(book())
    stands = desk.work()
    assert (stands["state"], stands["code"]) == ("refused", "WORKBOOK_EMPTY")


def test_an_imported_worker_waits_for_verification(story: Story, client: httpx.Client, database: Database) -> None:
    desk = Desk(story, client)
    desk.upload(book(line(1)))
    desk.work()
    desk.post("confirmation")
    desk.work()
    with database.reading() as session:
        assert session.scalars(select(Worker.identity_state)).all() == [IdentityState.PENDING]

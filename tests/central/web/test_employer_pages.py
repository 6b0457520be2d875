"""An employer's day at the portal: registering, editing, assigning, departing; nothing typed is lost, nothing is done twice."""

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from central.centre import Centre
from central.entry.model import Assignment, Departure
from central.people.model import Worker
from central.projects.model import Team
from tests.central.builders import resident_number
from tests.central.web.day import Day, fields, opened
from tests.central.web.site import FakeBrowser

CARD = "6222020200009876543"


@pytest.fixture
def day(centre: Centre) -> Day:
    return opened(centre)


@pytest.fixture
def labour(day: Day) -> FakeBrowser:
    return day.browser("labour")


def filled(form: dict[str, str], **changed: str) -> dict[str, str]:
    said = {
        "name": "李建国",
        "id_number": resident_number(777),
        "phone": "13812345678",
        "main_trade": "020",
        "contract_start": "2026-03-01",
        "contract_end": "2027-12-31",
        "wage_type": "monthly",
        "basic_wage": "6000",
        "probation_wage": "5000",
        "performance_payments": "3",
        "performance_dates": "2026-09-01, 2027-02-01, 2027-02-20",
        "bank_code": "102",
        "card_number": CARD,
    }
    return form | said | changed


def count(day: Day, kind: type[Worker | Assignment | Departure | Team]) -> int:
    with day.centre.database.reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.mark.rule("A-13")
@pytest.mark.rule("A-19")
def test_every_wrong_field_is_named_at_once_beside_itself_and_what_was_typed_stays(day: Day, labour: FakeBrowser) -> None:
    form = fields(labour.get("/workers/new").text, "/workers/new")
    wrong = filled(form, id_number="310199199003070000", performance_payments="2", bank_code="", card_number="", basic_wage="many")
    answer = labour.post("/workers/new", wrong)
    assert answer.status_code == 422
    for name in ("id_number", "performance_payments", "bank_code", "card_number", "basic_wage"):
        assert f'id="e-{name}"' in answer.text, name
        assert f'href="#f-{name}"' in answer.text, "and listed on top"
    again = fields(answer.text, "/workers/new")
    for name in ("name", "id_number", "phone", "wage_type", "main_trade", "basic_wage", "performance_dates"):
        assert again[name] == wrong[name], name
    assert count(day, Worker) == 0


def test_a_form_sent_twice_registers_once_and_leads_to_the_same_worker(day: Day, labour: FakeBrowser) -> None:
    form = filled(fields(labour.get("/workers/new").text, "/workers/new"))
    first, second = labour.post("/workers/new", form), labour.post("/workers/new", form)
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert count(day, Worker) == 1
    page = labour.get(first.headers["Location"]).text
    assert "工人已登记" in page
    assert "李建国" in page
    assert CARD not in page


def test_a_form_from_elsewhere_or_without_its_token_does_nothing(day: Day, labour: FakeBrowser) -> None:
    form = filled(fields(labour.get("/workers/new").text, "/workers/new"))
    assert labour.post("/workers/new", form | {"csrf": "x"}).status_code == 400
    assert labour.post("/workers/new", form, Origin="https://elsewhere.example").status_code == 400
    assert count(day, Worker) == 0


@pytest.mark.rule("A-18")
@pytest.mark.rule("A-12")
def test_a_warning_is_shown_and_stops_nothing(day: Day, labour: FakeBrowser) -> None:
    form = filled(fields(labour.get("/workers/new").text, "/workers/new"), basic_wage="4000")
    answer = labour.post("/workers/new", form)
    assert "warn=BELOW_REGIONAL_BASE" in answer.headers["Location"]
    assert "alert-warning" in labour.get(answer.headers["Location"]).text


@pytest.mark.rule("A-22")
def test_a_stale_edit_shows_what_somebody_else_saved_beside_what_was_typed(day: Day, labour: FakeBrowser) -> None:
    worker = day.worker().worker.id
    path = f"/workers/{worker}/edit"
    mine = fields(labour.get(path).text, path) | {"basic_wage": "7000", "nation": "回"}
    theirs = fields(labour.get(path).text, path) | {"basic_wage": "8000"}
    assert labour.post(path, theirs).status_code == 303
    answer = labour.post(path, mine)
    assert answer.status_code == 409
    assert "8000.00" in answer.text, "theirs is shown"
    again = fields(answer.text, path)
    assert (again["basic_wage"], again["nation"]) == ("7000", "回")
    assert labour.post(path, again).status_code == 303, "sent again it keeps mine"
    assert "7000.00" in labour.get(f"/workers/{worker}?tab=wages").text


@pytest.mark.rule("A-65")
def test_the_history_tells_who_changed_what(day: Day, labour: FakeBrowser) -> None:
    worker = day.worker().worker.id
    path = f"/workers/{worker}/edit"
    labour.post(path, fields(labour.get(path).text, path) | {"nation": "回"})
    page = labour.get(f"/workers/{worker}?tab=changes").text
    assert "修改资料" in page
    assert "labour" in page
    assert "r-0123456789" in page, "the request's number leads support to it"


@pytest.mark.rule("A-39")
@pytest.mark.rule("A-26")
def test_many_are_assigned_at_once_and_who_cannot_be_is_named_with_the_reason(day: Day, labour: FakeBrowser) -> None:
    verified, typed = day.worker().worker.id, day.worker(identity_source="typed").worker.id
    path = f"/assign?id={verified}&id={typed}"
    form: dict[str, str | Sequence[str]] = {**fields(labour.get(path).text, "/assign")}
    answer = labour.post("/assign", form | {"id": [str(verified), str(typed)], "project_id": str(day.site.project.id), "main_trade": "020"})
    assert answer.status_code == 303
    page = labour.get(answer.headers["Location"]).text
    assert "已分派 1 人" in page
    assert "另有 1 项未完成" in page
    assert "身份" in page
    assert count(day, Assignment) == 1


@pytest.mark.rule("A-37")
@pytest.mark.rule("A-49")
def test_a_leader_departs_with_a_successor_named_on_the_form_and_can_be_taken_back(day: Day, labour: FakeBrowser) -> None:
    access = day.employer(day.site.labour)
    leader, member = day.worker(access), day.worker(access)
    team = day.team(access)
    for one in (leader, member):
        sent = fields(labour.get(f"/assign?id={one.worker.id}").text, "/assign") | {
            "project_id": str(day.site.project.id),
            "team_id": str(team.id),
            "main_trade": "020",
        }
        assert labour.post("/assign", sent).status_code == 303
    change = fields(labour.get(f"/teams/{team.id}").text, f"/teams/{team.id}")
    labour.post(f"/teams/{team.id}", {"csrf": change["csrf"], "do": "leader", "leader_worker_id": str(leader.worker.id)})
    page = labour.get(f"/departures/new?id={leader.worker.id}").text
    assert "新班组长" in page
    form = {**fields(page, "/departures/new")} | {"leaving_reason": "resigned"}
    today = day.centre.clock.now().date()
    refused = labour.post("/departures/new", form | {"departs_on": str(today), f"successor_{team.id}": str(member.worker.id)})
    assert refused.status_code == 422
    assert 'id="e-departs_on"' in refused.text
    nobody = labour.post("/departures/new", form | {"departs_on": str(today + dt.timedelta(days=3))})
    assert nobody.status_code in {409, 422}, "a leader with members needs a successor"
    done = labour.post(
        "/departures/new", form | {"departs_on": str(today + dt.timedelta(days=3)), f"successor_{team.id}": str(member.worker.id)}
    )
    assert done.status_code == 303, done.text[-3000:]
    assert "待生效" in labour.get("/departures").text
    token = fields(labour.get("/departures").text, f"/departures/{leader.worker.id}/cancel")
    labour.post(f"/departures/{leader.worker.id}/cancel", token)
    assert "已取消" in labour.get("/departures").text


def test_views_of_a_list_are_kept_by_name_for_their_owner_and_hold_no_numbers(day: Day, labour: FakeBrowser) -> None:
    day.worker()
    token = fields(labour.get("/workers?identity=pending").text, "/views")
    assert token["query"] == "identity=pending"
    labour.post("/views", token | {"name": "待核验"})
    assert 'href="/workers?identity=pending">待核验' in labour.get("/workers").text
    number = fields(labour.get(f"/workers?q={resident_number(5)}").text, "/views") | {"name": "张三"}
    assert labour.post("/views", number).status_code == 422
    assert "待核验</a>" not in day.browser("other-labour").get("/workers").text


@pytest.mark.rule("A-33")
def test_the_export_holds_what_the_list_shows_and_is_noted(day: Day, labour: FakeBrowser) -> None:
    import io

    from openpyxl import load_workbook

    day.worker(name="王看见")
    day.worker(name="赵看见", identity_source="typed")
    answer = labour.get("/workers/export.xlsx?identity=pending")
    rows = list(load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    assert [row[1] for row in rows] == ["姓名", "赵看见"]
    assert "*" in str(rows[1][2])
    assert day.browser("office").get("/workers/export.xlsx").status_code == 403


@pytest.mark.rule("A-62")
def test_a_file_is_checked_shown_cell_by_cell_and_registered_only_when_confirmed(day: Day, labour: FakeBrowser) -> None:
    from central.exchange import import_work

    content = labour.get("/workers/import/template.xlsx").content
    token = fields(labour.get("/workers/import").text, "/workers/import")
    assert labour.post("/workers/import", token).status_code == 422, "no file is said, not guessed"
    good, bad = resident_number(1), "310199199003070000"
    answer = labour.upload("/workers/import", token, {"workbook": ("工人.xlsx", with_rows(content, good, bad))})
    assert answer.status_code == 303, answer.text[-2000:]
    path = answer.headers["Location"]
    waiting = labour.get(path).text
    assert 'hx-trigger="every 1s"' in waiting
    import_work.check_file(day.centre, int(path.rpartition("/")[2]))
    page = labour.get(path).text
    assert "every 1s" not in page
    assert page.count("cell-wrong") == 1
    assert good not in page
    assert count(day, Worker) == 0
    labour.post(path, fields(page, path))
    import_work.commit_chunk(day.centre, int(path.rpartition("/")[2]))
    import_work.commit_chunk(day.centre, int(path.rpartition("/")[2]))
    assert "已登记 1 人" in labour.get(path).text
    assert count(day, Worker) == 1
    assert labour.get(f"{path}/errors.xlsx").status_code == 200
    assert day.browser("other-labour").get(path).status_code == 404


def with_rows(template: bytes, *numbers: str) -> bytes:
    import io

    from openpyxl import load_workbook

    from central.exchange.fields import FIELDS

    said = filled({}, employment_form="非临时工", wage_type="月基本工资加绩效", bank_code="中国工商银行", main_trade="钢筋工")
    book = load_workbook(io.BytesIO(template))
    sheet = book.worksheets[0]
    for row, number in enumerate(numbers, 2):
        for column, field in enumerate(FIELDS, 1):
            sheet.cell(row, column, (said | {"id_number": number, "name": f"李{row}"}).get(field.name))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()

"""Months, the freeze, objections, corrections and supplements over HTTP, on both databases: who is answered what."""

import datetime as dt
from collections.abc import Iterator
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select, update

from central.attendance import deriving
from central.attendance.papers import FrozenRow
from central.audit import AuditEntry
from central.entry.model import Assignment
from central.projects.model import Project, Team, TeamState
from tests.central.attendance.over_http import OverHttp, over_http
from tests.central.attendance.punches import moment
from tests.central.attendance.site import gates_of
from tests.central.in_process import in_process
from tests.central.messaging.field import NOW, Field
from tests.central.stage import application, leave

MARCH = dt.date(2026, 3, 1)
DAY = dt.timedelta(days=1)
APRIL_2 = dt.date(2026, 4, 2)


@pytest.fixture
def api(field: Field) -> Iterator[OverHttp]:
    gates = gates_of(field)
    with in_process(application(field.centre)) as client:
        made = over_http(gates, client)
        field.clock.at = moment(APRIL_2, "08:00")
        yield made
    leave(field.centre)


def month(api: OverHttp, rest: str = "") -> str:
    return f"/projects/{api.gates.field.project_id}/months/2026-03{rest}"


def works(api: OverHttp, worker: str, *days: int) -> None:
    for day in days:
        api.gates.passes(worker, MARCH + (day - 1) * DAY, "07:00", "in")
        api.gates.passes(worker, MARCH + (day - 1) * DAY, "17:00", "out")


def told(api: OverHttp) -> None:
    """Everything has arrived, from both gates."""
    api.gates.boxes["south"].passes("nobody", at_ms=int(moment(MARCH, "03:00").timestamp() * 1000))
    api.gates.arrive()
    api.gates.tells(api.gates.field.clock.now())


def correction(api: OverHttp, worker: str, day: int, clock: str = "16:00", direction: str = "02") -> dict[str, object]:
    at = moment(MARCH + (day - 1) * DAY, clock)
    id_ = api.gates.assignment(worker).id
    return {"assignment_id": id_, "at": at.isoformat(), "direction": direction, "reason": "not_recognised", "evidence": "签字单 12"}


def corrected(api: OverHttp, worker: str, day: int, clock: str, direction: str) -> None:
    """Asked for by the clerk, approved by the office, derived."""
    asked = api.post("clerk", "/corrections", correction(api, worker, day, clock, direction), 201)
    assert api.post("office", f"/corrections/{asked['id']}/approve")["supplement"] is True
    deriving.derive(api.gates.field.centre.database)


def test_a_month_and_its_workbook_are_answered_to_who_sees_its_workers_and_to_nobody_else(api: OverHttp) -> None:
    worker = api.gates.worker()
    works(api, worker, 2, 3)
    told(api)
    for who in ("office", "employer", "authority"):
        page = api.get(who, month(api))
        [line] = page["items"]
        assert (line["name"], line["days"], line["seconds"], line["expected_days"]) == ("张**", "2", 72000, 31)
        assert [cell["marks"] for cell in line["cells"][:4]] == ["×", "√", "√", "×"]
        assert (len(page["complete_days"]), page["frozen"], page["differences"], page["next_cursor"]) == (31, None, [], None)
    book = api.ask("office", "GET", month(api, "/sheet.xlsx"))
    assert load_workbook(BytesIO(book.content)).worksheets[0].cell(5, 2).value == "张三丰"
    day = api.get("employer", f"/assignments/{line['assignment_id']}/days/2026-03-02")
    assert [stay["entered"]["id"] for stay in day["stays"]] == ["b-north.e1.1"], "the passage that the figure rests on"
    for part in ("", "/sheet.xlsx", "/wages", "/rates", "/reconciliation", "/objections"):
        assert api.refused("neighbour", "GET", month(api, part)) == (404, "NOT_FOUND"), part
    assert api.refused("other employer", "GET", f"/assignments/{line['assignment_id']}/days/2026-03-02") == (404, "NOT_FOUND")


def test_a_month_that_is_none_is_refused_on_every_route(api: OverHttp) -> None:
    parts = {"": "2026-13", "/wages": "2027-01", "/rates": "26-1-01", "/reconciliation": "2026-00", "/objections": "0000-01"}
    for part, bad in parts.items():
        at = f"/projects/{api.gates.field.project_id}/months/{bad}"
        assert api.refused("office", "GET", at + part) == (422, "MONTH_INVALID"), part
        assert api.refused("office", "POST", f"{at}/freeze", {}) == (422, "MONTH_INVALID")


def test_a_month_is_frozen_once_by_the_general_contractor_when_it_is_over_and_complete(api: OverHttp) -> None:
    works(api, api.gates.worker(), 2)
    api.gates.arrive()
    freeze = month(api, "/freeze")
    assert api.refused("office", "POST", freeze, {}) == (409, "MONTH_INCOMPLETE")
    assert api.refused("office", "POST", month(api, "/freeze").replace("2026-03", "2026-04"), {}) == (409, "MONTH_NOT_OVER")
    assert api.refused("neighbour", "POST", freeze, {}) == (404, "NOT_FOUND")
    assert api.refused("authority", "POST", freeze, {})[0] == 403
    assert api.refused("office", "POST", freeze, {"public_days": 0}) == (422, "REQUEST_INVALID")
    frozen = api.post("office", freeze, {"public_days": 3, "despite_incomplete": True})
    assert (frozen["published_on"], frozen["objections_until"], frozen["rows"]) == ("2026-04-02", "2026-04-05", 1)
    assert api.refused("office", "POST", freeze, {"despite_incomplete": True}) == (409, "MONTH_FROZEN")
    assert api.get("employer", month(api))["frozen"]["digest"] == frozen["digest"]


def test_an_objection_is_raised_while_the_month_is_public_and_answered_once(api: OverHttp) -> None:
    worker = api.gates.worker()
    works(api, worker, 2)
    told(api)
    said = {"assignment_id": api.gates.assignment(worker).id, "text": "9 日也来了", "work_date": "2026-03-09"}
    objections = month(api, "/objections")
    assert api.refused("employer", "POST", objections, said) == (409, "MONTH_NOT_FROZEN")
    api.post("office", month(api, "/freeze"), {})
    assert api.refused("other employer", "POST", objections, said) == (404, "NOT_FOUND")
    assert api.refused("employer", "POST", objections, said | {"work_date": "2026-04-01"}) == (422, "DATE_NOT_IN_MONTH")
    assert api.refused("employer", "POST", objections, said | {"text": ""}) == (422, "REQUEST_INVALID")
    raised = api.post("employer", objections, said, 201)
    answer = f"/objections/{raised['id']}/answer"
    assert api.refused("neighbour", "POST", answer, {"text": "不", "accepted": False}) == (404, "NOT_FOUND")
    assert api.post("office", answer, {"text": "属实，补卡", "accepted": True})["accepted"] is True
    assert api.refused("office", "POST", answer, {"text": "再答", "accepted": False}) == (409, "OBJECTION_ANSWERED")
    [listed] = api.get("authority", objections)["items"]
    assert (listed["text"], listed["answer"]) == ("9 日也来了", "属实，补卡")
    api.gates.field.clock.forward(days=6)
    assert api.refused("employer", "POST", objections, said) == (409, "OBJECTION_TOO_LATE")


@pytest.mark.rule("A-60")
def test_a_frozen_month_is_never_changed_and_a_late_correction_stands_beside_it_as_a_supplement(api: OverHttp) -> None:
    worker = api.gates.worker()
    works(api, worker, 2)
    api.gates.earns(worker, "300.00")
    told(api)
    frozen = api.post("office", month(api, "/freeze"), {})
    before = api.get("office", month(api))["items"]
    kept = rows(api)
    assert api.refused("office", "POST", "/corrections", correction(api, worker, 9) | {"reason": "x"}) == (422, "REQUEST_INVALID")
    assert api.refused("other employer", "POST", "/corrections", correction(api, worker, 9)) == (404, "NOT_FOUND")
    asked = api.post("clerk", "/corrections", correction(api, worker, 9, "07:00", "01"), 201)
    approve = f"/corrections/{asked['id']}/approve"
    assert (asked["state"], asked["supplement"]) == ("requested", True)
    assert api.get("office", month(api))["differences"] == [], "asked for is not approved"
    assert api.refused("clerk", "POST", approve) == (403, "CORRECTION_OWN")
    assert api.refused("neighbour", "POST", approve) == (404, "NOT_FOUND")
    api.post("office", approve)
    corrected(api, worker, 9, "16:00", "02")
    page = api.get("office", month(api))
    assert (page["items"], page["frozen"], rows(api)) == (before, frozen, kept), "what was published stays, byte for byte"
    [difference] = page["differences"]
    assert (difference["days"], difference["supplements"], difference["now"]["cells"][8]["marks"]) == ([9], [9], "√手")
    [wage] = api.get("employer", month(api, "/wages"))["items"]
    assert (wage["days"], wage["amount"]) == ("1", "300.00"), "the published basis stays"
    assert wage["supplement"] == {"dates": ["2026-03-09"], "approved": ["2026-03-09"], "days": "1", "amount": "300.00"}
    [masked] = api.get("office", month(api, "/wages"))["items"]
    assert (masked["masked"], masked["amount"], masked["supplement"]["amount"]) == (True, None, None)
    listed = api.get("employer", f"/projects/{api.gates.field.project_id}/corrections?state=approved")["items"]
    assert [(one["supplement"], one["state"]) for one in listed] == [(True, "approved")] * 2
    with api.gates.field.centre.database.reading() as session:
        entry = session.scalars(select(AuditEntry.told).where(AuditEntry.action == "correction.approved")).first()
    assert entry is not None
    assert '"supplement":true' in entry.replace(" ", "")


def rows(api: OverHttp) -> list[bytes]:
    with api.gates.field.centre.database.reading() as session:
        return list(session.scalars(select(FrozenRow.told).order_by(FrozenRow.assignment_id)))


def test_after_the_public_time_only_what_an_upheld_objection_says_is_supplemented(api: OverHttp) -> None:
    worker, other = api.gates.worker(), api.gates.worker()
    works(api, worker, 2)
    works(api, other, 2)
    told(api)
    api.post("office", month(api, "/freeze"), {})
    waiting = api.post("clerk", "/corrections", correction(api, other, 9), 201)
    said = {"assignment_id": api.gates.assignment(worker).id, "text": "9 日也来了", "work_date": "2026-03-09"}
    raised = api.post("employer", month(api, "/objections"), said, 201)
    api.gates.field.clock.forward(days=10)
    assert api.refused("clerk", "POST", "/corrections", correction(api, worker, 9)) == (409, "MONTH_CLOSED")
    assert api.refused("office", "POST", f"/corrections/{waiting['id']}/approve") == (409, "MONTH_CLOSED")
    api.post("office", f"/objections/{raised['id']}/answer", {"text": "属实", "accepted": True})
    assert api.refused("clerk", "POST", "/corrections", correction(api, worker, 10)) == (409, "MONTH_CLOSED"), "of that date only"
    assert api.refused("clerk", "POST", "/corrections", correction(api, other, 9)) == (409, "MONTH_CLOSED"), "of that worker only"
    corrected(api, worker, 9, "07:00", "01")
    [difference] = api.get("office", month(api))["differences"]
    assert difference["supplements"] == [9]


def test_late_data_of_a_gate_and_a_late_correction_are_told_apart(api: OverHttp) -> None:
    worker = api.gates.worker()
    works(api, worker, 2)
    told(api)
    api.post("office", month(api, "/freeze"), {})
    works(api, worker, 12)
    api.gates.arrive()
    corrected(api, worker, 9, "07:00", "01")
    [difference] = api.get("office", month(api))["differences"]
    assert (difference["days"], difference["supplements"]) == ([9, 12], [9])


def test_a_published_line_stays_under_its_team_when_its_worker_moves_and_leaves(api: OverHttp) -> None:
    worker, field_ = api.gates.worker(), api.gates.field
    works(api, worker, 2)
    told(api)
    with field_.centre.database.writing() as session:
        teams = [
            Team(employer_id=field_.company_id, project_id=field_.project_id, name=name, state=TeamState.ACTIVE, created_at=NOW)
            for name in ("钢筋一班", "钢筋二班")
        ]
        session.add_all(teams)
        session.flush()
        one, two = (team.id for team in teams)
        session.execute(update(Assignment).values(team_id=one))
    api.post("office", month(api, "/freeze"), {})
    with field_.centre.database.writing() as session:
        session.execute(update(Assignment).values(team_id=two, ended_at=moment(MARCH - 9 * DAY, "08:00")))
    assert [line["team"] for line in api.get("office", f"{month(api)}?team_id={one}")["items"]] == ["钢筋一班"]
    assert api.get("office", f"{month(api)}?team_id={two}")["items"] == []
    [difference] = api.get("office", month(api))["differences"]
    assert difference["now"] is None, "it says that nothing of it would stand there today"


def test_rates_and_doubts_are_answered_by_pages_and_to_nobody_elsewhere(api: OverHttp) -> None:
    workers = [api.gates.worker() for _ in range(3)]
    works(api, workers[0], *range(1, 32))
    works(api, workers[1], 2)
    works(api, workers[2], 2, 3)
    told(api)
    rates = api.get("office", month(api, "/rates"))
    assert (rates["valid_days"], rates["expected_days"], rates["rate"]) == ("34", 36, "0.9444")
    first = api.get("office", month(api, "/reconciliation?limit=1"))
    second = api.get("office", month(api, f"/reconciliation?limit=1&cursor={first['next_cursor']}"))
    ids = [api.gates.assignment(worker).id for worker in workers]
    told_ = [(one["assignment_id"], one["days"], one["remarks"]) for page in (first, second) for one in page["items"]]
    assert told_ == [(ids[1], "1", ["FEW_DAYS"]), (ids[2], "2", ["FEW_DAYS"])], "the most doubtful first"
    assert (first["total"], second["next_cursor"]) == (2, None)
    assert api.refused("office", "GET", month(api, "/reconciliation?cursor=x!")) == (422, "CURSOR_INVALID")
    coverage = api.get("authority", "/supervision/coverage/2026-03-02")
    assert (coverage["projects"], coverage["reporting"], coverage["updated"], coverage["coverage"]) == (2, 1, 1, "0.5000")
    night = "/supervision/coverage/2026-02-28"
    assert api.get("authority", night)["reporting"] == 1, "three in the morning of 1 March is still the day before"
    with api.gates.field.centre.database.writing() as session:
        session.execute(update(Project).where(Project.id == api.gates.field.project_id).values(day_cut_min=0))
    assert api.get("authority", night)["reporting"] == 0, "each project by its own day cut"
    assert api.refused("office", "GET", "/supervision/coverage/2026-03-02")[0] == 403
    assert api.refused("authority", "GET", "/supervision/coverage/2026-02-30") == (422, "REQUEST_INVALID")


def test_no_months_route_asks_the_store_more_for_more_workers(api: OverHttp) -> None:
    parts = ("", "/wages", "/rates", "/reconciliation", "/objections")
    asked: list[str] = []
    works(api, api.gates.worker(), 2)
    told(api)
    event.listen(api.gates.field.centre.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def counts() -> list[int]:
        found = []
        for part in parts:
            asked.clear()
            api.get("authority", month(api, part))
            found.append(len(asked))
        return found

    counts()
    few = counts()
    for _ in range(6):
        works(api, api.gates.worker(), 2)
    api.gates.arrive()
    assert counts() == few
    api.post("office", month(api, "/freeze"), {})
    assert max(after - before for after, before in zip(counts(), few, strict=True)) <= 2


def test_own_links_are_listed_without_what_opens_them_and_taken_back_one_by_one(api: OverHttp) -> None:
    id_ = api.gates.assignment(api.gates.worker()).id
    told(api)
    made = [api.post("office", f"/assignments/{id_}/own-link", {"hours": hours}, 201) for hours in (1, 24)]
    listed = api.get("employer", f"/assignments/{id_}/own-links")
    assert [(one["id"], one["until"], one["revoked_at"]) for one in listed["items"]] == [
        (made[1]["id"], "2026-04-03T00:00:00Z", None),
        (made[0]["id"], "2026-04-02T01:00:00Z", None),
    ]
    assert listed["items"][0]["issued_by"].startswith("token:")
    assert not any(one["url"].rpartition("/")[2] in str(listed) for one in made)
    [older] = api.get("office", f"/assignments/{id_}/own-links?limit=1&cursor={cursor_of(api, id_)}")["items"]
    assert older["id"] == made[0]["id"]
    revoke = f"/own-links/{made[0]['id']}/revocation"
    for who, status in (("neighbour", 404), ("other employer", 404), ("authority", 403)):
        assert api.refused(who, "POST", revoke)[0] == status
        assert api.refused(who, "GET", f"/assignments/{id_}/own-links")[0] == status
    assert api.refused("office", "POST", "/own-links/999/revocation") == (404, "NOT_FOUND")
    assert api.refused("office", "POST", f"/assignments/{id_}/own-link", {"hours": 200}) == (422, "REQUEST_INVALID")
    gone = api.post("employer", revoke)
    assert gone["revoked_at"] == "2026-04-02T00:00:00Z"
    assert api.post("office", revoke) == gone, "once more changes nothing"
    paths = [one["url"].partition("/own/")[2] for one in made]
    assert [api.client.get(f"/own/{path}", headers={"Accept": "text/html"}).status_code for path in paths] == [403, 303]


def cursor_of(api: OverHttp, assignment_id: int) -> str:
    return str(api.get("office", f"/assignments/{assignment_id}/own-links?limit=1")["next_cursor"])


def test_daily_roots_and_proofs_are_answered_by_date(api: OverHttp) -> None:
    from central.attendance import roots

    worker, site = api.gates.worker(), api.gates.field
    works(api, worker, 2)
    told(api)
    id_ = api.gates.assignment(worker).id
    at = f"/projects/{site.project_id}/roots/2026-03-02"
    assert api.get("office", at)["versions"] == []
    assert api.refused("office", "GET", f"/assignments/{id_}/proofs/2026-03-02")[0] == 404
    roots.publish(site.centre.database, site.clock)
    [version] = api.get("authority", at)["versions"]
    proof = api.get("employer", f"/assignments/{id_}/proofs/2026-03-02")
    assert (version["version"], version["leaves"], proof["published"]["root"], len(proof["proofs"])) == (1, 2, version["root"], 2)
    assert api.refused("neighbour", "GET", at) == (404, "NOT_FOUND")
    assert api.refused("neighbour", "GET", f"/assignments/{id_}/proofs/2026-03-02") == (404, "NOT_FOUND")
    assert api.refused("office", "GET", at.replace("03-02", "02-30")) == (422, "REQUEST_INVALID")

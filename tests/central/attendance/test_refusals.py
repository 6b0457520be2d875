"""Refusals at the gates: told with reasons and checks, never with an image, to whom they concern and nobody else, for ninety days."""

import datetime as dt
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from sqlalchemy import event, update

from central.access import SYSTEM, Role
from central.attendance.model import Passage, Refusal
from central.entry.model import Assignment
from central.identity import service as identity
from central.messaging import retention
from central.messaging.model import BoxEvent
from central.projects.model import Company, Participant, ParticipantRole
from edge.sync import wire
from tests.central.attendance.over_http import OverHttp, over_http
from tests.central.attendance.punches import moment
from tests.central.attendance.site import gates_of
from tests.central.in_process import in_process
from tests.central.messaging.field import NOW, Field
from tests.central.stage import application, leave

TODAY = dt.date(2026, 4, 2)
IN, FACE, CARD = wire.Direction.IN, wire.Method.FACE, wire.Method.ID_CARD


@pytest.fixture
def api(field: Field) -> Iterator[OverHttp]:
    gates = gates_of(field)
    with in_process(application(field.centre)) as client:
        made = over_http(gates, client)
        field.clock.at = moment(TODAY, "12:00")
        yield made
    leave(field.centre)


def refuses(api: OverHttp, clock: str, reason: wire.Reason, person: str | None = None, *, box: str = "north", **told: Any) -> None:
    body = wire.Refusal(reason, told.pop("method", FACE), IN, "1", 1, person, **told)
    api.gates.boxes[box].write(body, int(moment(TODAY, clock).timestamp() * 1000))


def at(api: OverHttp, query: str = "") -> str:
    return f"/projects/{api.gates.field.project_id}/refusals{query}"


def employed_by_a_sub(api: OverHttp, *persons: str) -> None:
    """A labour company of the project, with these workers as its own, and a token for it."""
    site = api.gates.field
    with site.centre.database.writing() as session:
        company = Company(uscc="91310000000000002X", name="永固劳务", created_at=NOW)
        session.add(company)
        session.flush()
        part = Participant(
            project_id=site.project_id,
            company_id=company.id,
            role=ParticipantRole.LABOUR_SUB,
            parent_id=site.participant_id,
            level=1,
            created_at=NOW,
        )
        session.add(part)
        session.flush()
        own = {"employer_id": company.id, "participant_id": part.id}
        session.execute(update(Assignment).where(Assignment.person.in_(persons)).values(own))
        said = {"name": "labour", "role": Role.EMPLOYER, "company_id": company.id, "project_id": None}
        api.tokens["labour"] = identity.issue_token(session, site.centre.clock, SYSTEM, **said)[1]  # type: ignore[arg-type]


@pytest.mark.rule("A-03")
def test_a_refusal_says_why_what_to_do_and_which_checks_ran(api: OverHttp) -> None:
    worker = api.gates.worker()
    checks = ("face-1to1", "sharpness", "turn_left")
    refuses(api, "06:41", wire.Reason.FACE_MISMATCH, worker, method=CARD, score=310, offline=True, checks=checks)
    api.gates.deliver()
    [row] = api.get("office", at(api))["items"]
    assert (row["at"], row["gate"], row["lane"], row["direction"], row["method"]) == ("2026-04-01T22:41:00Z", "b-north", "1", "01", "005")
    assert (row["reason"], row["says"], row["do"]) == ("FACE_MISMATCH", "人与证件不符", "核实是否借证")
    assert (row["checks"], row["checks_say"][2], row["checks_say_en"][2]) == (list(checks), "要求向左转头", "asked to turn the head left")
    assert (row["score"], row["offline"]) == (310, True)
    assert (row["name"], row["assignment_id"]) == ("张**", api.gates.assignment(worker).id)
    assert row["id_number"].count("*") > 8


@pytest.mark.rule("A-60")
@pytest.mark.rule("A-45")
def test_an_employer_sees_its_own_workers_refusals_the_general_contractor_and_the_authority_all_a_neighbour_none(api: OverHttp) -> None:
    own, others = api.gates.worker(), api.gates.worker()
    employed_by_a_sub(api, own)
    for clock, person in (("06:41", own), ("06:42", others), ("06:43", None)):
        refuses(api, clock, wire.Reason.OUT_OF_HOURS, person)
    api.gates.deliver()

    def seen(who: str) -> list[int | None]:
        return [row["assignment_id"] for row in api.get(who, at(api))["items"]]

    mine, theirs = (api.gates.assignment(person).id for person in (own, others))
    assert seen("office") == seen("clerk") == seen("employer") == seen("authority") == [None, theirs, mine]
    assert seen("labour") == [mine]
    assert api.get("labour", at(api, f"?assignment_id={theirs}"))["items"] == []
    for who in ("neighbour", "other employer"):
        assert api.refused(who, "GET", at(api)) == (404, "NOT_FOUND")
    stranger = api.get("office", at(api))["items"][0]
    assert (stranger["name"], stranger["id_number"], stranger["employer"]) == (None, None, None)


def test_a_worker_of_another_project_whom_a_box_names_stays_unnamed(api: OverHttp) -> None:
    worker = api.gates.worker()
    with api.gates.field.centre.database.writing() as session:
        elsewhere = session.scalars(sa.select(Participant).where(Participant.project_id != api.gates.field.project_id)).one()
        moved = {"project_id": elsewhere.project_id, "participant_id": elsewhere.id}
        session.execute(update(Assignment).where(Assignment.person == worker).values(moved))
    refuses(api, "06:41", wire.Reason.NOT_CONFIRMED, worker)
    api.gates.deliver()
    [row] = api.get("office", at(api))["items"]
    assert (row["name"], row["assignment_id"]) == (None, None)


def test_the_list_is_narrowed_by_reason_gate_day_and_worker(api: OverHttp) -> None:
    worker = api.gates.worker()
    refuses(api, "00:10", wire.Reason.NOT_CONFIRMED)
    refuses(api, "06:41", wire.Reason.TRAINING_REQUIRED, worker, box="south")
    api.gates.deliver()
    whose = api.gates.assignment(worker).id

    def reasons(query: str) -> list[str]:
        return [row["reason"] for row in api.get("office", at(api, query))["items"]]

    assert reasons("?reason=NOT_CONFIRMED") == ["NOT_CONFIRMED"]
    assert reasons("?gate=b-south") == reasons(f"?assignment_id={whose}") == ["TRAINING_REQUIRED"]
    assert reasons("?day=2026-04-02") == ["TRAINING_REQUIRED", "NOT_CONFIRMED"]
    assert reasons("?day=2026-04-01") == []
    assert reasons("?sort=time") == ["NOT_CONFIRMED", "TRAINING_REQUIRED"]
    assert api.refused("office", "GET", at(api, "?reason=NONE_OF_THEM")) == (422, "REQUEST_INVALID")


def test_pages_follow_each_other_also_where_times_are_equal_and_cost_the_same(api: OverHttp) -> None:
    for n in range(9):
        refuses(api, f"06:4{n // 4}", wire.Reason.NOT_CONFIRMED)
    api.gates.deliver()
    asked: list[str] = []
    event.listen(api.gates.field.centre.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for way in ("-time", "time"):
        ids: list[int] = []
        times: list[str] = []
        cursor = ""
        costs = []
        while not ids or cursor:
            asked.clear()
            page = api.get("office", at(api, f"?limit=4&sort={way}{cursor}"))
            costs.append(len(asked))
            ids += [row["id"] for row in page["items"]]
            times += [row["at"] for row in page["items"]]
            cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else ""
        assert len(ids) == len(set(ids)) == 9
        assert all(one >= next_ if way == "-time" else one <= next_ for one, next_ in pairwise(times))
        assert costs[1] == costs[2] <= costs[0] + 1


def test_a_refusal_leaves_the_list_after_ninety_days_with_score_and_checks(api: OverHttp) -> None:
    refuses(api, "06:41", wire.Reason.FACE_MISMATCH, api.gates.worker(), score=310, checks=("face-1to1",))
    api.gates.deliver()
    database, now = api.gates.field.centre.database, api.gates.field.clock.now()
    with database.writing() as session:
        assert retention.forget_refused(session, now + dt.timedelta(days=89)) == 0
    assert len(api.get("office", at(api))["items"]) == 1
    with database.writing() as session:
        assert retention.forget_refused(session, now + dt.timedelta(days=91)) == 1
    assert api.get("office", at(api))["items"] == []
    with database.reading() as session:
        kept = session.scalars(sa.select(Refusal)).one()
    assert (kept.reason, kept.assignment_id, kept.score, kept.checks) == ("FACE_MISMATCH", None, None, "")


@pytest.mark.rule("A-03")
def test_neither_the_event_nor_its_row_has_room_for_an_image(api: OverHttp) -> None:
    room = msgspec.inspect.type_info(wire.Refusal)
    assert isinstance(room, msgspec.inspect.StructType)
    kinds = {type(part) for field in room.fields for part in (getattr(field.type, "types", None) or (field.type,))}
    assert kinds & {msgspec.inspect.BytesType, msgspec.inspect.ByteArrayType, msgspec.inspect.AnyType, msgspec.inspect.DictType} == set()
    assert [column.name for column in Refusal.__table__.columns if isinstance(column.type, sa.LargeBinary)] == []
    refuses(api, "06:41", wire.Reason.LIVENESS_FAILED, api.gates.worker(), score=999, checks=("sharpness", "colour", "turn_left", "blink"))
    api.gates.deliver()
    with api.gates.field.centre.database.reading() as session:
        packed = session.scalars(sa.select(BoxEvent.packed).where(BoxEvent.kind == "r")).one()
    assert len(packed) < 200


def test_what_is_no_check_loses_no_passage_and_no_refusal(api: OverHttp) -> None:
    worker = api.gates.worker()
    odd = ("sharpness", "\0", "two words", "x" * 41, "", *(f"check-{n}" for n in range(60)))
    refuses(api, "06:41", wire.Reason.NOT_CONFIRMED, worker, checks=odd)
    at_ms = int(moment(TODAY, "06:45").timestamp() * 1000)
    api.gates.boxes["north"].write(wire.Passage(worker, IN, FACE, "1", 1, 700, checks=odd), at_ms)
    api.gates.deliver()
    with api.gates.field.centre.database.reading() as session:
        for kind in (Passage, Refusal):
            column = session.scalars(sa.select(kind.checks)).one()
            assert column.startswith("sharpness check-0 check-1 ")
            assert 190 < len(column) <= 200


def test_a_passage_names_its_checks_in_the_feed_and_on_its_day(api: OverHttp) -> None:
    worker = api.gates.worker()
    body = wire.Passage(worker, IN, CARD, "1", 1, 640, ("face-1to1", "sharpness", "blink"))
    api.gates.boxes["north"].write(body, int(moment(TODAY, "06:41").timestamp() * 1000))
    api.gates.arrive()
    [fed] = api.get("authority", "/attendance")["items"]
    assert fed["checks"] == ["face-1to1", "sharpness", "blink"]
    day = api.get("office", f"/assignments/{api.gates.assignment(worker).id}/days/{TODAY}")
    [told] = day["passages"]
    assert (told["id"], told["method"], told["score"], told["checks"]) == (fed["id"], "005", 640, fed["checks"])
    assert api.refused("neighbour", "GET", f"/assignments/{api.gates.assignment(worker).id}/days/{TODAY}")[0] == 404


def test_nobody_without_the_function_sees_refusals(api: OverHttp) -> None:
    site = api.gates.field
    with site.centre.database.writing() as session:
        said = {"name": "system", "role": Role.ADMINISTRATOR, "company_id": None, "project_id": None}
        api.tokens["system"] = identity.issue_token(session, site.centre.clock, SYSTEM, **said)[1]  # type: ignore[arg-type]
    assert api.refused("system", "GET", at(api)) == (403, "ROLE_NOT_ALLOWED")


@pytest.mark.rule("A-33")
def test_the_export_holds_what_the_list_shows_to_whoever_asks(api: OverHttp) -> None:
    own = api.gates.worker()
    employed_by_a_sub(api, own)
    refuses(api, "06:41", wire.Reason.CARD_EXPIRED, own, method=CARD)
    refuses(api, "06:42", wire.Reason.NOT_CONFIRMED)
    api.gates.deliver()

    def lines(who: str, query: str = "") -> list[tuple[Any, ...]]:
        answer = api.ask(who, "GET", at(api, "/export.xlsx" + query))
        assert answer.status_code == 200, answer.text
        sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
        return [(row[4], row[5], row[9]) for row in sheet.iter_rows(min_row=2, values_only=True)]

    assert lines("office") == [("人脸", "未确认进场", "闸机不认识"), ("身份证", "身份证已过期", "张**")]
    assert lines("office", "?sort=time&reason=CARD_EXPIRED") == lines("labour") == [("身份证", "身份证已过期", "张**")]
    assert api.refused("neighbour", "GET", at(api, "/export.xlsx")) == (404, "NOT_FOUND")

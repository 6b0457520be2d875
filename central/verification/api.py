"""Routes of verification: asking, the desk of the officer, outages."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import AwareDatetime, StringConstraints
from sqlalchemy.orm import Session

from central.call import Call, Caller, RowId
from central.clock import SITE_ZONE
from central.errors import Problem
from central.paging import Cursor, Limit, Page, after, page, sorted_by
from central.people.model import IdentityState
from central.people.schemas import WorkerOut, worker_out
from central.problems import RESPONSES
from central.schemas import In, Line, Moment, Out, Search, ShortLine, example
from central.verification import desk, outages, service
from central.verification.model import CheckState, IdentityCheck, PlannedOutage
from central.verification.rules import OutageState

router = APIRouter(prefix="/api/v1", tags=["核验 verification"], responses=RESPONSES)
Cause = Annotated[str, StringConstraints(strip_whitespace=True, max_length=32, pattern=r"^[^\x00-\x1f\x7f]*$")]


class CheckIn(In):
    """A request for verification; `cause` is what the card reader said, if it said something."""

    model_config = example({"cause": "CARD_UNREADABLE"})

    cause: Cause = ""


class CheckOut(Out):
    """A question in the queue."""

    id: int
    worker_id: int
    state: CheckState
    cause: str
    attempts: int
    asked_at: Moment
    next_at: Moment
    settled_at: Moment | None


class VerificationIn(In):
    """What an officer saw, on what evidence, and if it was not this person, why."""

    model_config = example({"verified": True, "evidence": "本人持身份证到小木桥路680号受理大厅核验，受理单 20260312-017"})

    verified: bool
    evidence: Line
    cause: Cause = ""


class OutageIn(In):
    """An announced outage of the verification service."""

    model_config = example(
        {"begins_at": "2026-05-01T00:00:00+08:00", "ends_at": "2026-05-06T00:00:00+08:00", "reason": "劳动节数据中心维护"}
    )

    begins_at: AwareDatetime
    ends_at: AwareDatetime
    reason: ShortLine


class OutageOut(Out):
    """A planned outage."""

    id: int
    begins_at: Moment
    ends_at: Moment
    reason: str
    state: OutageState


class ServiceOut(Out):
    """How the verification service stands. `weekly_outage` are the days of each week without it, 0 is Monday."""

    configured: bool
    open: bool
    next_opening: Moment | None
    weekly_outage: list[int]


@router.post("/workers/{worker_id}/identity-check", status_code=202, response_model=CheckOut, summary="申请核验 / ask for verification")
def ask(call: Caller, worker_id: RowId, body: CheckIn | None = None) -> Response:
    """A-25、A-26：排队核验，自动重试；计划停机（如周末）时返回 503 和下次开放时间，请求已排队。"""
    weekdays = call.centre.settings.identity_outage_weekdays
    cause = body.cause if body else ""

    def deed(session: Session) -> CheckOut:
        return _check(service.ask(session, call.centre.clock, call.access, worker_id, weekdays=weekdays, cause=cause))

    answer = call.write(body, deed, 202)
    back_at = _opening(call)
    if back_at is not None:
        wait = int((back_at - call.centre.clock.now()).total_seconds())
        shown = back_at.astimezone(SITE_ZONE).isoformat(timespec="minutes")
        raise Problem("IDENTITY_SERVICE_DOWN", 503, retry_after_s=wait, next_opening=shown)
    return answer


@router.post("/workers/{worker_id}/verification", response_model=WorkerOut, summary="现场核验结果 / outcome of verification in person")
def verify(call: Caller, worker_id: RowId, body: VerificationIn) -> Response:
    """A-25：无法读卡时的最后途径：本人持证到场，由授权核验人员登记结果和依据，全程留痕。"""

    def deed(session: Session) -> WorkerOut:
        found = service.settle_in_person(
            session, call.centre.clock, call.access, worker_id, verified=body.verified, evidence=body.evidence, cause=body.cause
        )
        return worker_out(found, with_wages=False)

    return call.write(body, deed)


@router.get("/identity/waiting", summary="待核验人员 / who waits for verification")
def waiting(
    *,
    call: Caller,
    q: Annotated[Search, Query(description="姓名、用人单位 / name or employer")] = "",
    identity: Annotated[IdentityState | None, Query(description="只列 pending 或 rejected / one state only")] = None,
    cause: Annotated[Cause, Query(description="原因代码 / a cause")] = "",
    sort: Annotated[str, sorted_by(desk.ORDER.columns)] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[WorkerOut]:
    """A-25：核验人员的工作台，含原因和建议。"""
    wanted = desk.Wanted(q, identity, cause)
    with call.reading() as session:
        found = desk.waiting(session, call.access, wanted, after=after(cursor), limit=limit, sort=sort)
        return page(found, limit, lambda row: row.worker.id, lambda row: worker_out(row, with_wages=False))


@router.get("/identity/service", summary="核验服务状态 / the verification service")
def state(call: Caller) -> ServiceOut:
    """A-26：是否开放，计划停机时何时恢复。"""
    back_at, weekly = _opening(call), sorted(call.centre.settings.identity_outage_weekdays)
    return ServiceOut(
        configured=bool(call.centre.settings.identity_service_url), open=back_at is None, next_opening=back_at, weekly_outage=weekly
    )


@router.post("/identity/outages", status_code=201, response_model=OutageOut, summary="登记计划停机 / plan an outage")
def plan(call: Caller, body: OutageIn) -> Response:
    """A-26：系统管理员登记已通知的停机时间。"""

    def deed(session: Session) -> OutageOut:
        return _outage(call, outages.plan(session, call.access, body.begins_at, body.ends_at, body.reason))

    return call.write(body, deed, 201)


@router.get("/identity/outages", summary="计划停机 / planned outages")
def planned(
    call: Caller, sort: Annotated[str, sorted_by(outages.ORDER.columns)] = "", cursor: Cursor = None, limit: Limit = 50
) -> Page[OutageOut]:
    """A-26：已登记的停机时间，过去的和将来的，后登记的在前；每周固定停机见 identity/service。"""
    with call.reading() as session:
        found = outages.page_of(session, after=after(cursor), limit=limit, sort=sort)
        return page(found, limit, lambda row: row.id, lambda row: _outage(call, row))


@router.post("/identity/outages/{outage_id}/withdrawal", response_model=OutageOut, summary="撤销停机 / withdraw an outage")
def withdraw(call: Caller, outage_id: RowId) -> Response:
    """A-26：停机取消或提前结束；等待其结束的核验立即恢复。"""
    centre = call.centre
    weekdays = centre.settings.identity_outage_weekdays
    return call.write(None, lambda s: _outage(call, outages.withdraw(s, centre.clock, call.access, outage_id, weekdays=weekdays)))


def _opening(call: Call) -> dt.datetime | None:
    with call.reading() as session:
        return service.opening(session, call.centre.clock.now(), call.centre.settings.identity_outage_weekdays)


def _check(check: IdentityCheck) -> CheckOut:
    return CheckOut.model_validate(check)


def _outage(call: Call, outage: PlannedOutage) -> OutageOut:
    state = outages.state(outage, call.centre.clock.now())
    return OutageOut(id=outage.id, begins_at=outage.begins_at, ends_at=outage.ends_at, reason=outage.reason, state=state)

"""Routes for a worker's record: changes, employments, wage items for comparison, a further employer by exception."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field, StringConstraints

from central.call import Caller, RowId
from central.errors import Problem
from central.paging import DAY, Cursor, Limit, Page, after, behind_key, cursor_after, day_of, keyed
from central.people import history, service, wage_sight
from central.people.history import Stretch
from central.people.model import EmploymentForm, WageType
from central.people.wage_sight import ComparableWages
from central.schemas import In, Line, Moment, OptionalLine, Out, ShortLine, example

router = APIRouter()


class ChangeOut(Out):
    """One change, masked."""

    id: int
    at: Moment
    actor: str
    on_behalf_of: str
    action: str
    before: Any
    after: Any


class StretchOut(Out):
    """A stretch of employment; one with a `source` is the old system's and read-only (A-58)."""

    source: str
    employer: str
    project: str
    trade: str
    first_day: dt.date | None
    last_day: dt.date | None
    state: str


class LegacyIn(In):
    """One row of the old system."""

    model_config = example(
        {
            "id_number": "310115199003072516",
            "source": "2019 实名制系统",
            "employer": "原劳务公司",
            "project": "某住宅工程",
            "trade": "钢筋工",
            "first_day": "2018-03-01",
            "last_day": "2019-12-31",
        }
    )

    id_type: Annotated[str, StringConstraints(max_length=2)] = "01"
    id_number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
    employer: Line
    project: OptionalLine = ""
    trade: Annotated[str, StringConstraints(max_length=40)] = ""
    first_day: dt.date | None = None
    last_day: dt.date | None = None


class LegacyOut(Out):
    """The number of the row that was taken over."""

    id: int


class ReasonIn(In):
    """Why amounts must be seen."""

    model_config = example({"reason": "核对 2026 年 3 月工资发放与合同约定"})

    reason: ShortLine


class ComparableOut(Out):
    """A-61: what the parties compare. Amounts are null while they are masked."""

    worker_id: int
    employer: str
    contract_type: str
    contract_start: dt.date
    contract_end: dt.date
    employment_form: EmploymentForm
    wage_type: WageType
    bank_code: str
    bank_name: str
    card_masked: str
    performance_payments: int
    performance_dates: list[dt.date]
    against_base: str
    covers_completion: bool | None
    changed_since_acceptance: bool
    updated_at: Moment
    basic_wage: Decimal | None
    probation_wage: Decimal | None


class FurtherIn(In):
    """A-30: whom the supervision body lets register this person beside the present employer, and why."""

    model_config = example({"id_number": "310115199003072516", "company_id": 7, "reason": "两单位合并期间，经核实同意"})

    id_type: Annotated[str, StringConstraints(max_length=2)] = "01"
    id_number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    company_id: Annotated[int, Field(ge=1, le=2**53)]
    reason: ShortLine


class FurtherOut(Out):
    """The permission, good for one registration."""

    id: int
    worker_id: int
    company_id: int
    reason: str
    at: Moment


@router.get("/workers/{worker_id}/history", summary="变更记录 / a worker's history")
def changes(call: Caller, worker_id: RowId, cursor: Cursor = None, limit: Limit = 50) -> Page[ChangeOut]:
    """A-65：谁在何时改了什么，改前改后；号码已遮盖；一页可能少于 limit 条，以 next_cursor 为准。"""
    with call.reading() as session:
        rows, last = history.changes(session, call.access, worker_id, after=after(cursor), limit=limit)
    return Page[ChangeOut](items=[ChangeOut.model_validate(row) for row in rows], next_cursor=cursor_after(last) if last else None)


@router.get("/workers/{worker_id}/employments", summary="历史用工 / employments, old ones too")
def employments(call: Caller, worker_id: RowId, cursor: Cursor = None, limit: Limit = 200) -> Page[StretchOut]:
    """A-58：旧版数据标明来源，只读。"""
    with call.reading() as session:
        found = history.employments(session, call.access, worker_id)
    place = _place(cursor)
    rows = [one for one in found if place is None or one.key > place]
    return keyed(rows, limit, lambda one: (str(one.key[0]), one.key[1].isoformat(), str(one.key[2])), StretchOut.model_validate)


def _place(cursor: str | None) -> tuple[int, dt.date, int] | None:
    found = behind_key(cursor, "[01]", DAY, "[0-9]{1,18}")
    return None if found is None else (int(found[0]), day_of(found[1]), int(found[2]))


@router.post("/legacy-records", status_code=201, response_model=LegacyOut, summary="导入旧版数据 / take over an old row")
def add_legacy(call: Caller, body: LegacyIn) -> Response:
    """A-58：由系统管理员导入；导入后任何人不能修改（405）。"""
    told = Stretch(body.source, body.employer, body.project, body.trade, body.first_day, body.last_day, "legacy")
    clock, keys = call.centre.clock, call.centre.secrets
    number = {"id_type": body.id_type, "id_number": body.id_number}
    return call.write(body, lambda s: LegacyOut(id=history.add_legacy(s, clock, keys, call.access, **number, told=told).id), 201)


@router.api_route(
    "/legacy-records/{record_id}", methods=["PATCH", "PUT", "DELETE"], include_in_schema=False, summary="旧版数据只读 / read-only"
)
def refuse_legacy(call: Caller, record_id: RowId) -> Response:
    """A-58: an old row cannot be edited."""
    raise Problem("LEGACY_READ_ONLY", 405)


@router.get("/workers/{worker_id}/wages", summary="用工与工资比对 / wage items for comparison")
def comparable(call: Caller, worker_id: RowId) -> ComparableOut:
    """A-61：总包（本项目）与监管部门只读比对；金额默认遮盖，查看金额须说明理由并留痕。"""
    with call.reading() as session:
        return _comparable(wage_sight.comparable(session, call.access, worker_id))


@router.post("/workers/{worker_id}/wages/reveal", response_model=ComparableOut, summary="查看工资金额 / reveal amounts")
def reveal(call: Caller, worker_id: RowId, body: ReasonIn) -> Response:
    """A-61：每次查看都记入审计。"""
    return call.write(body, lambda session: _comparable(wage_sight.reveal(session, call.access, worker_id, body.reason)))


@router.post("/employer-exceptions", status_code=201, response_model=FurtherOut, summary="允许另一用人单位 / allow a further employer")
def further(call: Caller, body: FurtherIn) -> Response:
    """A-30：原则上一人一单位；确有需要时由监管部门说明理由后允许一次登记。"""
    centre = call.centre
    of = {"id_type": body.id_type, "number": body.id_number, "company_id": body.company_id, "reason": body.reason}
    return call.write(
        body,
        lambda s: FurtherOut.model_validate(service.allow_further_employer(s, centre.clock, centre.secrets, call.access, **of)),  # type: ignore[arg-type]
        201,
    )


def _comparable(shown: ComparableWages) -> ComparableOut:
    terms, employment = shown.terms, shown.employment
    return ComparableOut(
        worker_id=shown.worker_id,
        employer=shown.employer,
        contract_type=employment.contract_type,
        contract_start=employment.contract_start,
        contract_end=employment.contract_end,
        employment_form=employment.employment_form,
        wage_type=terms.wage_type,
        bank_code=terms.bank_code,
        bank_name=terms.bank_name,
        card_masked=terms.card_masked,
        performance_payments=terms.performance_payments,
        performance_dates=[dt.date.fromisoformat(day) for day in terms.performance_dates.split(",") if day],
        against_base=shown.against_base,
        covers_completion=shown.covers_completion,
        changed_since_acceptance=shown.changed_since_acceptance,
        updated_at=terms.updated_at,
        basic_wage=shown.basic_wage,
        probation_wage=shown.probation_wage,
    )

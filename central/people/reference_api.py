"""Routes for what is data: banks, the regional reference wage, an employer's defaults."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import Field, StringConstraints

from central.call import Caller
from central.paging import DAY, Cursor, Limit, Page, after, behind_key, day_of, keyed, page
from central.people import banks, defaults
from central.people.reference_model import Bank, RegionalBase, WageProfile
from central.schemas import In, Moment, Out, ShortLine, example

router = APIRouter()
BankCode = Annotated[str, Path(min_length=1, max_length=8, pattern=r"^[0-9A-Z]+$")]
Region = Annotated[str, Path(pattern=r"^[0-9]{6}$")]


class BankIn(In):
    """A bank's name, and whether it is offered."""

    model_config = example({"name": "上海农村商业银行", "active": True})

    name: ShortLine
    active: bool = True


class BankOut(Out):
    """A bank."""

    code: str
    name: str
    active: bool


class BaseIn(In):
    """The reference wage from a day on, CNY a month."""

    model_config = example({"valid_from": "2027-01-01", "amount": "4800.00"})

    valid_from: dt.date
    amount: Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=2)]


class BaseOut(Out):
    """A region's reference wage from a day on."""

    region: str
    valid_from: dt.date
    amount: Decimal


class ProfileIn(In):
    """The defaults of one place: the whole employer, a project, or a team. Texts as in the form; an empty one is no default."""

    model_config = example({"project_id": 1, "values": {"wage_type": "monthly", "basic_wage": "4500", "bank_code": "102"}})

    project_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    team_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    values: Annotated[
        dict[str, Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]],
        Field(max_length=20),
    ]


class ProfileOut(Out):
    """A profile."""

    scope: str
    values: dict[str, str]
    version: int
    updated_at: Moment


class ProfilesOut(Page[ProfileOut]):
    """An employer's, page by page, and what they say together for the place that was asked about."""

    merged: dict[str, str]


@router.get("/banks", summary="银行清单 / banks")
def listed(call: Caller, cursor: Cursor = None, limit: Limit = 200) -> Page[BankOut]:
    """A-20、A-21：可选的工资卡开户行，末项为“其他”。"""
    with call.reading() as session:
        (code,) = behind_key(cursor, "[0-9A-Z]{1,8}") or ("",)
        return keyed(banks.page_of_active(session, code, limit), limit, lambda bank: (bank.code,), BankOut.model_validate)


@router.put("/banks/{code}", response_model=BankOut, summary="增加或修改银行 / add or change a bank")
def set_bank(call: Caller, code: BankCode, body: BankIn) -> Response:
    """A-21：银行清单是数据，系统管理员可随时增加，无需升级系统。"""

    def out(bank: Bank) -> BankOut:
        return BankOut.model_validate(bank)

    return call.write(body, lambda session: out(banks.set_bank(session, call.access, code, body.name, is_active=body.active)))


@router.get("/regional-bases", summary="各地基本工资基准 / reference wages")
def bases(call: Caller, cursor: Cursor = None, limit: Limit = 200) -> Page[BaseOut]:
    """A-18：按地区和日期的月基本工资基准。"""
    with call.reading() as session:
        rows = banks.page_of_bases(session, _place(cursor), limit)
        return keyed(rows, limit, lambda base: (base.region, base.valid_from.isoformat()), _base)


@router.put("/regional-bases/{region}", response_model=BaseOut, summary="设定基准 / set a reference wage")
def set_base(call: Caller, region: Region, body: BaseIn) -> Response:
    """A-18：自某日起的新基准，不影响此前的判断。"""
    return call.write(body, lambda session: _base(banks.set_base(session, call.access, region, body.valid_from, body.amount)))


@router.get("/defaults", summary="默认信息 / defaults")
def profiles(
    call: Caller,
    project_id: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    team_id: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    cursor: Cursor = None,
    limit: Limit = 200,
) -> ProfilesOut:
    """A-14：本单位、项目、班组的默认值，以及对所问项目和班组合并后的结果。"""
    with call.reading() as session:
        found = page(defaults.page_of_profiles(session, call.access, after(cursor), limit), limit, lambda row: row.id, _profile)
        merged = defaults.values(session, call.access.require_employer(), project_id, team_id)
        return ProfilesOut(items=found.items, next_cursor=found.next_cursor, merged=merged)


@router.put("/defaults", response_model=ProfileOut, summary="设定默认信息 / set defaults")
def set_profile(call: Caller, body: ProfileIn) -> Response:
    """A-14：相对固定的信息只填一次；登记时空着的字段由默认值补齐并标明来源。"""
    clock, place = call.centre.clock, {"project_id": body.project_id, "team_id": body.team_id}
    return call.write(body, lambda session: _profile(defaults.set_profile(session, clock, call.access, body.values, **place)))


def _place(cursor: str | None) -> tuple[str, dt.date] | None:
    found = behind_key(cursor, "[0-9]{6}", DAY)
    return None if found is None else (found[0], day_of(found[1]))


def _base(base: RegionalBase) -> BaseOut:
    return BaseOut.model_validate(base)


def _profile(profile: WageProfile) -> ProfileOut:
    return ProfileOut(scope=profile.scope, values=json.loads(profile.told), version=profile.version, updated_at=profile.updated_at)

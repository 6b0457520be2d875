"""Tables of what is data and not code: banks (A-20, A-21), the regional reference wage (A-18), defaults (A-14)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, guard, row_id
from central.people.model import Money

OTHER_BANK: Final = "999"
"""其他: our own code (A-20); the national table has none."""
SHANGHAI: Final = "310000"


class Bank(Base):
    """A bank that pays wages: the national table's code and name; more are added as data (A-21)."""

    __tablename__ = "banks"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    active: Mapped[bool] = mapped_column(default=True)


class RegionalBase(Base):
    """A-18: the monthly reference wage of a region (GB/T 2260 code), CNY, from a day on."""

    __tablename__ = "regional_bases"

    region: Mapped[str] = mapped_column(String(6), primary_key=True)
    valid_from: Mapped[dt.date] = mapped_column(primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Money)


class WageProfile(Base):
    """A-14: what is filled in where the form leaves it empty, for a whole employer, one of its projects or one of its teams.

    `told` is JSON: field name to text. `scope` is `company`, `project:7` or `team:9`.
    """

    __tablename__ = "wage_profiles"
    __table_args__ = (UniqueConstraint("company_id", "scope"),)

    id: Mapped[int] = row_id()
    company_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    scope: Mapped[str] = mapped_column(String(32))
    told: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[dt.datetime]


BANKS: Final = {
    "102": "中国工商银行",
    "103": "中国农业银行",
    "104": "中国银行",
    "105": "中国建设银行",
    "201": "国家开发银行",
    "202": "中国进出口银行",
    "203": "中国农业发展银行",
    "301": "交通银行",
    "302": "中信银行",
    "303": "中国光大银行",
    "304": "华夏银行",
    "305": "中国民生银行",
    "306": "广发银行",
    "307": "平安银行",
    "308": "招商银行",
    "309": "兴业银行",
    "310": "上海浦东发展银行",
    "313": "城市商业银行",
    "314": "农村商业银行",
    "315": "恒丰银行",
    "316": "浙商银行",
    "317": "农村合作银行",
    "318": "渤海银行",
    "319": "徽商银行",
    "320": "村镇银行",
    "401": "城市信用社",
    "402": "农村信用社",
    "403": "中国邮政储蓄银行",
    "501": "汇丰银行",
    "502": "东亚银行",
    "503": "南洋商业银行",
    "504": "恒生银行",
    OTHER_BANK: "其他",
}
"""The first list: codes of the interbank payment system as the national platform uses them, and 其他."""

_ACTIVE: Final = {"sqlite": "1", "postgresql": "true"}


def seeds(dialect: str) -> tuple[str, ...]:
    """The statements that fill the first lists; the migration runs the same ones."""
    rows = ", ".join(f"('{code}', '{name}', {_ACTIVE[dialect]})" for code, name in BANKS.items())
    return (
        f"INSERT INTO banks (code, name, active) VALUES {rows}",  # noqa: S608  constants of this module
        f"INSERT INTO regional_bases (region, valid_from, amount) VALUES ('{SHANGHAI}', '2020-01-01', 450000)",  # noqa: S608
    )


guard(Bank.__table__, {dialect: seeds(dialect)[:1] for dialect in _ACTIVE})
guard(RegionalBase.__table__, {dialect: seeds(dialect)[1:] for dialect in _ACTIVE})

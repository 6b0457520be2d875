"""What is told to a platform, in our own words: values without a dialect. Numbers of people are in clear here and nowhere else.

Dates are local dates of the sites, times aware UTC, money decimal CNY. Codes are those of `central.platform.tables`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """An identity document: 证件类型 and number. The number is never shown by `repr`."""

    kind: str
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Company:
    """A company by its unified social credit code."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Project:
    """A project by its registration number; `state` is 项目状态."""

    code: str
    name: str
    contractor: Company
    state: str


@dataclass(frozen=True, slots=True)
class Part:
    """A company's part in a project (参建单位)."""

    project: str
    company: Company
    role: str
    entered_on: dt.date
    left_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """A team (班组) of a company on a project; `number` is the platform's own, empty until it gave one."""

    project: str
    company: Company
    name: str
    entered_on: dt.date
    number: str = ""


@dataclass(frozen=True, slots=True)
class Leader:
    """Who leads a team: somebody whose entry is confirmed."""

    name: str
    document: Document


@dataclass(frozen=True, slots=True)
class TeamChange:
    """A team that is there already, as it is now: another name or leader (A-37), or closed on a day."""

    team: Team
    leader: Leader | None = None
    left_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PartEnd:
    """A company's part that is completed (A-53)."""

    part: Part


@dataclass(frozen=True, slots=True)
class Member:
    """A worker on a project. `assumed` are fields that the platform asks for and the centre does not keep."""

    team: Team
    name: str
    document: Document
    trade: str
    is_leader: bool
    nation: str = ""
    address: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    assumed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Movement:
    """进场 (`came`) or 退场 of a worker on a day. An exit says by which of the three causes the assignment ended (A-50)."""

    team: Team
    document: Document
    day: dt.date
    came: bool
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """A labour contract with its two dates (A-11)."""

    project: str
    company: Company
    document: Document
    period_type: str
    begins_on: dt.date
    ends_on: dt.date


@dataclass(frozen=True, slots=True)
class Attendance:
    """One passage that counts: direction 01 in, 02 out; `way` is 通行方式."""

    team: Team
    document: Document
    at: dt.datetime
    direction: str
    way: str
    channel: str


@dataclass(frozen=True, slots=True)
class Training:
    """A training that was given on a project; its worker by document."""

    project: str
    on: dt.date
    name: str
    kind: str
    minutes: int
    documents: Sequence[Document]


@dataclass(frozen=True, slots=True)
class Payroll:
    """One worker's published month, due by the wage basis. What was paid is nobody's to say here: we export, we do not pay.

    `key` is ours. `bank` is our code; of one that the platform does not know, as 其他 (A-20), the name alone is told.
    """

    team: Team
    document: Document
    key: str
    month: dt.date
    days: Decimal
    hours: Decimal
    due: Decimal
    bank: str
    bank_name: str
    card: str = field(repr=False)


Thing = Project | Company | Part | PartEnd | Team | TeamChange | Member | Movement | Contract | Attendance | Training | Payroll

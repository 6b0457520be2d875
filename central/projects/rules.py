"""The rules of projects, participants and teams: pure functions of values."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from central.errors import Problem
from central.projects.chain import Chain, Link
from central.projects.model import ParticipantRole, ProjectState, TeamState

MOST_OF_NAME: Final = 100
_WIDE_BRACKETS: Final = str.maketrans("()", "（）")
_USCC: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ROOTS: Final = frozenset({ParticipantRole.GENERAL_CONTRACTOR, ParticipantRole.OWNER, ParticipantRole.SUPERVISOR})


def credit_code(given: str) -> str:
    """A unified social credit code with its right check character (GB 32100)."""
    code = given.strip().upper()
    if not re.fullmatch(f"[{_USCC}]{{18}}", code) or code[-1] != credit_code_check(code[:17]):
        raise Problem("USCC_INVALID", 422, "uscc")
    return code


def credit_code_check(first17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100, weights 3^i mod 31)."""
    return _USCC[-sum(_USCC.index(letter) * pow(3, place, 31) for place, letter in enumerate(first17)) % 31]


def place_in_chain(chain: Chain, role: ParticipantRole, company_id: int, parent_id: int | None) -> tuple[int | None, int]:
    """Where a new participant stands: (parent, level). Subcontractors stand under the general contractor unless told otherwise."""
    if role in _ROOTS:
        if parent_id is not None:
            raise Problem("PARENT_NOT_ALLOWED", 422, "parent_id")
        if role is ParticipantRole.GENERAL_CONTRACTOR and chain.general_contractor:
            raise Problem("GENERAL_CONTRACTOR_EXISTS", 409, "role")
        place: tuple[int | None, int] = (None, 0)
    else:
        parent = chain.general_contractor if parent_id is None else chain.get(parent_id)
        if parent is None and parent_id is None:
            raise Problem("GENERAL_CONTRACTOR_MISSING", 409)
        if parent is None or not parent.is_using_unit or not parent.active:
            raise Problem("PARENT_NOT_A_USING_UNIT", 422, "parent_id")
        place = (parent.id, parent.level + 1)
    if any((link.role, link.parent_id) == (role, place[0]) for link in chain.of_company(company_id)):
        raise Problem("ALREADY_A_PARTICIPANT", 409, "company_id")
    return place


def open_for_people(project: ProjectState, participant: Link | None = None) -> None:
    """A-53: a completed project, or a participant whose subcontract is completed, takes nobody any more."""
    if project is ProjectState.COMPLETED or (participant is not None and not participant.active):
        raise Problem("PROJECT_COMPLETED", 409)


def only_general_contractor(mine: Sequence[Link]) -> Link:
    """A-60: gates, kiosks and completion belong to the general contractor; `mine` are the asking company's parts in the project."""
    for link in mine:
        if link.role is ParticipantRole.GENERAL_CONTRACTOR:
            return link
    raise Problem("ONLY_GENERAL_CONTRACTOR", 403)


def takes_members(team: TeamState) -> None:
    """A-36: a closed team, or one whose leader has left, is not assignable."""
    if team is not TeamState.ACTIVE:
        raise Problem("TEAM_LEADER_DEPARTED", 409, "team_id")


def team_name(given: str) -> str:
    """A-36: a team's name as it is kept: letters and digits narrow (NFKC), brackets wide as in Chinese, runs of blanks one blank.

    Raises `Problem` 422 FIELD_MISSING, TEXT_TOO_LONG.
    """
    name = " ".join(unicodedata.normalize("NFKC", given).split()).translate(_WIDE_BRACKETS)
    if not name:
        raise Problem("FIELD_MISSING", 422, "name")
    if len(name) > MOST_OF_NAME:
        raise Problem("TEXT_TOO_LONG", 422, "name")
    return name


def free_team_name(wanted: str, taken: Collection[str]) -> str:
    """A-36: the name, or with the first free number behind it: 钢筋一班（2）."""
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted[:90]}（{number}）"
    return name


def is_numbered(name: str, wanted: str) -> bool:
    """Whether a team's name is the wanted one, or that one with a number behind it."""
    return name == wanted or re.fullmatch(re.escape(wanted[:90]) + r"（\d+）", name) is not None


class NameSource(StrEnum):
    """Where a project's shown name comes from (A-56); the registered one bears the mark 〔报建〕."""

    CONTRACT = "contract"
    REGISTRATION = "registration"


def shown_name(contract_name: str, registered_name: str) -> tuple[str, NameSource]:
    """A-56: the contract's name, or where it has none the registered one, marked; never shortened."""
    return (contract_name, NameSource.CONTRACT) if contract_name else (registered_name, NameSource.REGISTRATION)


@dataclass(frozen=True)
class Dates:
    """Dates of a suspension, both included; no last one: until told otherwise."""

    first: dt.date
    last: dt.date | None

    def holds(self, day: dt.date) -> bool:
        """Whether a day is among them."""
        return self.first <= day and (self.last is None or day <= self.last)

    def meets(self, other: Dates) -> bool:
        """Whether the two share a day."""
        return (other.last is None or self.first <= other.last) and (self.last is None or other.first <= self.last)


SUSPENSION_BACK: Final = dt.timedelta(days=7)
"""How far back a suspension may be entered: the order often comes before the office can enter it."""


def suspension(wanted: Dates, known: Collection[Dates], today: dt.date) -> Dates:
    """A suspension that may be entered: in order, not too far back, not twice for one day."""
    if wanted.last is not None and wanted.last < wanted.first:
        raise Problem("SUSPENSION_DATES_INVALID", 422, "last_day")
    if wanted.first < today - SUSPENSION_BACK:
        raise Problem("SUSPENSION_TOO_FAR_BACK", 422, "first_day")
    if any(wanted.meets(other) for other in known):
        raise Problem("SUSPENSION_OVERLAPS", 409, "first_day")
    return wanted


def state_on(state: ProjectState, suspensions: Collection[Dates], today: dt.date) -> ProjectState:
    """registered → in_progress ⇄ suspended → completed: a project under way is suspended on the dates of its suspensions (Model 3)."""
    if state not in (ProjectState.IN_PROGRESS, ProjectState.SUSPENDED):
        return state
    return ProjectState.SUSPENDED if any(dates.holds(today) for dates in suspensions) else ProjectState.IN_PROGRESS


def absence_days(alert_days: int, presumed_exit_days: int) -> None:
    """A-54: 3 to 90 working days, and no presumed exit before the alert (rules.md A8)."""
    if not 3 <= alert_days <= 90:
        raise Problem("ABSENCE_DAYS_INVALID", 422, "alert_days")
    if not alert_days <= presumed_exit_days <= 90:
        raise Problem("ABSENCE_DAYS_INVALID", 422, "presumed_exit_days")

"""The rules of projects, participants and teams: pure functions of values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from central.errors import Problem
from central.projects.chain import Chain, Link
from central.projects.model import ParticipantRole, ProjectState, TeamState

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

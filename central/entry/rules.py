"""The rules of assignment and acceptance: pure functions of values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, Final

from central.entry.model import AssignmentState, DepartureReason
from central.entry.trades import TRADES
from central.errors import Problem
from central.projects.chain import EMPLOYING, Link
from central.projects.model import ParticipantRole

OPEN_STATES: Final = frozenset(AssignmentState) - {AssignmentState.ENDED, AssignmentState.WITHDRAWN}
"""States of which a worker has at most one per project (A-35)."""
_EDITABLE: Final = frozenset({AssignmentState.ASSIGNED, AssignmentState.RETURNED})


def one_trade(given: Any) -> str:
    """A-31: exactly one main trade, of the list."""
    if not isinstance(given, str) or "," in given or "，" in given or "、" in given:
        raise Problem("SINGLE_TRADE_ONLY", 422, "main_trade")
    if given not in TRADES:
        raise Problem("TRADE_UNKNOWN", 422, "main_trade")
    return given


def no_given_entry_time(given: Any, written: dt.datetime | None = None) -> None:
    """A-41: the entry time is the server's time of the general contractor's acceptance; nobody supplies it and nothing changes it."""
    if given is None:
        return
    if written is not None:
        raise Problem("ENTRY_TIME_IMMUTABLE", 409, "entry_time")
    raise Problem("ENTRY_TIME_NOT_SETTABLE", 422, "entry_time")


def editable(state: AssignmentState) -> None:
    """A-34: an assignment can be changed or withdrawn until the first using unit accepts it."""
    if state in _EDITABLE:
        return
    raise Problem("ASSIGNMENT_LOCKED" if state in OPEN_STATES else "ASSIGNMENT_ENDED", 409)


def employing_part(mine: Sequence[Link], wanted: int | None) -> Link:
    """The participant whose worker is assigned: the employer's own part in the project, named where it has several."""
    parts = [link for link in mine if link.role in EMPLOYING and (wanted is None or link.id == wanted)]
    if not parts:
        raise Problem("EMPLOYER_NOT_A_PARTICIPANT", 409, "participant_id" if wanted is not None else "project_id")
    active = [link for link in parts if link.active] or parts
    if len(active) > 1:
        raise Problem("PARTICIPANT_REQUIRED", 422, "participant_id")
    return active[0]


def misc_staff_place(*, is_misc: bool, part: Link) -> None:
    """A-29: misc. staff work for the general contractor itself."""
    if is_misc and part.role is not ParticipantRole.GENERAL_CONTRACTOR:
        raise Problem("MISC_STAFF_ONLY_BY_GC", 403, "worker_id")


def confirming_projects(mine: Sequence[Link]) -> frozenset[int]:
    """A-02: the projects in which a company may confirm entry, as general contractor or professional subcontractor.

    Labour companies are excluded (403 LABOUR_SUB_CANNOT_CONFIRM), who takes no part is refused (403 NOT_A_PARTICIPANT).
    """
    projects = frozenset(link.project_id for link in mine if link.is_using_unit)
    if projects:
        return projects
    if any(link.role is ParticipantRole.LABOUR_SUB for link in mine):
        raise Problem("LABOUR_SUB_CANNOT_CONFIRM", 403)
    raise Problem("NOT_A_PARTICIPANT", 403)


def turn_to_accept(path: Sequence[Link], company_id: int | None, accepted_steps: int) -> Link | None:
    """A8, A-45: whose step it is. The acceptor's link when it is this company's turn, None when it has accepted already (A-43).

    404 NOT_ASSIGNED_HERE when the company is not on the path, 404 NOT_VISIBLE_YET while somebody before it must accept.
    """
    turns = [turn for turn, link in enumerate(path) if link.company_id == company_id]
    if not turns:
        raise Problem("NOT_ASSIGNED_HERE", 404)
    if accepted_steps in turns:
        return path[accepted_steps]
    if accepted_steps < turns[-1]:
        raise Problem("NOT_VISIBLE_YET", 404, waiting_for=path[accepted_steps].company)
    return None


def acceptable(state: AssignmentState) -> None:
    """Only what lies with the using units can be accepted or returned: not a returned, withdrawn or ended assignment."""
    if state is AssignmentState.RETURNED:
        raise Problem("ASSIGNMENT_RETURNED", 409)
    if state is AssignmentState.WITHDRAWN:
        raise Problem("NOT_ASSIGNED_HERE", 404)
    if state is AssignmentState.ENDED:
        raise Problem("ASSIGNMENT_ENDED", 409)


def state_after(path: Collection[Link], accepted_steps: int) -> AssignmentState:
    """Confirmed only by the last step, which is the general contractor's (A-41); locked from the first (A-34)."""
    return AssignmentState.CONFIRMED if accepted_steps == len(path) else AssignmentState.ACCEPTED_BY_SUB


def has_gate_right(state: AssignmentState, entry_time: dt.datetime | None, *, identity_verified: bool, alive: bool) -> bool:
    """A-03, I6: a gate knows only people who are confirmed, verified, alive and not ended. Nobody else stands on a roster."""
    return state is AssignmentState.CONFIRMED and entry_time is not None and identity_verified and alive


def gate_lanes(own: Sequence[str] | None, of_team: Sequence[str] | None) -> tuple[str, ...]:
    """The lanes that a worker may use: what was set for the worker, else what was set for the team; empty is every lane."""
    return tuple(own if own is not None else of_team or ())


def is_maintenance(own: bool, of_team: bool | None) -> bool:
    """Whether the gates open while the project stands still: for a worker of the duty list, and for every member of such a team."""
    return own or bool(of_team)


def warnings(contract_end: dt.date, completion_planned: dt.date | None) -> list[str]:
    """A-12: the contract should end after the project's planned completion; it warns, it does not refuse."""
    if completion_planned is not None and contract_end <= completion_planned:
        return ["CONTRACT_ENDS_BEFORE_COMPLETION"]
    return []


def no_exit_action() -> None:
    """A-50: there is no exit action; attendance decides, and only death, departure and completion end an assignment."""
    raise Problem("NO_EXIT_ACTION", 410)


_NOT_AN_END: Final = frozenset({"exit", "left_site", "left_project", "退场", "离场", "项目结束"})


def departure_reason(given: str) -> DepartureReason:
    """A-51: how the labour contract ends; having left a site does not end it."""
    if given in _NOT_AN_END:
        raise Problem("DEPARTURE_IS_NOT_EXIT", 422, "reason")
    try:
        return DepartureReason(given)
    except ValueError:
        raise Problem("DEPARTURE_REASON_UNKNOWN", 422, "reason") from None


def departure_date(given: dt.date, today: dt.date) -> dt.date:
    """A-49: only a future date (Asia/Shanghai); the last valid day is the one before."""
    if given <= today:
        raise Problem("DEPARTURE_MUST_BE_FUTURE", 422, "departs_on")
    return given


def death_date(given: dt.date, today: dt.date) -> dt.date:
    """A-52: the recorded date; the future-date rule of departures does not bind it, and nobody has died tomorrow."""
    if given > today:
        raise Problem("DEATH_DATE_INVALID", 422, "died_on")
    return given


def still_under_contract(departure_on: dt.date | None, today: dt.date) -> None:
    """A-49: from the departure date on nobody is confirmed any more, whether or not the night's job has run."""
    if _has_left(departure_on, today):
        raise Problem("ASSIGNMENT_ENDED", 409)


def still_employed(departure_on: dt.date | None, today: dt.date) -> None:
    """A-01, A-49: from the departure date on the employer assigns nobody any more, whether or not the night's job has run."""
    if _has_left(departure_on, today):
        raise Problem("NOT_THE_EMPLOYER", 403, "worker_id")


def _has_left(departure_on: dt.date | None, today: dt.date) -> bool:
    return departure_on is not None and departure_on <= today

"""What a project says of its attendance beside its own settings: the longest stay, the de-bounce, the last day for corrections, and the
lanes that serve both ways. Another value makes the project's days dirty; the next run derives them (`Parameters.fingerprint`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.attendance.ledger import AttendanceSettings
from central.devices.model import Box, BoxState
from central.errors import Problem, declare
from central.projects import service as projects
from central.projects.model import Project

RANGES: Final = {"max_span_min": (60, 1200), "debounce_s": (0, 1800), "correct_until_day": (1, 28)}
"""Minutes, seconds, and a day that every month has."""
DEFAULTS: Final = {"max_span_min": 960, "debounce_s": 120, "correct_until_day": 5}

declare(
    {
        "OUT_OF_RANGE": ("应在 {low} 至 {high} 之间。", "Between {low} and {high}."),
        "LANE_UNKNOWN": ("所选通道不是本项目的门禁设备，请刷新后重选。", "That lane is no gate of this project: reload and choose again."),
    }
)


def of_project(session: Session, access: Access, project_id: int) -> AttendanceSettings:
    """The settings, or the defaults where none were made (version 1). Raises `Problem` 403, 404 NOT_FOUND."""
    access.require(Function.VIEW_ATTENDANCE)
    projects.visible_project(session, access, project_id)
    return session.get(AttendanceSettings, project_id) or _default(project_id)


def change(session: Session, access: Access, project_id: int, *, version: int, changed: Mapping[str, Any]) -> AttendanceSettings:
    """A-60: the general contractor sets them. `changed` holds columns by name.

    Raises `Problem` 403, 404, 409 VERSION_CONFLICT (A-22), 422 OUT_OF_RANGE, LANE_UNKNOWN.
    """
    access.require(Function.MANAGE_PROJECT)
    projects.require_general_contractor(session, access, project_id)
    session.get_one(Project, project_id, with_for_update=True)  # two first settings wait for each other here
    row = session.get(AttendanceSettings, project_id, populate_existing=True)
    if row is None:
        row = _default(project_id)
        session.add(row)
    if row.version != version:
        raise Problem("VERSION_CONFLICT", 409)
    _check(session, project_id, changed)
    new = {name: value for name, value in changed.items() if getattr(row, name) != value}
    before = {name: getattr(row, name) for name in new}
    for name, value in new.items():
        setattr(row, name, value)
    if new:
        row.version += 1
        audit.record(session, access, "attendance.settings_changed", f"project:{project_id}", before=before, after=new)
    session.flush()
    return row


def lanes(session: Session, project_id: int) -> list[tuple[str, str]]:
    """The boxes that may be named as serving both ways: (id, name with lane)."""
    wanted = select(Box.id, Box.name, Box.lane).where(Box.project_id == project_id, Box.state == BoxState.ACTIVE).order_by(Box.name, Box.id)
    return [(id_, f"{name} · {lane}" if lane else name) for id_, name, lane in session.execute(wanted)]


def _check(session: Session, project_id: int, changed: Mapping[str, Any]) -> None:
    wrong = [
        Problem("OUT_OF_RANGE", 422, name, low=low, high=high)
        for name, (low, high) in RANGES.items()
        if name in changed and not low <= changed[name] <= high
    ]
    known = select(Box.id).where(Box.project_id == project_id)
    if set(changed.get("undirected_lanes", ())) - set(session.scalars(known)):
        wrong.append(Problem("LANE_UNKNOWN", 422, "undirected_lanes"))
    if wrong:
        raise Problem.of_fields(wrong)


def _default(project_id: int) -> AttendanceSettings:
    return AttendanceSettings(project_id=project_id, undirected_lanes=[], version=1, **DEFAULTS)

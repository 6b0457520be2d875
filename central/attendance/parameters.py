"""A project's own rules of attendance as values, from what it has set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.attendance.absence import AbsenceRules
from central.attendance.ledger import AttendanceSettings
from central.attendance.pairing import DayRules
from central.attendance.valid_day import Profile, ValidDay
from central.projects.model import Calendar, Project
from edge.sync import wire

VERSION: Final = "1"
"""Of the derivation itself: a release that derives otherwise raises it, and everything is derived anew."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything that a project's days depend on beside its passages."""

    project_id: int
    days: DayRules
    valid: ValidDay
    absence: AbsenceRules
    calendar: Calendar
    template_grace: dt.timedelta
    correct_until_day: int
    undirected: frozenset[str]

    @property
    def fingerprint(self) -> str:
        """What of it the day records rest on."""
        days = self.days
        parts = (
            VERSION,
            f"cut={days.day_cut:%H:%M}",
            f"span={int(days.max_span.total_seconds())}",
            f"debounce={int(days.debounce.total_seconds())}",
            f"profile={self.valid.profile.value}",
            f"full={self.valid.full_day_s}",
            f"undirected={','.join(sorted(self.undirected))}",
        )
        return ";".join(parts)


def of_projects(session: Session, project_ids: Collection[int]) -> dict[int, Parameters]:
    """The parameters of these projects, in one query."""
    wanted = (
        select(Project, AttendanceSettings)
        .outerjoin(AttendanceSettings, AttendanceSettings.project_id == Project.id)
        .where(Project.id.in_(project_ids))
    )
    return {project.id: _of(project, settings) for project, settings in session.execute(wanted)}


def of_project(session: Session, project_id: int) -> Parameters:
    """One project's parameters."""
    return of_projects(session, [project_id])[project_id]


def _of(project: Project, settings: AttendanceSettings | None) -> Parameters:
    kept = settings or AttendanceSettings(max_span_min=960, debounce_s=120, correct_until_day=5, undirected_lanes=[])
    grace = project.gate_policy.get("template_grace_d", wire.GatePolicy().template_grace_d)
    return Parameters(
        project_id=project.id,
        days=DayRules(
            day_cut=dt.time(project.day_cut_min // 60, project.day_cut_min % 60),
            debounce=dt.timedelta(seconds=kept.debounce_s),
            max_span=dt.timedelta(minutes=kept.max_span_min),
        ),
        valid=ValidDay(Profile(project.valid_day_profile), project.full_day_min * 60),
        absence=AbsenceRules(project.alert_days, project.presumed_exit_days),
        calendar=project.calendar,
        template_grace=dt.timedelta(days=int(grace)),
        correct_until_day=kept.correct_until_day,
        undirected=frozenset(map(str, kept.undirected_lanes)),
    )

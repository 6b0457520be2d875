"""The workbook of a month, put together from the month's lines: a worksheet for each employer and team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from tempfile import SpooledTemporaryFile

from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.attendance import published, sheet_workbook
from central.attendance.rules import shown_name
from central.attendance.sheet import Line, Sheet, Wanted
from central.attendance.sheet_workbook import Head
from central.clock import Clock
from central.people.model import Worker
from central.projects import service as projects
from central.projects.model import Project, Team


def workbook(session: Session, clock: Clock, access: Access, project_id: int, wanted: Wanted) -> SpooledTemporaryFile[bytes]:
    """A-33: the lines that this principal sees; names whole (people sign beside them), numbers masked; the export stands in the audit."""
    access.require(Function.EXPORT)
    project = projects.visible_project(session, access, project_id)
    found = published.page(session, clock, access, project_id, wanted, limit=100_000)
    parts: dict[tuple[str, str, int, str], list[Line]] = defaultdict(list)
    for line in found.sheet.lines:
        parts[line.using_unit, line.employer, line.team_id or 0, line.team].append(line)
    leaders = _leaders(session, project_id)
    public_on = f"{found.frozen.published_on:%Y-%m-%d}" if found.frozen is not None else ""
    told = {"month": f"{wanted.month:%Y-%m}", "lines": len(found.sheet.lines), "employer": wanted.employer_id, "team": wanted.team_id}
    audit.record(session, access, "month.exported", f"project:{project_id}", after=told)
    heads = [(_head(project, key, leaders, found.sheet, public_on), lines) for key, lines in sorted(parts.items())]
    return sheet_workbook.workbook(heads)


def _head(project: Project, key: tuple[str, str, int, str], leaders: dict[int, str], sheet: Sheet, public_on: str) -> Head:
    using_unit, employer, team_id, team = key
    return Head(
        project=project.name,
        reg_no=project.reg_no,
        using_unit=using_unit,
        employer=employer,
        team=team or "（未分班组）",
        leader=shown_name(leaders[team_id]) if team_id in leaders else "",
        month=sheet.month,
        profile=sheet.profile,
        published_on=public_on,
    )


def _leaders(session: Session, project_id: int) -> dict[int, str]:
    wanted = select(Team.id, Worker.name).join(Worker, Worker.id == Team.leader_worker_id).where(Team.project_id == project_id)
    rows: Sequence[tuple[int, str]] = [(id_, name) for id_, name in session.execute(wanted)]
    return dict(rows)

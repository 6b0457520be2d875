"""退场判定: where each worker stands by the gates' word, on what evidence, and what nobody can know yet and why (A-50, A-54, A-55).

A page to look at: there is no exit to be done here or anywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import paging
from central.access import Access, Function, Role
from central.attendance import day_lines, parameters, presence
from central.attendance.absence import PresenceState
from central.attendance.completeness import GateEvidence
from central.attendance.pairing import DayRules
from central.call import RowId
from central.projects.service import visible_project
from central.web.areas import Area, Entry
from central.web.areas.attendance_words import frame
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.trades import trade_name

COLUMNS: Final = ("name", "trade", "team", "presence", "since_on", "evidence", "reason")
STATES: Final = tuple(state.value for state in PresenceState)


def silent_on(gates: Sequence[GateEvidence], date: dt.date, rules: DayRules) -> list[tuple[str, dt.datetime | None]]:
    """The gates that have not told everything of a date: name, and until when each has. Pure."""
    start, end = rules.start_of(date), rules.start_of(date + dt.timedelta(days=1))
    return [(gate.name, gate.report.reported_until) for gate in gates if not gate.report.covers(start, end)]


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/projects/{project_id}/presence")
    def page(request: Request, project_id: RowId) -> Response:
        access, t = signed_in(request), texts_of(request)
        listing = Listing.read(f"/projects/{project_id}/presence", request.query_params, STATES, ())
        state = PresenceState(listing.state) if listing.state else None
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            after = paging.after(listing.after or None)
            found = presence.page(session, portal.clock, access, project_id, state=state, after=after, limit=PAGE_SIZE)
            of = parameters.of_project(session, project_id)
            gates = day_lines.names_of_gates(session, project_id)
        lines = found.lines[:PAGE_SIZE]
        rules = of.days
        values: dict[str, Any] = {
            **frame(project_id, access, "month", t),
            "project": project,
            "listing": listing,
            "states": ("", *STATES),
            "columns": COLUMNS,
            "may_export": access.may(Function.EXPORT),
            "lines": lines,
            "more": paging.cursor_after(lines[-1].assignment_id) if len(found.lines) > PAGE_SIZE else "",
            "found": found,
            "limits": of.absence,
            "grace": of.template_grace.days,
            "gate_of": lambda evidence: gates.get(evidence.partition(".")[0], evidence.partition(".")[0]),
            "silent": lambda date: silent_on(found.gates, date, rules),
            "behind": silent_on(found.gates, found.as_of, rules),
            "trade_of": lambda code: trade_name(code, t) if code else "—",
        }
        return portal.page(request, "attendance/presence.html", values)

    return pages


def _sees(access: Access) -> bool:
    return access.may(Function.VIEW_ATTENDANCE)


AREA: Final = Area(
    router=router,
    entries=(Entry("presence", (Role.CONTRACTOR,), "/projects/{project}/presence", "user-search", 60, shown=_sees),),
)

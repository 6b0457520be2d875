"""分派: one worker, many, or a whole team to a project (A-34 to A-39)."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.call import RowId
from central.entry import batch
from central.entry.batch import Batch, Outcome, TeamOrder
from central.entry.service import Order
from central.errors import Problem
from central.people import service as people
from central.people.service import EmployedWorker
from central.projects import team_list, teams
from central.projects.team_list import TeamLine
from central.web import choices
from central.web.areas import Area
from central.web.areas.teams import project_options
from central.web.forms import Field, Form, Form_, Section, Sent
from central.web.pages import Portal, redirect, refused_rows, signed_in, texts_of, told
from central.web.texts import Texts

MOST: Final = 200
"""Workers that one form assigns."""
Ids = list[int]


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def shown(request: Request, ids: Ids, team_id: int | None, sent: Sent | None = None, problem: Problem | None = None) -> Response:
        access, t = signed_in(request), texts_of(request)
        with portal.database.reading() as session:
            access.require_employer()
            access.require(Function.ASSIGN)
            workers = [people.employed(session, access, one) for one in ids[:MOST]]
            team = team_list.own(session, access, team_id) if team_id else None
            chosen = (sent.number("project_id") if sent else None) or _number(request, "project_id")
            form = _form(session, access, t, workers, team, project_id=chosen)
        values = {"workers": workers, "team": team, "refused": refused_rows(request)}
        if sent is not None and problem is not None:
            return portal.refusal(request, "assign.html", form.after(sent), problem, values)
        return portal.page(request, "assign.html", {"form": form, **values})

    @pages.get("/assign")
    def ask(request: Request, id_: Ids = Query(alias="id", default=[]), team: int | None = None) -> Response:
        return shown(request, id_, team)

    @pages.post("/assign")
    def assign(request: Request, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            project = sent.number("project_id")
            if project is None:
                raise Problem("FIELD_MISSING", 422, "project_id")
            done = _assigned(portal, session, access, sent, project)
            refused = [(row.key, row.problem.code) for row in done.rows if row.problem is not None]
            where = "/assign?" + "&".join(f"id={row}" for row, _ in refused) if refused else "/assignments"
            return told(where, "assigned", done.count(Outcome.OK) + done.count(Outcome.DUPLICATE), refused)

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403):
                raise
            return shown(request, sent.ids(), sent.number("team"), sent, problem)

    @pages.post("/workers/bulk")
    def chosen(request: Request, sent: Form_) -> Response:
        """The marked rows of the list of workers go on to the form that they were marked for."""
        signed_in(request)
        path = "/departures/new" if sent.get("do") == "depart" else "/assign"
        return redirect(request, f"{path}?" + "&".join(f"id={one}" for one in sent.ids()[:MOST]))

    @pages.get("/projects/{project_id}/team-options")
    def team_options(request: Request, project_id: RowId) -> Response:
        """The teams of another project, for the form that asks for one."""
        access = signed_in(request)
        with portal.database.reading() as session:
            options = _teams(session, access, project_id)
        return portal.page(request, "team_options.html", {"options": options})

    return pages


def _assigned(portal: Portal, session: Session, access: Access, sent: Sent, project: int) -> Batch:
    trade, team = sent.get("main_trade"), sent.number("team_id")
    source = sent.number("team")
    if source is not None:
        order = TeamOrder(project, from_team_id=source, team_id=team, main_trade=trade or None)
        return batch.send_team(session, portal.clock, access, order)
    workers = [people.employed(session, access, one) for one in sent.ids()[:MOST]]
    if not workers:
        raise Problem("NOBODY_CHOSEN", 422)
    orders = [Order(one.worker.id, project, trade or one.worker.main_trade, team) for one in workers]
    return batch.assign(session, portal.clock, access, orders)


def _form(
    session: Session, access: Access, t: Texts, workers: list[EmployedWorker], team: TeamLine | None, *, project_id: int | None
) -> Form:
    fields = (
        Field("project_id", "select", required=True, options=project_options(session, access), wide=True),
        Field("team_id", "select", options=_teams(session, access, project_id) if project_id else []),
        Field("main_trade", "select", options=choices.trades(t), note="trade_blank"),
    )
    key = f"assign-{team.team.id}" if team else f"assign-{len(workers)}"
    values = {"project_id": str(project_id or "")}
    return Form(key, "/assign", (Section("assign", fields),), submit="assign", back="/workers", values=values)


def _teams(session: Session, access: Access, project_id: int) -> list[tuple[str, str]]:
    """A-36: only teams that take members are offered."""
    try:
        found = teams.page_of_teams(session, access, project_id, 0, 200, assignable=True)
    except Problem:
        return []
    return [(str(team.id), team.name) for team in found if team.employer_id == access.company_id]


def _number(request: Request, name: str) -> int | None:
    given = request.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None


AREA: Final = Area(router=router)

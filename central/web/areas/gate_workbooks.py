"""A project's gates, and whose lanes and duty are set, as workbooks (A-33, A-60)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.call import RowId
from central.devices import gates
from central.devices.model import Box
from central.entry import lanes
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Value
from central.projects.service import visible_project
from central.web.areas import Area
from central.web.areas.lanes import teams_set_apart
from central.web.exporting import columns
from central.web.pages import Portal, signed_in, texts_of


@dataclass(frozen=True)
class SetApart:
    """A team (without a name), or a worker of it, with the lanes that are set: None where the team's hold."""

    name: str
    team: str | None
    employer: str
    lanes: Sequence[str] | None
    duty: bool


def router(portal: Portal) -> APIRouter:
    """The downloads of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/projects/{project_id}/gates/export.xlsx")
    def boxes(request: Request, project_id: RowId) -> Response:
        access, t = signed_in(request), texts_of(request)
        access.require(Function.EXPORT)

        def state(box: Box) -> str:
            return t("box_claimed" if box.state == "claimed" else "box_online" if box.online else "box_gone")

        cells: dict[str, Callable[[Box], Value]] = {
            "box": lambda box: box.name,
            "software": lambda box: box.software,
            "lane": lambda box: box.lane,
            "punch": lambda box: t(f"way_{box.direction}"),
            "box_state": state,
            "roster": lambda box: box.roster_applied,
            "seen_box": lambda box: box.last_seen_at,
        }

        def rows(session: Session) -> Iterator[Box]:
            visible_project(session, access, project_id)
            return iter(gates.of_project(session, access, project_id))

        return book(
            portal.centre, access, rows, columns(t, cells, wide=("box",)), "门禁", action="gates.exported", of=f"project:{project_id}"
        )

    @pages.get("/projects/{project_id}/lanes/export.xlsx")
    def limits(request: Request, project_id: RowId) -> Response:
        """The teams first, then the people for whom something of their own is set."""
        access, t = signed_in(request), texts_of(request)
        access.require(Function.EXPORT)
        access.require(Function.VIEW_DEVICES)

        def lanes_said(row: SetApart) -> str:
            return t("lanes_as_team") if row.lanes is None else "、".join(row.lanes) or t("lanes_all")

        cells: dict[str, Callable[[SetApart], Value]] = {
            "team": lambda row: row.team,
            "name": lambda row: row.name,
            "employer": lambda row: row.employer,
            "lanes": lanes_said,
            "duty": lambda row: t("duty_yes" if row.duty else "duty_no"),
        }
        shown = columns(t, cells, wide=("team", "employer", "lanes"))
        of = f"project:{project_id}"
        return book(
            portal.centre,
            access,
            lambda session: _set_apart(session, access, project_id),
            shown,
            "通道与值守",
            action="gates.exported",
            of=of,
        )

    return pages


def _set_apart(session: Session, access: Access, project_id: int) -> Iterator[SetApart]:
    visible_project(session, access, project_id)
    for line in teams_set_apart(session, access, project_id):
        yield SetApart("", line.team.name, line.employer, line.team.lanes, line.team.maintenance)
    for one in every(lambda after: lanes.set_apart(session, access, project_id, after, BATCH), lambda row: row.assignment.id):
        yield SetApart(one.worker, one.team, one.employer, one.assignment.lanes, one.assignment.maintenance)


AREA: Final = Area(router=router)

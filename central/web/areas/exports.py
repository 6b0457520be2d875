"""Export what I see (A-33): each list as a workbook under the conditions of its address, masked like the screen, and noted in the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.call import RowId
from central.clock import SITE_ZONE
from central.entry import departure, sheet
from central.entry import service as entry
from central.entry.model import AssignmentState, Departure
from central.entry.store import AssignmentView
from central.exchange import workbook
from central.exchange.workbook import Column
from central.people import search, sorting
from central.people.listing import COLUMNS
from central.projects import team_list
from central.projects.team_list import TeamLine
from central.web import choices
from central.web.areas import Area
from central.web.areas.people import project_of
from central.web.areas.workers import FILTERS, query_of
from central.web.listing import Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.texts import Texts

Pages = Callable[[int, int], list[AssignmentView]]
Row = TypeVar("Row")
BATCH: Final = 500
TEAM_COLUMNS: Final[tuple[Column[TeamLine], ...]] = (
    Column("班组", lambda row: row.team.name, 20),
    Column("项目", lambda row: row.project, 30),
    Column("用人单位", lambda row: row.employer, 24),
    Column("班组长", lambda row: row.leader or ""),
    Column("人数", lambda row: row.members),
    Column("状态", lambda row: {"active": "正常", "leaderless": "待定班组长"}.get(row.team.state.value, "已关闭")),
)


def router(portal: Portal) -> APIRouter:
    """The downloads of this module. They stand before the pages whose paths take a number there."""
    pages = APIRouter(include_in_schema=False)
    keys = portal.centre.secrets

    def note(access: Access, action: str, subject: str) -> None:
        with portal.database.writing() as session:
            audit.record(session, access, action, subject)

    def book_of(access: Access, rows: Callable[[Session], Pages], title: str, subject: str) -> Response:
        access.require(Function.EXPORT)
        at = portal.clock.now().astimezone(SITE_ZONE)
        with portal.database.reading() as session:
            notes = (f"导出时间 {at:%Y-%m-%d %H:%M}",)
            file = workbook.workbook(sheet.every(rows(session)), sheet.COLUMNS, title, notes=notes)
        note(access, "people.exported", subject)
        return workbook.answer(file, f"{title}-{at:%Y%m%d}")

    def told(
        access: Access, lines: Callable[[Session], Iterator[Row]], columns: Sequence[Column[Row]], title: str, action: str
    ) -> Response:
        at = portal.clock.now().astimezone(SITE_ZONE)
        with portal.database.reading() as session:
            file = workbook.workbook(lines(session), columns, title, notes=(f"导出时间 {at:%Y-%m-%d %H:%M}",))
        note(access, action, f"company:{access.company_id or 0}")
        return workbook.answer(file, f"{title}-{at:%Y%m%d}")

    @pages.get("/workers/export.xlsx")
    def workers(request: Request) -> Response:
        access = signed_in(request)
        access.require(Function.EXPORT)
        listing = Listing.read("/workers", request.query_params, (), sorting.COLUMNS, FILTERS)
        at = portal.clock.now().astimezone(SITE_ZONE)
        with portal.database.reading() as session:
            rows = search.all_of(session, keys, access, query_of(listing))
            file = workbook.workbook(rows, COLUMNS, "工人", notes=(f"导出时间 {at:%Y-%m-%d %H:%M}",))
        note(access, "workers.exported", f"company:{access.company_id or 0}")
        return workbook.answer(file, f"工人-{at:%Y%m%d}")

    @pages.get("/assignments/export.xlsx")
    def assignments(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request)

        def rows(session: Session) -> Pages:
            return lambda after, limit: entry.assignments_of_employer(
                session, access, after, limit, states=_states(listing), project_id=project_of(listing), q=listing.q, keys=keys
            )

        return book_of(access, rows, "分派", f"company:{access.company_id or 0}")

    @pages.get("/teams/export.xlsx")
    def teams(request: Request) -> Response:
        access = signed_in(request)
        access.require(Function.EXPORT)
        only = Listing.read("/teams", request.query_params, (), (), ("only",)).filter("only") == "leaderless"

        def lines(session: Session) -> Iterator[TeamLine]:
            return _every(
                lambda after: team_list.of_employer(session, access, after=after, limit=BATCH, leaderless=only), lambda row: row.team.id
            )

        return told(access, lines, TEAM_COLUMNS, "班组", "teams.exported")

    @pages.get("/departures/export.xlsx")
    def departures(request: Request) -> Response:
        access = signed_in(request)
        access.require(Function.EXPORT)

        def lines(session: Session) -> Iterator[tuple[Departure, str, str]]:
            return _every(lambda after: departure.page_of_departures(session, access, after, BATCH), lambda row: row[0].id)

        return told(access, lines, departure_columns(texts_of(request)), "离职", "departures.exported")

    @pages.get("/projects/{project_id}/people/export.xlsx")
    def people(request: Request, project_id: RowId) -> Response:
        access, listing = signed_in(request), _listing(request)

        def rows(session: Session) -> Pages:
            return lambda after, limit: entry.people_on_project(
                session, access, project_id, after=after, limit=limit, states=_states(listing), q=listing.q, keys=keys
            )

        return book_of(access, rows, "现场人员", f"project:{project_id}")

    return pages


def departure_columns(t: Texts) -> tuple[Column[tuple[Departure, str, str]], ...]:
    """A departure as a row: masked like the screen."""
    return (
        Column("姓名", lambda row: row[1]),
        Column("证件号", lambda row: row[2], 22, text=True),
        Column("离职日期", lambda row: row[0].departs_on),
        Column("原因", lambda row: choices.word("leaving", row[0].reason, t), 18),
        Column("已生效", lambda row: "是" if row[0].effected_at else ""),
        Column("已撤销", lambda row: "是" if row[0].cancelled_at else ""),
    )


def _every(page: Callable[[int], list[Row]], key: Callable[[Row], int]) -> Iterator[Row]:
    """Every row of a list that pages by id and gives one more than asked for."""
    after = 0
    while rows := page(after):
        yield from rows[:BATCH]
        if len(rows) <= BATCH:
            return
        after = key(rows[BATCH - 1])


def _listing(request: Request) -> Listing:
    return Listing.read("", request.query_params, [state.value for state in AssignmentState], (), ("project",))


def _states(listing: Listing) -> tuple[AssignmentState, ...]:
    return (AssignmentState(listing.state),) if listing.state else ()


AREA: Final = Area(router=router)

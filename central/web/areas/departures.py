"""离职: recorded for a future date, with the next leader of whoever leads a team; taken back before it (A-37, A-40, A-49, A-51, A-52)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.entry import batch, departure, succession
from central.entry.batch import Outcome
from central.entry.departure import Leaving
from central.entry.model import Departure, DepartureReason
from central.errors import Problem, declare
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.people import service as people
from central.people.typed import day
from central.web import choices
from central.web.areas import Area, Entry
from central.web.exporting import columns
from central.web.forms import Field, Form, Form_, Section, Sent
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, refused_rows, signed_in, texts_of, told
from central.web.texts import Texts

MOST: Final = 200
Ids = list[int]
Row = tuple[Departure, str, str]

declare({"NOBODY_CHOSEN": ("请先在工人列表中勾选人员。", "Mark people in the list of workers first.")})


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/departures")
    def departures(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request)
        with portal.database.reading() as session:
            found = departure.page_of_departures(session, access, listing.after_id, PAGE_SIZE, listing.order)
        shown = found[:PAGE_SIZE]
        more = str(shown[-1][0].id) if len(found) > PAGE_SIZE else ""
        values = {
            "listing": listing,
            "rows": shown,
            "more": more,
            "sortable": departure.ORDER.columns,
            "may_depart": access.may(Function.DEPART),
            "may_export": access.may(Function.EXPORT),
        }
        return portal.page(request, "departures.html", values)

    @pages.get("/departures/export.xlsx")
    def exported(request: Request) -> Response:
        access, order = signed_in(request), _listing(request).order
        access.require(Function.EXPORT)

        def lines(session: Session) -> Iterator[Row]:
            return every(lambda after: departure.page_of_departures(session, access, after, BATCH, order), lambda row: row[0].id)

        shown = _columns(texts_of(request))
        return book(portal.centre, access, lines, shown, "离职", action="departures.exported", of=f"company:{access.company_id or 0}")

    def page(request: Request, ids: Ids, kind: str, sent: Sent | None = None, problem: Problem | None = None) -> Response:
        access, t = signed_in(request), texts_of(request)
        with portal.database.reading() as session:
            company = access.require_employer()
            access.require(Function.DEPART)
            workers = [people.employed(session, access, one) for one in ids[:MOST]]
            led = {one: succession.led_by(session, one, company) for one in ids[:MOST]}
            form = _form(t, kind, ids, [team for teams in led.values() for team in teams if team.members])
        values: dict[str, Any] = {"workers": workers, "kind": kind, "refused": refused_rows(request)}
        if sent is not None and problem is not None:
            return portal.refusal(request, "departure_new.html", form.after(sent), problem, values)
        return portal.page(request, "departure_new.html", {"form": form, **values})

    @pages.get("/departures/new")
    def new(request: Request, id_: Ids = Query(alias="id", default=[])) -> Response:
        return page(request, id_, "departure")

    @pages.post("/departures/new")
    def record(request: Request, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            leavings = [Leaving(one, _day(sent, "departs_on"), sent.get("leaving_reason"), _successors(sent)) for one in sent.ids()]
            if not leavings:
                raise Problem("NOBODY_CHOSEN", 422)
            done = batch.depart(session, portal.clock, access, leavings, all_or_nothing=len(leavings) == 1)
            refused = [(row.key, row.problem.code) for row in done.rows if row.problem is not None]
            where = "/departures/new?" + "&".join(f"id={row}" for row, _ in refused) if refused else "/departures"
            return told(where, "departed", done.count(Outcome.OK) + done.count(Outcome.DUPLICATE), refused)

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            return page(request, sent.ids(), "departure", sent, _single(problem))

    @pages.post("/departures/{worker_id}/cancel")
    def cancel(request: Request, worker_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            departure.cancel(session, portal.clock, access, worker_id)
            return told("/departures", "departure_cancelled")

        return redirect(request, portal.write(request, sent, deed))

    @pages.get("/workers/{worker_id}/death")
    def death(request: Request, worker_id: RowId) -> Response:
        return page(request, [worker_id], "death")

    @pages.post("/workers/{worker_id}/death")
    def died(request: Request, worker_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            on, note = _day(sent, "died_on"), sent.get("note")[:200]
            departure.record_death(session, portal.clock, access, worker_id, died_on=on, note=note, successors=_successors(sent))
            return told("/workers", "death")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            return page(request, [worker_id], "death", sent, problem)

    return pages


def _listing(request: Request) -> Listing:
    return Listing.read("/departures", request.query_params, (), departure.ORDER.columns)


def _columns(t: Texts) -> tuple[Column[Row], ...]:
    cells: dict[str, Callable[[Row], Value]] = {
        "name": lambda row: row[1],
        "id": lambda row: row[2],
        "departs_on": lambda row: row[0].departs_on,
        "leaving_reason": lambda row: choices.word("leaving", row[0].reason, t),
        "departure_state": lambda row: t(f"departure_{_state(row[0])}"),
    }
    return columns(t, cells, text=("id",))


def _state(of: Departure) -> str:
    return "cancelled" if of.cancelled_at else "effected" if of.effected_at else "waiting"


def _form(t: Texts, kind: str, ids: Ids, led: list[succession.LedTeam]) -> Form:
    if kind == "death":
        fields = [Field("died_on", "date", required=True), Field("note", limit=200)]
        action, back = f"/workers/{ids[0]}/death", f"/workers/{ids[0]}"
    else:
        reasons = choices.of(DepartureReason, "leaving", t)
        fields = [Field("departs_on", "date", required=True), Field("leaving_reason", "select", required=True, options=reasons)]
        action, back = "/departures/new", f"/workers/{ids[0]}" if len(ids) == 1 else "/workers"
    sections = [Section(kind, fields)]
    if led:
        choose = [
            Field(f"successor_{of.team.id}", "select", required=True, label=f"{of.team.name} · {of.project}", options=_members(of))
            for of in led
        ]
        sections.append(Section("successors", choose))
    return Form(f"{kind}-{ids[0] if ids else 0}", action, sections, submit=kind, back=back, confirm=t(f"{kind}_ask", n=len(ids)))


def _members(of: succession.LedTeam) -> list[tuple[str, str]]:
    return [(str(member.worker_id), member.worker) for member in of.members]


def _successors(sent: Sent) -> dict[int, int]:
    """Team -> its next leader, as the selects say."""
    chosen = {name.removeprefix("successor_"): sent.number(name) for name in sent.said if name.startswith("successor_")}
    return {int(team): worker for team, worker in chosen.items() if worker is not None and team.isdigit()}


def _day(sent: Sent, name: str) -> Any:
    given = day(sent.get(name))
    if given is None:
        raise Problem("FIELD_NOT_A_DATE", 422, name)
    return given


def _single(problem: Problem) -> Problem:
    """A batch of one: its row's own refusal, under the names of this form."""
    rows = problem.values.get("rows") if problem.code == "BATCH_REFUSED" else None
    shown = Problem(str(rows[0]["code"]), 422, rows[0]["field"]) if rows else problem
    shown.field = "leaving_reason" if shown.field == "reason" else shown.field
    return shown


AREA: Final = Area(router=router, entries=(Entry("departures", (Role.EMPLOYER,), "/departures", "door-exit", 50),))

"""The attendance pages' lists as workbooks: presence, missing punches, wages, labour, reconciliation, objections (A-33, A-45).

The month's sheet has its own form (`central.attendance.sheet_workbook`). What the page hides is hidden here: the same services say it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.attendance import corrections, employer_months, labour_count, presence, published, rates, sheet_groups, wage_sheet
from central.attendance.absence import PresenceState
from central.attendance.employer_months import ProjectMonth
from central.attendance.labour_count import Group
from central.attendance.papers import Correction, CorrectionState, Objection
from central.attendance.rates import Reconciled
from central.attendance.wage_sheet import WageLine
from central.call import RowId
from central.clock import today
from central.entry.store import AssignmentView
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.web.areas import Area
from central.web.areas.attendance import FILTERS, wanted_of
from central.web.areas.attendance_words import date_asked, month_of, word
from central.web.exporting import columns
from central.web.listing import Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.texts import Texts
from central.web.trades import trade_name

ACTION: Final = "attendance.exported"


@dataclass(frozen=True)
class _Of:
    """A paper and the worker whom it is about."""

    paper: Correction | Objection
    worker: AssignmentView | None


def router(portal: Portal) -> APIRouter:
    """The downloads of this module."""
    pages = APIRouter(include_in_schema=False)
    _of_month(portal, pages)
    _of_papers(portal, pages)

    @pages.get("/projects/{project_id}/presence/export.xlsx")
    def standing(request: Request, project_id: RowId) -> Response:
        access, t = _asked(request)
        given = request.query_params.get("state", "")
        state = PresenceState(given) if given in list(PresenceState) else None

        def rows(session: Session) -> Iterator[presence.Line]:
            def page(after: int) -> list[presence.Line]:
                return list(presence.page(session, portal.clock, access, project_id, state=state, after=after, limit=BATCH).lines)

            return every(page, lambda line: line.assignment_id)

        return book(portal.centre, access, rows, _presence(t), "退场判定", action=ACTION, of=f"project:{project_id}")

    @pages.get("/projects/{project_id}/attendance/labour/export.xlsx")
    def labour(request: Request, project_id: RowId) -> Response:
        access, t = _asked(request)
        on = date_asked(request.query_params.get("date", ""), portal.clock)

        def rows(session: Session) -> Iterator[Group]:
            return iter(labour_count.of_date(session, portal.clock, access, project_id, on).groups)

        return book(portal.centre, access, rows, _labour(t), f"每日用工 {on}", action=ACTION, of=f"project:{project_id}")

    @pages.get("/attendance/export.xlsx")
    def own(request: Request) -> Response:
        access, t = _asked(request)
        month = month_of(request.query_params.get("month", ""), portal.clock)
        now = today(portal.clock)

        def rows(session: Session) -> Iterator[ProjectMonth]:
            return iter(employer_months.of_month(session, access, month))

        cells: Mapping[str, Callable[[ProjectMonth], Value]] = {
            "project": lambda row: row.name,
            "people": lambda row: row.people,
            "month_state": lambda row: _month_state(row, now, t),
        }
        shown = columns(t, cells, wide=("project", "month_state"))
        return book(portal.centre, access, rows, shown, f"考勤 {month:%Y-%m}", action=ACTION, of=f"company:{access.company_id or 0}")

    return pages


def _of_month(portal: Portal, pages: APIRouter) -> None:
    def listing_of(request: Request, project_id: int) -> Listing:
        return Listing.read(f"/projects/{project_id}/attendance", request.query_params, (), (), FILTERS)

    @pages.get("/projects/{project_id}/attendance/wages/export.xlsx")
    def wages(request: Request, project_id: RowId) -> Response:
        access, t = _asked(request)
        wanted = wanted_of(listing_of(request, project_id), portal)

        def rows(session: Session) -> Iterator[WageLine]:
            def page(after: int) -> list[WageLine]:
                return list(wage_sheet.page(session, portal.clock, access, project_id, wanted, after=after, limit=BATCH).lines)

            return every(page, lambda one: one.line.assignment_id)

        return book(portal.centre, access, rows, _wages(t), f"工资发放依据 {wanted.month:%Y-%m}", action=ACTION, of=f"project:{project_id}")

    @pages.get("/projects/{project_id}/attendance/checks/export.xlsx")
    def checks(request: Request, project_id: RowId) -> Response:
        access, t = _asked(request)
        wanted = wanted_of(listing_of(request, project_id), portal)

        def rows(session: Session) -> Iterator[Reconciled]:
            def page(after: int) -> list[Reconciled]:
                return list(rates.reconciliation(session, portal.clock, access, project_id, wanted, after=after, limit=BATCH).items)

            return every(page, lambda one: one.line.assignment_id)

        return book(portal.centre, access, rows, _checks(t), f"对账 {wanted.month:%Y-%m}", action=ACTION, of=f"project:{project_id}")


def _of_papers(portal: Portal, pages: APIRouter) -> None:
    @pages.get("/projects/{project_id}/attendance/corrections/export.xlsx")
    def missing(request: Request, project_id: RowId) -> Response:
        access, t = _asked(request)
        listing = Listing.read("", request.query_params, tuple(CorrectionState), corrections.ORDER.columns)
        state = CorrectionState(listing.state) if listing.state else None

        def rows(session: Session) -> Iterator[_Of]:
            def page(after: int) -> list[_Of]:
                found = corrections.page(session, access, project_id, state=state, after=after, limit=BATCH, sort=listing.order)
                return _with_workers(session, found)

            return every(page, lambda row: row.paper.id)

        return book(portal.centre, access, rows, _corrections(t), "补卡", action=ACTION, of=f"project:{project_id}")

    @pages.get("/projects/{project_id}/attendance/publish/export.xlsx")
    def raised(request: Request, project_id: RowId) -> Response:
        access, t = _asked(request)
        month = month_of(request.query_params.get("month", ""), portal.clock)

        def rows(session: Session) -> Iterator[_Of]:
            def page(after: int) -> list[_Of]:
                return _with_workers(session, published.objections(session, access, project_id, month, after=after, limit=BATCH))

            return every(page, lambda row: row.paper.id)

        return book(portal.centre, access, rows, _objections(t), f"异议 {month:%Y-%m}", action=ACTION, of=f"project:{project_id}")


def _asked(request: Request) -> tuple[Access, Texts]:
    access = signed_in(request)
    access.require(Function.EXPORT)
    return access, texts_of(request)


def _with_workers(session: Session, papers: list[Correction] | list[Objection]) -> list[_Of]:
    people = sheet_groups.people(session, [one.assignment_id for one in papers])
    return [_Of(one, people.get(one.assignment_id)) for one in papers]


def _month_state(row: ProjectMonth, now: dt.date, t: Texts) -> str:
    if row.frozen is None:
        return t("month_open")
    until = row.frozen.objections_until
    return t("month_public", until=until) if until >= now else t("month_final")


def _presence(t: Texts) -> tuple[Column[presence.Line], ...]:
    cells: dict[str, Callable[[presence.Line], Value]] = {
        "name": lambda row: row.name,
        "id": lambda row: row.id_masked,
        "employer": lambda row: row.employer,
        "team": lambda row: row.team,
        "trade": lambda row: trade_name(row.trade, t) if row.trade else "",
        "presence": lambda row: t(f"presence_{row.state}"),
        "since_on": lambda row: row.since,
        "absent": lambda row: row.absent_days,
        "last_on": lambda row: row.last_on,
        "evidence": lambda row: row.evidence,
        "complete": lambda row: row.complete_up_to,
    }
    return columns(t, cells, text=("id", "evidence"), wide=("employer", "team"))


def _labour(t: Texts) -> tuple[Column[Group], ...]:
    cells: dict[str, Callable[[Group], Value]] = {
        "level": lambda row: t(f"level_{row.level}") if row.level < 3 else t("level_n", level=row.level),
        "employer": lambda row: row.employer,
        "team": lambda row: row.team,
        "trade": lambda row: trade_name(row.trade, t) if row.trade else "",
        "registered": lambda row: row.registered,
        "present": lambda row: row.present,
        "never": lambda row: row.never_seen,
        "first_in": lambda row: row.first_in_at,
        "last_out": lambda row: row.last_out_at,
    }
    return columns(t, cells, wide=("employer", "team"))


def _wages(t: Texts) -> tuple[Column[WageLine], ...]:
    def amount(row: WageLine) -> Value:
        return "******" if row.masked else row.basis.amount if row.basis else None

    def traced(row: WageLine) -> str:
        return "; ".join(f"{due.how} = {due.amount}" for due in row.basis.due) if row.basis else ""

    cells: dict[str, Callable[[WageLine], Value]] = {
        "name": lambda row: row.line.name,
        "id": lambda row: row.line.id_masked,
        "employer": lambda row: row.line.employer,
        "team": lambda row: row.line.team,
        "wage_mode": lambda row: word("mode", row.mode, t) if row.mode else t("wages_missing"),
        "days": lambda row: row.line.days,
        "expected": lambda row: row.line.expected,
        "amount": amount,
        "traced": traced,
    }
    return columns(t, cells, text=("id",), wide=("employer", "team", "traced"))


def _checks(t: Texts) -> tuple[Column[Reconciled], ...]:
    cells: dict[str, Callable[[Reconciled], Value]] = {
        "name": lambda row: row.line.name,
        "employer": lambda row: row.line.employer,
        "team": lambda row: row.line.team,
        "days": lambda row: row.line.days,
        "expected": lambda row: row.line.expected,
        "share": lambda row: row.share,
        "missing": lambda row: row.line.missing_punches,
        "manual": lambda row: row.line.manual_days,
        "without_right": lambda row: row.without_right,
        "remark": lambda row: "、".join(word("remark", code, t) for code in row.remarks),
    }
    return columns(t, cells, wide=("employer", "team", "remark"))


def _corrections(t: Texts) -> tuple[Column[_Of], ...]:
    def of(value: Callable[[Correction], Value]) -> Callable[[_Of], Value]:
        return lambda row: value(row.paper) if isinstance(row.paper, Correction) else None

    cells: dict[str, Callable[[_Of], Value]] = {
        **_worker(),
        "punch": of(lambda one: t(f"way_{one.direction}")),
        "punch_at": of(lambda one: one.at),
        "correction_reason": of(lambda one: word("missing_because", one.reason, t)),
        "note": of(lambda one: one.note),
        "paper": of(lambda one: one.evidence),
        "asked_when": of(lambda one: one.requested_at),
        "correction_state": of(lambda one: word("correction", one.state, t)),
        "answered_at": of(lambda one: one.decided_at),
        "answer": of(lambda one: one.decision),
    }
    return columns(t, cells, wide=("employer", "note", "paper", "answer"))


def _objections(t: Texts) -> tuple[Column[_Of], ...]:
    def of(value: Callable[[Objection], Value]) -> Callable[[_Of], Value]:
        return lambda row: value(row.paper) if isinstance(row.paper, Objection) else None

    cells: dict[str, Callable[[_Of], Value]] = {
        **_worker(),
        "date": of(lambda one: one.work_date),
        "said": of(lambda one: one.text),
        "asked_when": of(lambda one: one.raised_at),
        "answered_at": of(lambda one: one.answered_at),
        "answer": of(lambda one: one.answer),
    }
    return columns(t, cells, wide=("employer", "said", "answer"))


def _worker() -> dict[str, Callable[[_Of], Value]]:
    return {
        "name": lambda row: row.worker.worker if row.worker else "",
        "employer": lambda row: row.worker.employer if row.worker else "",
        "team": lambda row: row.worker.team if row.worker else "",
    }


AREA: Final = Area(router=router)

"""Requests for old data as their page shows them: with their project, found, sorted, the newest first (A-57)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.history.model import HistoryRequest, HistoryState
from central.history.service import mine
from central.ordering import Order
from central.projects.model import Project

ORDER: Final = Order(
    HistoryRequest.id,
    {
        "project": Project.name,
        "asked_from": HistoryRequest.first_day,
        "asked_until": HistoryRequest.last_day,
        "history_state": HistoryRequest.state,
        "asked_at": HistoryRequest.created_at,
    },
    newest_first=True,
)


@dataclass(frozen=True)
class RequestLine:
    """A request and its project's name."""

    request: HistoryRequest
    project: str


def page_of_requests(
    session: Session, access: Access, *, state: HistoryState | None = None, q: str = "", after: int, limit: int, sort: str = ""
) -> list[RequestLine]:
    """One page of the requests that this principal may look at, and one more. `q` is part of the project's name or of the statement."""
    access.require(Function.VIEW_PEOPLE)
    rows = mine(access).join(Project, Project.id == HistoryRequest.project_id).add_columns(Project.name)
    conditions: list[ColumnElement[bool]] = [] if state is None else [HistoryRequest.state == state]
    if q:
        conditions.append(or_(*(column.icontains(q, autoescape=True) for column in (Project.name, HistoryRequest.statement))))
    return [RequestLine(*row) for row in ORDER.page(session, rows, conditions, sort, after=after, limit=limit)]

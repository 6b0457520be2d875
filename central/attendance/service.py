"""The attendance feed: whoever may, pulls passages by cursor and misses none and gets none twice."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, true
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.attendance import store
from central.attendance.model import Passage
from central.attendance.store import FeedRow
from central.entry import sight
from central.entry.model import Assignment
from central.errors import Problem
from central.projects import service as projects

_MARK: Final = b"at:"


@dataclass(frozen=True)
class FeedPage:
    """Some of the feed. `next_cursor` goes on after it, also when nothing more is there yet; `complete_until` by project."""

    rows: Sequence[FeedRow]
    next_cursor: str
    complete_until: dict[int, dt.datetime | None]


def pull(session: Session, access: Access, cursor: str | None, limit: int) -> FeedPage:
    """The passages after `cursor` that this principal may see, in the order in which they became known.

    An authority sees all; an employer its own workers on every project (A-63, A-55); the general contractor's office its whole project
    (A-60); another office there those people who come to it along the contract chain (A-45).
    Raises `Problem` 403 ROLE_NOT_ALLOWED, 404 NOT_FOUND (no part in the project), 422 CURSOR_INVALID.
    """
    access.require(Function.VIEW_ATTENDANCE)
    after = _position(cursor)
    rows = store.feed(session, _seen(session, access), after, limit)
    projects_shown = {row.passage.project_id for row in rows} | ({access.project_id} if access.project_id is not None else set())
    last = rows[-1].passage.position if rows else after
    return FeedPage(rows, _cursor(last), store.complete_until(session, projects_shown))


def _seen(session: Session, access: Access) -> ColumnElement[bool]:
    if access.role is Role.AUTHORITY:
        return true()
    if access.role is Role.EMPLOYER:
        return Passage.employer_id == access.require_employer()
    if access.role is not Role.CONTRACTOR or access.project_id is None:
        raise Problem("ROLE_NOT_ALLOWED", 403)
    sees = sight.on_project(session, access, access.project_id)
    root = projects.chain(session, access.project_id).general_contractor
    whole = Passage.project_id == access.project_id
    return whole if root is not None and root.company_id == access.company_id else and_(whole, sees(Assignment))


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(_MARK + str(position).encode()).decode().rstrip("=")


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        plain = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        plain = b""
    number = plain.removeprefix(_MARK)
    if not plain.startswith(_MARK) or not number.isdigit() or len(number) > 18:
        raise Problem("CURSOR_INVALID", 422, "cursor")
    return int(number)

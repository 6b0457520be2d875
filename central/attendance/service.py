"""The attendance feed: whoever may, pulls passages and corrections by cursor and misses none and gets none twice."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, true
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.attendance import store
from central.attendance.store import Event, FeedRow
from central.entry import sight
from central.entry.model import Assignment
from central.errors import Problem
from central.projects import service as projects
from central.secrets import CentreSecrets

_PURPOSE: Final = "attendance-cursor"
_SIGNED: Final = 10
"""Bytes of the signature in a cursor: nobody else makes one, and nobody reads places out of it into a query."""


@dataclass(frozen=True)
class FeedPage:
    """Some of the feed. `next_cursor` goes on after it, also when nothing more is there yet (`at_end`); `complete_until` by project."""

    rows: Sequence[FeedRow]
    next_cursor: str
    at_end: bool
    complete_until: dict[int, dt.datetime | None]


def pull(session: Session, keys: CentreSecrets, access: Access, cursor: str | None, limit: int) -> FeedPage:
    """What came after `cursor` and this principal may see, in the order in which it became known.

    Supervision sees all; an employer its own workers on every project (A-63, A-55); the general contractor's office its whole project
    (A-60); another office there those people who come to it along the contract chain (A-45).
    Raises `Problem` 403 ROLE_NOT_ALLOWED, 404 NOT_FOUND (no part in the project), 422 CURSOR_INVALID.
    """
    access.require(Function.VIEW_ATTENDANCE)
    after = _position(keys, cursor)
    rows = store.feed(session, _seen(session, access), after, limit)
    projects_shown = {row.event.project_id for row in rows} | ({access.project_id} if access.project_id is not None else set())
    last = rows[-1].event.position if rows else after
    return FeedPage(rows, _cursor(keys, last), len(rows) < limit, store.complete_until(session, projects_shown))


def _seen(session: Session, access: Access) -> Callable[[Event], ColumnElement[bool]]:
    if access.role in (Role.AUTHORITY, Role.HEAD_STATION):
        return lambda _: true()
    if access.role is Role.EMPLOYER:
        employer = access.require_employer()
        return lambda kind: kind.employer_id == employer
    if access.role is not Role.CONTRACTOR or access.project_id is None:
        raise Problem("ROLE_NOT_ALLOWED", 403)
    project_id = access.project_id
    sees = sight.on_project(session, access, project_id)
    root = projects.chain(session, project_id).general_contractor
    is_general = root is not None and root.company_id == access.company_id
    return lambda kind: kind.project_id == project_id if is_general else and_(kind.project_id == project_id, sees(Assignment))


def _cursor(keys: CentreSecrets, position: int) -> str:
    place = position.to_bytes(8, "big")
    return base64.urlsafe_b64encode(place + _signature(keys, place)).decode()


def _position(keys: CentreSecrets, cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        plain = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        plain = b""
    place, signature = plain[:8], plain[8:]
    if not hmac.compare_digest(signature, _signature(keys, place)):
        raise Problem("CURSOR_INVALID", 422, "cursor")
    return int.from_bytes(place, "big")


def _signature(keys: CentreSecrets, place: bytes) -> bytes:
    return keys.index(place.hex(), _PURPOSE)[:_SIGNED]

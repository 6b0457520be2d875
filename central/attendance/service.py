"""The attendance feed: whoever may, pulls passages by cursor and misses none and gets none twice."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from central.access import Access, Role
from central.attendance import store
from central.attendance.store import FeedRow
from central.errors import Problem

_MARK: Final = b"at:"


@dataclass(frozen=True)
class FeedPage:
    """Some of the feed. `next_cursor` goes on after it, also when nothing more is there yet; `complete_until` by project."""

    rows: Sequence[FeedRow]
    next_cursor: str
    complete_until: dict[int, dt.datetime | None]


def pull(session: Session, access: Access, cursor: str | None, limit: int) -> FeedPage:
    """A-43, A-55: the passages after `cursor` that this principal may see, in the order in which they became known.

    An authority sees all, an employer its own workers on every project (A-63), a project's office its own project (A-60).
    Raises `Problem` 403 ROLE_NOT_ALLOWED, 422 CURSOR_INVALID.
    """
    access.require_role(Role.AUTHORITY, Role.EMPLOYER, Role.CONTRACTOR)
    after = _position(cursor)
    employer = access.company_id if access.role is Role.EMPLOYER else None
    project = access.project_id
    if (access.role is Role.EMPLOYER and employer is None) or (access.role is Role.CONTRACTOR and project is None):
        raise Problem("ROLE_NOT_ALLOWED", 403)
    rows = store.feed(session, after, limit, employer_id=employer, project_id=project)
    projects = {row.passage.project_id for row in rows} | ({project} if project is not None else set())
    last = rows[-1].passage.position if rows else after
    return FeedPage(rows, _cursor(last), store.complete_until(session, projects))


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

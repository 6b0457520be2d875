"""Views of lists that somebody keeps under a name: conditions and order, never the place in the list."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from central.access import Access
from central.clock import Clock
from central.errors import Problem, declare
from central.web.model import SavedView

MOST: Final = 20
_NUMBERS: Final = re.compile(r"\d{8,}|\d{17}[Xx]")

declare(
    {
        "VIEW_NAME_REQUIRED": ("请给视图起个名字。", "Give the view a name."),
        "VIEWS_FULL": ("最多保存 20 个视图，请先删除不用的。", "20 views can be kept: remove one first."),
        "VIEW_HOLDS_A_NUMBER": ("搜索条件里有完整号码，不能保存为视图。", "The search holds a whole number: it cannot be kept as a view."),
    }
)


def of_list(session: Session, access: Access, path: str) -> list[SavedView]:
    """This account's views of one list, by name."""
    return list(session.scalars(select(SavedView).where(SavedView.actor == access.actor, SavedView.list == path).order_by(SavedView.name)))


def keep(session: Session, clock: Clock, access: Access, path: str, *, name: str, query: str) -> SavedView:
    """Keep a view; the same name again replaces it. A search for a whole ID or phone number is not kept."""
    called = "".join(c for c in name if c.isprintable()).strip()[:40]
    if not called:
        raise Problem("VIEW_NAME_REQUIRED", 422, "name")
    if _NUMBERS.search(query):
        raise Problem("VIEW_HOLDS_A_NUMBER", 422, "name")
    found = session.scalar(select(SavedView).where(SavedView.actor == access.actor, SavedView.list == path, SavedView.name == called))
    if found is not None:
        found.query = query[:600]
        return found
    if (session.scalar(select(func.count()).where(SavedView.actor == access.actor, SavedView.list == path)) or 0) >= MOST:
        raise Problem("VIEWS_FULL", 409, "name")
    made = SavedView(actor=access.actor, list=path, name=called, query=query[:600], created_at=clock.now())
    session.add(made)
    session.flush()
    return made


def forget(session: Session, access: Access, view_id: int) -> None:
    """Remove one's own view; somebody else's is not found."""
    gone = session.scalar(delete(SavedView).where(SavedView.id == view_id, SavedView.actor == access.actor).returning(SavedView.id))
    if gone is None:
        raise Problem("NOT_FOUND", 404)

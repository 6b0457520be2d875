"""A project's gates as pages read them: every box with its state, for who runs them (A-60)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.devices.model import Box, BoxState
from central.projects import service as projects


def of_project(session: Session, access: Access, project_id: int, *, with_revoked: bool = False) -> list[Box]:
    """All boxes of a project by lane; its general contractor's and supervision's only. A site has a few dozen at most."""
    access.require(Function.VIEW_DEVICES)
    projects.visible_project(session, access, project_id)
    if not access.sees_everything:
        projects.require_general_contractor(session, access, project_id)
    wanted = select(Box).where(Box.project_id == project_id).order_by(Box.lane, Box.id)
    return list(session.scalars(wanted if with_revoked else wanted.where(Box.state != BoxState.REVOKED)))

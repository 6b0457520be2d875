"""Queries over boxes."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.devices.model import Box, BoxState


def by_claim(session: Session, claim_hash: bytes) -> Box | None:
    """The box that this code was made for, locked; also after its use, until the code expires."""
    return session.scalar(select(Box).where(Box.claim_hash == claim_hash, Box.state != BoxState.REVOKED).with_for_update())


def of_projects(session: Session, project_ids: Collection[int] | None, after: str, limit: int) -> list[Box]:
    """A page of boxes in the order of their ids, of these projects or (None) of all."""
    wanted = select(Box).where(Box.id > after).order_by(Box.id).limit(limit)
    if project_ids is not None:
        wanted = wanted.where(Box.project_id.in_(project_ids))
    return list(session.scalars(wanted))


def active(session: Session, box_ids: Collection[str]) -> dict[str, Box]:
    """Those of these boxes that may speak."""
    rows = session.scalars(select(Box).where(Box.id.in_(box_ids), Box.state == BoxState.ACTIVE))
    return {box.id: box for box in rows}


def active_of_project(session: Session, project_id: int) -> list[Box]:
    """The boxes at a project's gates."""
    wanted = select(Box).where(Box.project_id == project_id, Box.state == BoxState.ACTIVE).order_by(Box.id)
    return list(session.scalars(wanted))


def lane_taken(session: Session, project_id: int, lane: str) -> bool:
    """Whether a box that was not revoked stands at that lane."""
    wanted = select(Box.id).where(Box.project_id == project_id, Box.lane == lane, Box.state != BoxState.REVOKED)
    return session.scalar(wanted.limit(1)) is not None

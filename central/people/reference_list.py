"""Banks, reference wages and announced outages as the system administrator keeps them (A-18, A-21, A-26)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.people.reference_model import Bank


def every_bank(session: Session, access: Access) -> list[Bank]:
    """A-21: all of them, also those that are no longer offered."""
    access.require(Function.MANAGE_SETTINGS)
    return list(session.scalars(select(Bank).order_by(Bank.code)))

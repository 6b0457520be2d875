"""Tickets: asked by whoever is signed in, seen by who asked and by the administration, answered by the administration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Role
from central.clock import Clock
from central.errors import Problem
from central.help import rules
from central.help.model import Ticket, TicketState
from central.ordering import Order
from central.secrets import CentreSecrets

ORDER: Final = Order(
    Ticket.id, {"about": Ticket.about, "who": Ticket.role, "asked": Ticket.created_at, "ticket_state": Ticket.state}, newest_first=True
)


@dataclass(frozen=True)
class Shown:
    """A ticket as it is read: its words in clear, its picture only where it is asked for."""

    ticket: Ticket
    said: str


def ask(
    session: Session, clock: Clock, keys: CentreSecrets, access: Access, *, said: str, shot: bytes = b"", about: str = "", page: str = ""
) -> Ticket:
    """A-09: a question with a screenshot; the number of the page it is about comes by itself."""
    text, kind = rules.words(said, shot), rules.picture(shot)
    ticket = Ticket(
        actor=access.actor,
        role=access.role.value,
        company_id=access.company_id,
        project_id=access.project_id,
        about=rules.about(about),
        page=page.split("?", maxsplit=1)[0][:200],
        state=TicketState.OPEN,
        said_sealed=keys.seal(text.encode(), _WORDS),
        shot_type=kind,
        shot_sealed=keys.seal(shot, _PICTURE) if shot else None,
        created_at=clock.now(),
    )
    session.add(ticket)
    session.flush()
    audit.record(session, access, "ticket.asked", f"ticket:{ticket.id}", after={"about": ticket.about, "page": ticket.page})
    return ticket


def tickets(
    session: Session, keys: CentreSecrets, access: Access, *, after: int = 0, limit: int = 50, state: str = "", sort: str = ""
) -> list[Shown]:
    """A page of tickets, the newest first unless sorted, and one more to know whether another follows; `after` is the last id before."""
    conditions = [Ticket.state == state] if state else []
    return [_shown(keys, row[0]) for row in ORDER.page(session, _visible(access), conditions, sort, after=after, limit=limit)]


def ticket(session: Session, keys: CentreSecrets, access: Access, ticket_id: int) -> Shown:
    """One ticket; a neighbour's is not found."""
    return _shown(keys, _one(session, access, ticket_id))


def screenshot(session: Session, keys: CentreSecrets, access: Access, ticket_id: int) -> tuple[bytes, str]:
    """A ticket's picture and its media type. Raises `Problem` 404 NOT_FOUND."""
    found = _one(session, access, ticket_id)
    if found.shot_sealed is None:
        raise Problem("NOT_FOUND", 404)
    return keys.open(found.shot_sealed, _PICTURE), found.shot_type


def answer(session: Session, clock: Clock, access: Access, ticket_id: int, text: str) -> Ticket:
    """Support answers. Administrators only."""
    access.require_role(Role.ADMINISTRATOR)
    found = _one(session, access, ticket_id)
    said = text.strip()[: rules.MAX_WORDS]
    if not said:
        raise Problem("ANSWER_REQUIRED", 422, "answer")
    found.answer, found.answered_by, found.answered_at, found.state = said, access.actor, clock.now(), TicketState.ANSWERED
    audit.record(session, access, "ticket.answered", f"ticket:{found.id}")
    return found


_WORDS = "ticket words"
_PICTURE = "ticket picture"


def _visible(access: Access) -> Select[Ticket]:
    wanted = select(Ticket)
    return wanted if access.role is Role.ADMINISTRATOR else wanted.where(Ticket.actor == access.actor)


def _one(session: Session, access: Access, ticket_id: int) -> Ticket:
    found = session.scalar(_visible(access).where(Ticket.id == ticket_id))
    if found is None:
        raise Problem("NOT_FOUND", 404)
    return found


def _shown(keys: CentreSecrets, found: Ticket) -> Shown:
    return Shown(found, keys.open(found.said_sealed, _WORDS).decode())

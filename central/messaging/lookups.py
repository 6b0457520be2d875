"""The kiosk asks about a card whose owner is not on the roster: where does this person stand here, and who must act next?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.attendance.rules import shown_name
from central.entry.model import Assignment, AssignmentState
from central.people import service as people
from central.people.model import Worker
from central.projects import service as projects
from central.projects.model import Company, Participant, Project
from central.secrets import CentreSecrets
from edge.sync import wire

UNKNOWN = "unknown"
_NOT_ASKED = (AssignmentState.WITHDRAWN,)


def answer(session: Session, keys: CentreSecrets, project_id: int, lookup: wire.Lookup) -> wire.LookupAnswer:
    """The latest assignment on this project of the card's owner. The centre keeps no index of card hashes: it hashes this project's
    few thousand numbers anew, so that the answer needs no second register of cards."""
    project = session.get_one(Project, project_id)
    card_key = projects.card_key(project, keys)
    rows = session.execute(
        select(Assignment, Worker, Company.name)
        .join(Worker, Worker.id == Assignment.worker_id)
        .join(Company, Company.id == Assignment.employer_id)
        .where(Assignment.project_id == project_id, Assignment.state.not_in(_NOT_ASKED))
        .order_by(Assignment.id.desc())
    )
    for assignment, worker, employer in rows:
        if people.card(worker, keys, card_key) == lookup.card:
            waiting = _waiting_for(session, assignment, employer)
            return wire.LookupAnswer(lookup.request, assignment.state.value, shown_name(worker.name), employer, waiting)
    return wire.LookupAnswer(lookup.request, UNKNOWN)


def _waiting_for(session: Session, assignment: Assignment, employer: str) -> str:
    """A-45, A-47: the company that must act next: the employer for a returned assignment, else the using unit whose turn it is."""
    if assignment.state is AssignmentState.RETURNED:
        return employer
    if assignment.waiting_for_id is None:
        return ""
    wanted = select(Company.name).join(Participant, Participant.company_id == Company.id).where(Participant.id == assignment.waiting_for_id)
    return session.scalar(wanted) or ""

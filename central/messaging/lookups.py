"""The kiosk asks about a card whose owner is not on the roster: where does this person stand here, and who must act next?"""

from __future__ import annotations

from collections import deque

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
LOOKUPS_PER_MINUTE = 60
"""A kiosk asks once for a card, and again every five seconds until it is answered."""
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


class LookupRate:
    """How many questions one box may ask in a minute: a kiosk asks for whoever stands there, and whoever asks for more is counting cards.

    Times are monotonic seconds. Kept in memory: each process that answers counts for itself.
    """

    def __init__(self, per_minute: int = LOOKUPS_PER_MINUTE) -> None:
        self._per_minute = per_minute
        self._asked: dict[str, deque[float]] = {}

    def check(self, box: str, now_s: float) -> None:
        """Counts a question. Raises `WireError` LOOKUPS_TOO_MANY."""
        if not self.allows(box, now_s):
            raise wire.WireError("LOOKUPS_TOO_MANY", "more questions than a kiosk has")

    def allows(self, box: str, now_s: float) -> bool:
        """Whether this box may ask now; if so, it has."""
        asked = self._asked.setdefault(box, deque())
        while asked and now_s - asked[0] >= 60.0:
            asked.popleft()
        if len(asked) >= self._per_minute:
            return False
        asked.append(now_s)
        return True

"""Attaching evidence and looking at it (A-27, A-28). It never changes a time of the system, and nothing ever changes it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function, Role
from central.clock import Clock, today
from central.entry import sight
from central.entry.model import Assignment
from central.entry.service import seen
from central.errors import Problem
from central.evidence import rules
from central.evidence.model import Evidence, EvidenceContent
from central.people import service as people
from central.projects import service as projects
from central.secrets import CentreSecrets, SecretsError

RESTORED_WITHIN_S: Final = 3600


@dataclass(frozen=True)
class Statement:
    """What somebody says a file shows: about whom, on which day, on which project or assignment."""

    about_on: dt.date
    note: str
    file_name: str
    worker_id: int | None = None
    project_id: int | None = None
    assignment_id: int | None = None


def attach(session: Session, clock: Clock, keys: CentreSecrets, access: Access, *, said: Statement, content: bytes) -> Evidence:
    """A-27, A-28: keep a file about a person the principal may act for, verified or still a draft.

    Raises `Problem` 404 NOT_FOUND for anybody else's person, 422 EVIDENCE_TYPE, EVIDENCE_EMPTY, EVIDENCE_DATE_INVALID, 413
    EVIDENCE_TOO_LARGE.
    """
    access.require(Function.ATTACH_EVIDENCE)
    kind = rules.media_type(content)
    day = rules.about(said.about_on, today(clock))
    worker_id, project_id = _place(session, access, said)
    digest = hashlib.sha256(content).digest()
    kept = Evidence(
        worker_id=worker_id,
        project_id=project_id,
        assignment_id=said.assignment_id,
        company_id=access.company_id,
        about_on=day,
        note=said.note,
        file_name=rules.file_name(said.file_name),
        media_type=kind,
        size=len(content),
        sha256=digest,
        actor=access.actor,
        at=clock.now(),
    )
    session.add(kept)
    session.flush()
    session.add(EvidenceContent(evidence_id=kept.id, sealed=keys.seal(content, _context(kept))))
    told = {"evidence": kept.id, "about": str(day), "type": kind, "size": kept.size, "sha256": digest.hex()}
    told |= {"project_id": project_id, "assignment_id": said.assignment_id}
    audit.record(session, access, "evidence.attached", f"worker:{worker_id}", after=told)
    return kept


def listed(
    session: Session,
    access: Access,
    *,
    after: int,
    limit: int,
    worker_id: int | None = None,
    project_id: int | None = None,
    assignment_id: int | None = None,
) -> list[Evidence]:
    """A page of the evidence that this principal may see, and one more to know whether another follows."""
    access.require(Function.VIEW_PEOPLE)
    wanted = select(Evidence).where(visible(session, access, project_id), Evidence.id > after)
    for column, value in ((Evidence.worker_id, worker_id), (Evidence.project_id, project_id), (Evidence.assignment_id, assignment_id)):
        if value is not None:
            wanted = wanted.where(column == value)
    return list(session.scalars(wanted.order_by(Evidence.id).limit(limit + 1)))


def opened(session: Session, keys: CentreSecrets, access: Access, evidence_id: int) -> tuple[Evidence, bytes | None]:
    """The file itself, for whoever may see it; who looked stands in the audit. Raises `Problem` 404 NOT_FOUND.

    None where the content is gone, does not open or is not what was attached: that stands in the audit too, so that the transaction is
    to be kept, and then `readable` says it.
    """
    access.require(Function.VIEW_PEOPLE)
    kept = session.get(Evidence, evidence_id)
    if kept is None:
        raise Problem("NOT_FOUND", 404)
    entitled = select(Evidence.id).where(Evidence.id == evidence_id, visible(session, access, kept.project_id, of_others=True))
    if session.scalar(entitled) is None:
        raise Problem("NOT_FOUND", 404)
    content = _content(session, keys, kept)
    deed = "evidence.seen" if content is not None else "evidence.unreadable"
    audit.record(session, access, deed, f"worker:{kept.worker_id}", after={"evidence": evidence_id})
    return kept, content


def readable(content: bytes | None) -> bytes:
    """The content, or `Problem` 503 EVIDENCE_UNREADABLE: it may come back from a copy of the store."""
    if content is None:
        raise Problem("EVIDENCE_UNREADABLE", 503, retry_after_s=RESTORED_WITHIN_S)
    return content


def _content(session: Session, keys: CentreSecrets, kept: Evidence) -> bytes | None:
    sealed = session.get(EvidenceContent, kept.id)
    try:
        content = keys.open(sealed.sealed, _context(kept)) if sealed is not None else b""
    except SecretsError:
        return None
    return content if hashlib.sha256(content).digest() == kept.sha256 else None


def _place(session: Session, access: Access, said: Statement) -> tuple[int, int | None]:
    """Whom and which project it is about; both must be this principal's to act for."""
    if said.assignment_id is not None:
        assignment = seen(session, access, said.assignment_id).assignment
        if said.worker_id not in (None, assignment.worker_id):
            raise Problem("NOT_FOUND", 404, "worker_id")
        return assignment.worker_id, assignment.project_id
    if said.worker_id is None:
        raise Problem("EVIDENCE_ABOUT_WHOM", 422, "worker_id")
    if said.project_id is not None:
        projects.visible_project(session, access, said.project_id)
    if access.role is Role.EMPLOYER and people.is_employed_by(session, said.worker_id, access.require_employer()):
        return said.worker_id, said.project_id
    where = said.project_id or access.project_id
    if where is None or not _is_seen_on(session, access, said.worker_id, where):
        raise Problem("NOT_FOUND", 404, "worker_id")
    return said.worker_id, where


def _is_seen_on(session: Session, access: Access, worker_id: int, project_id: int) -> bool:
    condition = sight.on_project(session, access, project_id)(Assignment)
    return session.scalar(select(Assignment.id).where(Assignment.worker_id == worker_id, condition).limit(1)) is not None


def visible(session: Session, access: Access, project_id: int | None, *, of_others: bool = False) -> ColumnElement[bool]:
    """What this principal may see: supervision everything; others what they attached, and what is about assignments that they see.

    `of_others`: the project is the file's own and may be one that this principal does not see at all.
    """
    if access.role in (Role.AUTHORITY, Role.HEAD_STATION):
        return true()
    mine = Evidence.company_id == (access.company_id or 0)
    if access.project_id is not None:
        mine = mine & (Evidence.project_id == access.project_id)
    of_assignments = select(Assignment.id).where(Assignment.id == Evidence.assignment_id)
    conditions = [mine]
    if access.role is Role.EMPLOYER:
        conditions.append(of_assignments.where(Assignment.employer_id == (access.company_id or 0)).exists())
    where = project_id or access.project_id
    if where is not None:
        try:
            conditions.append(of_assignments.where(sight.on_project(session, access, where)(Assignment)).exists())
        except Problem:
            if not of_others:
                raise
    return or_(*conditions)


def _context(kept: Evidence) -> str:
    return f"evidence:{kept.sha256.hex()}"

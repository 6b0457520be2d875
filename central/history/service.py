"""Requests for the data of the old system (A-57): asked for, confirmed, verified, accepted, given. Every act is kept, and audited."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function, Role
from central.clock import Clock, today
from central.errors import Problem
from central.history import rules
from central.history.model import HistoryAct, HistoryFile, HistoryRequest, HistoryState, HistoryStep
from central.projects import service as projects
from central.projects.model import Participant
from central.secrets import CentreSecrets, SecretsError

_NAMES = {
    HistoryAct.OWNER: ("建设单位", "owner"),
    HistoryAct.SUPERVISOR: ("监理单位", "supervisor"),
    HistoryAct.CONTRACTOR: ("施工总承包单位", "general contractor"),
    HistoryAct.STATEMENT: ("施工总承包单位", "general contractor"),
}


@dataclass(frozen=True)
class RequestView:
    """A request with what was done for it, its files (without their content), and what is to be done next."""

    request: HistoryRequest
    steps: list[HistoryStep]
    files: list[HistoryFile]
    outstanding: tuple[HistoryAct, ...]


def ask(
    session: Session, clock: Clock, access: Access, project_id: int, *, first_day: dt.date, last_day: dt.date, statement: str
) -> RequestView:
    """A-57: the project's general contractor begins a request, with what it needs the data for."""
    access.require(Function.REQUEST_HISTORY)
    projects.require_general_contractor(session, access, project_id)
    rules.dates(first_day, last_day, today(clock))
    request = HistoryRequest(
        project_id=project_id,
        state=HistoryState.DRAFT,
        first_day=first_day,
        last_day=last_day,
        statement=statement,
        requested_by=access.actor,
        version=1,
        created_at=clock.now(),
    )
    session.add(request)
    session.flush()
    told = {"project_id": project_id, "first_day": str(first_day), "last_day": str(last_day)}
    audit.record(session, access, "history.requested", _subject(request), after=told)
    return view(session, request)


def attach(
    session: Session, clock: Clock, keys: CentreSecrets, access: Access, request_id: int, *, act: HistoryAct, name: str, content: bytes
) -> HistoryFile:
    """The signed and sealed paper of an act, before the act itself, by whoever may do it. The content is kept sealed."""
    request = _locked(session, access, request_id)
    company = _party(session, access, request, act)
    if request.state in (HistoryState.GIVEN, HistoryState.REFUSED) or act in done(session, request.id):
        raise Problem("HISTORY_STEP_DONE", 409)
    digest = hashlib.sha256(content).digest()
    file = HistoryFile(
        request_id=request.id,
        act=act,
        name=name,
        media_type=rules.media_type(content),
        size=len(content),
        sha256=digest,
        content_sealed=keys.seal(content, f"history:{request.id}"),
        actor=access.actor,
        at=clock.now(),
    )
    session.add(file)
    session.flush()
    told = {"act": act.value, "name": name, "sha256": digest.hex(), "company_id": company}
    audit.record(session, access, "history.file", _subject(request), after=told)
    return file


def act(session: Session, clock: Clock, access: Access, request_id: int, act: HistoryAct, *, remark: str = "") -> RequestView:
    """A-57: one act, in its turn. Raises `Problem` 409 HISTORY_REQUEST_INCOMPLETE, HISTORY_FILE_REQUIRED, 403 HISTORY_NOT_THE_PARTY."""
    request = _locked(session, access, request_id)
    company = _party(session, access, request, act)
    known = done(session, request.id)
    has_file = session.scalar(select(HistoryFile.id).where(HistoryFile.request_id == request.id, HistoryFile.act == act).limit(1))
    rules.may_act(request.state, known, act, has_file=has_file is not None)
    step = HistoryStep(request_id=request.id, act=act, company_id=company, actor=access.actor, remark=remark, at=clock.now())
    return _take(session, access, request, step, rules.state_after(request.state, known, act))


def refuse(session: Session, clock: Clock, access: Access, request_id: int, reason: str) -> RequestView:
    """The supervision body or the head station refuses a request that is not given yet, and says why."""
    if not (access.may(Function.HISTORY_VERIFY) or access.may(Function.HISTORY_ACCEPT)):
        access.require(Function.HISTORY_ACCEPT)
    request = _locked(session, access, request_id)
    if request.state in (HistoryState.GIVEN, HistoryState.REFUSED):
        raise Problem("HISTORY_STEP_DONE", 409)
    step = HistoryStep(request_id=request.id, act=HistoryAct.REFUSAL, actor=access.actor, remark=reason, at=clock.now())
    return _take(session, access, request, step, HistoryState.REFUSED)


def content(session: Session, keys: CentreSecrets, access: Access, request_id: int, file_id: int) -> tuple[HistoryFile, bytes | None]:
    """A file of a request, with its content; who looked stands in the audit.

    None where it does not open any more: that stands there too, so that the transaction is to be kept, and then `readable` says it.
    """
    request = visible(session, access, request_id)
    file = session.get(HistoryFile, file_id)
    if file is None or file.request_id != request.id:
        raise Problem("NOT_FOUND", 404)
    try:
        found = keys.open(file.content_sealed, f"history:{request.id}")
    except SecretsError:
        found = None
    deed = "history.file_seen" if found is not None else "history.file_unreadable"
    audit.record(session, access, deed, _subject(request), after={"file": file.id})
    return file, found


def readable(found: bytes | None) -> bytes:
    """The content, or `Problem` 503 HISTORY_FILE_UNREADABLE: it may come back from a copy of the store."""
    if found is None:
        raise Problem("HISTORY_FILE_UNREADABLE", 503, retry_after_s=3600)
    return found


def seen(session: Session, access: Access, request_id: int) -> RequestView:
    """One request, for those who take part in its project and for supervision."""
    return view(session, visible(session, access, request_id))


def view(session: Session, request: HistoryRequest) -> RequestView:
    """A request with all that belongs to it."""
    steps = list(session.scalars(select(HistoryStep).where(HistoryStep.request_id == request.id).order_by(HistoryStep.id)))
    files = list(session.scalars(select(HistoryFile).where(HistoryFile.request_id == request.id).order_by(HistoryFile.id)))
    return RequestView(request, steps, files, rules.outstanding(request.state, {step.act for step in steps}))


def _take(session: Session, access: Access, request: HistoryRequest, step: HistoryStep, state: HistoryState) -> RequestView:
    before = {"state": request.state.value}
    try:
        with session.begin_nested():
            session.add(step)
    except IntegrityError as error:
        raise Problem("HISTORY_STEP_DONE", 409) from error
    request.state = state
    request.version += 1
    told = {"state": state.value, "act": step.act.value, "remark": step.remark}
    audit.record(session, access, "history.step", _subject(request), before=before, after=told)
    return view(session, request)


def _party(session: Session, access: Access, request: HistoryRequest, act: HistoryAct) -> int | None:
    """Who may do this act: a company by its part in the project, supervision by its function."""
    needed = rules.NEEDS.get(act)
    if needed is None:
        raise Problem("NOT_FOUND", 404)
    access.require(needed)
    if needed is not Function.REQUEST_HISTORY:
        return None
    role = rules.PARTIES.get(act, rules.PARTIES[HistoryAct.CONTRACTOR])
    if not any(link.role is role for link in projects.parts_of(session, access.company_id, request.project_id)):
        zh, en = _NAMES[act]
        raise Problem("HISTORY_NOT_THE_PARTY", 403, party=zh, party_en=en)
    return access.company_id


def done(session: Session, request_id: int) -> set[HistoryAct]:
    """What was done for a request already."""
    return set(session.scalars(select(HistoryStep.act).where(HistoryStep.request_id == request_id)))


def mine(access: Access) -> Select[HistoryRequest]:
    """The requests that this principal may look at: of projects that its company takes part in; supervision's are all."""
    wanted = select(HistoryRequest)
    if access.role is Role.ADMINISTRATOR or not access.sees_everything:
        wanted = wanted.where(
            HistoryRequest.project_id.in_(select(Participant.project_id).where(Participant.company_id == (access.company_id or 0)))
        )
    if access.project_id is not None:
        wanted = wanted.where(HistoryRequest.project_id == access.project_id)
    return wanted


def visible(session: Session, access: Access, request_id: int) -> HistoryRequest:
    """One of them. Raises `Problem` 404 NOT_FOUND."""
    access.require(Function.VIEW_PEOPLE)
    request = session.scalar(mine(access).where(HistoryRequest.id == request_id))
    if request is None:
        raise Problem("NOT_FOUND", 404)
    return request


def _locked(session: Session, access: Access, request_id: int) -> HistoryRequest:
    request = visible(session, access, request_id)
    session.refresh(request, with_for_update=True)
    return request


def _subject(request: HistoryRequest) -> str:
    return f"history_request:{request.id}"

"""Companies, projects and participants: registered here, and looked up here by the other slices. Teams and settings stand beside."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock
from central.errors import Problem
from central.projects import rules, store
from central.projects.chain import Chain, Link
from central.projects.model import Company, Participant, ParticipantRole, ParticipantState, Project, ProjectState
from central.secrets import CentreSecrets


def register_company(session: Session, clock: Clock, access: Access, uscc: str, name: str) -> Company:
    """A company by its unified social credit code. Administrators only."""
    access.require(Function.MANAGE_REGISTER)
    company = Company(uscc=rules.credit_code(uscc), name=name, created_at=clock.now())
    _insert(session, company, Problem("COMPANY_EXISTS", 409, "uscc"))
    audit.record(session, access, "company.registered", f"company:{company.id}", after={"uscc": company.uscc, "name": name})
    return company


def register_project(
    session: Session,
    clock: Clock,
    keys: CentreSecrets,
    access: Access,
    *,
    reg_no: str,
    name: str,
    completion_planned: dt.date | None = None,
    contact: str = "",
    contract_name: str = "",
) -> Project:
    """A project by its registration number, with a fresh key for the card hashes of its gates. Administrators only."""
    access.require(Function.MANAGE_REGISTER)
    project = Project(
        reg_no=reg_no,
        name=name,
        contract_name=contract_name,
        state=ProjectState.IN_PROGRESS,
        completion_planned=completion_planned,
        contact=contact,
        card_key_sealed=keys.seal(secrets.token_bytes(32), _card_key_context(reg_no)),
        created_at=clock.now(),
    )
    _insert(session, project, Problem("PROJECT_EXISTS", 409, "reg_no"))
    audit.record(session, access, "project.registered", f"project:{project.id}", after={"reg_no": reg_no, "name": name})
    return project


def card_key(project: Project, keys: CentreSecrets) -> bytes:
    """The 32-byte key of the card hashes at this project's gates."""
    return keys.open(project.card_key_sealed, _card_key_context(project.reg_no))


def add_participant(
    session: Session, clock: Clock, access: Access, project_id: int, *, company_id: int, role: ParticipantRole, parent_id: int | None = None
) -> Participant:
    """A company takes part in a project: an administrator names the general contractor, which names the others."""
    access.require(Function.MANAGE_PARTICIPANTS)
    project = visible_project(session, access, project_id)
    if not access.may(Function.MANAGE_REGISTER):
        rules.only_general_contractor(chain(session, project_id).of_company(access.company_id))
    rules.open_for_people(project.state)
    if session.get(Company, company_id) is None:
        raise Problem("COMPANY_UNKNOWN", 422, "company_id")
    parent, level = rules.place_in_chain(chain(session, project_id), role, company_id, parent_id)
    participant = Participant(
        project_id=project_id,
        company_id=company_id,
        role=role,
        parent_id=parent,
        level=level,
        state=ParticipantState.ACTIVE,
        created_at=clock.now(),
    )
    _insert(session, participant, Problem("ALREADY_A_PARTICIPANT", 409, "company_id"))
    told = {"project_id": project_id, "company_id": company_id, "role": role.value, "parent_id": parent}
    audit.record(session, access, "participant.added", f"participant:{participant.id}", after=told)
    return participant


def visible_project(session: Session, access: Access, project_id: int) -> Project:
    """The project, if this principal may know of it: a participant's, its own office, an authority. Else `Problem` 404 NOT_FOUND."""
    access.require_project(project_id)
    project = session.get(Project, project_id)
    if project is None or not (access.sees_everything or store.links(session, project_id=project_id, company_id=access.company_id or 0)):
        raise Problem("NOT_FOUND", 404)
    return project


def require_general_contractor(session: Session, access: Access, project_id: int) -> Link:
    """A-60: gates, kiosks and their operators are the general contractor's: 404 for outsiders, 403 ONLY_GENERAL_CONTRACTOR for subs."""
    visible_project(session, access, project_id)
    return rules.only_general_contractor(store.links(session, project_id=project_id, company_id=access.company_id or 0))


def require_known(session: Session, company_id: int | None, project_id: int | None) -> None:
    """Whoever is given an account or a token acts for a company and a project that exist, and that company takes part in it."""
    if company_id is not None and session.get(Company, company_id) is None:
        raise Problem("COMPANY_UNKNOWN", 422, "company_id")
    if project_id is not None and session.get(Project, project_id) is None:
        raise Problem("PROJECT_UNKNOWN", 422, "project_id")


def chain(session: Session, project_id: int) -> Chain:
    """Who takes part in a project, and under whom."""
    return Chain(store.links(session, project_id=project_id))


def parts_of(session: Session, company_id: int | None, project_id: int | None = None) -> list[Link]:
    """Where a company takes part, in one project or in all of them; nowhere for a principal without a company."""
    return [] if company_id is None else store.links(session, project_id=project_id, company_id=company_id)


def is_general_contractor_somewhere(session: Session, company_id: int) -> bool:
    """Whether the company is general contractor of any project (A-29)."""
    return is_general_contractor_of(session, company_id, None)


def is_general_contractor_of(session: Session, company_id: int | None, project_id: int | None) -> bool:
    """Whether the company is general contractor of this project, or (None) of any."""
    return any(link.role is ParticipantRole.GENERAL_CONTRACTOR for link in parts_of(session, company_id, project_id))


def project_of(session: Session, participant_id: int) -> int:
    """The project of a participant. Raises `Problem` 404 NOT_FOUND."""
    participant = session.get(Participant, participant_id)
    if participant is None:
        raise Problem("NOT_FOUND", 404)
    return participant.project_id


def hold_parts(session: Session, participant_ids: Collection[int]) -> None:
    """Lock participants until this transaction ends, so that nobody can be assigned under them meanwhile."""
    session.execute(select(Participant.id).where(Participant.id.in_(participant_ids)).order_by(Participant.id).with_for_update())


def hold_projects(session: Session, project_ids: Collection[int]) -> None:
    """Lock projects, in one order, before changes of many people raise their roster versions: who does so waits, and blocks nobody."""
    wanted = select(Project.id).where(Project.id.in_(project_ids)).order_by(Project.id).with_for_update(key_share=True)
    session.execute(wanted)


def complete(session: Session, clock: Clock, project_id: int, participant_ids: Collection[int]) -> list[int]:
    """A-53: mark these participants completed, and the project too when its general contractor is among them. Returns the new ones.

    The rows are locked, so that nobody can be assigned under them meanwhile. Ending the assignments is the entry slice's.
    """
    wanted = select(Participant).where(Participant.id.in_(participant_ids)).order_by(Participant.id).with_for_update()
    done = []
    for participant in session.scalars(wanted.execution_options(populate_existing=True)):
        if participant.state is ParticipantState.ACTIVE:
            participant.state, participant.completed_at = ParticipantState.COMPLETED, clock.now()
            done.append(participant.id)
        if participant.role is ParticipantRole.GENERAL_CONTRACTOR:
            project = session.get_one(Project, project_id, with_for_update=True)
            if project.state is not ProjectState.COMPLETED:
                project.state, project.completed_at = ProjectState.COMPLETED, clock.now()
    return done


def lock_part(session: Session, participant_id: int) -> bool:
    """Hold a participant as it is until this transaction ends; whether it is still active."""
    wanted = select(Participant.state).where(Participant.id == participant_id).with_for_update(read=True)
    return session.scalar(wanted) is ParticipantState.ACTIVE


def _card_key_context(reg_no: str) -> str:
    return f"card_key:{reg_no}"


def _insert(session: Session, row: object, taken: Problem) -> None:
    """Add a row; what the database finds taken is the given refusal."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise taken from error

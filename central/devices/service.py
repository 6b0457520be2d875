"""Boxes: claimed by the general contractor, provisioned with a single-use code, revoked for good. Never commits."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from central import audit
from central.access import SYSTEM, Access, Function, Role
from central.clock import Clock
from central.devices import rules, store
from central.devices.certificates import BOX_DAYS, CertificateAuthority, Issued
from central.devices.model import Box, BoxState, TemplateCopy
from central.devices.roster_changes import note_header_change, note_roster_change
from central.errors import Problem
from central.projects import service as projects
from central.projects.model import Project
from edge.sync import wire

__all__ = ["Provisioned", "Request", "boxes", "claim", "note_header_change", "note_roster_change", "provision", "renew", "revoke"]


@dataclass(frozen=True)
class Request:
    """What a box asks with at its provisioning: the code, a PEM signing request, its public keys in hexadecimal."""

    claim_code: str
    signing_request: str
    verify_key: str
    sealing_key: str


@dataclass(frozen=True)
class Provisioned:
    """A box that may speak from now on."""

    box: Box
    project: Project
    certificate: Issued


def claim(
    session: Session, clock: Clock, access: Access, project_id: int, *, name: str, lane: str, direction: wire.Direction
) -> tuple[Box, str]:
    """A-60: the general contractor (or an administrator for it) announces a box; returns it with its claim code, shown once."""
    _require_owner(session, access, project_id)
    if store.lane_taken(session, project_id, lane):
        raise Problem("LANE_TAKEN", 409, "lane")
    code = rules.new_claim_code(os.urandom)
    box = Box(
        id=rules.new_box_id(os.urandom),
        project_id=project_id,
        name=name,
        lane=lane,
        direction=direction.value,
        state=BoxState.CLAIMED,
        claim_hash=rules.claim_hash(code),
        claim_expires_at=rules.claim_expiry(clock.now()),
        created_at=clock.now(),
    )
    session.add(box)
    session.flush()
    told = {"project_id": project_id, "name": name, "lane": lane, "direction": direction.value}
    audit.record(session, access, "box.claimed", f"box:{box.id}", after=told)
    return box, code


def provision(session: Session, clock: Clock, authority: CertificateAuthority, request: Request) -> Provisioned:
    """The box shows its code: its keys are kept and its certificate is issued under the name the centre chose.

    The code works for one box. The same box, known by the same keys, may ask again until the code expires: an answer can get lost.
    Raises `Problem` 403 CLAIM_CODE_INVALID (unknown, used and expired sound alike), 422 SIGNING_REQUEST_INVALID or BOX_KEY_INVALID.
    """
    box = store.by_claim(session, rules.claim_hash(request.claim_code))
    keys = rules.public_key(request.verify_key, "verify_key"), rules.public_key(request.sealing_key, "sealing_key")
    if box is None or not rules.may_claim(box.state, (box.verify_key, box.sealing_key), keys, box.claim_expires_at, clock.now()):
        raise Problem("CLAIM_CODE_INVALID", 403, "claim_code")
    try:
        certificate = authority.sign_box(request.signing_request.encode(), box.id, clock.now())
    except ValueError:
        raise Problem("SIGNING_REQUEST_INVALID", 422, "signing_request") from None
    if box.state is BoxState.CLAIMED:
        note_header_change(session, box.project_id)
    box.state, (box.verify_key, box.sealing_key) = BoxState.ACTIVE, keys
    box.certificate_serial, box.certificate_expires_at = certificate.serial, certificate.expires_at
    box.provisioned_at = clock.now()
    audit.record(session, SYSTEM, "box.provisioned", f"box:{box.id}", after={"serial": certificate.serial})
    return Provisioned(box, session.get_one(Project, box.project_id), certificate)


def renew(session: Session, clock: Clock, authority: CertificateAuthority, box_id: str, *, signing_request: str, signature: str) -> Issued:
    """A box asks for its next certificate, by the key that it is known by. The present one stays valid until it ends.

    Raises `Problem` 403 RENEWAL_REFUSED (unknown, revoked and badly signed sound alike) or CERTIFICATE_ENDED, 409 CERTIFICATE_NOT_DUE,
    422 SIGNING_REQUEST_INVALID. Replayed by somebody else it leads to a certificate for a key that only the box has.
    """
    box = session.get(Box, box_id, with_for_update=True)
    known = box.verify_key if box is not None and box.state is BoxState.ACTIVE else None
    if box is None or not rules.is_signed(known, f"gongmen box renewal 1\n{box_id}\n{signing_request}".encode(), signature):
        raise Problem("RENEWAL_REFUSED", 403)
    assert box.certificate_expires_at is not None and box.provisioned_at is not None  # noqa: S101  an active box has both
    now, ends = clock.now(), box.certificate_expires_at
    rules.may_renew(ends - dt.timedelta(days=BOX_DAYS), ends, box.provisioned_at, now)
    try:
        issued = authority.sign_box(signing_request.encode(), box.id, now)
    except ValueError:
        raise Problem("SIGNING_REQUEST_INVALID", 422, "signing_request") from None
    before = {"serial": box.certificate_serial, "ends": ends}
    box.certificate_serial, box.certificate_expires_at = issued.serial, issued.expires_at
    audit.record(session, SYSTEM, "box.renewed", f"box:{box.id}", before=before, after={"serial": issued.serial, "ends": issued.expires_at})
    return issued


def revoke(session: Session, clock: Clock, access: Access, box_id: str) -> Box:
    """Nothing that this box says counts from now on, and nobody seals for it; a second time changes nothing."""
    box = session.get(Box, box_id, with_for_update=True)
    if box is None:
        raise Problem("NOT_FOUND", 404)
    _require_owner(session, access, box.project_id)
    if box.state is not BoxState.REVOKED:
        box.state, box.revoked_at, box.claim_hash, box.online = BoxState.REVOKED, clock.now(), None, False
        session.execute(delete(TemplateCopy).where(TemplateCopy.box_id == box_id))
        note_header_change(session, box.project_id)
        audit.record(session, access, "box.revoked", f"box:{box_id}")
    return box


def boxes(session: Session, access: Access, after: str, limit: int) -> list[Box]:
    """A page of the boxes this principal may see, and one more to know whether another follows."""
    access.require(Function.VIEW_DEVICES)
    if access.sees_everything:
        return store.of_projects(session, None, after, limit + 1)
    mine = {link.project_id for link in projects.parts_of(session, access.company_id, access.project_id)}
    owned = {project_id for project_id in mine if _owns(session, access, project_id)}
    return store.of_projects(session, owned, after, limit + 1)


def _require_owner(session: Session, access: Access, project_id: int) -> None:
    """A-60: gates belong to the general contractor's project, not to subcontractors."""
    access.require(Function.MANAGE_GATES)
    if access.role is Role.ADMINISTRATOR:
        projects.visible_project(session, access, project_id)
        return
    projects.require_general_contractor(session, access, project_id)


def _owns(session: Session, access: Access, project_id: int) -> bool:
    try:
        projects.require_general_contractor(session, access, project_id)
    except Problem:
        return False
    return True

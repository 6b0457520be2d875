"""Enterprises sign in by certificate (法人一证通, A-04, A-05): their key signs a random challenge, and never comes here."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy import ColumnElement, case, delete, func, or_, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function, Role
from central.clock import Clock
from central.errors import Problem
from central.functions import FIRST_SIGHT, OF_ROLE
from central.identity import certificate_chain, rules
from central.identity.certificate_chain import REASONS, CertificateError
from central.identity.model import Certificate, Challenge
from central.identity.trust import Trust
from central.ordering import Order
from central.projects import rules as companies
from central.projects.model import Company

CHALLENGE_LIVES: Final = dt.timedelta(minutes=2)
ORDER: Final = Order(
    Certificate.id,
    {
        "operator": Certificate.operator,
        "company": Company.name,
        "certificate_until": Certificate.not_after,
        "certificate_used": func.coalesce(Certificate.last_used_at, dt.datetime(1970, 1, 1, tzinfo=dt.UTC)),
        "certificate_state": case((Certificate.disabled_at.is_not(None), 1), else_=0),
    },
)
_WHERE_USCC: Final = ("2.5.4.97", "2.5.4.5", "2.5.4.11", "2.5.4.3")
"""organizationIdentifier, serialNumber, organizationalUnitName, commonName: in this order of trust in their form."""
_USCC: Final = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")


@dataclass(frozen=True)
class Shown:
    """What a browser sends: DER certificates and the signature of the challenge's text. No key."""

    nonce: str
    certificate: bytes
    signature: bytes
    chain: Sequence[bytes] = ()


def challenge(session: Session, clock: Clock, browser: str) -> str:
    """A nonce for this browser: two minutes, one use."""
    nonce = secrets.token_urlsafe(32)
    session.execute(delete(Challenge).where(Challenge.expires_at <= clock.now()))
    session.add(Challenge(nonce_hash=_digest(nonce), browser_hash=_digest(browser), expires_at=clock.now() + CHALLENGE_LIVES))
    return nonce


def text_to_sign(nonce: str, place: str) -> bytes:
    """What the key signs: it names this purpose and this site, so that a signature made here is of no use elsewhere."""
    return f"gongmen certificate sign-in\n{place}\n{nonce}".encode()


def take_challenge(session: Session, clock: Clock, browser: str, nonce: str) -> bool:
    """Use a challenge up, whatever comes of it. False if it is not this browser's, too old, or was used before."""
    result = session.execute(
        delete(Challenge).where(
            Challenge.nonce_hash == _digest(nonce), Challenge.browser_hash == _digest(browser), Challenge.expires_at > clock.now()
        )
    )
    return cast("CursorResult[tuple[()]]", result).rowcount == 1


def sign_in(session: Session, clock: Clock, trust: Trust, shown: Shown, place: str) -> Certificate:
    """A-04, A-05: the enterprise's certificate, if everything about it holds; the caller has used the challenge up.

    The first certificate of an enterprise has every function of an enterprise. A further one may look, until somebody who may manage
    certificates grants it more. Raises `Problem` 401 CERT_INVALID with its reason, 422 CERT_ALGORITHM_UNSUPPORTED.
    """
    try:
        leaf = certificate_chain.read(shown.certificate)
        certificate_chain.signed_by(leaf, text_to_sign(shown.nonce, place), shown.signature)
        certificate_chain.verify(leaf, [certificate_chain.read(one) for one in shown.chain], clock.now(), trust)
    except CertificateError as error:
        raise invalid(error.reason) from None
    known = session.scalar(select(Certificate).where(Certificate.fingerprint == _fingerprint(leaf)).with_for_update())
    certificate = known or _first_seen(session, clock, leaf)
    if certificate.disabled_at is not None:
        raise invalid("DISABLED")
    certificate.last_used_at = clock.now()
    audit.record(session, _access(certificate), "certificate.signed_in", f"certificate:{certificate.id}")
    return certificate


def invalid(reason: str) -> Problem:
    """CERT_INVALID with its reason in words (A-04), or CERT_ALGORITHM_UNSUPPORTED."""
    if reason == "ALGORITHM_UNSUPPORTED":
        return Problem("CERT_ALGORITHM_UNSUPPORTED", 422, "certificate")
    zh, en = REASONS[reason]
    return Problem("CERT_INVALID", 401, "certificate", reason=reason, zh=zh, en=en)


def access_of(certificate: Certificate, now: dt.datetime) -> Access | None:
    """How a certificate acts; None once it is disabled or has expired."""
    if certificate.disabled_at is not None or certificate.not_after < now:
        return None
    return _access(certificate)


def find(
    session: Session, access: Access, *, company_id: int | None = None, q: str = "", after: int = 0, limit: int = 50, sort: str = ""
) -> list[tuple[Certificate, str]]:
    """One page of an enterprise's certificates with its name, and one more; the security administrator sees every enterprise's.

    `q` is part of the operator's or enterprise's name, or the certificate's number."""
    access.require(Function.MANAGE_CERTIFICATES)
    mine = company_id if access.role is not Role.EMPLOYER else access.require_employer(company_id)
    conditions: list[ColumnElement[bool]] = [] if mine is None else [Certificate.company_id == mine]
    if q:
        said = (Certificate.operator, Certificate.serial, Company.name)
        conditions.append(or_(*(column.icontains(q, autoescape=True) for column in said)))
    rows = select(Certificate, Company.name).join(Company, Company.id == Certificate.company_id)
    return [(row[0], row[1]) for row in ORDER.page(session, rows, conditions, sort, after=after, limit=limit)]


def grant(session: Session, access: Access, certificate_id: int, functions: Iterable[Function]) -> Certificate:
    """A-05: what a certificate may do. Nobody grants more than it holds, nor changes its own. Raises 403 SCOPE_EXCEEDS_MAKER."""
    certificate = _manageable(session, access, certificate_id)
    if access.actor == f"certificate:{certificate.id}":
        raise Problem("NOT_ONES_OWN_RIGHTS", 409)
    granted = rules.certificate_functions(OF_ROLE["employer"], access, functions)
    before = rules.unpacked(certificate.functions)
    certificate.functions = rules.packed(granted)
    audit.record(
        session,
        access,
        "certificate.granted",
        f"certificate:{certificate.id}",
        before={"functions": "all" if before is None else sorted(before)},
        after={"functions": sorted(granted)},
    )
    return certificate


def disable(session: Session, clock: Clock, access: Access, certificate_id: int) -> Certificate:
    """A-05: a certificate opens nothing from now on, and its sessions and tokens end; a second time changes nothing."""
    certificate = _manageable(session, access, certificate_id)
    if certificate.disabled_at is None:
        certificate.disabled_at = clock.now()
        audit.record(session, access, "certificate.disabled", f"certificate:{certificate.id}", after={"serial": certificate.serial})
    return certificate


def enable(session: Session, access: Access, certificate_id: int) -> Certificate:
    """A certificate that was disabled counts again."""
    certificate = _manageable(session, access, certificate_id)
    if access.actor == f"certificate:{certificate.id}":
        raise Problem("NOT_ONES_OWN_RIGHTS", 409)
    if certificate.disabled_at is not None:
        certificate.disabled_at = None
        audit.record(session, access, "certificate.enabled", f"certificate:{certificate.id}", after={"serial": certificate.serial})
    return certificate


def _manageable(session: Session, access: Access, certificate_id: int) -> Certificate:
    access.require(Function.MANAGE_CERTIFICATES)
    certificate = session.get(Certificate, certificate_id, with_for_update=True)
    if certificate is None or (access.role is Role.EMPLOYER and certificate.company_id != access.company_id):
        raise Problem("NOT_FOUND", 404)
    return certificate


def _first_seen(session: Session, clock: Clock, leaf: x509.Certificate) -> Certificate:
    company = session.scalar(select(Company.id).where(Company.uscc == _uscc(leaf)).with_for_update())
    if company is None:
        raise invalid("COMPANY_UNKNOWN")
    is_first = session.scalar(select(Certificate.id).where(Certificate.company_id == company).limit(1)) is None
    certificate = Certificate(
        company_id=company,
        fingerprint=_fingerprint(leaf),
        serial=f"{leaf.serial_number:x}",
        issuer=leaf.issuer.rfc4514_string()[:300],
        operator=_operator(leaf),
        functions=None if is_first else rules.packed(FIRST_SIGHT),
        not_after=leaf.not_valid_after_utc,
        created_at=clock.now(),
    )
    session.add(certificate)
    session.flush()
    told = {"serial": certificate.serial, "operator": certificate.operator, "company_id": company, "first": is_first}
    audit.record(session, _access(certificate), "certificate.first_seen", f"certificate:{certificate.id}", after=told)
    return certificate


def _access(certificate: Certificate) -> Access:
    return Access(
        f"certificate:{certificate.id}",
        Role.EMPLOYER,
        certificate.company_id,
        granted=rules.unpacked(certificate.functions),
        certificate=certificate.serial,
    )


def _uscc(leaf: x509.Certificate) -> str:
    """The enterprise's code: the first well-formed one with its right check character in the subject."""
    for oid in _WHERE_USCC:
        for attribute in leaf.subject.get_attributes_for_oid(x509.ObjectIdentifier(oid)):
            for code in _USCC.findall(str(attribute.value).upper()):
                if companies.credit_code_check(code[:17]) == code[-1]:
                    return str(code)
    raise invalid("SUBJECT")


def _operator(leaf: x509.Certificate) -> str:
    names = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value)[:100] if names else ""


def _fingerprint(leaf: x509.Certificate) -> bytes:
    return hashlib.sha256(leaf.public_bytes(Encoding.DER)).digest()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()

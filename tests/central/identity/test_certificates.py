"""Enterprises sign in by certificate: what is accepted, and how each thing that is wrong is told apart."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import gmalg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from central.access import Function, Role
from central.audit import AuditEntry
from central.database import Database
from central.errors import Problem
from central.functions import FIRST_SIGHT
from central.identity import certificates, sm2
from central.identity import service as identity
from central.identity.certificate_chain import REASONS
from central.identity.model import Certificate
from central.identity.trust import Revocation, Trust, TrustError
from gongmen.ca_enterprise import Kind
from tests.central.builders import MORNING, Story, credit_code
from tests.central.identity.shown import PLACE, Authorities, Holder, Sm2Authority, public, sm2_signature


@pytest.fixture(scope="module")
def authorities() -> Authorities:
    """Keys take time to make: one authority for all."""
    return Authorities()


def sign_in(story: Story, holder: Holder, trust: Trust) -> Certificate:
    """The whole way: challenge, signature, answer."""
    database, clock = story.centre.database, story.centre.clock
    with database.writing() as session:
        nonce = certificates.challenge(session, clock, "browser")
    with database.writing() as session:
        assert certificates.take_challenge(session, clock, "browser", nonce)
        return certificates.sign_in(session, clock, trust, holder.shows(nonce), PLACE)


def reason(refused: pytest.ExceptionInfo[Problem]) -> object:
    assert (refused.value.code, refused.value.status) == ("CERT_INVALID", 401)
    return refused.value.values["reason"]


@pytest.mark.rule("A-04")
@pytest.mark.parametrize("kind", list(Kind))
def test_an_enterprise_signs_in_and_acts_for_the_company_that_its_certificate_names(
    story: Story, authorities: Authorities, kind: Kind
) -> None:
    company = story.site.labour
    certificate = sign_in(story, authorities.holder(company.uscc, kind=kind), authorities.trust())
    access = certificates.access_of(certificate, MORNING)
    assert access is not None
    assert (access.role, access.company_id, access.certificate) == (Role.EMPLOYER, company.id, certificate.serial)
    assert access.require_employer() == company.id
    assert access.may(Function.REGISTER)


@pytest.mark.rule("A-05")
def test_each_certificate_is_a_principal_of_its_own_and_only_the_first_has_everything(
    story: Story, authorities: Authorities, database: Database
) -> None:
    uscc, trust = story.site.labour.uscc, authorities.trust()
    first, second = (sign_in(story, authorities.holder(uscc, name), trust) for name in ("沈一", "沈二"))
    assert (first.operator, second.operator) == ("沈一", "沈二")
    one, other = (certificates.access_of(each, MORNING) for each in (first, second))
    assert one is not None
    assert other is not None
    assert one.actor != other.actor
    assert other.functions == FIRST_SIGHT
    with pytest.raises(Problem, match="FUNCTION_NOT_GRANTED"):
        other.require(Function.REGISTER)
    with database.writing() as session:
        certificates.grant(session, one, second.id, [Function.REGISTER, Function.VIEW_PEOPLE])
    with database.reading() as session:
        widened = certificates.access_of(session.get_one(Certificate, second.id), MORNING)
        told = session.scalars(select(AuditEntry).where(AuditEntry.action == "certificate.granted")).one()
    assert widened is not None
    assert widened.functions == {Function.REGISTER, Function.VIEW_PEOPLE}
    assert f'"certificate": "{first.serial}"' in told.told


@pytest.mark.rule("A-05")
def test_nobody_grants_more_than_they_hold_nor_changes_their_own_rights_nor_anothers_company(
    story: Story, authorities: Authorities, database: Database
) -> None:
    uscc, trust = story.site.labour.uscc, authorities.trust()
    first, second = (sign_in(story, authorities.holder(uscc), trust) for _ in range(2))
    foreign = sign_in(story, authorities.holder(story.neighbour.labour.uscc), trust)
    one = certificates.access_of(first, MORNING)
    assert one is not None
    narrow = replace(one, actor="certificate:999", granted=frozenset({Function.MANAGE_CERTIFICATES}))
    for acting, target, functions, code in (
        (one, first.id, [Function.REGISTER], "NOT_ONES_OWN_RIGHTS"),
        (one, foreign.id, [Function.REGISTER], "NOT_FOUND"),
        (one, second.id, [Function.READ_AUDIT], "SCOPE_EXCEEDS_MAKER"),
        (narrow, second.id, [Function.REGISTER], "SCOPE_EXCEEDS_MAKER"),
        (replace(one, granted=frozenset()), second.id, [Function.REGISTER], "FUNCTION_NOT_GRANTED"),
    ):
        with pytest.raises(Problem, match=code), database.writing() as session:
            certificates.grant(session, acting, target, functions)


@pytest.mark.rule("A-05")
def test_a_disabled_certificate_opens_nothing_and_its_tokens_end(story: Story, authorities: Authorities, database: Database) -> None:
    holder, trust, clock = authorities.holder(story.site.labour.uscc), authorities.trust(), story.centre.clock
    certificate = sign_in(story, holder, trust)
    access = certificates.access_of(certificate, MORNING)
    assert access is not None
    with database.writing() as session:
        _, clear = identity.issue_token(session, clock, access, name="接口", role=Role.EMPLOYER, company_id=access.company_id)
    with database.reading() as session:
        assert identity.bearer(session, clock, clear) is not None
    with database.writing() as session:
        certificates.disable(session, clock, story.security, certificate.id)
    with database.reading() as session:
        assert identity.bearer(session, clock, clear) is None
    with pytest.raises(Problem) as refused:
        sign_in(story, holder, trust)
    assert reason(refused) == "DISABLED"
    with database.writing() as session:
        certificates.enable(session, story.security, certificate.id)
    assert sign_in(story, holder, trust).id == certificate.id


@pytest.mark.rule("A-04")
def test_every_fault_of_a_certificate_is_told_apart(story: Story, authorities: Authorities) -> None:
    uscc, trusted = story.site.labour.uscc, authorities.trusted
    good = authorities.holder(uscc)
    revoked = authorities.holder(uscc)
    trusted.revoke(revoked.certificate.serial_number, MORNING)
    encrypting = x509.KeyUsage(False, False, True, False, False, False, False, False, False)
    fresh, stale = authorities.trust(), authorities.trust(MORNING - dt.timedelta(days=60))
    cases = {
        "EXPIRED": (authorities.holder(uscc, at=MORNING - dt.timedelta(days=400)), fresh),
        "NOT_YET_VALID": (authorities.holder(uscc, at=MORNING + dt.timedelta(days=2)), fresh),
        "REVOKED": (revoked, fresh),
        "REVOCATION_UNKNOWN": (good, stale),
        "UNKNOWN_ISSUER": (authorities.holder(uscc, by=authorities.foreign), fresh),
        "KEY_USAGE": (authorities.holder(uscc, usage=encrypting), fresh),
        "SIGNATURE": (Holder(authorities.holder(uscc).key, good.certificate), fresh),
        "SUBJECT": (authorities.holder("no code at all"), fresh),
        "COMPANY_UNKNOWN": (authorities.holder(credit_code(999)), fresh),
    }
    for wanted, (holder, trust) in cases.items():
        with pytest.raises(Problem) as refused:
            sign_in(story, holder, trust)
        assert reason(refused) == wanted
        assert REASONS[wanted][0] in refused.value.text.zh
    assert sign_in(story, good, fresh).disabled_at is None


@pytest.mark.rule("A-04")
def test_the_policy_decides_about_a_list_that_is_outdated_or_missing_but_never_lets_the_revoked_in(
    story: Story, authorities: Authorities
) -> None:
    uscc = story.site.labour.uscc
    revoked, good = authorities.holder(uscc), authorities.holder(uscc)
    authorities.trusted.revoke(revoked.certificate.serial_number, MORNING)
    old = authorities.trust(MORNING - dt.timedelta(days=60), Revocation.STALE_OK)
    none = Trust((authorities.trusted.root,))
    assert sign_in(story, good, old).disabled_at is None
    with pytest.raises(Problem) as refused:
        sign_in(story, revoked, old)
    assert reason(refused) == "REVOKED"
    with pytest.raises(Problem) as refused:
        sign_in(story, good, none)
    assert reason(refused) == "REVOCATION_UNKNOWN"
    assert sign_in(story, revoked, replace(none, revocation=Revocation.OFF)).disabled_at is None


def test_a_list_that_the_issuer_did_not_sign_counts_for_nothing(story: Story, authorities: Authorities) -> None:
    good, foreign = authorities.holder(story.site.labour.uscc), authorities.foreign
    forged = x509.CertificateRevocationListBuilder().issuer_name(authorities.trusted.root.subject)
    forged = forged.last_update(MORNING).next_update(MORNING + dt.timedelta(days=9))
    trust = replace(authorities.trust(), lists=(forged.sign(foreign.key, hashes.SHA256()),))
    with pytest.raises(Problem) as refused:
        sign_in(story, good, trust)
    assert reason(refused) == "REVOCATION_UNKNOWN"


def test_who_signs_below_a_persons_certificate_is_no_authority(story: Story, authorities: Authorities) -> None:
    """A person's own certificate, used as if it were an authority's, issues nothing that is accepted."""
    person = authorities.holder(story.site.labour.uscc)
    key = ec.generate_private_key(ec.SECP256R1())
    forged = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, story.neighbour.labour.uscc)]))
        .issuer_name(person.certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(MORNING - dt.timedelta(days=1))
        .not_valid_after(MORNING + dt.timedelta(days=1))
        .sign(person.key, hashes.SHA256())
    )
    with story.centre.database.writing() as session:
        nonce = certificates.challenge(session, story.centre.clock, "browser")
        shown = replace(Holder(key, forged).shows(nonce), chain=[person.certificate.public_bytes(Encoding.DER)])
        with pytest.raises(Problem) as refused:
            certificates.sign_in(session, story.centre.clock, authorities.trust(), shown, PLACE)
    assert reason(refused) == "UNKNOWN_ISSUER"


@pytest.mark.rule("A-04")
def test_a_challenge_is_for_one_browser_two_minutes_and_one_use(story: Story, database: Database) -> None:
    clock = story.centre.clock
    with database.writing() as session:
        first, second = (certificates.challenge(session, clock, "browser") for _ in range(2))
        assert not certificates.take_challenge(session, clock, "another browser", first)
        assert certificates.take_challenge(session, clock, "browser", first)
        assert not certificates.take_challenge(session, clock, "browser", first)
        clock.at += certificates.CHALLENGE_LIVES  # type: ignore[attr-defined]  # the tests' clock
        assert not certificates.take_challenge(session, clock, "browser", second)


def test_a_signature_made_for_another_site_is_of_no_use_here(story: Story, authorities: Authorities) -> None:
    holder = authorities.holder(story.site.labour.uscc)
    with story.centre.database.writing() as session, pytest.raises(Problem) as refused:
        certificates.sign_in(session, story.centre.clock, authorities.trust(), holder.shows("n"), "elsewhere.example")
    assert reason(refused) == "SIGNATURE"


def test_what_webcrypto_gives_for_a_curve_is_taken_like_der(story: Story, authorities: Authorities) -> None:
    holder = authorities.holder(story.site.labour.uscc)
    shown = holder.shows("n")
    r, s = decode_dss_signature(shown.signature)
    with story.centre.database.writing() as session:
        joined = replace(shown, signature=r.to_bytes(32) + s.to_bytes(32))
        assert certificates.sign_in(session, story.centre.clock, authorities.trust(), joined, PLACE).id


def test_weak_and_unknown_keys_are_refused(story: Story, authorities: Authorities) -> None:
    root = authorities.trusted
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, story.site.labour.uscc)]))
        .issuer_name(root.root.subject)
        .serial_number(7)
        .not_valid_before(MORNING - dt.timedelta(days=1))
        .not_valid_after(MORNING + dt.timedelta(days=1))
    )
    small, strange = rsa.generate_private_key(65537, 1024), ed25519.Ed25519PrivateKey.generate()
    with story.centre.database.writing() as session:
        for key, code, why in ((small, "CERT_INVALID", "WEAK"), (strange, "CERT_ALGORITHM_UNSUPPORTED", None)):
            leaf = builder.public_key(key.public_key()).sign(root.key, hashes.SHA256())
            with pytest.raises(Problem, match=code) as refused:
                certificates.sign_in(
                    session,
                    story.centre.clock,
                    authorities.trust(),
                    certificates.Shown("n", leaf.public_bytes(Encoding.DER), b"s"),
                    PLACE,
                )
            assert refused.value.values.get("reason") == why
        with pytest.raises(Problem) as refused:
            certificates.sign_in(session, story.centre.clock, authorities.trust(), certificates.Shown("n", b"0\x03abc", b""), PLACE)
        assert reason(refused) == "MALFORMED"


def test_sm2_holds_against_the_vector_of_its_standard() -> None:
    """GM/T 0003.5-2012, A.2: 'message digest' signed on the recommended curve by the default identity."""
    key = bytes.fromhex(
        "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
    )
    signature = bytes.fromhex(
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )
    assert sm2.verify(key, b"message digest", signature)
    assert not sm2.verify(key, b"message digesu", signature)
    for wrong in (signature[:-1] + b"\xab", bytes(64), b"\xff" * 64, b"", b"0", signature[:63], b"0\x82\xff\xff"):
        assert not sm2.verify(key, b"message digest", wrong)
    assert not sm2.verify(key[:-1] + b"\x14", b"message digest", signature)


def test_sm3_holds_against_the_vector_of_its_standard() -> None:
    """GB/T 32905-2016, A.1."""
    digest = gmalg.SM3()
    digest.update(b"abc")
    assert digest.value().hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.rule("A-04")
def test_an_enterprise_signs_in_by_an_sm2_certificate_under_an_sm2_root(story: Story) -> None:
    authority = Sm2Authority()
    secret = gmalg.SM2().generate_keypair()[0]
    subject = [("2.5.4.10", "浦江建筑劳务有限公司"), ("2.5.4.97", story.site.labour.uscc), ("2.5.4.3", "沈国密")]
    leaf = authority.certificate(secret, subject)
    assert sm2.public_key(leaf) == public(secret)[1:]
    trust = Trust((x509.load_der_x509_certificate(authority.root),), revocation=Revocation.OFF)
    text = certificates.text_to_sign("n", PLACE)
    with story.centre.database.writing() as session:
        shown = certificates.Shown("n", leaf, sm2_signature(secret, text))
        certificate = certificates.sign_in(session, story.centre.clock, trust, shown, PLACE)
        assert (certificate.company_id, certificate.operator) == (story.site.labour.id, "沈国密")
        forged = certificates.Shown("n", leaf, sm2_signature(authority.secret, text))
        with pytest.raises(Problem) as refused:
            certificates.sign_in(session, story.centre.clock, trust, forged, PLACE)
        assert reason(refused) == "SIGNATURE"
        another = Sm2Authority()
        with pytest.raises(Problem) as refused:
            certificates.sign_in(
                session,
                story.centre.clock,
                trust,
                certificates.Shown("n", another.certificate(secret, subject), sm2_signature(secret, text)),
                PLACE,
            )
        assert reason(refused) == "UNKNOWN_ISSUER"


def test_roots_and_lists_are_read_from_files_and_a_damaged_one_is_told(tmp_path, authorities: Authorities) -> None:  # type: ignore[no-untyped-def]
    authorities.trusted.save(tmp_path, MORNING)
    (tmp_path / "enterprise-ca.key").unlink()
    (tmp_path / "enterprise-ca.pem").write_bytes(authorities.trusted.list_of_revoked(MORNING).public_bytes(Encoding.PEM))
    trust = Trust.load(tmp_path / "enterprise-ca.crt", tmp_path / "enterprise-ca.crl", Revocation.REQUIRED)
    assert [root.subject for root in trust.roots] == [authorities.trusted.root.subject]
    assert len(trust.lists) == 1
    with pytest.raises(TrustError):
        Trust.load(tmp_path / "nothing.crt", None, Revocation.REQUIRED)
    with pytest.raises(TrustError):
        Trust.load(tmp_path / "revoked.json", None, Revocation.REQUIRED)

"""Whether a certificate may speak for an enterprise: chain to a configured root, validity, key usage, revocation, its signature.

RSA (2048 bits or more) and ECDSA (P-256, P-384, P-521) by `cryptography`; SM2 with SM3 by `central.identity.sm2`. Nothing here looks at
a database. Each refusal is `CertificateError` with one of `REASONS`; trying again helps only where the reason says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from central.identity import sm2
from central.identity.trust import Revocation, Trust

REASONS: Final[dict[str, tuple[str, str]]] = {
    "MALFORMED": ("不是有效的证书文件，请重新选择", "this is no certificate: choose another file"),
    "EXPIRED": (
        "证书已过期，请到发证机构（上海 CA，电话 962600）更新",
        "it has expired: renew it at its authority (Shanghai CA, tel. 962600)",
    ),
    "NOT_YET_VALID": ("证书尚未生效，请核对电脑时间和有效期", "it is not valid yet: check its dates"),
    "REVOKED": ("证书已被发证机构吊销", "its authority has revoked it"),
    "REVOCATION_UNKNOWN": ("暂时无法核对吊销状态，请稍后再试或联系支持", "its revocation cannot be checked now: try later or ask support"),
    "UNKNOWN_ISSUER": ("不是本系统信任的发证机构签发", "it was not issued by an authority that this centre trusts"),
    "KEY_USAGE": ("该证书不能用于登录签名，请选用签名证书", "it may not sign: choose the signing certificate"),
    "WEAK": ("证书的密钥或签名算法强度不足，请更新证书", "its key or signature is too weak: renew it"),
    "SIGNATURE": ("签名与证书不符，请确认选择了同一证书的私钥", "the signature is not of this certificate's key"),
    "CHALLENGE_EXPIRED": ("登录等待时间过长，请重新登录", "signing in took too long: start again"),
    "SUBJECT": ("证书中没有统一社会信用代码", "it names no unified social credit code"),
    "COMPANY_UNKNOWN": ("证书所属企业尚未在本系统登记，请联系支持", "its company is not registered here: ask support"),
    "DISABLED": ("该证书已被本单位或安全管理员停用", "your company or the security administrator has disabled it"),
}
"""Why a certificate is not accepted: detail code of CERT_INVALID -> what the person is told."""
_DEPTH: Final = 4
_Kind = TypeVar("_Kind", bound=x509.ExtensionType)
_CURVES: Final = ("secp256r1", "secp384r1", "secp521r1")


class CertificateError(Exception):
    """A certificate that is not accepted: `reason` is a key of `REASONS`, or ALGORITHM_UNSUPPORTED."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read(der: bytes) -> x509.Certificate:
    """A certificate from its DER form. Raises `CertificateError` MALFORMED."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.subject, certificate.extensions, certificate.signature_algorithm_oid
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateError("MALFORMED") from None
    return certificate


@dataclass(frozen=True)
class _Key:
    """A public key that can verify: of `cryptography`, or 64 bytes of SM2."""

    of: rsa.RSAPublicKey | ec.EllipticCurvePublicKey | bytes

    def verifies(self, signature: bytes, signed: bytes, algorithm: hashes.HashAlgorithm | None) -> bool:
        """Whether the signature is this key's; for SM2 the algorithm is SM3 in any case."""
        try:
            if isinstance(self.of, bytes):
                return sm2.verify(self.of, signed, signature)
            if algorithm is None:
                return False
            if isinstance(self.of, rsa.RSAPublicKey):
                self.of.verify(signature, signed, padding.PKCS1v15(), algorithm)
            else:
                self.of.verify(_as_der(signature, self.of), signed, ec.ECDSA(algorithm))
        except (InvalidSignature, ValueError):
            return False
        return True


def verify(leaf: x509.Certificate, chain: Sequence[x509.Certificate], now: dt.datetime, trust: Trust) -> None:
    """Raises `CertificateError` unless `leaf` leads to one of the roots and may sign, now. `chain` is what came with it, unchecked."""
    _in_time(leaf, now)
    _may_sign(leaf)
    candidates = [*trust.roots, *trust.intermediates, *chain]
    roots = {_der(root) for root in trust.roots}
    at = leaf
    for depth in range(_DEPTH):
        issuer = _issuer(at, candidates)
        _in_time(issuer, now)
        _may_issue(issuer, depth)
        if trust.revocation is not Revocation.OFF:
            _not_revoked(at, issuer, now, trust)
        if _der(issuer) in roots:
            return
        at = issuer
    raise CertificateError("UNKNOWN_ISSUER")


def signed_by(leaf: x509.Certificate, text: bytes, signature: bytes) -> None:
    """Raises `CertificateError` SIGNATURE unless the certificate's key signed `text`.

    RSA: PKCS#1 v1.5 with SHA-256. EC: ECDSA with SHA-256, DER or r and s joined (as WebCrypto gives it). SM2: with SM3.
    """
    if not _key(leaf).verifies(signature, text, hashes.SHA256()):
        raise CertificateError("SIGNATURE")


def _key(certificate: x509.Certificate) -> _Key:
    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        found = sm2.public_key(_der(certificate))
        if found is None:
            raise CertificateError("ALGORITHM_UNSUPPORTED") from None
        return _Key(found)
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < 2048:
            raise CertificateError("WEAK")
        return _Key(key)
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return _Key(key)
    raise CertificateError("ALGORITHM_UNSUPPORTED")


def _issuer(of: x509.Certificate, candidates: Sequence[x509.Certificate]) -> x509.Certificate:
    """Who signed it; the first that fits by name and by signature."""
    for issuer in candidates:
        if issuer.subject == of.issuer and _signed(of, _key(issuer)):
            return issuer
    raise CertificateError("UNKNOWN_ISSUER")


def _signed(of: x509.Certificate, key: _Key) -> bool:
    return key.verifies(of.signature, of.tbs_certificate_bytes, _hash_of(of))


def _hash_of(of: x509.Certificate | x509.CertificateRevocationList) -> hashes.HashAlgorithm | None:
    """The hash of its signature; None for SM3. MD5 and SHA-1 are WEAK."""
    if of.signature_algorithm_oid.dotted_string == sm2.SIGNED_WITH_SM2:
        return None
    try:
        algorithm = of.signature_hash_algorithm
    except UnsupportedAlgorithm:
        raise CertificateError("ALGORITHM_UNSUPPORTED") from None
    if algorithm is None:
        raise CertificateError("ALGORITHM_UNSUPPORTED")
    if algorithm.digest_size < 32:
        raise CertificateError("WEAK")
    return algorithm


def _in_time(certificate: x509.Certificate, now: dt.datetime) -> None:
    if now > certificate.not_valid_after_utc:
        raise CertificateError("EXPIRED")
    if now < certificate.not_valid_before_utc:
        raise CertificateError("NOT_YET_VALID")


def _may_sign(leaf: x509.Certificate) -> None:
    """A person's certificate: no authority, allowed to sign, and meant for clients if it says what it is meant for."""
    constraints = _extension(leaf, ExtensionOID.BASIC_CONSTRAINTS, x509.BasicConstraints)
    usage = _extension(leaf, ExtensionOID.KEY_USAGE, x509.KeyUsage)
    purposes = _extension(leaf, ExtensionOID.EXTENDED_KEY_USAGE, x509.ExtendedKeyUsage)
    if constraints is not None and constraints.ca:
        raise CertificateError("KEY_USAGE")
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise CertificateError("KEY_USAGE")
    if purposes is not None and not {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(purposes):
        raise CertificateError("KEY_USAGE")


def _may_issue(issuer: x509.Certificate, below: int) -> None:
    constraints = _extension(issuer, ExtensionOID.BASIC_CONSTRAINTS, x509.BasicConstraints)
    usage = _extension(issuer, ExtensionOID.KEY_USAGE, x509.KeyUsage)
    if constraints is None or not constraints.ca or (usage is not None and not usage.key_cert_sign):
        raise CertificateError("UNKNOWN_ISSUER")
    if constraints.path_length is not None and below > constraints.path_length:
        raise CertificateError("UNKNOWN_ISSUER")


def _not_revoked(of: x509.Certificate, issuer: x509.Certificate, now: dt.datetime, trust: Trust) -> None:
    """By the newest list of this issuer that the issuer signed. Without one, or with an outdated one, as the policy says."""
    lists = [one for one in trust.lists if one.issuer == issuer.subject and one.last_update_utc <= now]
    for one in sorted(lists, key=lambda each: each.last_update_utc, reverse=True):
        if not _key(issuer).verifies(one.signature, one.tbs_certlist_bytes, _hash_of(one)):
            continue
        if one.get_revoked_certificate_by_serial_number(of.serial_number) is not None:
            raise CertificateError("REVOKED")
        is_stale = one.next_update_utc is None or one.next_update_utc < now
        if is_stale and trust.revocation is Revocation.REQUIRED:
            raise CertificateError("REVOCATION_UNKNOWN")
        return
    if trust.revocation is Revocation.REQUIRED:
        raise CertificateError("REVOCATION_UNKNOWN")


def _extension(of: x509.Certificate, oid: x509.ObjectIdentifier, kind: type[_Kind]) -> _Kind | None:
    try:
        value = of.extensions.get_extension_for_oid(oid).value
    except x509.ExtensionNotFound:
        return None
    return value if isinstance(value, kind) else None


def _as_der(signature: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    size = (key.key_size + 7) // 8
    if len(signature) != 2 * size:
        return signature
    return encode_dss_signature(int.from_bytes(signature[:size]), int.from_bytes(signature[size:]))


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)

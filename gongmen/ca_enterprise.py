"""A test authority for enterprises' certificates (法人一证通), with a revocation list: for tests and demos only.

The subject carries the unified social credit code as organizationIdentifier, the company as organizationName and the operator as
commonName. A folder holds `enterprise-ca.key` (0600), `enterprise-ca.crt`, `enterprise-ca.crl` and `revoked.json`. Times are aware UTC.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from central.devices.certificates import KeyPair

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
ROOT_DAYS = 3650
DAYS = 365
LIST_DAYS = 30
"""How long a revocation list is current."""
_BACKDATED = timedelta(hours=1)


class Kind(StrEnum):
    """What keys are of."""

    ECDSA = "ecdsa"
    RSA = "rsa"


@dataclass(frozen=True)
class EnterpriseAuthority:
    """Issues and revokes. `revoked` maps serial numbers to when."""

    key: PrivateKey
    root: x509.Certificate
    revoked: dict[int, datetime]

    @classmethod
    def create(cls, now: datetime, kind: Kind = Kind.ECDSA, name: str = "Gongmen test enterprise root") -> EnterpriseAuthority:
        """A new root, valid for ten years."""
        key = new_key(kind)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = _builder(subject, subject, key, now, ROOT_DAYS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(issues=True), critical=True)
        return cls(key, builder.sign(key, hashes.SHA256()), {})

    @classmethod
    def load(cls, folder: Path) -> EnterpriseAuthority:
        """What `save` wrote. Raises `FileNotFoundError`, or `ValueError` if the files are damaged."""
        key = serialization.load_pem_private_key((folder / "enterprise-ca.key").read_bytes(), None)
        root = x509.load_pem_x509_certificate((folder / "enterprise-ca.crt").read_bytes())
        told = json.loads((folder / "revoked.json").read_text("utf-8"))
        return cls(cast(PrivateKey, key), root, {int(serial, 16): datetime.fromisoformat(at) for serial, at in told.items()})

    def save(self, folder: Path, now: datetime) -> None:
        """Writes key, root, what was revoked, and a fresh list."""
        pem = self.root.public_bytes(serialization.Encoding.PEM)
        KeyPair(private_pem(self.key), pem).write(folder, "enterprise-ca")
        (folder / "revoked.json").write_text(json.dumps({f"{serial:x}": at.isoformat() for serial, at in self.revoked.items()}), "utf-8")
        (folder / "enterprise-ca.crl").write_bytes(self.list_of_revoked(now).public_bytes(serialization.Encoding.PEM))

    def issue(
        self,
        uscc: str,
        company: str,
        operator: str,
        now: datetime,
        *,
        days: int = DAYS,
        kind: Kind = Kind.ECDSA,
        usage: x509.KeyUsage | None = None,
    ) -> tuple[PrivateKey, x509.Certificate]:
        """A key and a certificate for one operator of an enterprise."""
        key = new_key(kind)
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, company[:64]),
                x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, uscc),
                x509.NameAttribute(NameOID.COMMON_NAME, operator[:64]),
            ]
        )
        builder = _builder(subject, self.root.subject, key, now, days)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(usage or _usage(issues=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        return key, builder.sign(self.key, hashes.SHA256())

    def revoke(self, serial: int, now: datetime) -> None:
        """Note a serial number; the next list names it."""
        self.revoked.setdefault(serial, now)

    def list_of_revoked(self, now: datetime, days: int = LIST_DAYS) -> x509.CertificateRevocationList:
        """The revocation list as of now, current for `days`."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.root.subject)
        builder = builder.last_update(now - _BACKDATED).next_update(now + timedelta(days=days))
        for serial, at in self.revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.key, hashes.SHA256())


def bundle(key: PrivateKey, certificate: x509.Certificate, password: str = "") -> bytes:
    """The file that a person chooses when signing in: certificate and PKCS#8 key, PEM; encrypted (PBES2, AES) under a password."""
    return certificate.public_bytes(serialization.Encoding.PEM) + private_pem(key, password)


def private_pem(key: PrivateKey, password: str = "") -> bytes:
    """A key as PKCS#8 PEM."""
    sealing: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        sealing = serialization.BestAvailableEncryption(password.encode())
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing)


def new_key(kind: Kind) -> PrivateKey:
    """P-256, or RSA of 2048 bits."""
    return ec.generate_private_key(ec.SECP256R1()) if kind is Kind.ECDSA else rsa.generate_private_key(65537, 2048)


def _builder(subject: x509.Name, issuer: x509.Name, key: PrivateKey, now: datetime, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(issues: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issues,
        content_commitment=not issues,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issues,
        crl_sign=issues,
        encipher_only=False,
        decipher_only=False,
    )

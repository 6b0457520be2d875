"""The certificates of the broker's mutual TLS: one root per centre, one client certificate per box with CN = box id.

The broker lets a client use the topics of its common name only (ACL `gm/1/%u/#`), so the name in a certificate is chosen here and never
taken from a request. Keys are EC P-256; private keys are written with mode 0600. Times are aware UTC.

Errors: `ValueError` for a signing request that is no request or is not signed by its own key.
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_DAYS = 3650
SERVER_DAYS = 397
BOX_DAYS = 365
_BACKDATED = timedelta(hours=1)
"""A box without a good clock must not find its new certificate to be of the future."""


@dataclass(frozen=True)
class Issued:
    """A certificate for somebody else's key: PEM and its serial number in hex."""

    certificate: bytes
    serial: str
    expires_at: datetime


@dataclass(frozen=True)
class KeyPair:
    """A private key with its certificate, both PEM."""

    key: bytes
    certificate: bytes

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Writes `name.key` (0600) and `name.crt`; returns both paths."""
        folder.mkdir(parents=True, exist_ok=True)
        key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
        _write_private(key, self.key)
        certificate.write_bytes(self.certificate)
        return key, certificate


@dataclass(frozen=True)
class CertificateAuthority:
    """The centre's root: signs boxes, brokers and clients."""

    key: ec.EllipticCurvePrivateKey
    root: x509.Certificate

    @classmethod
    def create(cls, now: datetime, name: str = "Gongmen root") -> CertificateAuthority:
        """A new root, valid for ten years."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        root = (
            _builder(subject, subject, key.public_key(), now, ROOT_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(identifier, critical=False)
            .sign(key, hashes.SHA256())
        )
        return cls(key, root)

    @classmethod
    def load(cls, folder: Path) -> CertificateAuthority:
        """Reads `ca.key` and `ca.crt` from a folder. Raises `FileNotFoundError`, or `ValueError` if they are damaged or do not fit."""
        key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
        root = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != root.public_key():
            raise ValueError(f"the key and the certificate in {folder} do not belong together")
        return cls(key, root)

    @classmethod
    def load_or_create(cls, folder: Path, now: datetime) -> CertificateAuthority:
        """The root of this folder; made and written the first time."""
        if (folder / "ca.key").exists():
            return cls.load(folder)
        authority = cls.create(now)
        authority.save(folder)
        return authority

    def save(self, folder: Path) -> None:
        """Writes `ca.key` (0600) and `ca.crt` into a folder (0700 if it is made here)."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        KeyPair(_private_pem(self.key), self.certificate).write(folder, "ca")

    @property
    def certificate(self) -> bytes:
        """The root's certificate, PEM: what both sides trust."""
        return self.root.public_bytes(serialization.Encoding.PEM)

    def sign_box(self, request: bytes, box: str, now: datetime, days: int = BOX_DAYS) -> Issued:
        """A client certificate for a box from its PEM signing request. The name is `box`, whatever the request says."""
        try:
            csr = x509.load_pem_x509_csr(request)
        except ValueError as error:
            raise ValueError("no certificate signing request") from error
        public = csr.public_key()
        if not csr.is_signature_valid or not isinstance(public, ec.EllipticCurvePublicKey):
            raise ValueError("the request is not signed by its own EC key")
        certificate = self._leaf(box, public, now, days, ExtendedKeyUsageOID.CLIENT_AUTH)
        serial = f"{certificate.serial_number:x}"
        return Issued(certificate.public_bytes(serialization.Encoding.PEM), serial, certificate.not_valid_after_utc)

    def issue_server(self, hosts: list[str], now: datetime) -> KeyPair:
        """Key and certificate for a broker or web server under these host names and addresses (the first is its common name)."""
        alternatives = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        return self._pair(hosts[0], now, SERVER_DAYS, ExtendedKeyUsageOID.SERVER_AUTH, alternatives)

    def issue_client(self, name: str, now: datetime, days: int = BOX_DAYS) -> KeyPair:
        """Key and certificate for a client that does not bring its own key: the centre itself, or a box in a test."""
        return self._pair(name, now, days, ExtendedKeyUsageOID.CLIENT_AUTH, None)

    def _pair(
        self, name: str, now: datetime, days: int, use: x509.ObjectIdentifier, alternatives: x509.SubjectAlternativeName | None
    ) -> KeyPair:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._leaf(name, key.public_key(), now, days, use, alternatives=alternatives)
        return KeyPair(_private_pem(key), certificate.public_bytes(serialization.Encoding.PEM))

    def _leaf(
        self,
        name: str,
        public: ec.EllipticCurvePublicKey,
        now: datetime,
        days: int,
        use: x509.ObjectIdentifier,
        *,
        alternatives: x509.SubjectAlternativeName | None = None,
    ) -> x509.Certificate:
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = (
            _builder(_name(name), self.root.subject, public, now, days)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(issuer, critical=False)
        )
        if alternatives is not None:
            builder = builder.add_extension(alternatives, critical=False)
        return builder.sign(self.key, hashes.SHA256())


def signing_request(name: str) -> tuple[bytes, bytes]:
    """A fresh EC key and a signing request for it, both PEM: what a box does at provisioning; here for tests and simulated boxes."""
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(_name(name)).sign(key, hashes.SHA256())
    return _private_pem(key), request.public_bytes(serialization.Encoding.PEM)


def _builder(subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    path.chmod(0o600)

"""Whom the centre trusts to name enterprises: root certificates, intermediate ones, and lists of what was revoked, from files.

Read anew at every sign-in, so that a fresh list counts at once and needs no restart. Errors: `TrustError` for files that cannot be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography import x509


class Revocation(StrEnum):
    """What happens when revocation cannot be looked up.

    `required`: every issuer of the chain needs a list that is not outdated, or nobody of it signs in. `stale_ok`: an outdated list, or
    none, is put up with; what a list names as revoked stays out. `off`: nothing is looked up.
    """

    REQUIRED = "required"
    STALE_OK = "stale_ok"
    OFF = "off"


class TrustError(Exception):
    """A file of roots or revocations is missing or damaged; mend the configuration."""


@dataclass(frozen=True)
class Trust:
    """What is trusted now."""

    roots: tuple[x509.Certificate, ...] = ()
    intermediates: tuple[x509.Certificate, ...] = ()
    lists: tuple[x509.CertificateRevocationList, ...] = ()
    revocation: Revocation = Revocation.REQUIRED

    @classmethod
    def load(cls, roots: Path | None, lists: Path | None, revocation: Revocation) -> Trust:
        """`roots` is a PEM file or a folder of them; what signed itself is a root, the rest intermediate. `lists` likewise (PEM or DER)."""
        certificates = [one for path in _files(roots, (".crt", ".pem", ".cer")) for one in _certificates(path)]
        revoked = tuple(_list(path) for path in _files(lists, (".crl", ".pem")))
        own = tuple(one for one in certificates if one.subject == one.issuer)
        return cls(own, tuple(one for one in certificates if one.subject != one.issuer), revoked, revocation)


def _files(place: Path | None, endings: tuple[str, ...]) -> list[Path]:
    if place is None:
        return []
    if place.is_dir():
        return sorted(path for path in place.iterdir() if path.suffix.lower() in endings)
    if not place.exists():
        raise TrustError(f"{place.name} is missing")
    return [place]


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError as error:
        raise TrustError(f"{path.name} holds no PEM certificates") from error


def _list(path: Path) -> x509.CertificateRevocationList:
    content = path.read_bytes()
    try:
        return x509.load_pem_x509_crl(content) if content.startswith(b"-----") else x509.load_der_x509_crl(content)
    except ValueError as error:
        raise TrustError(f"{path.name} is no revocation list") from error

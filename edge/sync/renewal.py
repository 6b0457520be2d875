"""The box's certificate, renewed before it ends: a fresh key, a signing request under the box's own signature, the centre's answer.

Due from two thirds of its life on, by the box's clock; the centre judges by its own. Certificate and key are written as one file, so that
they always belong together; the former ones stay valid until they end. A box that was off past that end is claimed anew, by hand.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge.errors import CentreUnreachable, ClaimRefused, EdgeError
from edge.store.secrets import BoxKeys, secrets_dir, write_secret
from edge.sync.provisioning import TIMEOUT_S, code_of, signing_request

log = logging.getLogger(__name__)

EVERY_S: Final = 6 * 3600.0
"""How often a box looks whether its certificate is due."""
_PAIR: Final = "client.pem"
_PENDING: Final = "renewal.key"


class _Answer(msgspec.Struct, frozen=True):
    certificate: str


def pair_of(home: Path) -> tuple[Path, Path]:
    """The files of certificate and key: one that holds both once it was renewed, the two of the provisioning before."""
    place = secrets_dir(home)
    both = place / _PAIR
    return (both, both) if both.exists() else (place / "client.crt", place / "client.key")


def is_due(certificate: x509.Certificate, now: datetime) -> bool:
    """Whether two thirds of its life are over. A clock that was never set says no."""
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return now >= begins + (ends - begins) * 2 / 3


def said(box: str, request: str) -> bytes:
    """What the box signs with the key that the centre knows it by."""
    return f"gongmen box renewal 1\n{box}\n{request}".encode()


def renew(home: Path, box: str, centre_url: str, now: datetime, client: httpx.Client | None = None) -> bool:
    """Renews what is due; whether it was. An attempt whose answer was lost is repeated with the same key.

    Raises `CentreUnreachable`, or `ClaimRefused` with the centre's code: revoked, ended, or not due by the centre's clock.
    """
    try:
        present = x509.load_pem_x509_certificate(pair_of(home)[0].read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    if not is_due(present, now):
        return False
    key = _pending_key(home)
    request = signing_request(key)
    body = {"signing_request": request, "signature": BoxKeys.load(home).sign(said(box, request)).hex()}
    with client or httpx.Client(timeout=TIMEOUT_S) as connection:
        pem = _ask(connection, f"{centre_url.rstrip('/')}/api/v1/boxes/{box}/renewal", body)
    _check(pem, box, key)
    write_secret(secrets_dir(home) / _PAIR, _pem(key) + pem)
    (secrets_dir(home) / _PENDING).unlink(missing_ok=True)
    return True


def keep_renewing(home: Path, box: str, centre_url: str, stop: threading.Event, renewed: threading.Event) -> None:
    """A thread's main: sets `renewed` when the next connection should be made with a new certificate."""
    while not stop.is_set():
        try:
            if renew(home, box, centre_url, datetime.now(UTC)):
                log.info("CERTIFICATE_RENEWED")
                renewed.set()
        except (EdgeError, OSError) as error:
            log.warning("CERTIFICATE_NOT_RENEWED %s", error)
        stop.wait(EVERY_S)


def _pending_key(home: Path) -> ec.EllipticCurvePrivateKey:
    path = secrets_dir(home) / _PENDING
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), None)
        if isinstance(found, ec.EllipticCurvePrivateKey):
            return found
    except (FileNotFoundError, ValueError):
        pass  # nothing usable was begun
    new = ec.generate_private_key(ec.SECP256R1())
    write_secret(path, _pem(new))
    return new


def _ask(client: httpx.Client, url: str, body: dict[str, str]) -> bytes:
    try:
        answer = client.post(url, json=body)
    except httpx.HTTPError as error:
        raise CentreUnreachable(type(error).__name__) from error
    if answer.is_client_error and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
        raise ClaimRefused(code_of(answer) or f"HTTP {answer.status_code}")
    try:
        return msgspec.json.decode(answer.content, type=_Answer).certificate.encode()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CentreUnreachable(f"no answer of a centre: HTTP {answer.status_code}") from error


def _check(pem: bytes, box: str, key: ec.EllipticCurvePrivateKey) -> None:
    """An answer that is not this key's certificate for this box would lock the box out."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise CentreUnreachable("the answer is no certificate") from error
    names = [str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if names != [box] or certificate.public_key() != key.public_key():
        raise CentreUnreachable("the certificate is not this box's")


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

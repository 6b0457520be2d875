"""How a box becomes one of a project: a claim code against keys and a certificate, once.

The keys are made here and never leave the box; the centre gets their public halves and a signing request. They are written down before
the centre is asked, and an attempt whose answer was lost is repeated with the same ones. A working box stays as it is until the centre has
said yes.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge.errors import CentreUnreachable, ClaimRefused, ConfigInvalid, KeyDamaged, KeyMissing
from edge.store import file
from edge.store.secrets import BoxKeys, CentreKey, secrets_dir, write_secret
from edge.sync.wire import Direction

PATH: Final = "/api/v1/boxes/provision"
TIMEOUT_S: Final = 20.0
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


class BrokerPlace(msgspec.Struct, frozen=True):
    """Where the box finds the message broker."""

    host: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    tls: bool


class Provisioned(msgspec.Struct, frozen=True):
    """The centre's answer, as far as a box needs it; certificate and root are PEM."""

    box: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    project_reg_no: str
    lane: str
    direction: Direction
    centre_key: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    mqtt: BrokerPlace
    certificate: str
    ca: str


def provision(home: Path, centre_url: str, claim_code: str, client: httpx.Client | None = None) -> Provisioned:
    """Makes this box the one that the claim code was given for; writes `box.toml` and `secrets/`.

    Raises `ClaimRefused`, `CentreUnreachable`, `ConfigInvalid` (an address that would show the code to the network) or `KeyDamaged` (of an
    earlier attempt).
    """
    _refuse_open_network(centre_url)
    begun = home / "provisioning"
    keys, client_key = _keys(begun)
    body = {
        "claim_code": claim_code.strip(),
        "verify_key": keys.verify_key.hex(),
        "sealing_key": keys.sealing_public.hex(),
        "signing_request": signing_request(client_key),
    }
    with client or httpx.Client(timeout=TIMEOUT_S) as connection:
        answer = _ask(connection, centre_url.rstrip("/") + PATH, body)
    CentreKey(answer.centre_key)
    _take_over(home, begun, centre_url, answer)
    return answer


def _keys(begun: Path) -> tuple[BoxKeys, ec.EllipticCurvePrivateKey]:
    """The keys of an attempt whose answer never came, or new ones."""
    path = secrets_dir(begun) / "client.key"
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), None)
        if isinstance(found, ec.EllipticCurvePrivateKey):
            return BoxKeys.load(begun), found
    except (FileNotFoundError, ValueError, KeyMissing, KeyDamaged):
        pass  # nothing usable was begun
    new = ec.generate_private_key(ec.SECP256R1())
    keys = BoxKeys.create(begun)
    pem = new.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_secret(path, pem)
    return keys, new


def signing_request(key: ec.EllipticCurvePrivateKey) -> str:
    """A PEM request; its name says nothing, the centre names the box in the certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gongmen box")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def _ask(client: httpx.Client, url: str, body: dict[str, str]) -> Provisioned:
    try:
        answer = client.post(url, json=body)
    except httpx.HTTPError as error:
        raise CentreUnreachable(type(error).__name__) from error
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.status_code >= 500:
        raise CentreUnreachable(f"HTTP {answer.status_code}")
    if answer.is_client_error:
        raise ClaimRefused(code_of(answer) or f"HTTP {answer.status_code}")
    try:
        return msgspec.json.decode(answer.content, type=Provisioned)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CentreUnreachable(f"no answer of a centre: HTTP {answer.status_code}, {error}") from error


def code_of(answer: httpx.Response) -> str | None:
    """The centre's code in a refusal."""
    try:
        problem: Any = answer.json()
    except ValueError:
        return None
    code = problem.get("code") if isinstance(problem, dict) else None
    return code[:64] if isinstance(code, str) else None


def _take_over(home: Path, begun: Path, centre_url: str, answer: Provisioned) -> None:
    """Certificates and keys first, `box.toml` last: where it stands, all the rest does. A box that was another one before keeps that
    one's store aside; its sealed templates are lost with the keys that opened them, as they must be."""
    for name, pem in (("client.crt", answer.certificate), ("ca.crt", answer.ca)):
        write_secret(secrets_dir(begun) / name, pem.encode())
    (home / "box.toml").unlink(missing_ok=True)
    if secrets_dir(home).exists():
        shutil.rmtree(secrets_dir(home))
        if (home / "edge.db").exists():
            file.set_aside(home / "edge.db", "former")
    secrets_dir(begun).rename(secrets_dir(home))
    begun.rmdir()
    write_secret(home / "box.toml", _toml(centre_url, answer).encode())


def _toml(centre_url: str, answer: Provisioned) -> str:
    values: dict[str, str | int | bool] = {
        "box": answer.box,
        "project": answer.project_reg_no,
        "lane": answer.lane,
        "direction": answer.direction.value,
        "centre_url": centre_url,
        "centre_key": answer.centre_key,
        "mqtt_host": answer.mqtt.host,
        "mqtt_port": answer.mqtt.port,
        "mqtt_tls": answer.mqtt.tls,
    }
    lines = ["# Written by provisioning: who this box is. Devices belong into devices.toml.", *(_line(*pair) for pair in values.items())]
    return "\n".join(lines) + "\n"


def _line(key: str, value: str | int | bool) -> str:
    return f"{key} = {json.dumps(value)}"


def _refuse_open_network(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return
    raise ConfigInvalid("centre_url: https://…, or http on this machine only; a claim code must not cross a network in the open")

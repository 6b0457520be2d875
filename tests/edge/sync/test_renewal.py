"""What a box does with the answer to its renewal: takes what is its own, and never locks itself out."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge.errors import CentreUnreachable
from edge.store.secrets import BoxKeys, secrets_dir, write_secret
from edge.sync.renewal import is_due, pair_of, renew

BOX = "b-k3v7a2qd"
START = datetime(2026, 1, 1, tzinfo=UTC)
LATE = START + timedelta(days=300)


def certificate(public: ec.EllipticCurvePublicKey, name: str = BOX, begins: datetime = START) -> bytes:
    """A certificate for a key, signed by nobody in particular."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ends = begins + timedelta(days=365)
    builder = x509.CertificateBuilder(subject, subject, public, x509.random_serial_number(), begins, ends)
    return builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A provisioned box."""
    BoxKeys.create(tmp_path)
    key = ec.generate_private_key(ec.SECP256R1())
    write_secret(secrets_dir(tmp_path) / "client.crt", certificate(key.public_key()))
    return tmp_path


class FakeCentre:
    """Certifies what is asked for: under a name, or for another key."""

    def __init__(self, name: str = BOX, *, swap: bool = False) -> None:
        self.name, self.swap = name, swap

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = x509.load_pem_x509_csr(httpx.Response(200, content=request.content).json()["signing_request"].encode()).public_key()
        public = ec.generate_private_key(ec.SECP256R1()).public_key() if self.swap else asked
        assert isinstance(public, ec.EllipticCurvePublicKey)
        return httpx.Response(201, json={"certificate": certificate(public, self.name, LATE).decode()})


def ask(home: Path, centre: FakeCentre) -> bool:
    return renew(home, BOX, "https://centre.example", LATE, httpx.Client(transport=httpx.MockTransport(centre)))


@pytest.mark.parametrize("centre", [FakeCentre("b-another0"), FakeCentre(swap=True)], ids=["another name", "another key"])
def test_an_answer_that_would_lock_the_box_out_is_not_taken(home: Path, centre: FakeCentre) -> None:
    before = pair_of(home)
    with pytest.raises(CentreUnreachable):
        ask(home, centre)
    assert pair_of(home) == before


def test_certificate_and_key_stand_in_one_file_that_tls_takes(home: Path) -> None:
    assert ask(home, FakeCentre())
    both, same = pair_of(home)
    assert both == same
    ssl.create_default_context().load_cert_chain(both, same)


def test_a_box_without_a_certificate_asks_nobody(tmp_path: Path) -> None:
    assert not ask(tmp_path, FakeCentre())


def test_due_is_from_two_thirds_of_the_life_on() -> None:
    one = x509.load_pem_x509_certificate(certificate(ec.generate_private_key(ec.SECP256R1()).public_key()))
    third = timedelta(days=365) * 2 / 3
    assert [is_due(one, START + third + timedelta(hours=by)) for by in (-1, 1)] == [False, True]

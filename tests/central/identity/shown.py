"""Enterprises' certificates for tests: issued by the test authority, and SM2 ones written out byte by byte."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import gmalg
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding

from central.identity import certificates
from central.identity.certificates import Shown
from central.identity.trust import Revocation, Trust
from gongmen.ca_enterprise import EnterpriseAuthority, Kind, PrivateKey
from tests.central.builders import MORNING

PLACE = "gongmen.example"


@dataclass
class Holder:
    """Somebody with a certificate and its key."""

    key: PrivateKey
    certificate: x509.Certificate

    def sign(self, text: bytes) -> bytes:
        """As a browser or a USB key would."""
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(text, ec.ECDSA(hashes.SHA256()))
        return self.key.sign(text, padding.PKCS1v15(), hashes.SHA256())

    def shows(self, nonce: str) -> Shown:
        """What the browser sends for this challenge."""
        text = certificates.text_to_sign(nonce, PLACE)
        return Shown(nonce, self.certificate.public_bytes(Encoding.DER), self.sign(text))


class Authorities:
    """A trusted test authority, and one that nobody trusts."""

    @cached_property
    def trusted(self) -> EnterpriseAuthority:
        """Its root is configured."""
        return EnterpriseAuthority.create(MORNING)

    @cached_property
    def foreign(self) -> EnterpriseAuthority:
        """Its root is not."""
        return EnterpriseAuthority.create(MORNING, name="another root")

    def holder(
        self,
        uscc: str,
        operator: str = "沈操作员",
        *,
        kind: Kind = Kind.ECDSA,
        at: dt.datetime = MORNING,
        by: EnterpriseAuthority | None = None,
        usage: x509.KeyUsage | None = None,
    ) -> Holder:
        """One operator of an enterprise."""
        return Holder(*(by or self.trusted).issue(uscc, "浦江建筑劳务有限公司", operator, at, kind=kind, usage=usage))

    def trust(self, now: dt.datetime = MORNING, revocation: Revocation = Revocation.REQUIRED) -> Trust:
        """What the centre trusts, with a list made now."""
        return Trust((self.trusted.root,), (), (self.trusted.list_of_revoked(now),), revocation)


SM2_CURVE = "06082a811ccf5501822d"
SM2_SIGNED = "300a06082a811ccf55018375"


class Sm2Authority:
    """Issues certificates with SM2 keys, signed with SM2 over SM3 (GM/T 0015): what `cryptography` cannot make."""

    def __init__(self, name: str = "SM2 test root") -> None:
        self.secret = gmalg.SM2().generate_keypair()[0]
        self.name = name

    def certificate(self, secret: bytes, subject: list[tuple[str, str]], *, is_root: bool = False, serial: int = 0x1234) -> bytes:
        """A DER certificate for the key of `secret`, valid for a year around the morning."""
        usage = "03020106" if is_root else "030206c0"
        constraints = der(0x30, der(1, b"\xff")) if is_root else der(0x30)
        tbs = der(
            0x30,
            der(0xA0, der(2, b"\x02")),
            der(2, serial.to_bytes(2)),
            bytes.fromhex(SM2_SIGNED),
            name([("2.5.4.3", self.name)]),
            der(0x30, der(0x17, b"260101000000Z"), der(0x17, b"270101000000Z")),
            name(subject if not is_root else [("2.5.4.3", self.name)]),
            der(0x30, der(0x30, oid("1.2.840.10045.2.1"), bytes.fromhex(SM2_CURVE)), der(3, b"\x00" + public(secret))),
            der(0xA3, der(0x30, extension("2.5.29.19", constraints), extension("2.5.29.15", bytes.fromhex(usage)))),
        )
        return der(0x30, tbs, bytes.fromhex(SM2_SIGNED), der(3, b"\x00" + sm2_signature(self.secret, tbs)))

    @cached_property
    def root(self) -> bytes:
        """Its own certificate."""
        return self.certificate(self.secret, [], is_root=True)


def public(secret: bytes) -> bytes:
    """The uncompressed point, 65 bytes."""
    return bytes(gmalg.SM2().generate_pk(secret))


def sm2_signature(secret: bytes, text: bytes) -> bytes:
    """In DER, as certificates and middleware give it."""
    r, s = gmalg.SM2(sk=secret, uid=b"1234567812345678", pk=public(secret)).sign(text)
    return der(0x30, *(der(2, (b"\x00" if part[0] & 0x80 else b"") + part) for part in (bytes(r), bytes(s))))


def der(tag: int, *parts: bytes) -> bytes:
    """An element of DER."""
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x80 | (size.bit_length() + 7) // 8]) + size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag]) + length + content


def oid(dotted: str) -> bytes:
    """An object identifier."""
    return der(6, x509_oid(dotted))


def x509_oid(dotted: str) -> bytes:
    """Its content: base 128 behind the first two arcs."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    out = bytearray([first * 40 + second])
    for part in rest:
        chunk = [part & 0x7F]
        while part := part >> 7:
            chunk.append(0x80 | part & 0x7F)
        out += bytes(reversed(chunk))
    return bytes(out)


def name(parts: list[tuple[str, str]]) -> bytes:
    """A distinguished name of UTF-8 strings."""
    return der(0x30, *(der(0x31, der(0x30, oid(kind), der(0x0C, text.encode()))) for kind, text in parts))


def extension(kind: str, value: bytes) -> bytes:
    """A critical extension."""
    return der(0x30, oid(kind), der(1, b"\xff"), der(4, value))

"""SM2 signatures over SM3 (GB/T 32918.2, GM/T 0009), and what an X.509 certificate with an SM2 key says of itself (GM/T 0015).

The arithmetic is gmalg's; this module holds the encodings. A public key is 64 bytes (x, y). Errors: `ValueError` for malformed DER.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import gmalg
from gmalg.errors import GMError

SIGNED_WITH_SM2: Final = "1.2.156.10197.1.501"
"""The signature algorithm sm2sign-with-sm3."""
_CURVE: Final = bytes.fromhex("06082a811ccf5501822d")
"""1.2.156.10197.1.301, sm2p256v1, as it stands in a key's parameters."""
USER_ID: Final = b"1234567812345678"
"""The identity that GM/T 0009 prescribes where none is agreed."""


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature (DER, or 64 bytes r and s) is this key's over the message."""
    try:
        r, s = _parts(signature)
        return bool(gmalg.SM2(pk=b"\x04" + key, uid=USER_ID).verify(message, r, s))
    except (ValueError, GMError):
        return False


def public_key(certificate: bytes) -> bytes | None:
    """The key of a DER certificate if it lies on the SM2 curve, else None."""
    tbs = next(_children(_content(certificate)))[1]
    fields = [value for tag, value in _children(tbs) if tag != 0xA0]  # without the explicit version
    algorithm, point = (value for _, value in _children(fields[5]))
    if _CURVE not in algorithm or len(point) != 66 or point[:2] != b"\x00\x04":
        return None
    return point[2:]


def _parts(signature: bytes) -> tuple[bytes, bytes]:
    if len(signature) == 64:
        return signature[:32], signature[32:]
    numbers = [int.from_bytes(value) for tag, value in _children(_content(signature)) if tag == 2]
    r, s = numbers
    return r.to_bytes(32), s.to_bytes(32)


def _content(der: bytes) -> bytes:
    tag, value, rest = _element(der)
    if tag != 0x30 or rest:
        raise ValueError("no DER sequence")
    return value


def _children(content: bytes) -> Iterator[tuple[int, bytes]]:
    while content:
        tag, value, content = _element(content)
        yield tag, value


def _element(der: bytes) -> tuple[int, bytes, bytes]:
    """The first element: tag, value, and what follows it."""
    if len(der) < 2:
        raise ValueError("DER ends early")
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start])
    if start > 6 or len(der) < start + length:
        raise ValueError("DER ends early")
    return der[0], der[start : start + length], der[start + length :]

"""THE CONTRACT, its second page: a pass as a QR code, on a worker's phone or printed at a kiosk, for those who go without a face.

`GM1:` and base32 (so that a scanner reads the small alphanumeric kind of code) of a msgpack array and an Ed25519 signature over it. Who
signed is `c`, the centre, or the id of a box of the same project, whose key stands in the roster's header: a gate without a network
tells a good pass from a copy of nothing. It names the project's own reference of a person, never a name or a number.

A pass can be photographed: it is short-lived, each gate takes it once each way (`edge.store.used_codes`), and beside it there is a face to
compare or a guard to look.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Final

import msgspec

CENTRE: Final = "c"
PHONE_S: Final = 120
"""How long a pass on a phone holds; the page makes a new one in time."""
PRINTED_S: Final = 24 * 3600
"""How long a printed one holds at most."""
SKEW_S: Final = 60
"""How far the clocks of signer and gate may be apart."""
HEAD: Final = "GM1:"
"""How every pass begins: a camera passes over whatever does not."""
_SIGNED: Final = b"gongmen qr pass\0"
_SIGNATURE: Final = 64

Sign = Callable[[bytes], bytes]
VerifyOf = Callable[[str, bytes, bytes], bool]
"""(signer, bytes, signature) to whether that signer, if this gate knows it, signed them."""


class QrPassUnfit(ValueError):
    """No good pass. `code` is a `wire.Reason`, QR_INVALID, QR_EXPIRED or QR_USED; `person` is whose it was where it was signed."""

    def __init__(self, code: str, person: str = "") -> None:
        super().__init__(code)
        self.code, self.person = code, person


class QrPass(msgspec.Struct, array_like=True, frozen=True):
    """Whose pass, until when (seconds since 1970 UTC), signed by whom."""

    version: int
    person: str
    not_after_s: int
    signer: str


def write(person: str, not_after_s: int, signer: str, sign: Sign) -> str:
    """The text of a QR code, about 160 characters of the alphanumeric set."""
    body = msgspec.msgpack.encode(QrPass(1, person, not_after_s, signer))
    return HEAD + base64.b32encode(body + sign(_SIGNED + body)).decode().rstrip("=")


def read(text: str, verify: VerifyOf, now_s: float) -> QrPass:
    """A pass that holds now. Raises `QrPassUnfit`: QR_INVALID for anything that a known signer did not sign, QR_EXPIRED when it is over."""
    body, signature = _parts(text)
    try:
        shown = msgspec.msgpack.decode(body, type=QrPass)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise QrPassUnfit("QR_INVALID") from error
    if shown.version != 1 or not verify(shown.signer, _SIGNED + body, signature):
        raise QrPassUnfit("QR_INVALID")
    if not now_s - SKEW_S < shown.not_after_s < now_s + PRINTED_S + SKEW_S:
        raise QrPassUnfit("QR_EXPIRED", shown.person)
    return shown


def _parts(text: str) -> tuple[bytes, bytes]:
    code = text.strip().removeprefix(HEAD)
    if len(text) > 400 or code == text.strip() or not code.isascii():
        raise QrPassUnfit("QR_INVALID")
    try:
        data = base64.b32decode(code + "=" * (-len(code) % 8))
    except (binascii.Error, ValueError) as error:
        raise QrPassUnfit("QR_INVALID") from error
    return data[:-_SIGNATURE], data[-_SIGNATURE:]

"""Rules of claim codes, box keys and box names. Pure."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Callable
from typing import Final

from nacl.exceptions import BadSignatureError, CryptoError
from nacl.signing import VerifyKey

from central.devices.model import BoxState
from central.errors import Problem, declare

CLAIM_HOURS: Final = 1
"""How long a claim code works: somebody stands before the box and types it in."""
_CODE: Final = re.compile(r"[A-Z2-7]{20}")

declare(
    {
        "CLAIM_CODE_INVALID": (
            "领用码不正确、已使用或已过期。请在管理端重新生成领用码后再试。",
            "The claim code is wrong, used or expired. Make a new one at the centre and try again.",
        ),
        "SIGNING_REQUEST_INVALID": (
            "证书请求无效，请在盒子上重新执行领用。",
            "The certificate request is not valid: run the provisioning on the box again.",
        ),
        "BOX_KEY_INVALID": ("盒子公钥须为 32 字节的十六进制。", "A box's public key is 32 bytes in hexadecimal."),
        "BOX_REVOKED": ("该盒子已被吊销，请领用新的盒子。", "This box was revoked: claim a new one."),
        "RENEWAL_REFUSED": (
            "证书更新未通过：签名不符，或该盒子已被吊销。请领用新的盒子。",
            "The certificate is not renewed: the signature does not fit, or the box was revoked. Claim a new one.",
        ),
        "CERTIFICATE_ENDED": (
            "盒子证书已到期，不能自动更新，请重新领用。",
            "The box's certificate has ended and is not renewed by itself: claim the box anew.",
        ),
        "CERTIFICATE_NOT_DUE": ("盒子证书尚未到更新时间，请核对盒子时钟。", "The certificate is not due yet: check the box's clock."),
        "LANE_TAKEN": ("该项目已有同名通道，请换一个名称。", "This project has a lane of that name already: choose another."),
    }
)


def new_claim_code(random: Callable[[int], bytes]) -> str:
    """A single-use code of 100 random bits, in four groups that can be read out."""
    text = base64.b32encode(random(13)).decode()[:20]
    return "-".join(text[at : at + 5] for at in range(0, 20, 5))


def claim_hash(given: str) -> bytes:
    """What is stored of a code; spaces, dashes and case do not count. Raises `Problem` 403 CLAIM_CODE_INVALID for what is no code."""
    code = re.sub(r"[\s-]", "", given).upper()
    if not _CODE.fullmatch(code):
        raise Problem("CLAIM_CODE_INVALID", 403, "claim_code")
    return hashlib.sha256(code.encode()).digest()


def claim_expiry(now: dt.datetime) -> dt.datetime:
    """When a code made now stops working."""
    return now + dt.timedelta(hours=CLAIM_HOURS)


def may_claim(
    state: BoxState,
    present: tuple[bytes | None, bytes | None],
    shown: tuple[bytes, bytes],
    expires_at: dt.datetime | None,
    now: dt.datetime,
) -> bool:
    """Whether a code may be used now: by anybody who holds it before its first use, by the same keys after, by nobody once expired."""
    if expires_at is None or expires_at <= now:
        return False
    return state is BoxState.CLAIMED or (state is BoxState.ACTIVE and present == shown)


RENEWED_AFTER: Final = 2 / 3
"""The part of a certificate's life after which it is renewed."""
ASKED_AGAIN_WITHIN: Final = dt.timedelta(days=1)
"""An answer can get lost: for so long after a renewal the box may ask once more."""


def may_renew(issued: dt.datetime, ends: dt.datetime, provisioned: dt.datetime, now: dt.datetime) -> None:
    """Whether a certificate is due, by the centre's clock, whatever the box's says.

    Raises `Problem` 403 CERTIFICATE_ENDED: the box is claimed anew, by hand; 409 CERTIFICATE_NOT_DUE.
    """
    if now >= ends:
        raise Problem("CERTIFICATE_ENDED", 403)
    was_renewed_just_now = issued > provisioned + ASKED_AGAIN_WITHIN and now < issued + ASKED_AGAIN_WITHIN
    if now < issued + (ends - issued) * RENEWED_AFTER and not was_renewed_just_now:
        raise Problem("CERTIFICATE_NOT_DUE", 409)


def public_key(given: str, field: str) -> bytes:
    """32 bytes from hexadecimal. Raises `Problem` 422 BOX_KEY_INVALID; the all-zero key, which anybody can open, is none."""
    try:
        key = bytes.fromhex(given)
    except ValueError:
        key = b""
    if len(key) != 32 or key == bytes(32):
        raise Problem("BOX_KEY_INVALID", 422, field)
    return key


def is_signed(key: bytes | None, data: bytes, signature: str) -> bool:
    """Whether a box with this Ed25519 key signed the data; nobody without a key did."""
    try:
        VerifyKey(key or b"").verify(data, bytes.fromhex(signature))
    except (BadSignatureError, ValueError, TypeError, CryptoError):
        return False
    return True


def new_box_id(random: Callable[[int], bytes]) -> str:
    """A name for topics and certificates that says nothing: `b-` and 8 characters."""
    return "b-" + base64.b32encode(random(5)).decode().lower()

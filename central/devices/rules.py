"""Rules of claim codes, box keys and box names. Pure."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Callable
from typing import Final

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


def public_key(given: str, field: str) -> bytes:
    """32 bytes from hexadecimal. Raises `Problem` 422 BOX_KEY_INVALID; the all-zero key, which anybody can open, is none."""
    try:
        key = bytes.fromhex(given)
    except ValueError:
        key = b""
    if len(key) != 32 or key == bytes(32):
        raise Problem("BOX_KEY_INVALID", 422, field)
    return key


def new_box_id(random: Callable[[int], bytes]) -> str:
    """A name for topics and certificates that says nothing: `b-` and 8 characters."""
    return "b-" + base64.b32encode(random(5)).decode().lower()

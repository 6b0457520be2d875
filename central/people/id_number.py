"""ID document numbers: the resident number's check digit (GB 11643), masks, and the keyed hash by which gates know a card."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from typing import Final

RESIDENT: Final = "01"
ID_TYPES: Final = {
    "01": "居民身份证",
    "02": "军官证",
    "03": "武警警官证",
    "04": "士兵证",
    "08": "护照",
    "09": "港澳同胞回乡证",
    "10": "港澳居民来往内地通行证",
    "12": "台湾居民来往大陆通行证",
    "99": "其他",
}
"""证件类型 of the national platform, as far as workers carry them."""

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_OTHER: Final = re.compile(r"[0-9A-Z()/-]{5,30}")


@dataclass(frozen=True)
class IdNumber:
    """A number in its normal form, with what it tells: `birth_date` and `sex` ("1" male, "2" female) for resident numbers only."""

    kind: str
    number: str
    birth_date: dt.date | None
    sex: str


def read(kind: str, given: str) -> IdNumber | None:
    """The number as given, normalised, or None if it cannot be one: wrong length, no such day, wrong check digit."""
    number = given.strip().upper()
    if kind != RESIDENT:
        return IdNumber(kind, number, None, "") if _OTHER.fullmatch(number) else None
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number) or number[-1] != check_digit(number[:17]):
        return None
    try:
        born = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return IdNumber(kind, number, born, "1" if int(number[16]) % 2 else "2")


def check_digit(first17: str) -> str:
    """The 18th character of a resident number (GB 11643, ISO 7064 MOD 11-2)."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def mask(number: str) -> str:
    """As screens and lists show it: the first three and the last four of a long number, the last two of a short one (A-44)."""
    if len(number) >= 15:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    return f"{'*' * (len(number) - 2)}{number[-2:]}"


def mask_phone(number: str) -> str:
    """138****1234."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else f"{'*' * max(len(number) - 2, 0)}{number[-2:]}"


def card_hash(number: str, key: bytes) -> bytes:
    """16 bytes by which the gates of one project know a card: keyed per project, so that two projects cannot compare."""
    return hashlib.blake2b(number.encode(), key=key, digest_size=16).digest()


def age_on(birth_date: dt.date, day: dt.date) -> int:
    """Completed years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))

"""The number on an identity document: what makes it well-formed, what it says of its owner, how it is hidden.

18 digits: place (6), birth (8), sequence (3, odd for men), check (ISO 7064 MOD 11-2). 81/82/83 0000 are residents of Hong Kong, Macau and
Taiwan; a leading 9 is a foreign permanent resident of 2023. The cards of 2017 have 15 characters, three letters and twelve digits. No
table of places is asked: codes are of the day of registration, districts vanish, and a table would turn real people away.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Final

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_EIGHTEEN: Final = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN: Final = re.compile(r"[A-Z]{3}[0-9]{12}")
_OLDEST: Final = date(1900, 1, 1)


class NumberFlaw(StrEnum):
    """What is wrong with a number."""

    FORM = "FORM"
    CHECK_DIGIT = "CHECK_DIGIT"
    DATE = "DATE"


def normalise(number: str) -> str:
    """As it is stored: no blanks, half-width, a capital X."""
    return "".join(unicodedata.normalize("NFKC", number).split()).upper()


def check_digit(seventeen: str) -> str:
    """The eighteenth character after seventeen digits (ISO 7064 MOD 11-2, as GB 11643 writes it)."""
    return "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, seventeen, strict=True)) % 11]


def flaw(number: str, today: date) -> NumberFlaw | None:
    """What is wrong with a normalised number, or None. A date that does not exist, is before 1900 or to come, is a flaw."""
    if _FIFTEEN.fullmatch(number):
        return _flaw_of_fifteen(number)
    if not _EIGHTEEN.fullmatch(number):
        return NumberFlaw.FORM
    if check_digit(number[:17]) != number[17]:
        return NumberFlaw.CHECK_DIGIT
    birth = birth_of(number)
    return None if birth and _OLDEST <= birth <= today else NumberFlaw.DATE


def document_check(text: str) -> str:
    """The check digit of a machine-readable document (ICAO 9303: weights 7, 3, 1, A is 10), as 15-character numbers end with."""
    return str(sum((7, 3, 1)[i % 3] * int(c, 36) for i, c in enumerate(text)) % 10)


def _flaw_of_fifteen(number: str) -> NumberFlaw | None:
    """Nationality (3), place (4), birth without century (6), sequence (1), check (1)."""
    if document_check(number[:14]) != number[14]:
        return NumberFlaw.CHECK_DIGIT
    return None if 1 <= int(number[9:11]) <= 12 and 1 <= int(number[11:13]) <= 31 else NumberFlaw.DATE


def birth_of(number: str) -> date | None:
    """The day of birth in an 18-digit number; None where there is none (also in 15-character numbers, which lack the century)."""
    if not _EIGHTEEN.fullmatch(number):
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_of(number: str) -> str | None:
    """`1` (male) or `2` (female) as GB/T 2261.1 has it, by the sequence's parity; None for 15-character numbers."""
    return ("1" if int(number[16]) % 2 else "2") if _EIGHTEEN.fullmatch(number) else None


def mask(number: str) -> str:
    """What may be shown: the first three and the last four characters, `310***********1234` (A-44)."""
    hidden = len(number) - 7
    return number[:3] + "*" * hidden + number[-4:] if hidden > 0 else "*" * len(number)


def card_hash(number: str, key: bytes) -> bytes:
    """How a box knows a card: 16 bytes of BLAKE2b of the normalised number under the project's key, so that no list of numbers is kept."""
    return hashlib.blake2b(normalise(number).encode(), key=key, digest_size=16).digest()

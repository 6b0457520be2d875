"""What an office's card reader says it read from an ID card's chip, signed by the reader bridge that the centre knows (A-24, A-25).

The way of a chip read:

1. The employer's page asks for a pairing code (`POST /api/v1/readers/pairings`); the bridge on the desk redeems it once, within ten
   minutes: `POST /api/v1/readers/pair` with `code`, `public_key` (32 bytes Ed25519, lowercase hex), `name` and `sam_id` (the reader's
   security module, may be empty). The answer names `reader_id`.
2. Before each registration the page asks for a nonce (`POST /api/v1/readers/nonces`), hands it to the bridge, and gets a signed read.
3. The page sends the read inside the registration, as `identity: {"source": "chip", "read": {…}}`.

THE SIGNED BYTES are `signing_bytes`: the ASCII line `gongmen chip read 1` with its newline, then one JSON object in UTF-8 without
spaces (`,` and `:` as separators), keys sorted, non-ASCII characters as themselves, of exactly

    {"fields":{…},"nonce":"…","read_at":"2026-03-13T07:30:00.000Z","reader_id":7}

`fields` holds exactly these strings, as the chip has them, without spaces around them: `address`, `birth_date` (YYYY-MM-DD), `id_number`,
`id_type` ("01"), `issuer`, `name`, `nation` (the word, "汉"), `sex` ("1" male, "2" female), `valid_from` (YYYY-MM-DD), `valid_until`
(YYYY-MM-DD, or "" for a card without end). `read_at` is UTC with milliseconds. `signature` is 64 bytes Ed25519 in lowercase hex.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from typing import Final

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from central.errors import Problem
from central.people import rules

SIGNED_AS: Final = b"gongmen chip read 1\n"
FRESH: Final = dt.timedelta(minutes=15)
"""How old a read may be, and how long a nonce is good for."""
AHEAD: Final = dt.timedelta(minutes=5)
"""How far a desk's clock may be ahead of the centre's."""


@dataclass(frozen=True)
class ChipFields:
    """What the chip holds; see the module for each form."""

    name: str
    id_number: str
    id_type: str = "01"
    sex: str = ""
    nation: str = ""
    birth_date: str = ""
    address: str = ""
    issuer: str = ""
    valid_from: str = ""
    valid_until: str = ""


@dataclass(frozen=True)
class ChipRead:
    """A signed read. `read_at` is the text that was signed."""

    fields: ChipFields
    reader_id: int
    nonce: str
    read_at: str
    signature: bytes


def signing_bytes(fields: ChipFields, *, nonce: str, reader_id: int, read_at: str) -> bytes:
    """The bytes that the bridge signs."""
    said = {"fields": asdict(fields), "nonce": nonce, "read_at": read_at, "reader_id": reader_id}
    return SIGNED_AS + json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def stamp(at: dt.datetime) -> str:
    """A moment as `read_at` writes it."""
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def proven(read: ChipRead, public_key: bytes, now: dt.datetime) -> None:
    """A-25: the read was signed by this reader, and lately. Raises `Problem` 422 CHIP_READ_INVALID or CHIP_READ_STALE."""
    told = signing_bytes(read.fields, nonce=read.nonce, reader_id=read.reader_id, read_at=read.read_at)
    try:
        VerifyKey(public_key).verify(told, read.signature)
        at = dt.datetime.fromisoformat(read.read_at)
    except (BadSignatureError, ValueError) as error:
        raise Problem("CHIP_READ_INVALID", 422, "identity") from error
    if at.tzinfo is None or not now - FRESH <= at <= now + AHEAD:
        raise Problem("CHIP_READ_STALE", 422, "identity")


def agrees(fields: ChipFields, *, name: str, id_type: str, id_number: str, today: dt.date) -> None:
    """A-25: what was typed is what the chip says, and the card is still valid.

    Raises `Problem` 409 PERSON_CARD_MISMATCH with the field that differs, 422 CARD_EXPIRED.
    """
    if rules.person_name(name) != rules.person_name(fields.name):
        raise Problem("PERSON_CARD_MISMATCH", 409, "name")
    for field, typed, chip in (
        ("id_type", id_type, fields.id_type),
        ("id_number", id_number, fields.id_number),
    ):
        if typed != chip.strip().upper() and typed != chip.strip():
            raise Problem("PERSON_CARD_MISMATCH", 409, field)
    if fields.valid_until and fields.valid_until < today.isoformat():
        raise Problem("CARD_EXPIRED", 422, "identity")

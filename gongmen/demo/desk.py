"""The reader on the employer's desk, as the demo plays it: paired with a one-time code, it signs what a chip says (A-24, A-25)."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from nacl.signing import SigningKey

from central.people.chip_read import ChipFields, signing_bytes, stamp


class DeskReader:
    """Knows its key; `reader_id` is what the centre called it."""

    def __init__(self) -> None:
        self._key = SigningKey.generate()
        self.reader_id = 0

    @property
    def public_key(self) -> str:
        """As the pairing sends it."""
        return bytes(self._key.verify_key).hex()

    def read(self, fields: ChipFields, nonce: str) -> dict[str, Any]:
        """What the employer's page sends along with a registration."""
        read_at = stamp(dt.datetime.now(dt.UTC))
        told = signing_bytes(fields, nonce=nonce, reader_id=self.reader_id, read_at=read_at)
        signature = self._key.sign(told).signature.hex()
        return {"reader_id": self.reader_id, "nonce": nonce, "read_at": read_at, "fields": asdict(fields), "signature": signature}

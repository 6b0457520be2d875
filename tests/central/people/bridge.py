"""A reader bridge on an employer's desk, as the centre knows it: it signs what the chip says."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from nacl.signing import SigningKey

from central.access import Access
from central.centre import Centre
from central.people import readers
from central.people.chip_read import ChipFields, ChipRead, signing_bytes, stamp


class FakeBridge:
    """Paired with the centre for one employer; reads cards that say what they are told to say."""

    def __init__(self, centre: Centre, employer: Access) -> None:
        self.key = SigningKey.generate()
        self.centre, self.employer = centre, employer
        with centre.database.writing() as session:
            code, _ = readers.ask_code(session, centre.clock, centre.secrets, employer)
            public = bytes(self.key.verify_key)
            reader = readers.pair(session, centre.clock, centre.secrets, code=code, public_key=public, name="前台", sam_id="05.03")
            self.reader_id = reader.id

    def read(self, name: str, number: str, *, at: dt.datetime | None = None, nonce: str = "", **fields: Any) -> ChipRead:
        """A signed read of this card, now."""
        said = nonce or readers.nonce(self.centre.clock, self.centre.secrets, self.employer)[0]
        chip = ChipFields(name=name, id_number=number, **fields)
        read_at = stamp(at or self.centre.clock.now())
        told = signing_bytes(chip, nonce=said, reader_id=self.reader_id, read_at=read_at)
        return ChipRead(chip, self.reader_id, said, read_at, self.key.sign(told).signature)

    def body(self, name: str, number: str, **fields: Any) -> dict[str, Any]:
        """The same as the page posts it."""
        read = self.read(name, number, **fields)
        return {"source": "chip", "read": {**dataclasses.asdict(read), "signature": read.signature.hex()}}

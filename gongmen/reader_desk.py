"""A technician's look at a reader and a card: which reader answers, what lies on it, and how that is shown and told to machines."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from edge.reader.causes import WORDS, Cause, Caution, Words, cause_of
from edge.reader.id_card import IdCard
from edge.reader.identity import CardRefused, cautions, identify
from hardware.card_reader import CardData, CardReader, ChipKind, ChipSeen
from hardware.card_reader.uid import Shown, shown
from hardware.catalogue import find_card_readers, open_card_reader
from hardware.errors import CardUnreadable, DeviceError, DeviceMissing, NoCard

LOOK_S: Final = 0.25
TRIES: Final = 3


@dataclass
class Reading:
    """What one look came to: a card of one sort or the other, or causes; `cautions` refuse nothing."""

    port: str = ""
    sam_id: str = ""
    card: IdCard | None = None
    chip: ChipSeen | None = None
    causes: tuple[Cause, ...] = ()
    cautions: tuple[Caution, ...] = ()
    detail: str = field(default="", repr=False)

    @property
    def failed(self) -> bool:
        """Whether there is a cause against it."""
        return bool(self.causes)

    def as_dict(self, reveal: bool) -> dict[str, Any]:
        """For machines: the card's fields are masked unless `reveal`."""
        return {
            "port": self.port,
            "sam_id": self.sam_id,
            "cause": self.causes[0].value if self.causes else None,
            "causes": [cause.value for cause in self.causes],
            "cautions": [caution.value for caution in self.cautions],
            "message": words_as_dict(WORDS[self.causes[0]]) if self.causes else None,
            "detail": self.detail,
            "card": fields_of(self.card, reveal) if self.card else None,
            "chip": chip_fields(self.chip, reveal) if self.chip else None,
        }


def words_as_dict(words: Words) -> dict[str, str]:
    """Both languages, with what to do next."""
    return {"zh": words.zh, "zh_next": words.zh_next, "en": words.en, "en_next": words.en_next}


def fields_of(card: IdCard, reveal: bool) -> dict[str, str]:
    """A card's fields as text. Without `reveal`: the family name, the masked number, the year of birth, no address."""
    told = {
        "kind": card.kind.value,
        "name": card.name if reveal else card.name[:1] + "*" * (len(card.name) - 1),
        "number": card.number if reveal else card.shown_number,
        "sex": card.sex_name,
        "nation": card.nation_name,
        "nationality": card.nationality,
        "birth": card.birth.isoformat() if reveal else f"{card.birth:%Y}-**-**",
        "issuer": card.issuer,
        "valid_from": card.valid_from.isoformat(),
        "valid_until": card.valid_until.isoformat() if card.valid_until else "长期",
    }
    if reveal:
        told |= {
            "english_name": card.english_name,
            "address": card.address,
            "newest_address": card.newest_address,
            "travel_document": card.travel_document,
            "old_number": card.old_number,
        }
    return told


def chip_fields(chip: ChipSeen, reveal: bool) -> dict[str, str]:
    """A card without text: its kind and number; with `reveal` also as other readers show a work card's number."""
    number = chip.number.hex().upper()
    told = {"kind": chip.kind.value, "number": number if reveal else "*" * (len(number) - 4) + number[-4:]}
    if reveal and chip.kind is not ChipKind.ID_CARD:
        told |= {how.value: shown(chip.number, how) for how in Shown if how is not Shown.HEX}
    return told


def address_of(port: str, baud: str) -> str:
    """`--port` as an address: itself where it names a driver, else a serial port's path; empty stays empty."""
    if not port or port.partition(":")[0] in {"sam-serial", "sam-usb", "pcsc"}:
        return port
    return f"sam-serial:{port}?baud={baud}"


def attempt(uri: str, wait_s: float) -> Reading:
    """One card within `wait_s`, from the reader at `uri` or the first that answers. Raises nothing: causes stand in the reading."""
    reading = Reading()
    try:
        with reader_at(uri, reading) as reader:
            judge(_wait_for_card(reader, wait_s), reading)
    except DeviceError as fault:
        reading.causes, reading.detail = (cause_of(fault),), fault.detail
    return reading


def judge(read: CardData | ChipSeen, reading: Reading) -> None:
    """Fills in what was read and what speaks against it."""
    if isinstance(read, ChipSeen):
        reading.chip = read
        reading.cautions = () if read.kind is ChipKind.ID_CARD else (Caution.COPYABLE_NUMBER,)
        return
    try:
        reading.card = identify(read, today())
        reading.cautions = cautions(reading.card, today())
    except CardRefused as refused:
        reading.card, reading.causes = refused.card, refused.causes


def today() -> date:
    """The day in China, by which cards expire."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


@contextlib.contextmanager
def reader_at(uri: str, reading: Reading) -> Iterator[CardReader]:
    """The reader at `uri`, or the first of those found that says its number. Raises the last one's `DeviceError` where none does."""
    fault: DeviceError = DeviceMissing("no card reader on a serial port, on USB or in PC/SC")
    for candidate in [uri] if uri else find_card_readers():
        reader = open_card_reader(candidate)
        try:
            reading.port, reading.sam_id = candidate, reader.identify()
        except DeviceError as silent:
            fault = silent
            reader.close()
            continue
        with contextlib.closing(reader):
            yield reader
        return
    raise fault


def _wait_for_card(reader: CardReader, wait_s: float) -> CardData | ChipSeen:
    end = time.monotonic() + wait_s
    tries = 0
    while True:
        try:
            return reader.read()
        except NoCard:
            if time.monotonic() >= end:
                raise
        except CardUnreadable:
            tries += 1
            if tries >= TRIES:
                raise
        time.sleep(LOOK_S)

"""`gongmen reader`: a technician at a desk, a reader and a card.

Exit codes: 0 read and nothing speaks against the card; 2 wrong usage; 10 READER_NOT_FOUND; 11 READER_UNSUPPORTED; 12 DEVICE_UNPLUGGED;
13 DEVICE_TIMEOUT; 14 DEVICE_GARBLED; 15 DEVICE_FAULT; 20 CARD_ABSENT (nothing laid in time); 21 CARD_UNREADABLE; 22 CARD_SUSPECT;
23 CARD_WRONG_KIND; 30 CARD_EXPIRED; 31 CARD_NOT_YET_VALID; 32 NUMBER_INVALID; 33 UNDER_AGE.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from edge.reader.causes import WORDS, Cause, cause_of
from edge.reader.id_card import IdCard
from edge.reader.identity import CardRefused, identify
from hardware.card_reader import CardData, CardReader
from hardware.catalogue import READERS, find_card_readers, open_card_reader
from hardware.errors import CardUnreadable, DeviceError, DeviceMissing, NoCard

EXIT: Final = {
    Cause.READER_NOT_FOUND: 10,
    Cause.READER_UNSUPPORTED: 11,
    Cause.DEVICE_UNPLUGGED: 12,
    Cause.DEVICE_TIMEOUT: 13,
    Cause.DEVICE_GARBLED: 14,
    Cause.DEVICE_FAULT: 15,
    Cause.CARD_ABSENT: 20,
    Cause.CARD_UNREADABLE: 21,
    Cause.CARD_SUSPECT: 22,
    Cause.CARD_WRONG_KIND: 23,
    Cause.CARD_EXPIRED: 30,
    Cause.CARD_NOT_YET_VALID: 31,
    Cause.NUMBER_INVALID: 32,
    Cause.UNDER_AGE: 33,
}
"""Cause to exit code: stable, for scripts."""
_LOOK_S: Final = 0.25

app = typer.Typer(add_completion=False, no_args_is_help=True, help="读卡器 · Card readers at a technician's desk.")


@app.callback()
def _reader() -> None:
    """读卡器 · Card readers at a technician's desk."""


@dataclass
class Reading:
    """What one attempt came to."""

    port: str = ""
    sam_id: str = ""
    card: IdCard | None = None
    causes: tuple[Cause, ...] = field(default=())

    def as_dict(self, reveal: bool) -> dict[str, Any]:
        """For machines: the card's fields are masked unless `reveal`."""
        words = WORDS[self.causes[0]] if self.causes else None
        return {
            "port": self.port,
            "sam_id": self.sam_id,
            "cause": self.causes[0].value if self.causes else None,
            "causes": [cause.value for cause in self.causes],
            "message": {"zh": words.zh, "zh_next": words.zh_next, "en": words.en, "en_next": words.en_next} if words else None,
            "card": fields_of(self.card, reveal) if self.card else None,
        }


def fields_of(card: IdCard, reveal: bool) -> dict[str, str]:
    """A card's fields as text. Without `reveal`: the family name, the masked number, the year of birth, no address."""
    shown = {
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
        shown |= {
            "english_name": card.english_name,
            "address": card.address,
            "newest_address": card.newest_address,
            "travel_document": card.travel_document,
            "old_number": card.old_number,
        }
    return shown


@app.command()
def read(
    port: Annotated[str, typer.Option(help="串口路径，如 /dev/ttyUSB0 · serial port; without it the reader is looked for")] = "",
    baud: Annotated[int, typer.Option(help="波特率 · 115200, 57600, 38400, 19200 or 9600")] = 115200,
    wait: Annotated[float, typer.Option(help="等待放证的秒数 · seconds to wait for a card", min=0.0)] = 15.0,
    reveal: Annotated[bool, typer.Option("--reveal", help="显示全部信息 · show every field unmasked")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="最后一行输出一个 JSON 对象 · one JSON object on the last line")] = False,
) -> None:
    """读一张证件 · Read one card. Exit codes: 0 good, 10-15 the reader, 20-23 the card, 30-33 what stands on it."""
    reading = _attempt(f"sam-serial:{port}?baud={baud}" if port else "", wait)
    if as_json:
        typer.echo(json.dumps(reading.as_dict(reveal), ensure_ascii=False))
    else:
        _print(reading, reveal)
    raise typer.Exit(EXIT[reading.causes[0]] if reading.causes else 0)


def _attempt(uri: str, wait_s: float) -> Reading:
    reading = Reading()
    try:
        with _reader_at(uri, reading) as reader:
            data = _wait_for_card(reader, wait_s)
            reading.card = identify(data, today=datetime.now(ZoneInfo("Asia/Shanghai")).date())
    except DeviceError as fault:
        reading.causes = (cause_of(fault),)
    except CardRefused as refused:
        reading.card, reading.causes = refused.card, refused.causes
    return reading


@contextlib.contextmanager
def _reader_at(uri: str, reading: Reading) -> Iterator[CardReader]:
    """The reader at `uri`, or the first of those found that says its number. Raises the last one's `DeviceError` where none does."""
    fault: DeviceError = DeviceMissing("no serial port with a card reader")
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


def _wait_for_card(reader: CardReader, wait_s: float) -> CardData:
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
            if tries >= 3:
                raise
        time.sleep(_LOOK_S)


def _print(reading: Reading, reveal: bool) -> None:
    console = Console()
    if reading.sam_id:
        console.print(f"读卡器 reader  {reading.sam_id}  ({reading.port})")
    if reading.card:
        table = Table(show_header=False)
        for name, value in fields_of(reading.card, reveal).items():
            table.add_row(name, value)
        console.print(table)
    for cause in reading.causes:
        words = WORDS[cause]
        console.print(f"[bold red]✕ {words.zh}[/]  {words.zh_next}\n  {words.en}. {words.en_next}  [dim]{cause.value}[/]")
    if Cause.READER_NOT_FOUND in reading.causes or Cause.READER_UNSUPPORTED in reading.causes:
        console.print("支持的读卡器 supported: " + "、".join(f"{model.maker} {model.name}" for model in READERS))
    if not reading.causes:
        console.print("[bold green]✓ 证件有效[/]  The card is good.")

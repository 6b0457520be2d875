"""One behaviour for every card reader: on a pseudo-terminal, on USB in both its arrangements, behind a real PC/SC service.

GONGMEN_TEST_READER names the address of a real reader (`sam-serial:/dev/ttyUSB0`), which joins in as far as no hand is needed.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

import pytest

from hardware.card_reader import CardData, CardReader, ChipKind, ChipSeen, synthetic
from hardware.card_reader.none import NoReader
from hardware.card_reader.pcsc import PcscReader
from hardware.card_reader.sam_module import SamBrain
from hardware.card_reader.sam_reader import SamReader
from hardware.card_reader.sam_serial import SamSerial
from hardware.card_reader.sam_usb import SamUsb
from hardware.card_reader.simulated import SamSimulator
from hardware.catalogue import open_card_reader
from hardware.errors import (
    CardSuspect,
    CardUnreadable,
    DeviceError,
    DeviceFault,
    DeviceMissing,
    DeviceTimeout,
    DeviceUnplugged,
    DeviceUnsupported,
    NoCard,
    ProtocolFault,
    WrongCard,
)
from tests.hardware.usb_reader import BULK, INTERRUPT, SPLIT, WHOLE, UsbSimulator
from tests.parts.pcscd import ID_CARD, Pcscd, VirtualCard


class Hand(Protocol):
    """Who lays cards on a reader and pulls its cable."""

    def put(self, card: CardData) -> None: ...
    def lift(self) -> None: ...
    def unplug(self) -> None: ...
    def replug(self) -> None: ...
    def freeze(self, frozen: bool = True) -> None: ...


class PcscHand:
    """Lays identity cards on a virtual PC/SC reader; pulling its cable is the end of the service."""

    def __init__(self, service: Pcscd) -> None:
        self._service = service
        self._laid: list[VirtualCard] = []
        self._hangs = False

    def put(self, card: CardData) -> None:
        self.lift()
        self._laid.append(self._service.lay(ID_CARD, chip=_chip_number(card), hangs=self._hangs))

    def lift(self) -> None:
        while self._laid:
            self._laid.pop().lift()

    def unplug(self) -> None:
        self._service.stop()

    def replug(self) -> None:
        self._service.start()

    def freeze(self, frozen: bool = True) -> None:
        self._hangs = frozen
        if not frozen:
            for card in self._laid:
                card.wake()


@dataclass
class Bench:
    """A reader, the hand, and what this reader makes of a card."""

    reader: CardReader
    hand: Hand
    gives: Callable[[CardData], CardData | ChipSeen]

    def until(self, is_it: Callable[[CardData | ChipSeen | DeviceError], bool], for_s: float = 20.0) -> CardData | ChipSeen | DeviceError:
        """Looks until it says so: some services look at their readers a few times a second only."""
        end = time.monotonic() + for_s
        while time.monotonic() < end:
            try:
                said: CardData | ChipSeen | DeviceError = self.reader.read()
            except DeviceError as fault:
                said = fault
            if is_it(said):
                return said
            time.sleep(0.02)
        raise AssertionError(f"{said!r} in the end")

    def reads(self, card: CardData) -> None:
        """Looks until it gives this card, and never another."""
        said = self.until(lambda said: not isinstance(said, DeviceError))
        assert said == self.gives(card)

    def is_empty(self) -> None:
        """Looks until nothing lies there."""
        self.until(lambda said: isinstance(said, NoCard) and "same card" not in str(said))


@dataclass
class SamBench:
    """A reader with a security module, and the hand that can spoil its line."""

    reader: SamReader
    hand: SamBrain


def _chip_number(card: CardData) -> bytes:
    return hashlib.sha256(card.text).digest()[:8]


@contextmanager
def _on_a_pty() -> Iterator[tuple[SamReader, SamSimulator]]:
    with SamSimulator() as simulator:
        yield SamSerial(str(simulator.path)), simulator


@contextmanager
def _on_usb(endpoints: tuple[int, ...], transfer: int) -> Iterator[tuple[SamReader, UsbSimulator]]:
    bus = UsbSimulator(endpoints, transfer)
    yield SamUsb(backend=bus), bus


SAM: dict[str, Callable[[], AbstractContextManager[tuple[SamReader, SamSimulator | UsbSimulator]]]] = {
    "serial on a pseudo-terminal": _on_a_pty,
    "USB in four bulk pipes": lambda: _on_usb(SPLIT, BULK),
    "USB in two interrupt pipes": lambda: _on_usb(WHOLE, INTERRUPT),
}


@pytest.fixture(params=SAM)
def sam(request: pytest.FixtureRequest) -> Iterator[SamBench]:
    with SAM[request.param]() as (reader, hand):
        yield SamBench(reader, hand)
        reader.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pcscd]:
    service = Pcscd(tmp_path_factory.mktemp("pcscd"))
    service.start()
    yield service
    service.close()


@pytest.fixture(params=[*SAM, "PC/SC with a virtual card"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param in SAM:
        with SAM[request.param]() as (reader, hand):
            yield Bench(reader, hand, lambda card: card)
            reader.close()
        return
    service: Pcscd = request.getfixturevalue("service")
    pcsc = Bench(PcscReader(answer_s=1.0), PcscHand(service), lambda card: ChipSeen(ChipKind.ID_CARD, _chip_number(card)))
    pcsc.is_empty()
    yield pcsc
    pcsc.hand.lift()
    pcsc.is_empty()
    pcsc.reader.close()


CARD, OTHER = synthetic.resident(), synthetic.resident("李样本", sequence=9)


def test_every_reader_says_who_it_is(bench: Bench) -> None:
    assert bench.reader.identify()


def test_an_empty_reader_has_no_card(bench: Bench) -> None:
    with pytest.raises(NoCard):
        bench.reader.read()


def test_a_card_is_handed_out_once_and_again_when_it_is_laid_again(bench: Bench) -> None:
    for card in (CARD, OTHER):
        bench.hand.put(card)
        bench.reads(card)
        with pytest.raises(NoCard):
            bench.reader.read()
        bench.hand.lift()
        bench.is_empty()


def test_a_reader_that_freezes_is_told_in_time_and_read_when_it_wakes(bench: Bench) -> None:
    bench.reader.identify()
    bench.hand.freeze()
    bench.hand.put(CARD)
    bench.until(lambda said: isinstance(said, DeviceTimeout))
    bench.hand.freeze(False)
    bench.reads(CARD)


def test_a_reader_unplugged_and_plugged_in_again_is_read_without_being_told(bench: Bench) -> None:
    bench.reader.identify()
    bench.hand.unplug()
    assert isinstance(bench.until(lambda said: not isinstance(said, NoCard)), DeviceUnplugged | DeviceMissing)
    assert isinstance(bench.until(lambda said: True), DeviceUnplugged | DeviceMissing)
    bench.hand.replug()
    bench.is_empty()
    bench.hand.put(OTHER)
    bench.reads(OTHER)


def test_closing_twice_is_no_fault_and_a_closed_reader_opens_itself_anew(bench: Bench) -> None:
    bench.reader.identify()
    bench.reader.close()
    bench.reader.close()
    bench.hand.put(CARD)
    bench.reads(CARD)


def test_it_says_who_it_is(sam: SamBench) -> None:
    assert sam.reader.identify() == "05.03-20120101-0000123456-0123456789"


@pytest.mark.parametrize("card", [synthetic.resident(), synthetic.permit(), synthetic.foreign_2017(), synthetic.foreign_2023()])
def test_a_card_is_read_as_the_chip_holds_it(sam: SamBench, card: CardData) -> None:
    sam.hand.put(card)
    assert sam.reader.read() == card


def test_an_appended_address_is_read_too(sam: SamBench) -> None:
    sam.hand.put(CardData(**{**vars(synthetic.resident()), "appended_address": "新址".encode("utf-16-le").ljust(70, b" ")}))
    assert sam.reader.read().appended_address.startswith("新址".encode("utf-16-le"))


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        ({"select": 0x81}, CardUnreadable),
        ({"read_base": 0x41}, CardUnreadable),
        ({"select": 0x31}, CardSuspect),
        ({"select": 0x32}, CardSuspect),
        ({"read_base": 0x33}, CardSuspect),
        ({"select": 0x40}, WrongCard),
        ({"find": 0x66}, DeviceFault),
        ({"find": 0x05}, DeviceFault),
        ({"read_base": 0x80}, CardUnreadable),
        ({"find": 0x90}, ProtocolFault),
        ({"find": 0x24}, ProtocolFault),
    ],
)
@pytest.mark.rule("A-25")
def test_each_trouble_with_a_card_is_told_apart(sam: SamBench, refusal: dict[str, int], error: type[Exception]) -> None:
    sam.hand.put(synthetic.resident())
    sam.hand.refuse(**refusal)
    with pytest.raises(error) as told:
        sam.reader.read()
    assert type(told.value) is error
    sam.hand.refuse()
    sam.hand.put(synthetic.resident())
    assert sam.reader.read() == synthetic.resident()


@pytest.mark.parametrize("skip", [0, 1, 2], ids=["find", "select", "read"])
def test_a_garbled_answer_is_asked_for_again_and_the_card_is_not_lost(sam: SamBench, skip: int) -> None:
    sam.hand.put(synthetic.resident())
    sam.hand.garble_next(2, skip=skip)
    assert sam.reader.read() == synthetic.resident()


def test_a_line_that_garbles_everything_is_a_protocol_fault(sam: SamBench) -> None:
    sam.hand.garble_next(100)
    with pytest.raises(ProtocolFault):
        sam.reader.read()
    sam.hand.garble_next(0)
    sam.hand.put(synthetic.resident())
    assert sam.reader.read() == synthetic.resident()


def test_a_reader_that_was_never_there_is_missing() -> None:
    with pytest.raises(DeviceMissing):
        open_card_reader("sam-serial:/nowhere/reader").read()


def test_a_place_without_a_reader_never_has_a_card() -> None:
    reader = NoReader()
    with pytest.raises(NoCard):
        reader.read()
    with pytest.raises(DeviceMissing):
        reader.identify()
    reader.close()


@pytest.mark.parametrize("uri", ["", "sam-serial", "sam-serial:/dev/x?baud=fast", "sam-serial:/dev/x?baud=1200", "hid:/dev/x"])
@pytest.mark.rule("A-24")
def test_an_address_that_no_driver_serves_is_said_to_be_unsupported(uri: str) -> None:
    with pytest.raises(DeviceUnsupported):
        open_card_reader(uri)


@pytest.fixture
def real() -> Iterator[CardReader]:
    uri = os.environ.get("GONGMEN_TEST_READER")
    if not uri:
        pytest.skip("no card reader: GONGMEN_TEST_READER names none")
    reader = open_card_reader(uri)
    yield reader
    reader.close()


def test_a_real_reader_says_who_it_is_and_ends_each_call_in_time(real: CardReader) -> None:
    assert real.identify()
    for _ in range(5):
        with suppress(NoCard):
            read = real.read()
            assert isinstance(read, ChipSeen) or len(read.text) == 256
    real.close()
    assert real.identify()

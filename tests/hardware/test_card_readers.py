"""One behaviour for every card reader. A real device joins in where GONGMEN_CARD_READER names its address."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from hardware.card_reader import CardData, CardReader, synthetic
from hardware.card_reader.none import NoReader
from hardware.card_reader.simulated import SamSimulator
from hardware.catalogue import open_card_reader
from hardware.errors import (
    CardSuspect,
    CardUnreadable,
    DeviceFault,
    DeviceMissing,
    DeviceTimeout,
    DeviceUnplugged,
    DeviceUnsupported,
    NoCard,
    ProtocolFault,
    WrongCard,
)


@dataclass
class Bench:
    """A reader on the bench, and the hand that puts cards and pulls cables."""

    reader: CardReader
    hand: SamSimulator


def _on_a_pty(simulator: SamSimulator) -> CardReader:
    return open_card_reader(f"sam-serial:{simulator.path}")


@pytest.fixture(params=[_on_a_pty], ids=["sam-serial on a pseudo-terminal"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    opener: Callable[[SamSimulator], CardReader] = request.param
    with SamSimulator() as simulator:
        reader = opener(simulator)
        yield Bench(reader, simulator)
        reader.close()


def test_it_says_who_it_is(bench: Bench) -> None:
    assert bench.reader.identify() == "05.03-20120101-0000123456-0123456789"


def test_an_empty_reader_has_no_card(bench: Bench) -> None:
    with pytest.raises(NoCard):
        bench.reader.read()


@pytest.mark.parametrize("card", [synthetic.resident(), synthetic.permit(), synthetic.foreign_2017(), synthetic.foreign_2023()])
def test_a_card_is_read_as_the_chip_holds_it(bench: Bench, card: CardData) -> None:
    bench.hand.put(card)
    assert bench.reader.read() == card


def test_an_appended_address_is_read_too(bench: Bench) -> None:
    bench.hand.put(CardData(**{**vars(synthetic.resident()), "appended_address": "新址".encode("utf-16-le").ljust(70, b" ")}))
    assert bench.reader.read().appended_address.startswith("新址".encode("utf-16-le"))


def test_a_card_that_stays_is_handed_out_once(bench: Bench) -> None:
    bench.hand.put(synthetic.resident())
    bench.reader.read()
    with pytest.raises(NoCard):
        bench.reader.read()


def test_a_card_laid_again_is_read_again(bench: Bench) -> None:
    for _ in range(3):
        bench.hand.put(synthetic.resident())
        bench.reader.read()
        bench.hand.lift()
        with pytest.raises(NoCard):
            bench.reader.read()


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
def test_each_trouble_with_a_card_is_told_apart(bench: Bench, refusal: dict[str, int], error: type[Exception]) -> None:
    bench.hand.put(synthetic.resident())
    bench.hand.refuse(**refusal)
    with pytest.raises(error) as told:
        bench.reader.read()
    assert type(told.value) is error
    bench.hand.refuse()
    bench.hand.put(synthetic.resident())
    assert bench.reader.read() == synthetic.resident()


@pytest.mark.parametrize("skip", [0, 1, 2], ids=["find", "select", "read"])
def test_a_garbled_answer_is_asked_for_again_and_the_card_is_not_lost(bench: Bench, skip: int) -> None:
    bench.hand.put(synthetic.resident())
    bench.hand.garble_next(2, skip=skip)
    assert bench.reader.read() == synthetic.resident()


def test_a_line_that_garbles_everything_is_a_protocol_fault(bench: Bench) -> None:
    bench.hand.garble_next(100)
    with pytest.raises(ProtocolFault):
        bench.reader.read()
    bench.hand.garble_next(0)
    bench.hand.put(synthetic.resident())
    assert bench.reader.read() == synthetic.resident()


def test_a_frozen_reader_times_out_and_is_read_when_it_wakes(bench: Bench) -> None:
    bench.hand.put(synthetic.resident())
    bench.hand.freeze()
    with pytest.raises(DeviceTimeout):
        bench.reader.read()
    bench.hand.freeze(False)
    assert bench.reader.read() == synthetic.resident()


def test_a_reader_unplugged_and_plugged_in_again_is_read_without_being_told(bench: Bench) -> None:
    bench.reader.identify()
    bench.hand.unplug()
    with pytest.raises(DeviceUnplugged):
        bench.reader.read()
    with pytest.raises(DeviceMissing):
        bench.reader.read()
    bench.hand.put(synthetic.resident())
    bench.hand.replug()
    assert bench.reader.read() == synthetic.resident()


def test_closing_twice_is_no_fault(bench: Bench) -> None:
    bench.reader.identify()
    bench.reader.close()
    bench.reader.close()


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


def test_a_real_reader_says_who_it_is() -> None:
    uri = os.environ.get("GONGMEN_CARD_READER")
    if not uri:
        pytest.skip("no card reader: GONGMEN_CARD_READER names none")
    reader = open_card_reader(uri)
    assert reader.identify().count("-") == 3
    reader.close()

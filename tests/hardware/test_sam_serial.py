"""A real serial port (a pseudo-terminal) with everything that a line does to bytes."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import serial

from hardware.card_reader import synthetic
from hardware.card_reader.sam_frames import PREAMBLE, Command, encode_request
from hardware.card_reader.sam_serial import SamSerial, SerialPipe
from hardware.card_reader.simulated import SamSimulator
from hardware.errors import DeviceError, DeviceFault, DeviceMissing, DeviceTimeout, DeviceUnplugged, DeviceUnsupported, NoCard

CARD = synthetic.resident()


@pytest.fixture
def simulator() -> Iterator[SamSimulator]:
    with SamSimulator() as simulator:
        yield simulator


@pytest.fixture
def reader(simulator: SamSimulator) -> Iterator[SamSerial]:
    reader = SamSerial(str(simulator.path))
    yield reader
    reader.close()


@pytest.mark.parametrize("noise", [b"\x00\xff\xaa", PREAMBLE[:4], PREAMBLE[:4] * 3, b"\xaa" * 50, PREAMBLE + b"\xff\xff", b"\xaa"])
def test_noise_before_an_answer_is_read_through(simulator: SamSimulator, reader: SamSerial, noise: bytes) -> None:
    simulator.put(CARD)
    simulator.noise_before_next(noise, skip=2)
    assert reader.read() == CARD
    assert simulator.requests.count(Command.READ_BASE.value) == 1


@pytest.mark.parametrize(("chunk", "gap_s"), [(1, 0.0), (7, 0.0), (64, 0.001)])
def test_an_answer_in_pieces_is_put_together(simulator: SamSimulator, reader: SamSerial, chunk: int, gap_s: float) -> None:
    simulator.put(CARD)
    simulator.pace(chunk, gap_s)
    assert reader.read() == CARD


def test_a_drip_of_bytes_does_not_stretch_the_deadline(simulator: SamSimulator, reader: SamSerial) -> None:
    """One total deadline an answer: a byte now and then must not keep a caller waiting for ever."""
    simulator.pace(1, 0.2)
    with pytest.raises(DeviceTimeout):
        reader.identify()


def test_an_answer_cut_short_is_asked_for_again(simulator: SamSimulator, reader: SamSerial) -> None:
    simulator.put(CARD)
    simulator.cut_next(missing=3)
    assert reader.read() == CARD


def test_the_tail_of_a_late_answer_is_not_taken_for_the_next(simulator: SamSimulator, reader: SamSerial) -> None:
    reader.identify()
    simulator.put(CARD)
    simulator.noise_before_next(encode_request(Command.SAM_ID)[:3] + b"\x01\x02")
    assert reader.read() == CARD


def test_commands_come_in_the_protocols_order_and_no_others(simulator: SamSimulator, reader: SamSerial) -> None:
    simulator.put(CARD)
    reader.read()
    assert simulator.requests == [c.value for c in (Command.FIND, Command.SELECT, Command.READ_BASE, Command.READ_ADDRESS)]


def test_a_module_that_does_not_serve_addresses_still_gives_the_card(simulator: SamSimulator, reader: SamSerial) -> None:
    for status in (0x21, 0x41, 0x91):
        simulator.put(CARD)
        simulator.refuse(read_address=status)
        assert reader.read() == CARD


def test_a_module_that_hands_a_card_out_again_and_again_is_read_again(simulator: SamSimulator, reader: SamSerial) -> None:
    simulator.module.hands_out_once = False
    simulator.put(CARD)
    assert [reader.read(), reader.read()] == [CARD, CARD]


def test_a_broken_module_says_so(simulator: SamSimulator, reader: SamSerial) -> None:
    reader.self_test()
    simulator.refuse(status=0x60)
    with pytest.raises(DeviceFault, match="self-test"):
        reader.self_test()


def test_a_port_held_by_another_program_is_a_fault_that_says_so(simulator: SamSimulator, reader: SamSerial) -> None:
    reader.identify()
    with pytest.raises(DeviceFault, match="another program"):
        SamSerial(str(simulator.path)).identify()


def test_a_file_that_is_no_port_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DeviceMissing):
        SamSerial(str(tmp_path / "file")).identify()


def test_a_reader_at_another_speed_does_not_answer_until_asked_at_it(simulator: SamSimulator) -> None:
    pipe = SerialPipe(str(simulator.path), 115200)
    pipe.send(encode_request(Command.BAUD_57600))
    assert pipe.receive(2.0) != b""
    pipe.close()
    slow = SamSerial(str(simulator.path), baud=57600)
    assert slow.identify().startswith("05.03")
    slow.close()
    fast = SamSerial(str(simulator.path))
    with pytest.raises(DeviceTimeout):
        fast.identify()
    fast.close()


def test_a_readers_speed_is_searched_for_and_found_again_after_it_lost_power(simulator: SamSimulator) -> None:
    reader = SamSerial(str(simulator.path), baud=None)
    reader.change_baud(9600)
    simulator.put(CARD)
    assert reader.read() == CARD
    assert simulator.baud == 9600  # only now: the module changes its speed after it has said so
    simulator.unplug()
    simulator.replug()
    simulator.put(CARD)
    with pytest.raises(DeviceUnplugged):
        reader.read()
    assert reader.read() == CARD
    reader.close()
    with pytest.raises(DeviceUnsupported):
        reader.change_baud(1200)


def test_no_speed_at_which_nobody_answers_is_believed(simulator: SamSimulator) -> None:
    simulator.freeze()
    reader = SamSerial(str(simulator.path), baud=None)
    with pytest.raises(DeviceTimeout):
        reader.identify()
    simulator.freeze(False)
    assert reader.identify().startswith("05.03")
    reader.close()


@pytest.mark.parametrize("finger", [0, 512, 1024])
def test_fingerprints_that_a_module_sends_along_are_read_past_and_dropped(simulator: SamSimulator, reader: SamSerial, finger: int) -> None:
    simulator.put(replace(CARD, fingerprint=b"f" * finger))
    simulator.refuse(read_base=0x21)
    assert reader.read() == CARD
    assert simulator.requests.count(Command.READ_BASE.value) == 1
    assert Command.READ_FINGERPRINT.value in simulator.requests


def test_the_other_commands_of_the_protocol_are_served_too(simulator: SamSimulator, reader: SamSerial) -> None:
    reader.reset()
    reader.limit_radio()
    simulator.put(CARD)
    assert len(reader.chip_id()) == 28
    simulator.lift()
    with pytest.raises(NoCard):
        reader.chip_id()
    simulator.refuse(max_rf_bytes=0x23)
    with pytest.raises(DeviceFault):
        reader.limit_radio()


def test_pulling_the_cable_while_a_card_is_read_is_unplugged_not_a_crash(simulator: SamSimulator, reader: SamSerial) -> None:
    simulator.put(CARD)
    simulator.pace(16, 0.01)
    puller = threading.Timer(0.2, simulator.unplug)
    puller.start()
    with pytest.raises(DeviceUnplugged):
        reader.read()
    puller.join()


def test_a_module_without_order_refuses_like_a_real_one(simulator: SamSimulator) -> None:
    simulator.put(CARD)
    assert simulator.module.answer(Command.SELECT.value).sw3 == 0x81
    assert simulator.module.answer(Command.READ_BASE.value).sw3 == 0x41
    assert simulator.module.answer(b"\x77\x77").sw3 == 0x21


def test_the_simulator_tells_a_host_that_its_checksum_is_wrong(simulator: SamSimulator) -> None:
    with serial.Serial(str(simulator.path), 115200, timeout=2.0) as port:
        port.write(encode_request(Command.FIND)[:-1] + b"\x00")
        assert port.read(11)[9] == 0x10


def test_random_trouble_on_the_line_gives_the_card_or_an_error_and_never_another_card(simulator: SamSimulator, reader: SamSerial) -> None:
    chance = random.Random(int(os.environ.get("GONGMEN_SEED", "7")))
    good = 0
    for _ in range(40):
        simulator.put(CARD)
        trouble = chance.choice(["none", "noise", "garble", "pieces"])
        skip = chance.randrange(3)
        if trouble == "noise":
            simulator.noise_before_next(chance.randbytes(chance.randrange(1, 60)), skip)
        elif trouble == "garble":
            simulator.garble_next(chance.randrange(1, 3), skip)
        simulator.pace(chance.choice([1, 13, 64]) if trouble == "pieces" else 0)
        try:
            assert reader.read() == CARD
            good += 1
        except DeviceError as fault:
            assert fault.retryable, fault
    assert good == 40

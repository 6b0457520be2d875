"""The reader's USB: both arrangements of endpoints, both kinds of transfer, and what can be in the way of opening it."""

from __future__ import annotations

import errno

import pytest

from hardware.card_reader import synthetic
from hardware.card_reader.sam_frames import Command
from hardware.card_reader.sam_usb import SamUsb, find
from hardware.errors import DeviceError, DeviceFault, DeviceMissing, DeviceUnplugged, DeviceUnsupported
from tests.hardware.usb_reader import BULK, INTERRUPT, SPLIT, WHOLE, UsbSimulator

CARD = synthetic.resident()


@pytest.mark.parametrize("endpoints", [SPLIT, WHOLE, (0x81, 0x02)])
@pytest.mark.parametrize("transfer", [BULK, INTERRUPT])
def test_a_card_is_read_whatever_the_endpoints(endpoints: tuple[int, ...], transfer: int) -> None:
    bus = UsbSimulator(endpoints, transfer)
    reader = SamUsb(backend=bus)
    bus.put(CARD)
    assert reader.read() == CARD
    assert bus.requests == [c.value for c in (Command.FIND, Command.SELECT, Command.READ_BASE, Command.READ_ADDRESS)]
    reader.close()
    assert not bus.claimed


@pytest.mark.parametrize("endpoints", [SPLIT, WHOLE])
def test_what_a_late_answer_left_is_forgotten_before_the_next_command(endpoints: tuple[int, ...]) -> None:
    bus = UsbSimulator(endpoints)
    reader = SamUsb(backend=bus)
    reader.identify()
    for endpoint in endpoints:
        if endpoint & 0x80:
            bus.leave(endpoint, bytes.fromhex("AAAAAA96690508000090") + bytes(200))
    bus.put(CARD)
    assert reader.read() == CARD


def test_a_driver_of_the_kernel_is_asked_to_step_aside_and_put_back() -> None:
    bus = UsbSimulator(kernel_driver=True)
    reader = SamUsb(backend=bus)
    assert reader.identify().startswith("05.03")
    assert not bus.kernel_driver
    reader.close()
    assert bus.kernel_driver


def test_a_device_without_a_configuration_is_given_one() -> None:
    bus = UsbSimulator()
    bus.configured = False
    assert SamUsb(backend=bus).identify().startswith("05.03")


def test_a_stall_is_cleared_and_the_command_sent_again() -> None:
    bus = UsbSimulator()
    reader = SamUsb(backend=bus)
    reader.identify()
    bus.stalls = 1
    bus.put(CARD)
    assert reader.read() == CARD


@pytest.mark.parametrize(
    ("number", "error", "says"),
    [
        (errno.EACCES, DeviceFault, "udev"),
        (errno.EBUSY, DeviceFault, "another program"),
        (errno.ENODEV, DeviceUnplugged, "refused"),
    ],
)
@pytest.mark.rule("A-24")
def test_a_reader_that_will_not_be_opened_says_why(number: int, error: type[DeviceError], says: str) -> None:
    bus = UsbSimulator()
    bus.refuses = number
    with pytest.raises(error, match=says):
        SamUsb(backend=bus).identify()
    bus.refuses = None
    assert SamUsb(backend=bus).identify().startswith("05.03")


def test_a_second_program_is_told_that_the_reader_is_held() -> None:
    bus = UsbSimulator()
    first = SamUsb(backend=bus)
    first.identify()
    with pytest.raises(DeviceFault, match="another program"):
        SamUsb(backend=bus).identify()
    first.close()


def test_another_makers_product_is_not_taken_for_a_reader() -> None:
    with pytest.raises(DeviceMissing, match="0400:0001"):
        SamUsb("0400:0001", backend=UsbSimulator()).identify()
    assert SamUsb("0400:c35a", backend=UsbSimulator()).identify().startswith("05.03")
    with pytest.raises(DeviceUnsupported):
        SamUsb("0400-c35a")


def test_a_device_without_a_way_in_and_out_is_unsupported() -> None:
    with pytest.raises(DeviceUnsupported):
        SamUsb(backend=UsbSimulator((0x81, 0x82))).identify()


def test_readers_on_the_bus_are_found_without_being_spoken_to() -> None:
    bus = UsbSimulator()
    assert find(bus) == ["0400:c35a"]
    assert bus.requests == []
    bus.unplug()
    assert find(bus) == []

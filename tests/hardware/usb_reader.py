"""A SAM_V reader on a USB bus that is not there: a backend of pyusb, with the simulator's own module behind its endpoints."""

from __future__ import annotations

import errno
from types import SimpleNamespace
from typing import Any, Final

import usb.backend  # type: ignore[import-untyped]
import usb.core  # type: ignore[import-untyped]

from hardware.card_reader.sam_frames import HEAD
from hardware.card_reader.sam_module import SamBrain

BULK: Final = 0x02
INTERRUPT: Final = 0x03
SPLIT: Final = (0x02, 0x06, 0x81, 0x85)
WHOLE: Final = (0x01, 0x82)


class UsbSimulator(SamBrain, usb.backend.IBackend):  # type: ignore[misc]  # pyusb has no types
    """One reader. `endpoints` and `transfer` say how it was built; `kernel_driver` that a driver of the kernel sits on it."""

    def __init__(self, endpoints: tuple[int, ...] = SPLIT, transfer: int = BULK, kernel_driver: bool = False) -> None:
        super().__init__()
        self.endpoints, self.transfer = endpoints, transfer
        self.kernel_driver = kernel_driver
        self.plugged = True
        self.claimed = False
        self.configured = True
        self.refuses: int | None = None
        """An errno with which it will not be opened."""
        self.stalls = 0
        self._waiting: dict[int, bytearray] = {address: bytearray() for address in endpoints if address & 0x80}

    def unplug(self) -> None:
        self.plugged = False

    def replug(self) -> None:
        self.plugged = True
        self.claimed = False
        for waiting in self._waiting.values():
            waiting.clear()
        self.power_up()

    def leave(self, endpoint: int, data: bytes) -> None:
        """Bytes that nobody has fetched yet."""
        self._waiting[endpoint] += data

    # --- what pyusb asks of a backend ---

    def enumerate_devices(self) -> Any:
        return iter([self] if self.plugged else [])

    def get_device_descriptor(self, dev: Any) -> Any:
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x110,
            bDeviceClass=255,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=8,
            idVendor=0x0400,
            idProduct=0xC35A,
            bcdDevice=0x100,
            iManufacturer=0,
            iProduct=0,
            iSerialNumber=0,
            bNumConfigurations=1,
            bus=1,
            address=2,
            port_number=1,
            port_numbers=(1,),
            speed=2,
        )

    def get_configuration_descriptor(self, dev: Any, config: int) -> Any:
        if config:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=60,
            bNumInterfaces=1,
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0x80,
            bMaxPower=50,
            extra_descriptors=[],
        )

    def get_interface_descriptor(self, dev: Any, intf: int, alt: int, config: int) -> Any:
        if intf or alt:
            raise IndexError(intf)
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=0,
            bAlternateSetting=0,
            bNumEndpoints=len(self.endpoints),
            bInterfaceClass=255,
            bInterfaceSubClass=0,
            bInterfaceProtocol=0,
            iInterface=0,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(self, dev: Any, ep: int, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=self.endpoints[ep],
            bmAttributes=self.transfer,
            wMaxPacketSize=64,
            bInterval=1,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    def open_device(self, dev: Any) -> Any:
        if self.refuses is not None:
            raise usb.core.USBError("refused", errno=self.refuses)
        self._there()
        return self

    def close_device(self, dev_handle: Any) -> None:
        self.claimed = False

    def get_configuration(self, dev_handle: Any) -> int:
        self._there()
        if not self.configured:
            raise usb.core.USBError("not configured", errno=errno.EIO)
        return 1

    def set_configuration(self, dev_handle: Any, config_value: int) -> None:
        self.configured = True

    def claim_interface(self, dev_handle: Any, intf: int) -> None:
        self._there()
        if self.claimed or self.kernel_driver:
            raise usb.core.USBError("busy", errno=errno.EBUSY)
        self.claimed = True

    def release_interface(self, dev_handle: Any, intf: int) -> None:
        self.claimed = False

    def is_kernel_driver_active(self, dev_handle: Any, intf: int) -> bool:
        return self.kernel_driver

    def detach_kernel_driver(self, dev_handle: Any, intf: int) -> None:
        self.kernel_driver = False

    def attach_kernel_driver(self, dev_handle: Any, intf: int) -> None:
        self.kernel_driver = True

    def clear_halt(self, dev_handle: Any, ep: int) -> None:
        self._there()

    def bulk_write(self, dev_handle: Any, ep: int, intf: int, data: Any, timeout: int) -> int:
        return self._written(BULK, ep, bytes(data))

    def intr_write(self, dev_handle: Any, ep: int, intf: int, data: Any, timeout: int) -> int:
        return self._written(INTERRUPT, ep, bytes(data))

    def bulk_read(self, dev_handle: Any, ep: int, intf: int, buff: Any, timeout: int) -> int:
        return self._read(BULK, ep, buff)

    def intr_read(self, dev_handle: Any, ep: int, intf: int, buff: Any, timeout: int) -> int:
        return self._read(INTERRUPT, ep, buff)

    # --- what happens behind it ---

    def _there(self) -> None:
        if not self.plugged:
            raise usb.core.USBError("no such device", errno=errno.ENODEV)

    def _works(self, transfer: int) -> None:
        self._there()
        if transfer != self.transfer:
            raise usb.core.USBError("wrong kind of transfer", errno=errno.EINVAL)
        if self.stalls:
            self.stalls -= 1
            raise usb.core.USBError("stalled", errno=errno.EPIPE)

    def _written(self, transfer: int, endpoint: int, data: bytes) -> int:
        self._works(transfer)
        if len(data) > 64:
            raise usb.core.USBError("more than a packet", errno=errno.EOVERFLOW)
        if answer := self.hear(data):
            first = next(iter(self._waiting))
            head, rest = (0x81, 0x85) if self.endpoints == SPLIT else (first, first)
            self._waiting[head] += answer[:HEAD]
            self._waiting[rest] += answer[HEAD:]
            self.settle()
        return len(data)

    def _read(self, transfer: int, endpoint: int, buffer: Any) -> int:
        self._works(transfer)
        waiting = self._waiting[endpoint]
        if not waiting:
            raise usb.core.USBTimeoutError("timed out", errno=errno.ETIMEDOUT)
        packet = bytes(waiting[: min(64, len(buffer))])
        del waiting[: len(packet)]
        buffer[: len(packet)] = type(buffer)("B", packet)
        return len(packet)

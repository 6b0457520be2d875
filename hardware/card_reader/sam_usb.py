"""SAM_V readers on USB, by pyusb over libusb: a device of a vendor's own class, no serial port and no HID.

Two arrangements of endpoints are sold. The official one sends the head of a frame (preamble and length) to OUT 02 and the rest to OUT 06,
and answers with the head on IN 81 and the rest on IN 85. Most desktop readers have one OUT and one IN for whole frames. Both kinds, bulk
and interrupt, are used in packets of 64 bytes. Vendor 0400 is shared with other makers' products, so the product is matched too.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from hardware.card_reader.sam_frames import HEAD, PREAMBLE
from hardware.card_reader.sam_reader import SamReader
from hardware.errors import (
    DeviceError,
    DeviceFault,
    DeviceMissing,
    DeviceTimeout,
    DeviceUnplugged,
    DeviceUnsupported,
    DriverMissing,
    ProtocolFault,
)

KNOWN: Final = ((0x0400, 0xC35A), (0x0316, 0x5020), (0x0483, 0x5652))
"""Vendor and product: the family's own; one of Synjones; one more that a maker's kit looks for."""
WRITE_MS: Final = 500
DRAIN_MS: Final = 5
PACKET: Final = 64
_SPLIT: Final = (0x02, 0x06, 0x81, 0x85)
_TIMEOUT: Final = errno.ETIMEDOUT
_STALLED: Final = (errno.EPIPE, errno.EOVERFLOW)


@dataclass(frozen=True)
class Endpoints:
    """Where bytes go and come from: (head, rest) for OUT and for IN; the same twice where whole frames travel."""

    out: tuple[int, int]
    back: tuple[int, int]
    packet: int

    @property
    def split(self) -> bool:
        """Whether head and rest travel apart."""
        return self.out[0] != self.out[1]


class UsbPipe:
    """An open USB reader. Raises `DeviceMissing`, `DriverMissing` without libusb, `DeviceFault` where another program holds it."""

    def __init__(self, which: tuple[tuple[int, int], ...], backend: Any = None) -> None:
        self._core = importlib.import_module("usb.core")
        self._util = importlib.import_module("usb.util")
        with self._opening():
            self._device = self._find(which, backend)
            self._detached = self._detach()
            try:
                self._endpoints = self._claim()
            except BaseException:
                self._let_go()
                raise
        self._head = bytearray()

    def send(self, frame: bytes) -> None:
        """See `Pipe.send`."""
        with self._in_use():
            for endpoint in dict.fromkeys(self._endpoints.back):
                self._drain(endpoint)
            self._head.clear()
            head, rest = self._endpoints.out
            parts = ((head, frame[:HEAD]), (rest, frame[HEAD:])) if self._endpoints.split else ((head, frame),)
            for endpoint, part in parts:
                if self._device.write(endpoint, part, WRITE_MS) != len(part):
                    raise DeviceTimeout("the reader takes no bytes")

    def receive(self, timeout_s: float) -> bytes:
        """See `Pipe.receive`. In the split arrangement the head is waited for first, then the rest."""
        head, rest = self._endpoints.back
        endpoint = head if self._endpoints.split and len(self._head) < HEAD else rest
        data = b""
        with self._in_use(quiet=True):
            data = bytes(self._device.read(endpoint, self._endpoints.packet, max(1, int(timeout_s * 1000))))
        if self._endpoints.split and endpoint == head:
            self._head += data
            if len(self._head) >= HEAD and not self._head.startswith(PREAMBLE):
                raise ProtocolFault("an answer whose head is none")
        return data

    def close(self) -> None:
        """See `Pipe.close`."""
        self._let_go()

    def _find(self, which: tuple[tuple[int, int], ...], backend: Any) -> Any:
        for vendor, product in which:
            device = self._core.find(idVendor=vendor, idProduct=product, backend=backend)
            if device is not None:
                return device
        raise DeviceMissing("USB " + ", ".join(f"{vendor:04x}:{product:04x}" for vendor, product in which))

    def _detach(self) -> bool:
        """Takes the interface from a driver of the kernel, where one sits on it."""
        with contextlib.suppress(NotImplementedError):
            if self._device.is_kernel_driver_active(0):
                self._device.detach_kernel_driver(0)
                return True
        return False

    def _claim(self) -> Endpoints:
        try:
            configuration = self._device.get_active_configuration()
        except self._core.USBError:
            self._device.set_configuration()
            configuration = self._device.get_active_configuration()
        self._util.claim_interface(self._device, 0)
        return _endpoints(list(configuration[(0, 0)]))

    def _drain(self, endpoint: int) -> None:
        """Forgets what a late answer left; a reader that talks without end is not waited out."""
        with contextlib.suppress(self._core.USBTimeoutError):
            for _ in range(100):
                self._device.read(endpoint, self._endpoints.packet, DRAIN_MS)

    def _let_go(self) -> None:
        with contextlib.suppress(self._core.USBError, NotImplementedError):
            self._util.release_interface(self._device, 0)
            if self._detached:
                self._device.attach_kernel_driver(0)
        with contextlib.suppress(self._core.USBError):
            self._util.dispose_resources(self._device)

    @contextmanager
    def _opening(self) -> Iterator[None]:
        try:
            yield
        except self._core.NoBackendError as absent:
            raise DriverMissing("libusb: apt-get install libusb-1.0-0") from absent
        except self._core.USBError as refused:
            raise _not_opened(refused) from refused

    @contextmanager
    def _in_use(self, quiet: bool = False) -> Iterator[None]:
        """A device that fails in use is one that went away, but for time-outs and stalls."""
        try:
            yield
        except self._core.USBError as fault:
            if isinstance(fault, self._core.USBTimeoutError) or fault.errno == _TIMEOUT:
                if not quiet:
                    raise DeviceTimeout("the reader takes no bytes") from fault
            elif fault.errno in _STALLED:
                self._clear()
                raise ProtocolFault(f"an endpoint stalled ({fault.errno})") from fault
            else:
                raise DeviceUnplugged(str(fault)) from fault

    def _clear(self) -> None:
        with contextlib.suppress(self._core.USBError, NotImplementedError):
            for endpoint in dict.fromkeys((*self._endpoints.out, *self._endpoints.back)):
                self._device.clear_halt(endpoint)


class SamUsb(SamReader):
    """A SAM_V reader on USB. Nothing is opened before the first call. `which` is `VID:PID` in hex; empty for any that is known."""

    def __init__(self, which: str = "", backend: Any = None) -> None:
        known = (_pair(which),) if which else KNOWN
        super().__init__(lambda: UsbPipe(known, backend))


def find(backend: Any = None) -> list[str]:
    """`VID:PID` of each known reader that is plugged in; empty where there is no libusb. Nothing is sent to any of them."""
    try:
        core = importlib.import_module("usb.core")
        return [
            f"{vendor:04x}:{product:04x}" for vendor, product in KNOWN if core.find(idVendor=vendor, idProduct=product, backend=backend)
        ]
    except Exception:  # noqa: BLE001 - no libusb, or no right to look: then nothing is found
        return []


def _pair(which: str) -> tuple[int, int]:
    vendor, _, product = which.partition(":")
    try:
        return int(vendor, 16), int(product, 16)
    except ValueError:
        raise DeviceUnsupported(f"{which}: not VID:PID in hex") from None


def _endpoints(found: list[Any]) -> Endpoints:
    addresses = [endpoint.bEndpointAddress for endpoint in found if endpoint.bmAttributes & 0x03 in (0x02, 0x03)]
    packet = max((endpoint.wMaxPacketSize & 0x07FF for endpoint in found), default=PACKET)
    if all(address in addresses for address in _SPLIT):
        return Endpoints((0x02, 0x06), (0x81, 0x85), packet)
    out = next((address for address in addresses if not address & 0x80), None)
    back = next((address for address in addresses if address & 0x80), None)
    if out is None or back is None:
        raise DeviceUnsupported("a USB device without a bulk or interrupt endpoint each way")
    return Endpoints((out, out), (back, back), packet)


def _not_opened(refused: Any) -> DeviceError:
    if refused.errno in (errno.EACCES, errno.EPERM):
        return DeviceFault("this user may not open the USB reader (udev rule, group dialout)")
    if refused.errno == errno.EBUSY:
        return DeviceFault("the USB reader is held by another program")
    return DeviceUnplugged(str(refused))

"""Which driver serves which address. Only the composition root asks here; a simulator is opened by its name and is never a default.

card readers   sam-serial:PATH[?baud=115200|auto]   sam-usb:[VID:PID]   pcsc:[NAME]   none:
cameras        opencv:0  opencv:/dev/video0  rtsp://…  file:PATH  simulated:DIR  lent:SOCKET   none:
depth cameras  unix:SOCKET                          none:
turnstiles     gpio:in=17,out=27,…   modbus:PATH?in=0&out=1&…   simulated:DIR   none:
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

from hardware.camera import Camera
from hardware.card_reader import CardReader
from hardware.depth import DepthLine
from hardware.errors import DeviceUnsupported
from hardware.turnstile import Turnstile


@dataclass(frozen=True)
class Model:
    """A card reader that is known to work, and whom to call."""

    maker: str
    name: str
    transports: tuple[str, ...]
    support: str = ""


READERS: Final = (
    Model("神思", "SS628(100)", ("sam-serial", "sam-usb"), "4008206660"),
    Model("普天", "CP IDMR02/ZW I", ("sam-serial", "sam-usb"), "4008206660"),
)
"""The desktop readers that the platform names (A-24). Others of the SAM_V family speak the same protocol."""


def open_card_reader(uri: str) -> CardReader:
    """The reader at `uri`, not yet touched. Raises `DeviceUnsupported` for an address that no driver serves (A-24)."""
    scheme, rest, options = _address(uri)
    if scheme == "sam-serial":
        from hardware.card_reader.sam_serial import SamSerial

        baud = options.get("baud", "115200")
        return SamSerial(rest, baud=None if baud == "auto" else _number(uri, baud))
    if scheme == "sam-usb":
        from hardware.card_reader.sam_usb import SamUsb

        return SamUsb(rest)
    if scheme == "pcsc":
        from hardware.card_reader.pcsc import PcscReader

        return PcscReader(rest)
    if scheme == "none":
        from hardware.card_reader.none import NoReader

        return NoReader()
    raise DeviceUnsupported(uri)


def find_card_readers() -> list[str]:
    """Addresses at which a card reader may be: the udev rule's link, readers on USB, USB-serial converters, PC/SC. Nothing is sent."""
    from serial.tools import list_ports

    from hardware.card_reader import pcsc, sam_usb

    ports = sorted(port.device for port in list_ports.comports() if port.vid is not None)
    link = ["/dev/idreader"] if Path("/dev/idreader").exists() else []
    serial = [f"sam-serial:{path}" for path in link + ports]
    on_usb = [f"sam-usb:{which}" for which in sam_usb.find()]
    return serial[: len(link)] + on_usb + serial[len(link) :] + [f"pcsc:{name}" for name in pcsc.find()]


def open_camera(uri: str) -> Camera:
    """The camera at `uri`, its thread running. Raises `DeviceUnsupported` for an address that no driver serves."""
    scheme, rest, _ = _address(uri)
    if scheme in ("opencv", "rtsp", "file"):
        from hardware.camera.opencv import FileCamera, OpenCvCamera

        return FileCamera(Path(rest)) if scheme == "file" else OpenCvCamera(uri if scheme == "rtsp" else rest)
    if scheme == "simulated":
        from hardware.camera.simulated import SimulatedCamera

        return SimulatedCamera(Path(rest))
    if scheme == "lent":
        from hardware.camera.lent import LentCamera

        return LentCamera(Path(rest))
    if scheme == "none":
        from hardware.camera.none import NoCamera

        return NoCamera()
    raise DeviceUnsupported(uri.partition(":")[0])


def open_depth(uri: str) -> DepthLine | None:
    """The depth camera's software at `uri`, its thread running; None where there is none. Raises `DeviceUnsupported`."""
    scheme, rest, _ = _address(uri)
    if scheme not in ("unix", "none"):
        raise DeviceUnsupported(uri)
    return DepthLine(Path(rest)) if scheme == "unix" else None


def open_turnstile(uri: str) -> Turnstile:
    """The turnstile at `uri`. Raises `DeviceUnsupported` for an address that no driver serves."""
    scheme, rest, options = _address(uri)
    if scheme == "gpio":
        from hardware.turnstile.gpio import GpioTurnstile, GpioWiring

        return GpioTurnstile(GpioWiring.parse(rest))
    if scheme == "modbus":
        from hardware.turnstile.modbus import ModbusTurnstile, ModbusWiring

        return ModbusTurnstile(ModbusWiring.parse(rest, options))
    if scheme == "simulated":
        from hardware.turnstile.simulated import SimulatedTurnstile

        return SimulatedTurnstile(Path(rest))
    if scheme == "none":
        from hardware.turnstile.none import NoTurnstile

        return NoTurnstile()
    raise DeviceUnsupported(uri)


def _address(uri: str) -> tuple[str, str, dict[str, str]]:
    scheme, _, rest = uri.partition(":")
    path, _, query = rest.partition("?")
    if not path and scheme not in ("none", "pcsc", "sam-usb"):
        raise DeviceUnsupported(uri)
    return scheme, path, {name: values[-1] for name, values in parse_qs(query).items()}


def _number(uri: str, text: str) -> int:
    if not text.isdecimal():
        raise DeviceUnsupported(uri)
    return int(text)

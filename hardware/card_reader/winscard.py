"""The few calls of PC/SC that the driver needs, raising `DeviceError`s. pyscard is imported when first used: most boxes have none.

pyscard's own monitor threads are not used: they end for ever when pcscd is started anew.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from hardware.errors import CardUnreadable, DeviceError, DeviceFault, DeviceMissing, DeviceUnplugged, DriverMissing, NoCard

_GONE: Final = (0x8010000C, 0x80100069)
"""No card; the card was taken away."""
_WEAK: Final = (0x80100066, 0x80100067, 0x80100068, 0x8010000F, 0x8010002F)
"""The card does not answer, has no power, was reset, speaks no known protocol; the talk with it failed."""
_HELD: Final = (0x8010000B,)
_NO_SERVICE: Final = (0x8010001D, 0x8010001E, 0x80100001, 0x80100003)
_NO_READER: Final = (0x8010002E, 0x80100009)


@dataclass(frozen=True)
class Slot:
    """A reader's state now. `changes` counts cards laid and lifted; `atr` is empty where no card lies."""

    present: bool
    mute: bool
    changes: int
    atr: bytes


class Winscard:
    """One context with the system's PC/SC service. Raises `DriverMissing` without pyscard, `DeviceMissing` without a service."""

    def __init__(self) -> None:
        try:
            self._scard: Any = importlib.import_module("smartcard.scard")
        except ImportError as absent:
            raise DriverMissing("pyscard: apt-get install pcscd libpcsclite-dev gcc python3-dev, then ./run pcsc") from absent
        result, self._context = self._scard.SCardEstablishContext(self._scard.SCARD_SCOPE_USER)
        _must(result)

    def close(self) -> None:
        """Ends the context; safe where the service is gone."""
        self._scard.SCardReleaseContext(self._context)

    def readers(self) -> list[str]:
        """Their names; empty where none is plugged in."""
        result, names = self._scard.SCardListReaders(self._context, [])
        if result & 0xFFFFFFFF in _NO_READER:
            return []
        _must(result)
        return list(names)

    def slot(self, reader: str) -> Slot:
        """What the service knows of this reader now; asks without waiting, so that a card that lay there at the start is seen."""
        result, states = self._scard.SCardGetStatusChange(self._context, 0, [(reader, self._scard.SCARD_STATE_UNAWARE)])
        _must(result)
        _, event, atr = states[0]
        if event & (self._scard.SCARD_STATE_UNKNOWN | self._scard.SCARD_STATE_UNAVAILABLE):
            raise DeviceUnplugged(reader)
        return Slot(
            present=bool(event & self._scard.SCARD_STATE_PRESENT),
            mute=bool(event & self._scard.SCARD_STATE_MUTE),
            changes=event >> 16 & 0xFFFF,
            atr=bytes(atr),
        )

    @contextmanager
    def card(self, reader: str) -> Iterator[Card]:
        """A talk with the card on that reader, shared with other programs; the card keeps its power afterwards."""
        scard = self._scard
        result, handle, protocol = scard.SCardConnect(
            self._context, reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        )
        _must(result)
        try:
            yield Card(scard, handle, protocol)
        finally:
            scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)


class Card:
    """A card that is connected."""

    def __init__(self, scard: Any, handle: Any, protocol: int) -> None:
        self._scard, self._handle = scard, handle
        self._header = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1

    def ask(self, apdu: str) -> bytes:
        """The data of a good answer (90 00). Raises `CardUnreadable` for any other."""
        result, answer = self._scard.SCardTransmit(self._handle, self._header, list(bytes.fromhex(apdu)))
        _must(result)
        if bytes(answer[-2:]) != b"\x90\x00":
            raise CardUnreadable(f"answer {bytes(answer[-2:]).hex().upper()} to {apdu}")
        return bytes(answer[:-2])


def _must(result: int) -> None:
    code = result & 0xFFFFFFFF
    if code:
        raise _fault(code)


def _fault(code: int) -> DeviceError:
    told = f"PC/SC {code:08X}"
    for codes, kind, meaning in (
        (_GONE, NoCard, ""),
        (_WEAK, CardUnreadable, ""),
        (_HELD, DeviceFault, ": held by another program"),
        (_NO_SERVICE, DeviceMissing, ": pcscd does not run, or this user may not use it"),
    ):
        if code in codes:
            return kind(told + meaning)
    return DeviceUnplugged(told)

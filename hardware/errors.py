"""What can go wrong with a device. Each error says whether trying again can help.

DeviceError               code, retryable
├── DeviceMissing         nothing at that address (plug it in, name another)
├── DeviceUnsupported     something is there that no driver knows
├── DriverMissing         the driver needs software that this machine does not have
├── DeviceUnplugged       it was there and is gone (the owner reopens it)
├── DeviceTimeout         no answer within the deadline
├── DeviceFault           the device itself says that it is broken
├── ProtocolFault         bytes that make no sense (line noise)
└── CardError             the reader is well, the card is not
    ├── NoCard            nothing on the reader: no fault at all
    ├── CardUnreadable    lift it and put it again; after a few times it is damaged
    ├── CardSuspect       it answers, but not as a genuine card does
    ├── CardNumberRandom  a work card that shows another number each time
    └── WrongCard         a card of another kind
"""

from __future__ import annotations

from typing import ClassVar


class DeviceError(Exception):
    """A device did not do what was asked. `code` is stable and has texts; `detail` is for the technician."""

    code: ClassVar[str] = "DEVICE_FAULT"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.code}: {detail}" if detail else self.code)
        self.detail = detail


class DeviceMissing(DeviceError):
    """Nothing answers at that address."""

    code = "DEVICE_NOT_FOUND"


class DeviceUnsupported(DeviceError):
    """A device, or a name of one, that no driver serves (A-24)."""

    code = "DEVICE_UNSUPPORTED"


class DriverMissing(DeviceError):
    """The driver needs software that is not installed here; `detail` says what."""

    code = "DEVICE_DRIVER_MISSING"


class DeviceUnplugged(DeviceError):
    """It was there and is gone."""

    code = "DEVICE_UNPLUGGED"
    retryable = True


class DeviceTimeout(DeviceError):
    """No whole answer within the deadline."""

    code = "DEVICE_TIMEOUT"
    retryable = True


class DeviceFault(DeviceError):
    """The device reports a fault of its own."""

    code = "DEVICE_FAULT"


class ProtocolFault(DeviceError):
    """An answer that is no answer: wrong length, checksum or order."""

    code = "DEVICE_GARBLED"
    retryable = True


class CardError(DeviceError):
    """The reader is well; the card is the matter."""

    code = "CARD_UNREADABLE"


class NoCard(CardError):
    """Nothing lies on the reader."""

    code = "CARD_ABSENT"
    retryable = True


class CardUnreadable(CardError):
    """The card answers too weakly or not at all: demagnetised or damaged (A-25)."""

    code = "CARD_UNREADABLE"
    retryable = True


class CardSuspect(CardError):
    """The card fails the reader's authentication: not a genuine one, perhaps (A-25)."""

    code = "CARD_SUSPECT"


class CardNumberRandom(CardError):
    """A work card that shows another number at each touch: it cannot be known again."""

    code = "CARD_NUMBER_RANDOM"


class WrongCard(CardError):
    """Not an ID card."""

    code = "CARD_WRONG_KIND"

"""Contactless readers by PC/SC: an identity card is known again by its chip's number, a work card by its own.

Text and photo of an identity card need the keys of a security module, so a plain reader never gives them. Each look asks the service for
the state as it is now, in a context that is made anew after any error: a restarted pcscd, a reader pulled out and put back, and a card
that lay there at the start are all the same case. Calls of PC/SC can hang with a card or a service that hangs, so they are made in a
thread of their own, and whoever waits is told in time.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Final, TypeVar

from hardware.card_reader import ChipKind, ChipSeen
from hardware.card_reader.uid import checked, kind_of
from hardware.card_reader.winscard import Slot, Winscard
from hardware.errors import (
    CardError,
    CardUnreadable,
    DeviceError,
    DeviceFault,
    DeviceMissing,
    DeviceTimeout,
    DeviceUnplugged,
    NoCard,
    WrongCard,
)

ANSWER_S: Final = 3.0
"""Within which any call ends: pcscd looks at a reader every 0.2 to 0.4 s, a card answers in 0.1 s."""
UID: Final = "FFCA000000"
CHIP_NUMBER: Final = "0036000008"
_IGNORED: Final = ("SAM", "Contact ")
"""Slots of dual readers that hold no contactless card are chosen only where there is no other."""

T = TypeVar("T")


class PcscReader:
    """The PC/SC reader whose name holds `name`, or the first there is. Nothing is opened before the first call."""

    def __init__(self, name: str = "", answer_s: float = ANSWER_S) -> None:
        self._watch = _Watch(name)
        self._answer_s = answer_s
        self._busy: threading.Thread | None = None

    def identify(self) -> str:
        """The reader's name, as the service gives it. Raises `DeviceError`."""
        return self._in_time(self._watch.reader)

    def read(self) -> ChipSeen:
        """See `CardReader.read`. Raises also `CardNumberRandom` for a work card that cannot be known again."""
        return self._in_time(self._watch.look)

    def close(self) -> None:
        """See `CardReader.close`."""
        with contextlib.suppress(DeviceError):
            self._in_time(self._watch.close)

    def _in_time(self, work: Callable[[], T]) -> T:
        """What `work` comes to. Raises `DeviceTimeout` where it hangs; the next call waits for it to end before it begins anything."""
        if self._busy is not None:
            self._busy.join(self._answer_s)
            if self._busy.is_alive():
                raise DeviceTimeout("PC/SC still does not answer")
            self._watch.forget()  # what the call that came too late had seen was seen by nobody
        done: list[T | DeviceError] = []
        thread = threading.Thread(target=_run, args=(work, done), name="pcsc", daemon=True)
        thread.start()
        thread.join(self._answer_s)
        if not done:
            self._busy = thread
            raise DeviceTimeout("PC/SC does not answer")
        self._busy = None
        if isinstance(done[0], DeviceError):
            raise done[0]
        return done[0]


def find() -> list[str]:
    """The names of the readers in PC/SC; empty where there is no PC/SC. Nothing is sent to any of them."""
    try:
        service = Winscard()
    except DeviceError:
        return []
    try:
        return service.readers()
    except DeviceError:
        return []
    finally:
        service.close()


def _run(work: Callable[[], T], done: list[T | DeviceError]) -> None:
    try:
        done.append(work())
    except DeviceError as fault:
        done.append(fault)
    except Exception as mistake:  # noqa: BLE001 - a thread that ends with a trace would look like a service that hangs
        done.append(DeviceFault(type(mistake).__name__))


class _Watch:
    """The context, the reader and the card that was last handed out. One thread at a time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._service: Winscard | None = None
        self._reader = ""
        self._given: tuple[str, int] | None = None

    def reader(self) -> str:
        """The name of the reader that is used now; a lost one is first missed, then looked for anew."""
        try:
            self._service = self._service or Winscard()
            names = self._service.readers()
            if self._reader not in names:
                lost, self._reader = self._reader, ""
                if lost:
                    raise DeviceUnplugged(lost)
                self._reader = _choice(names, self._name)
        except DeviceError:
            self._begin_anew()
            raise
        return self._reader

    def look(self) -> ChipSeen:
        """The card, once each time it is laid."""
        reader = self.reader()
        try:
            return self._card(reader)
        except CardError:
            raise
        except DeviceError:
            self._begin_anew()
            raise

    def forget(self) -> None:
        """The card that lies there counts anew."""
        self._given = None

    def close(self) -> None:
        """Ends the context."""
        self._begin_anew()
        self._given = None

    def _card(self, reader: str) -> ChipSeen:
        service = self._service
        if service is None:
            raise DeviceMissing("no PC/SC context")
        slot = service.slot(reader)
        if not slot.present:
            self._given = None
            raise NoCard(reader)
        if self._given == (reader, slot.changes):
            raise NoCard("the same card still lies there")
        seen = self._chip(service, reader, slot)
        self._given = (reader, slot.changes)
        return seen

    @staticmethod
    def _chip(service: Winscard, reader: str, slot: Slot) -> ChipSeen:
        if slot.mute:
            raise CardUnreadable("the card does not answer")
        kind = kind_of(slot.atr)
        if kind is None:
            raise WrongCard(f"ATR {slot.atr.hex().upper()}")
        with service.card(reader) as card:
            number = card.ask(CHIP_NUMBER if kind is ChipKind.ID_CARD else UID)
        return ChipSeen(kind, checked(number, kind))

    def _begin_anew(self) -> None:
        service, self._service = self._service, None
        if service is not None:
            service.close()


def _choice(names: list[str], wanted: str) -> str:
    fitting = [name for name in names if wanted.casefold() in name.casefold()]
    if not fitting:
        raise DeviceMissing(f"no PC/SC reader{f' named {wanted}' if wanted else ''} among {len(names)}")
    return min(fitting, key=lambda name: any(word in name for word in _IGNORED))

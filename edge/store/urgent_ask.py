"""The way to the gate that needs no room on the disk: one place for an ask to hold open or to close, and one for its answer.

A key that opens in an emergency must work with a full disk too, where the table of asks takes nothing more. So a small file is written
beforehand, whole, and only ever overwritten in place.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)
_SLOT: Final = 512
_EMPTY: Final = b" " * _SLOT


class UrgentAsk(msgspec.Struct, array_like=True, frozen=True):
    """One ask: `number` is below zero, so that it is none of the table's; `boot` and `asked_mono_ms` say when it was made."""

    number: int
    kind: str
    method: str
    operator: str
    why: str
    boot: int
    asked_mono_ms: int


class UrgentAnswer(msgspec.Struct, array_like=True, frozen=True):
    """What the gate made of the ask of this number."""

    number: int
    answer: str


class UrgentPlace:
    """The file in a box's home. Kiosk and gate each have their own; the kiosk writes asks, the gate answers."""

    def __init__(self, home: Path) -> None:
        self._path = home / "urgent-ask"
        with suppress(OSError):  # no room for it: then there is none, and the table alone serves
            if not self._path.exists():
                self._make()

    def _make(self) -> None:
        beside = self._path.with_suffix(f".{os.getpid()}")
        try:
            beside.touch(mode=0o600)
            with beside.open("wb") as file:
                file.write(_EMPTY * 2)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise

    def ask(self, ask: UrgentAsk) -> None:
        """Takes the place of the one before. Raises `OSError`."""
        self._put(0, msgspec.json.encode(ask))

    def asked(self) -> UrgentAsk | None:
        """The latest ask that has no answer yet; None where there is none, or none that can be read whole."""
        ask = self._get(0, UrgentAsk)
        return None if ask is None or self.answer(ask.number) is not None else ask

    def settle(self, number: int, answer: str) -> None:
        """The gate has acted. Raises `OSError`."""
        self._put(_SLOT, msgspec.json.encode(UrgentAnswer(number, answer)))

    def answer(self, number: int) -> str | None:
        """What came of the ask of this number; None while nothing did."""
        found = self._get(_SLOT, UrgentAnswer)
        return found.answer if found is not None and found.number == number else None

    def _put(self, at: int, data: bytes) -> None:
        if len(data) > _SLOT:
            raise OSError(f"{len(data)} bytes for a place of {_SLOT}")
        file = os.open(self._path, os.O_WRONLY)
        try:
            os.pwrite(file, data.ljust(_SLOT), at)
            os.fdatasync(file)
        finally:
            os.close(file)

    def _get(self, at: int, kind: type[T]) -> T | None:
        try:
            return msgspec.json.decode(self._path.read_bytes()[at : at + _SLOT], type=kind)
        except (OSError, msgspec.DecodeError):
            return None

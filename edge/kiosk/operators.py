"""Who may use the kiosk: a personal PIN, checked offline against the roster's argon2id hashes, locked after wrong tries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import argon2

from edge.kiosk.problem import KioskProblem
from edge.sync.wire import Operator

MANAGER: Final = "manager"
"""The role that enrols; every other one (guard) has the guard's page only."""
TRIES: Final = 5
"""Wrong PINs in a row before the lock."""
LOCK_S: Final = 60
"""The first lock's length; each further one doubles, up to `LONGEST_LOCK_S`."""
LONGEST_LOCK_S: Final = 3600

_NOBODY: Final = argon2.PasswordHasher().hash("nobody")


def pin_is_right(pin: str, pin_hash: str) -> bool:
    """Whether the PIN belongs to the argon2id string. A damaged string is a wrong PIN. Slow by design: never on the event loop."""
    try:
        return argon2.PasswordHasher().verify(pin_hash, pin)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


class Tries:
    """Counts wrong PINs per operator. Times are seconds of a monotonic clock.

    `saved` is what `to_save` gave before a restart: counts go on, and a lock begins anew, so that switching the box off helps nobody.
    """

    def __init__(self, now_s: Callable[[], float], saved: Mapping[str, Sequence[int]] | None = None) -> None:
        self._now_s = now_s
        self._wrong = {who: counts[0] for who, counts in (saved or {}).items()}
        self._locks = {who: counts[1] for who, counts in (saved or {}).items() if counts[1]}
        self._until = {who: now_s() + self._length_s(times) for who, times in self._locks.items()}

    def to_save(self) -> dict[str, tuple[int, int]]:
        """Wrong PINs in a row and locks so far, of everybody who has any."""
        return {who: (self._wrong.get(who, 0), self._locks.get(who, 0)) for who in self._wrong.keys() | self._locks.keys()}

    def locked_s(self, operator: str) -> int:
        """Seconds that the operator is still locked out, 0 if not."""
        return max(0, round(self._until.get(operator, 0.0) - self._now_s() + 0.49))

    def left(self, operator: str) -> int:
        """Tries left before the lock."""
        return TRIES - self._wrong.get(operator, 0)

    def wrong(self, operator: str) -> None:
        """Notes a wrong PIN; the fifth in a row locks, longer each time."""
        self._wrong[operator] = self._wrong.get(operator, 0) + 1
        if self._wrong[operator] >= TRIES:
            self._locks[operator], self._wrong[operator] = self._locks.get(operator, 0) + 1, 0
            self._until[operator] = self._now_s() + self._length_s(self._locks[operator])

    def _length_s(self, times: int) -> int:
        return min(LOCK_S << min(times - 1, 16), LONGEST_LOCK_S)

    def right(self, operator: str) -> None:
        """Notes a right PIN: the count and the doubling begin anew."""
        self._wrong.pop(operator, None)
        self._locks.pop(operator, None)
        self._until.pop(operator, None)


def check_pin(operators: Sequence[Operator], operator: str, pin: str, tries: Tries) -> Operator:
    """The operator whose PIN this is. Raises `KioskProblem` PIN_LOCKED or PIN_WRONG.

    An unknown operator costs the same time and gives the same answer as a wrong PIN.
    """
    found = next((one for one in operators if one.operator == operator), None)
    key = found.operator if found else ""
    locked = tries.locked_s(key)
    if locked:
        raise KioskProblem("PIN_LOCKED", seconds=locked)
    right = pin_is_right(pin, found.pin_hash if found else _NOBODY)
    if found is not None and right:
        tries.right(key)
        return found
    tries.wrong(key)
    locked = tries.locked_s(key)
    if locked:
        raise KioskProblem("PIN_LOCKED", seconds=locked)
    raise KioskProblem("PIN_WRONG", left=tries.left(key))

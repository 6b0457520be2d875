"""What can go wrong at a box, beside its devices. Each error has a stable code with texts, and says whether trying again can help.

EdgeError                  code, retryable, detail
├── ConfigInvalid          a setting that cannot be used
├── ModelMissing           a face model's file is not there
├── ModelAltered           a face model's file is not the one that was checked
├── KeyMissing             the box has no key: provision it
├── KeyDamaged             a key file that is no key
├── KeyReadableByOthers    a key file that others may read
├── SealBroken             sealed bytes that this box cannot open
├── StoreError             the box's database
│   ├── StoreFull          no room on the disk
│   ├── StoreDamaged       the file is damaged: the next start sets it aside
│   ├── StoreReplaced      the file was set aside by another process: open it again
│   ├── StoreBusy          another process held the store too long
│   └── StoreUnwritable    the disk refuses writes
├── NotOnRoster            a template for somebody without a right (A-03)
├── RosterUnfit            roster parts that do not lead to the roster they promise
├── CentreAhead            the centre holds more of this journal than the box does
├── ClaimRefused           the centre does not take this claim code
└── CentreUnreachable      no answer from the centre
"""

from __future__ import annotations

from typing import ClassVar


class EdgeError(Exception):
    """Something at the box is not as it must be. `detail` is for the technician: no names, no numbers, no keys."""

    code: ClassVar[str] = "EDGE_FAULT"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.code}: {detail}" if detail else self.code)
        self.detail = detail


class ConfigInvalid(EdgeError):
    """A setting that cannot be used: correct it and start again."""

    code = "CONFIG_INVALID"


class ModelMissing(EdgeError):
    """A face model's file is not where it should be: run the set-up again."""

    code = "MODEL_MISSING"


class ModelAltered(EdgeError):
    """A face model's file differs from the one that was checked: install it again."""

    code = "MODEL_ALTERED"


class KeyMissing(EdgeError):
    """This box has no key yet, or lost it: provision it with a new claim code."""

    code = "KEY_MISSING"


class KeyDamaged(EdgeError):
    """A key file does not hold a key."""

    code = "KEY_DAMAGED"


class KeyReadableByOthers(EdgeError):
    """A key file may be read by other users: `chmod 600` it, and replace the box's keys if in doubt."""

    code = "KEY_READABLE_BY_OTHERS"


class SealBroken(EdgeError):
    """Sealed bytes were not sealed to this box, or were altered on the way."""

    code = "SEAL_BROKEN"


class StoreError(EdgeError):
    """The box's database did not do what was asked; nothing of the transaction was kept."""

    code = "STORE_FAULT"


class StoreFull(StoreError):
    """No room on the disk. Once, the reserve is released with this error, and trying again helps."""

    code = "STORE_FULL"
    retryable = True


class StoreDamaged(StoreError):
    """The file is damaged. The process should end: the next start sets the file aside and begins a new epoch."""

    code = "STORE_DAMAGED"


class StoreReplaced(StoreError):
    """Another process set the damaged file aside: open the store again."""

    code = "STORE_REPLACED"
    retryable = True


class StoreBusy(StoreError):
    """Another process held the store for longer than we wait."""

    code = "STORE_BUSY"
    retryable = True


class StoreUnwritable(StoreError):
    """The disk refuses writes: it is worn out, mounted read-only, or not ours."""

    code = "STORE_UNWRITABLE"


class NotOnRoster(EdgeError):
    """A box holds no template of anybody without a confirmed right (A-03)."""

    code = "NOT_CONFIRMED"


class RosterUnfit(EdgeError):
    """Roster parts with a gap, of an older version, or that do not hash to what they promise: ask for everything."""

    code = "ROSTER_UNFIT"
    retryable = True


class CentreAhead(EdgeError):
    """The centre acknowledged more than this journal holds: the store is an old copy, and needs a new epoch."""

    code = "CENTRE_AHEAD"


class ClaimRefused(EdgeError):
    """The centre does not take this claim code: used, expired or mistyped. Ask for a new one."""

    code = "CLAIM_REFUSED"


class CentreUnreachable(EdgeError):
    """No usable answer from the centre: check cable, address and clock, and try again."""

    code = "CENTRE_UNREACHABLE"
    retryable = True

"""The options of selects and the words of codes, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from central.entry.trades import TRADES
from central.people.id_number import ID_TYPES
from central.web.texts import TEXTS, Texts
from central.web.trades import trade_name

Options = list[tuple[str, str]]


def of(kind: Iterable[StrEnum | str], prefix: str, t: Texts) -> Options:
    """The members of a closed list under the texts `<prefix>_<member>`."""
    return [(str(member), t(f"{prefix}_{member}")) for member in kind]


def trades(t: Texts) -> Options:
    """工种 of the national list."""
    return [(code, trade_name(code, t)) for code in TRADES]


def id_types(t: Texts) -> Options:
    """证件类型."""
    return [(code, t(f"id_type_{code}")) for code in ID_TYPES]


def word(prefix: str, code: object, t: Texts) -> str:
    """A code's word, or the code where there is none; nothing for nothing."""
    key = f"{prefix}_{code}"
    return t(key) if key in TEXTS else str(code or "")

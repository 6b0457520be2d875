"""The checks that ran at a gate, as one column keeps them: their codes in the order of the event, a space between. Pure.

What they say in words stands in `central.messaging.box_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MOST: Final = 200
"""Characters that the column holds; a box tells of fewer than ten checks."""
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")


def kept(checks: Iterable[str]) -> str:
    """The column. What is no code, and what the column cannot hold, is left out: no passage is lost for it."""
    told = ""
    for code in checks:
        longer = f"{told} {code}".strip()
        if _CODE.fullmatch(code) and len(longer) <= MOST:
            told = longer
    return told


def named(column: str) -> tuple[str, ...]:
    """The codes again."""
    return tuple(column.split())

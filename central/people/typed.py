"""What people type and spreadsheets hold, as it was meant: dates in the ways that are written here, texts without stray spaces."""

from __future__ import annotations

import datetime as dt
import re

from central.people.wages import plain

_DAY = re.compile(r"(\d{4})[-./年]?(\d{1,2})[-./月]?(\d{1,2})日?")


def day(given: str) -> dt.date | None:
    """2026-03-01, 2026/3/1, 2026.3.1, 20260301, 2026年3月1日; None for anything else."""
    found = _DAY.fullmatch(plain(given))
    if found is None:
        return None
    try:
        return dt.date(*(int(part) for part in found.groups()))
    except ValueError:
        return None

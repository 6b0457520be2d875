"""What is asked of the stored facts, the columns of every answer, and from when on something counts.

The queries are built once for the process and asked with other values each time: building them took longer than answering them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Date, bindparam, null

from central.clock import SITE_ZONE
from central.database import BigId, UtcDateTime
from central.messaging.store import HELD_OPEN

NEVER_SEEN_AFTER: Final = dt.timedelta(days=3)
"""Confirmed for so long, and no gate has seen them."""
WAITS_TOO_LONG: Final = dt.timedelta(days=3)
ENDS_WITHIN: Final = dt.timedelta(days=30)
"""A contract or a certificate that ends so soon is named."""
SEEN_WITHIN: Final = dt.timedelta(days=7)
SILENT_AFTER: Final = dt.timedelta(hours=1)
MANY_REFUSALS: Final = 5
"""So often refused within the days that are looked at: no mishap any more."""
MANY_UNKNOWN: Final = 20
LOOKALIKE: Final = "LOOKALIKE"
PERSON: Final = 11
"""Characters of a reference to a person; the box tells two of them, with a space between."""
ORDINARY: Final = (
    "DEVICE_BACK",
    "EXIT_UNKNOWN",
    "PASSAGE_NOT_MADE",
    "PASSAGE_UNSURE",
    "OPENING_LATE",
    "QR_PASS_WRITTEN",
    "GATE_CLOSED_AGAIN",
    HELD_OPEN,
    LOOKALIKE,
)
"""Told by boxes day by day, or a kind of their own: no trouble of a box."""


def _moment(name: str) -> BindParameter[dt.datetime]:
    return bindparam(name, type_=UtcDateTime())


def _day(name: str) -> BindParameter[dt.date]:
    return bindparam(name, type_=Date())


PROJECTS: Final[BindParameter[Any]] = bindparam("projects", type_=BigId, expanding=True)
COMPANY: Final[BindParameter[int]] = bindparam("company", type_=BigId)
SINCE: Final = _moment("since")
UNSEEN_BEFORE: Final = _moment("unseen_before")
WAITS_BEFORE: Final = _moment("waits_before")
SEEN_AFTER: Final = _moment("seen_after")
SILENT_BEFORE: Final = _moment("silent_before")
ENDS_BEFORE: Final = _moment("ends_before")
TODAY: Final = _day("today")
LAST_DAY: Final = _day("last_day")


@dataclass(frozen=True)
class Question:
    """Which projects, at what moment, and since when events are looked at. `company_id`: only what waits for this one to accept."""

    project_ids: Sequence[int]
    now: dt.datetime
    since: dt.datetime
    company_id: int | None = None

    def values(self) -> dict[str, Any]:
        """What the queries are asked with."""
        today = self.now.astimezone(SITE_ZONE).date()
        moments: dict[BindParameter[Any], Any] = {
            SINCE: self.since,
            UNSEEN_BEFORE: self.now - NEVER_SEEN_AFTER,
            WAITS_BEFORE: self.now - WAITS_TOO_LONG,
            SEEN_AFTER: self.now - SEEN_WITHIN,
            SILENT_BEFORE: self.now - SILENT_AFTER,
            ENDS_BEFORE: self.now + ENDS_WITHIN,
        }
        given: dict[BindParameter[Any], Any] = {
            PROJECTS: list(self.project_ids),
            COMPANY: self.company_id,
            TODAY: today,
            LAST_DAY: today + ENDS_WITHIN,
        }
        return {parameter.key: value for parameter, value in (moments | given).items()}


def columns_of(
    project: Any, at: Any, *, assignment: Any = None, name: Any = None, what: Any = None, n: Any = None
) -> tuple[ColumnElement[Any], ...]:
    """The columns that every query has, in this order; what is not given is null."""
    given = {"project_id": project, "at": at, "assignment_id": assignment, "name": name, "what": what, "n": n}
    return tuple((null() if column is None else column).label(label) for label, column in given.items())

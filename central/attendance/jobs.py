"""What attendance does by itself: derives what was touched, follows absence, publishes the roots of the days that are over."""

from __future__ import annotations

import datetime as dt
from typing import Final

from central.attendance import deriving, exits, roots
from central.centre import Centre
from central.jobs import Job, daily, every


def _derive(centre: Centre) -> str:
    done = deriving.derive(centre.database)
    return f"{done.marks} marks, {done.written} days written, {done.removed} removed"


def _publish(centre: Centre) -> str:
    return f"{roots.publish(centre.database, centre.clock)} roots published"


DERIVE: Final = Job("attendance.days", every(dt.timedelta(seconds=5)), _derive)
EXITS: Final = Job("attendance.exits", daily(dt.time(5, 30)), exits.follow_all)
"""After the default day cut, when the night's data have arrived."""
ROOTS: Final = Job("attendance.roots", every(dt.timedelta(hours=1)), _publish)
JOBS: Final = (DERIVE, EXITS, ROOTS)

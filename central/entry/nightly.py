"""The job that lets departures take effect at 00:00 Asia/Shanghai (A-49), and soon after the centre was away at that moment."""

from __future__ import annotations

import datetime as dt
from typing import Final

from central.access import SYSTEM
from central.centre import Centre
from central.clock import SITE_ZONE
from central.entry import departure
from central.jobs import Job

_AT_ONCE: Final = 500
_SOON: Final = dt.timedelta(minutes=5)


def let_depart(centre: Centre) -> str:
    """A-49: every departure whose date has come, each in a transaction of its own."""
    done = ended = 0
    while True:
        with centre.database.reading() as session:
            ids = departure.due(session, centre.clock, _AT_ONCE)
        for departure_id in ids:
            with centre.database.writing() as session:
                ended += departure.effect(session, centre.clock, SYSTEM, departure_id)
        done += len(ids)
        if len(ids) < _AT_ONCE:
            return f"departures: {done}, assignments ended: {ended}"


def _midnight_or_soon(moment: dt.datetime) -> dt.datetime:
    """Midnight at the sites, and every five minutes for what was missed."""
    local = moment.astimezone(SITE_ZONE)
    midnight = dt.datetime.combine(local.date() + dt.timedelta(days=1), dt.time(), SITE_ZONE)
    return min(midnight, local + _SOON).astimezone(dt.UTC)


JOB: Final = Job("departures", _midnight_or_soon, let_depart)

"""What the attendance benchmark loads is what the centre would hold: its days can be derived, its absent workers found, its feed pulled."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from central.access import Access, Role
from central.attendance import deriving, exits, presence, service, sheet
from central.attendance.absence import PresenceState
from central.attendance.sheet import Wanted
from central.centre import Centre
from central.database import Database
from central.migrations import tables
from central.secrets import CentreSecrets
from central.settings import CentralSettings
from gongmen.bench import attendance_data as data
from gongmen.bench.attendance_data import HEADS, MONTH, Size

AUTHORITY = Access("a", Role.AUTHORITY)


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    """A centre over an empty SQLite."""
    url = f"sqlite:///{tmp_path / 'central.db'}"
    made = Database.open(url)
    tables().create_all(made.engine)
    made.close()
    CentreSecrets.create(tmp_path)
    return Centre.open(CentralSettings(home=tmp_path, database_url=url, mqtt_enabled=False), data.StoppedClock())


def test_the_dates_that_are_loaded_become_days_absence_and_a_feed(centre: Centre) -> None:
    data.register(centre.database, Size(HEADS))
    first = data.passages(centre.database, Size(HEADS), MONTH, 0, touched=True)
    told = first + data.passages(centre.database, Size(HEADS), MONTH + dt.timedelta(days=1), first, touched=True)
    derived = deriving.derive(centre.database)
    exits.follow_all(centre)
    with centre.database.reading() as session:
        month = sheet.page(session, centre.clock, AUTHORITY, 1, Wanted(MONTH), limit=HEADS)
        gone = presence.counts(session, AUTHORITY, 1)[PresenceState.PRESUMED_EXITED]
        pulled = service.pull(session, centre.secrets, AUTHORITY, None, 10_000)
    assert sum(line.days for line in month.lines) == derived.written > 1500
    assert gone > HEADS / 2
    assert len(pulled.rows) == told
    centre.close()

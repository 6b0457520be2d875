"""What a roster may hold of anybody."""

from __future__ import annotations

import datetime as dt

import pytest

from central.messaging import roster
from tests.central.messaging.field import NOW, Field


@pytest.mark.rule("A-03")
def test_a_whole_roster_names_nobody_who_never_had_a_right(field: Field) -> None:
    box = field.box()
    confirmed = field.worker()
    ended = field.worker("李四", ended=NOW - dt.timedelta(days=1))
    field.worker("王五", entry=None)
    field.end_unconfirmed("赵六")
    with field.centre.database.reading() as session:
        held = roster.read(session, field.centre.secrets, field.project_id)
        parts = roster.way(session, field.centre.secrets, held, box=box.id, have=0, now=NOW)
    assert [entry.person for part in parts for entry in part.put] == [confirmed]
    assert [removal.person for part in parts for removal in part.remove] == [ended]

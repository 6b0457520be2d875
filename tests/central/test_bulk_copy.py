"""What is copied in bulk is what was given, or it is refused: no number is cut to fit its column."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DataError

from central.attendance.ledger import DerivedProject
from central.attendance.papers import DailyRoot
from central.bulk import insert_rows
from central.database import Database
from central.migrations import tables


def _root(leaves: int) -> dict[str, object]:
    at = dt.datetime(2026, 3, 1, 1, 2, 3, 4000, tzinfo=dt.UTC)
    return {"project_id": 2**40, "date": dt.date(2026, 3, 1), "version": 1, "root": b"\0\xff", "leaves": leaves, "published_at": at}


def test_rows_come_back_as_they_were_given_and_a_number_too_large_for_its_column_is_refused(database_url: str) -> None:
    database = Database.open(database_url)
    tables().create_all(database.engine)
    with database.writing() as session:
        insert_rows(session, DailyRoot, [_root(7)])
        insert_rows(session, DerivedProject, [{"project_id": 1, "rules": "规则\t\\n"}])
    with database.reading() as session:
        kept = session.scalars(select(DailyRoot)).one()
        assert {name: getattr(kept, name) for name in _root(7)} == _root(7)
        assert session.scalars(select(DerivedProject.rules)).one() == "规则\t\\n"
    if database.engine.dialect.name == "postgresql":
        with pytest.raises(DataError), database.writing() as session:
            insert_rows(session, DailyRoot, [_root(2**40) | {"version": 2}])
    database.close()

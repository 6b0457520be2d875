"""Many rows at once, as fast as the database takes them: COPY on PostgreSQL (binary where each column's kind allows it, which costs the
client a seventh of the text), executemany on SQLite, both past SQLAlchemy.

Rows are mappings of column to plain database value (no enum members), times aware UTC, all with the same columns.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar, cast

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, LargeBinary, SmallInteger, String, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from central.database import Base, UtcDateTime

Value = TypeVar("Value")
Row = Mapping[str, Any]

_BINARY: Final = (
    (UtcDateTime, "timestamptz"),
    (BigInteger, "int8"),
    (SmallInteger, "int2"),
    (Integer, "int4"),
    (Boolean, "bool"),
    (String, "varchar"),
    (LargeBinary, "bytea"),
    (Date, "date"),
)
"""Kinds of columns (the narrower first) with PostgreSQL's name, whose Python values have exactly one binary form."""
_BOUNDS: Final = {"int2": 2**15, "int4": 2**31, "int8": 2**63}
CHUNK: Final = 500
"""Values in one IN list: within SQLite's limit of variables."""


def insert_rows(session: Session, kind: type[Base], rows: Sequence[Row]) -> None:
    """Adds all rows, which the caller knows to be new. One that exists is an `IntegrityError`, and then none is added."""
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        _copy(session, table_of(kind), rows)
    else:
        _executemany(session, table_of(kind), rows)


def insert_missing(session: Session, kind: type[Base], rows: Sequence[Row]) -> None:
    """Adds the rows whose keys are not there yet; the others stay as they are."""
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(dialect.insert(table_of(kind)).on_conflict_do_nothing(), [dict(row) for row in rows])


def chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """The values in pieces that fit into one IN list."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _copy(session: Session, table: Table, rows: Sequence[Row]) -> None:
    import psycopg

    columns = list(rows[0])
    names = ", ".join(f'"{column}"' for column in columns)
    kinds = [_binary(table.columns[column]) for column in columns]
    form = " (FORMAT BINARY)" if all(kinds) else ""
    driver: Any = session.connection().connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN{form}') as copy:
            if form:
                copy.set_types(kinds)
            bounds = [(place, _BOUNDS[kind]) for place, kind in enumerate(kinds) if form and kind in _BOUNDS]
            for row in rows:
                values = [row[column] for column in columns]
                for place, bound in bounds:  # the driver would cut a larger number to its last bits without a word
                    if values[place] is not None and not -bound <= values[place] < bound:
                        raise psycopg.DataError("a number is out of range")
                copy.write_row(values)
    except psycopg.Error as error:
        raise DBAPIError.instance("COPY", None, error, psycopg.Error, hide_parameters=True) from None


def _binary(column: Column[Any]) -> str:
    """PostgreSQL's name of a column's type; empty where its values go as text."""
    return next((name for kind, name in _BINARY if isinstance(column.type, kind)), "")


def _executemany(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """On SQLite; times become text as SQLAlchemy's own type writes them."""
    columns = list(rows[0])
    times = {column for column in columns if isinstance(table.columns[column].type, UtcDateTime)}
    names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join("?" * len(columns))
    driver: Any = session.connection().connection.driver_connection
    text = _UtcTexts()
    values = ([text[row[column]] if column in times else row[column] for column in columns] for row in rows)
    try:
        driver.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', values)  # noqa: S608  names of our own tables
    except sqlite3.Error as error:
        raise DBAPIError.instance("INSERT", None, error, sqlite3.Error, hide_parameters=True) from None


class _UtcTexts(dict[dt.datetime | None, str | None]):
    """Most rows of a transaction share their times: each is written out once."""

    def __missing__(self, at: dt.datetime | None) -> str | None:
        text = None if at is None else at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        self[at] = text
        return text


def table_of(kind: type[Base]) -> Table:
    """The table behind a mapped class."""
    return cast(Table, kind.__table__)

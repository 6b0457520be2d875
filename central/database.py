"""The centre's store: one `Base`, one way to open it, SQLite (WAL) by default and PostgreSQL by URL.

Services never commit. The edge of a request or a job opens `Database.writing()`, and what happened inside commits at its end or not
at all; `Database.reading()` never writes. On SQLite a writing session takes the write lock at its beginning (`BEGIN IMMEDIATE`), so
that it cannot fail half-way for having read first; on PostgreSQL rows are locked by `with_for_update()`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import DDL, BigInteger, DateTime, Dialect, Engine, Enum, FromClause, Identity, Integer, MetaData, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

_WRITES: Final = "gongmen_writes"
BUSY_TIMEOUT_MS: Final = 10_000
"""How long a SQLite writer waits for another one."""

_POOL: Final[dict[str, Any]] = {"pool_size": 10, "max_overflow": 30, "pool_timeout": BUSY_TIMEOUT_MS / 1000}
"""As many connections as the web server has threads; who gets none in time is told to come again (A-48)."""


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A time with its zone, always given and always returned as aware UTC. A naive one is refused with `ValueError`."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Aware to UTC; SQLite has no zones, so it is stored there as UTC without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs its zone")
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Back to aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


BigId = BigInteger().with_variant(Integer(), "sqlite")
"""The type of primary keys and of what refers to them: 64 bits; SQLite counts only an INTEGER by itself."""


class Base(DeclarativeBase):
    """What every table of the centre is declared on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dt.datetime: UtcDateTime()}  # noqa: RUF012  read by SQLAlchemy as a class attribute


def row_id() -> Mapped[int]:
    """A primary key that the database counts."""
    return mapped_column(BigId, Identity(), primary_key=True)


def words(kind: type[StrEnum]) -> Enum:
    """The column type of a closed list of words, stored as its values; a later word needs no migration."""
    return Enum(kind, native_enum=False, create_constraint=False, length=32, values_callable=lambda members: [m.value for m in members])


def guard(table: FromClause, statements: Mapping[str, Sequence[str]]) -> None:
    """Statements (by dialect) that belong to a table for good, such as triggers: run whenever `create_all` makes the table.

    The migration that makes the table runs the same ones.
    """
    for dialect, texts in statements.items():
        for text in texts:
            ddl = DDL(text.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


class Database:
    """An engine and its two kinds of sessions. Close it when done."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._read = sessionmaker(engine, expire_on_commit=False)
        self._write = sessionmaker(engine.execution_options(**{_WRITES: True}), expire_on_commit=False)

    @classmethod
    def open(cls, url: str) -> Database:
        """Open `sqlite:///path`, or `postgresql://…` (psycopg 3). Values never stand in errors or logs: they may be personal."""
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite":
            local = {"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}
            engine = create_engine(parsed, hide_parameters=True, connect_args=local, **_POOL)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True, **_POOL)
        return cls(engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only; whatever it changed is thrown away."""
        with self._read() as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session for looking only whose queries all see one moment."""
        with self._read() as session:
            see_one_moment(session)
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose work commits at the end of the block, all of it or nothing."""
        with self._write() as session, session.begin():
            yield session

    def on_commit(self, listener: Any) -> None:
        """Call `listener(session)` before each commit of a writing session."""
        event.listen(self._write, "before_commit", listener)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def see_one_moment(session: Session) -> None:
    """Before its first query: whatever this session reads belongs together. SQLite's sessions do so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # this module begins transactions itself
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "BEGIN")

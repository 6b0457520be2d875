"""The steps from an empty database to today's tables (Alembic). `migrate` takes them; `tables` names what they must lead to."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData
from sqlalchemy.engine import Connection

from central import audit, jobs
from central.attendance import ledger as attendance_ledger
from central.attendance import model as attendance
from central.attendance import papers as attendance_papers
from central.database import Base, Database
from central.devices import model as devices
from central.entry import model as entry
from central.evidence import model as evidence
from central.exchange import model as exchange
from central.help import model as help_
from central.history import model as history
from central.identity import model as identity
from central.messaging import model as messaging
from central.people import legacy_model, reader_model, reference_model, transfer_model
from central.people import model as people
from central.platform import model as platform
from central.projects import model as projects
from central.verification import model as verification
from central.web import model as web

HERE: Final = Path(__file__).parent
SLICES: Final = (
    audit,
    attendance,
    attendance_ledger,
    attendance_papers,
    devices,
    entry,
    evidence,
    exchange,
    help_,
    history,
    identity,
    jobs,
    legacy_model,
    messaging,
    people,
    platform,
    projects,
    reader_model,
    reference_model,
    transfer_model,
    verification,
    web,
)
"""Imported so that every table stands in the one metadata."""


def tables() -> MetaData:
    """Every table of every slice."""
    return Base.metadata


def migrate(url: str) -> None:
    """Bring a database up to date, from whatever revision it is at; an up-to-date one is left alone."""
    database = Database.open(url)
    try:
        with database.engine.connect() as connection:
            command.upgrade(config(connection), "head")
            connection.commit()
    finally:
        database.close()


def config(connection: Connection) -> Config:
    """Alembic's configuration for one connection; there is no ini file."""
    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.attributes["connection"] = connection
    return made

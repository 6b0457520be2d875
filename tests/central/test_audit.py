"""The audit: in the deed's own transaction, chained, append-only, without numbers in clear."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from central import audit
from central.access import SYSTEM
from central.audit import AuditEntry
from central.centre import Centre
from central.database import Database
from tests.central.builders import Story, resident_number


@pytest.mark.rule("A-65")
def test_every_write_tells_who_what_before_and_after(story: Story, database: Database) -> None:
    story.confirmed()
    with database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    actions = [entry.action for entry in entries]
    assert actions[-3:] == ["worker.registered", "assignment.made", "assignment.accepted"]
    accepted = entries[-1]
    told = json.loads(accepted.told)
    assert (accepted.actor, told["before"]["state"], told["after"]["state"]) == ("token:office", "assigned", "confirmed")
    assert told["after"]["entry_time"].startswith("2026-03-12 23:30")


def test_a_deed_that_fails_leaves_no_entry(centre: Centre, database: Database) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        audit.record(session, SYSTEM, "deed.done", "thing:1")
        raise RuntimeError
    with database.reading() as session:
        assert session.scalars(select(AuditEntry)).all() == []
        assert audit.verify(session) is None


@pytest.mark.rule("A-65")
def test_the_chain_holds_and_the_database_refuses_to_change_it(story: Story, database: Database) -> None:
    story.confirmed()
    with database.reading() as session:
        assert audit.verify(session) is None
    for statement in (update(AuditEntry).values(actor="nobody"), delete(AuditEntry)):
        with pytest.raises(DBAPIError, match="AUDIT_IS_APPEND_ONLY"), database.writing() as session:
            session.execute(statement)


def test_an_entry_altered_behind_the_databases_back_breaks_the_chain(story: Story, database: Database) -> None:
    story.confirmed()
    _without_triggers(database, "UPDATE audit_entries SET actor = 'somebody else' WHERE id = 3")
    with database.reading() as session:
        assert audit.verify(session) == 3


def test_a_missing_last_entry_is_noticed(story: Story, database: Database) -> None:
    story.confirmed()
    with database.reading() as session:
        last = session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first()
    _without_triggers(database, f"DELETE FROM audit_entries WHERE id = {last}")
    with database.reading() as session:
        assert audit.verify(session) == last


def test_numbers_that_slip_in_are_masked(centre: Centre, database: Database) -> None:
    number = resident_number(5)
    with database.writing() as session:
        audit.record(session, SYSTEM, "deed.done", "thing:1", after={"note": f"证件 {number}，电话 13812345678"})
    with database.reading() as session:
        told = session.scalars(select(AuditEntry.told)).one()
    assert number not in told
    assert "13812345678" not in told
    assert f"310***********{number[-4:]}" in told


def _without_triggers(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_entries_refuse_{verb}"))
        connection.execute(text(statement))

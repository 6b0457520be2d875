"""The audit: in the deed's own transaction, chained, append-only, without numbers in clear."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from central import audit
from central.access import SYSTEM, Access, Role
from central.audit import AuditEntry
from central.centre import Centre
from central.database import Database
from gongmen.central_commands import app
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


def test_two_entries_that_changed_places_break_the_chain(story: Story, database: Database) -> None:
    story.confirmed()
    first = {column: f"(SELECT {column} FROM audit_entries WHERE id = 2)" for column in ("actor", "action", "subject", "told", "hash")}
    moved = ", ".join(f"{column} = {value}" for column, value in first.items())
    _without_triggers(database, f"UPDATE audit_entries SET {moved} WHERE id = 3")
    with database.reading() as session:
        assert audit.verify(session) == 3


def test_an_entry_taken_out_of_the_middle_breaks_the_chain(story: Story, database: Database) -> None:
    story.confirmed()
    _without_triggers(database, "DELETE FROM audit_entries WHERE id = 2")
    with database.reading() as session:
        assert audit.verify(session) == 2


def test_the_certificate_and_whom_one_acts_for_stand_in_the_entry(centre: Centre, database: Database) -> None:
    acting = Access("certificate:4", Role.EMPLOYER, 1, on_behalf_of="account:9", request_id="r-12345678", certificate="0abc")
    with database.writing() as session:
        audit.record(session, acting, "deed.done", "thing:1")
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
    told = json.loads(entry.told)
    assert (entry.on_behalf_of, told["certificate"], told["request"]) == ("account:9", "0abc", "r-12345678")


def test_its_administrator_reads_the_audit_newest_first_by_who_what_and_when_and_nobody_else(
    story: Story, client: httpx.Client, database: Database
) -> None:
    story.confirmed()
    headers, api = story.token(story.auditor), "/api/v1/audit"
    first = client.get(api, params={"limit": 2}, headers=headers).json()
    rest = client.get(api, params={"limit": 200, "cursor": first["next_cursor"]}, headers=headers).json()
    ids = [row["id"] for row in first["items"] + rest["items"]]
    assert ids == sorted(ids, reverse=True)
    assert ids[-1] == 1
    assert rest["next_cursor"] is None
    found = client.get(api, params={"action": "assignment.", "actor": "token:office"}, headers=headers).json()["items"]
    assert [(row["action"], row["told"]["after"]["state"]) for row in found] == [("assignment.accepted", "confirmed")]
    assert client.get(api, params={"since": "2030-01-01T00:00:00Z"}, headers=headers).json()["items"] == []
    assert client.get(f"{api}/chain", headers=headers).json() == {"whole": True, "broken_at": None}
    for other in (SYSTEM, story.security, story.authority, story.office()):
        assert client.get(api, headers=story.token(other)).status_code == 403


def test_taking_the_audit_away_is_in_the_audit_before_its_first_row_leaves(story: Story, client: httpx.Client) -> None:
    story.confirmed()
    answer = client.post("/api/v1/audit/exports", params={"subject": "worker:1"}, headers=story.token(story.auditor))
    assert {json.loads(line)["subject"] for line in answer.text.splitlines()} == {"worker:1"}
    latest = client.get("/api/v1/audit", params={"limit": 1}, headers=story.token(story.auditor)).json()["items"]
    taken = client.get("/api/v1/audit", params={"action": "audit.exported"}, headers=story.token(story.auditor)).json()["items"]
    assert latest
    assert [row["told"]["after"]["subject"] for row in taken] == ["worker:1"]


def test_the_command_says_by_its_exit_code_whether_the_chain_holds(tmp_path: Path) -> None:
    run = CliRunner()
    told = json.loads(run.invoke(app, ["init", "--home", str(tmp_path), "--json"]).stdout.splitlines()[-1])
    assert {part: values["username"] for part, values in told.items()} == {
        "system": "admin",
        "security": "admin-security",
        "audit": "admin-audit",
    }
    whole = run.invoke(app, ["audit", "verify", "--home", str(tmp_path), "--json"])
    assert (whole.exit_code, json.loads(whole.stdout)) == (0, {"whole": True, "broken_at": None})
    database = Database.open(f"sqlite:///{tmp_path / 'central.db'}")
    _without_triggers(database, "UPDATE audit_entries SET actor = 'somebody else' WHERE id = 2")
    database.close()
    broken = run.invoke(app, ["audit", "verify", "--home", str(tmp_path), "--json"])
    assert (broken.exit_code, json.loads(broken.stdout)) == (1, {"whole": False, "broken_at": 2})


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

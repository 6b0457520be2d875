"""`gongmen central attendance …`: days are rebuilt to the same bytes, and what was altered is found."""

import json
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from central.attendance import deriving, roots
from central.attendance.ledger import DayRecord
from central.attendance.model import Passage
from central.migrations import migrate
from gongmen.attendance_commands import app
from tests.central.attendance.punches import MONDAY
from tests.central.attendance.site import Gates, gates_of
from tests.central.messaging.field import open_field


@pytest.fixture
def gates(tmp_path: Path) -> Gates:
    url = f"sqlite:///{tmp_path / 'central.db'}"
    migrate(url)
    made = gates_of(open_field(tmp_path, url))
    worker = made.worker()
    made.passes(worker, MONDAY, "07:00", "in")
    made.passes(worker, MONDAY, "17:00", "out")
    made.arrive()
    roots.publish(made.field.centre.database, made.field.clock)
    return made


def said(home: Path, *command: str) -> tuple[int, dict[str, object]]:
    answer = CliRunner().invoke(app, [*command, "--home", str(home), "--json"])
    return answer.exit_code, json.loads(answer.stdout)


def test_rebuilding_gives_the_same_bytes_and_finds_a_day_that_was_altered(gates: Gates, tmp_path: Path) -> None:
    with gates.field.centre.database.reading() as session:
        digest = deriving.digest(session)
    assert said(tmp_path, "rebuild") == (0, {"digest": digest, "same": True, "marks": 1, "written": 0, "removed": 0})
    with gates.field.centre.database.writing() as session:
        session.execute(update(DayRecord).values(digest=b"x"))
    code, told = said(tmp_path, "rebuild")
    assert (code, told["digest"], told["same"]) == (1, digest, False)
    assert said(tmp_path, "derive", "--shards", "0-3") == (0, {"marks": 0, "written": 0, "removed": 0})
    gates.field.centre.close()


def test_an_altered_passage_is_found_by_its_root(gates: Gates, tmp_path: Path) -> None:
    assert said(tmp_path, "verify-roots") == (0, {"whole": True, "altered": []})
    with gates.field.centre.database.writing() as session:
        session.execute(update(Passage).where(Passage.seq == 1).values(direction="02"))
    assert said(tmp_path, "verify-roots") == (1, {"whole": False, "altered": [f"{gates.field.project_id}/{MONDAY}"]})
    gates.field.centre.close()

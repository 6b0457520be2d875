"""The store: times with zones, writers that wait, keys and seals."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import StatementError

from central.clock import SystemClock, today
from central.database import Database
from central.errors import TEXTS, Problem, declare
from central.projects.model import Company, Project
from central.secrets import CentreSecrets, SecretsError
from tests.central.builders import FakeClock, Story


def test_a_time_comes_back_as_the_same_moment_in_utc(story: Story, database: Database) -> None:
    at = dt.datetime(2026, 3, 13, 7, 30, 0, 123000, ZoneInfo("Asia/Shanghai"))
    with database.writing() as session:
        session.get_one(Company, story.site.gc.id).created_at = at
    with database.reading() as session:
        read = session.get_one(Company, story.site.gc.id).created_at
    assert (read, read.tzinfo) == (at, dt.UTC)


def test_a_time_without_a_zone_is_refused(story: Story, database: Database) -> None:
    naive = dt.datetime(2026, 3, 13)  # noqa: DTZ001  that is the point
    with pytest.raises(StatementError, match="needs its zone"), database.writing() as session:
        session.get_one(Company, story.site.gc.id).created_at = naive


def test_writers_at_the_same_time_wait_for_each_other_and_lose_nothing(story: Story, database: Database) -> None:
    project = story.site.project.id

    def raise_often() -> None:
        for _ in range(10):
            with database.writing() as session:
                row = session.scalars(select(Project).where(Project.id == project).with_for_update()).one()
                session.execute(update(Project).where(Project.id == project).values(roster_version=row.roster_version + 1))

    with database.reading() as session:
        before = session.get_one(Project, project).roster_version
    threads = [threading.Thread(target=raise_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.get_one(Project, project).roster_version == before + 40


def test_what_a_reading_session_changes_is_thrown_away(story: Story, database: Database) -> None:
    with database.reading() as session:
        session.get_one(Company, story.site.gc.id).name = "改名"
        session.flush()
    with database.reading() as session:
        assert session.get_one(Company, story.site.gc.id).name == "申建总承包有限公司"


def test_the_day_at_the_sites_begins_at_midnight_in_shanghai() -> None:
    clock = FakeClock(dt.datetime(2026, 3, 12, 15, 59, tzinfo=dt.UTC))
    assert today(clock) == dt.date(2026, 3, 12)
    assert today(clock.forward(minutes=1)) == dt.date(2026, 3, 13)
    assert SystemClock().now().microsecond % 1000 == 0


def test_a_seal_opens_only_with_its_key_and_its_context(tmp_path: Path) -> None:
    keys, others = CentreSecrets.create(tmp_path / "a"), CentreSecrets.create(tmp_path / "b")
    sealed = keys.seal(b"secret", "worker:1")
    assert keys.open(sealed, "worker:1") == b"secret"
    assert keys.seal(b"secret", "worker:1") != sealed
    for opener, context, what in ((keys, "worker:2", sealed), (others, "worker:1", sealed), (keys, "worker:1", b"\x09" + sealed[1:])):
        with pytest.raises(SecretsError, match="KEY_DAMAGED"):
            opener.open(what, context)


def test_keys_are_made_once_and_kept_from_others(tmp_path: Path) -> None:
    with pytest.raises(SecretsError, match="KEY_MISSING"):
        CentreSecrets.load(tmp_path)
    first = CentreSecrets.create(tmp_path)
    assert CentreSecrets.create(tmp_path).verify_key == first.verify_key
    assert CentreSecrets.load(tmp_path).index("x", "id") == first.index("x", "id") != first.index("x", "phone")
    (tmp_path / "secrets" / "master.key").chmod(0o644)
    with pytest.raises(SecretsError, match="KEY_READABLE_BY_OTHERS"):
        CentreSecrets.load(tmp_path)
    (tmp_path / "secrets" / "master.key").chmod(0o600)
    (tmp_path / "secrets" / "signing.key").write_bytes(b"short")
    with pytest.raises(SecretsError, match="KEY_DAMAGED"):
        CentreSecrets.load(tmp_path)


def test_every_code_has_its_texts_in_both_languages_and_no_code_has_two() -> None:
    for code, (zh, en) in TEXTS.items():
        assert code.isupper()
        assert any("一" <= letter <= "鿿" for letter in zh), code
        assert en.isascii(), code
    with pytest.raises(ValueError, match="NOT_FOUND"):
        declare({"NOT_FOUND": ("别的", "other")})
    assert Problem("ALREADY_EMPLOYED", 409).text.zh.count("…") == 1

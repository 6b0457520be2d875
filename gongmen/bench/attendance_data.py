"""A month of passages in bulk, as the centre keeps what boxes told, without the boxes' journals: for `bench attendance`."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from central import bulk
from central.attendance import dirty, months
from central.attendance.model import FeedPosition, Passage
from central.attendance.recording import FEED
from central.clock import SITE_ZONE
from central.database import Base, Database
from central.devices.model import Box
from central.entry.model import Assignment
from central.people.model import Employment, WageTerms, Worker
from central.people.name_order import order_of
from central.projects.model import Company, Participant, Project, Team

MONTH: Final = dt.date(2026, 3, 1)
NIGHT_OF: Final = dt.date(2026, 3, 30)
"""The last date: the one that a night derives. The dates before it are derived already."""
DATES: Final = (NIGHT_OF - MONTH).days + 1
PER_WORKER: Final = 60
"""Passages of one worker in these dates, about: two a date; on an eighth of the dates none, on an eighth out and in at noon."""
HEADS: Final = 1000
"""Workers on each project."""
BOXES: Final = 4
TEAMS: Final = 20
_BEGAN: Final = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
_TRADES: Final = ("010", "020", "030", "040", "050", "130", "240", "270", "1000")
Row = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How much is loaded."""

    workers: int = 1_000_000

    def scaled(self, by: float) -> Size:
        """The same shape with fewer workers, in whole projects."""
        return Size(max(HEADS, round(self.workers * by / HEADS) * HEADS))

    @property
    def projects(self) -> int:
        """Projects of a thousand workers."""
        return self.workers // HEADS


class StoppedClock:
    """It is noon, the day after the last date."""

    def now(self) -> dt.datetime:
        """Always the same moment."""
        return dt.datetime.combine(NIGHT_OF + dt.timedelta(days=1), dt.time(12), SITE_ZONE).astimezone(dt.UTC)


def register(database: Database, size: Size) -> None:
    """Companies, projects with their gates, teams and confirmed workers, into an empty database."""
    with database.writing() as session:
        months.make_months(session, StoppedClock().now())
        for project in range(1, size.projects + 1):
            _project(session, project)
    for project in range(1, size.projects + 1):
        with database.writing() as session:
            for kind, rows in _workers(project).items():
                bulk.insert_rows(session, kind, rows)
    settle(database)


def passages(database: Database, size: Size, date: dt.date, position: int, *, touched: bool) -> int:
    """One date's passages of everybody from that place of the feed on; how many. `touched`: with the marks that ingest leaves."""
    told = 0
    for project in range(1, size.projects + 1):
        rows = list(_passages(project, date, position + told))
        told += len(rows)
        with database.writing() as session:
            bulk.insert_rows(session, Passage, rows)
            if touched:
                dirty.touch_all(session, [(row["assignment_id"], row["at"]) for row in rows])
            session.merge(FeedPosition(feed=FEED, position=position + told))
    return told


def settle(database: Database) -> None:
    """What a database does by itself after a while: statistics, and space of removed rows."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if database.engine.dialect.name == "postgresql" else "ANALYZE"))


def _project(session: Session, project: int) -> None:
    contractor, labour = 2 * project - 1, 2 * project
    made = {"created_at": _BEGAN}
    companies = [{"id": n, "uscc": f"91310199MA{n:08d}", "name": f"企业{n}", **made} for n in (contractor, labour)]
    bulk.insert_rows(session, Company, companies)
    named = {"reg_no": f"BENCH{project:05d}", "name": f"工程{project}", "state": "in_progress", "card_key_sealed": b"-"}
    bulk.insert_rows(session, Project, [{"id": project, **named, **made}])
    for id_, role, parent, level in ((contractor, "general_contractor", None, 0), (labour, "labour_sub", contractor, 1)):
        part = {"id": id_, "project_id": project, "company_id": id_, "role": role, "parent_id": parent, "level": level}
        bulk.insert_rows(session, Participant, [part | {"state": "active"} | made])
    teams = [{"id": project * TEAMS + n, "employer_id": labour, "project_id": project, "name": f"{n}号班组"} for n in range(TEAMS)]
    bulk.insert_rows(session, Team, [team | {"state": "active"} | made for team in teams])
    until = StoppedClock().now()
    gate: Row = {"project_id": project, "state": "active", "online": True, "provisioned_at": _BEGAN, "complete_until": until, **made}
    boxes = [{"id": _box(project, n), "name": f"{n}号闸机", "lane": str(n), "direction": f"0{1 + n % 2}"} for n in range(BOXES)]
    bulk.insert_rows(session, Box, [box | gate for box in boxes])


def _workers(project: int) -> dict[type[Base], list[Row]]:
    tables: dict[type[Base], list[Row]] = {kind: [] for kind in (Worker, Employment, WageTerms, Assignment)}
    labour = 2 * project
    for n in _people(project):
        sealed = {"id_sealed": b"-", "id_index": n.to_bytes(8, "big"), "id_masked": "310***********0000", "phone_masked": "130****0000"}
        known = {
            "identity_state": "verified",
            "life_state": "alive",
            "identity_source": "chip",
            "id_type": "01",
            "sex": "1",
            "nation": "汉",
        }
        named = {"name": f"工人{n}", "name_order": order_of(f"工人{n}")}
        tables[Worker].append({"id": n, **named, "category": "worker", "version": 1, **sealed, **known, "created_at": _BEGAN})
        contract = {"contract_type": "fixed_term", "contract_start": MONTH, "contract_end": dt.date(2027, 12, 31)}
        form = {"employment_form": "non_temporary", "state": "active", "exceptional": 0, "created_at": _BEGAN}
        tables[Employment].append({"id": n, "worker_id": n, "employer_id": labour, **contract, **form})
        bank = {"bank_code": "102", "bank_name": "", "card_sealed": b"-", "card_masked": "***4567"}
        pay = {"wage_type": "monthly" if n % 2 else "daily", "basic_wage": 600_000, "probation_wage": 500_000, "performance_payments": 0}
        tables[WageTerms].append({"employment_id": n, **bank, **pay, "updated_at": _BEGAN})
        where = {"worker_id": n, "employment_id": n, "employer_id": labour, "project_id": project, "participant_id": labour}
        told = {"state": "confirmed", "version": 2, "accepted_steps": 2, "face": "granted", "entry_time": _BEGAN, "created_at": _BEGAN}
        trade = {"team_id": project * TEAMS + n % TEAMS, "main_trade": _TRADES[n % len(_TRADES)], "person": f"b{n:010d}"}
        seen = {"last_seen_at": dt.datetime.combine(NIGHT_OF, dt.time(18), SITE_ZONE).astimezone(dt.UTC)}
        tables[Assignment].append({"id": n, **where, **trade, **told, **seen})
    return tables


def _people(project: int) -> range:
    return range((project - 1) * HEADS + 1, project * HEADS + 1)


def _box(project: int, n: int) -> str:
    return f"b-{project:05d}-{n}"


def _passages(project: int, date: dt.date, position: int) -> Iterator[Row]:
    """In the order of time, as gates tell them; every thirtieth worker came until the fifth only, so that absence is found too."""
    rng = random.Random(f"{project} {date}")
    midnight = dt.datetime.combine(date, dt.time(), SITE_ZONE).astimezone(dt.UTC)
    ordinal = (date - MONTH).days
    moments: list[tuple[int, int, str]] = []
    for worker in _people(project):
        luck = rng.random()
        if luck < 0.125 or (worker % 30 == 0 and ordinal > 5):
            continue
        begin, end = 23_400 + rng.randrange(5_400), 63_000 + rng.randrange(9_000)
        moments += [(begin, worker, "01"), (end, worker, "02")]
        if luck > 0.875:
            moments += [(41_400 + rng.randrange(1_800), worker, "02"), (45_000 + rng.randrange(1_800), worker, "01")]
    sequences = [ordinal * 10_000 + 1] * BOXES
    for place, (second, worker, way) in enumerate(sorted(moments), position + 1):
        lane = (0 if way == "01" else 1) + 2 * (worker % 2)
        sequences[lane] += 1
        at = midnight + dt.timedelta(seconds=second)
        yield _row(project, worker, (lane, sequences[lane], place), at, way)


def _row(project: int, worker: int, number: tuple[int, int, int], at: dt.datetime, way: str) -> Row:
    lane, seq, place = number
    journal = {"box_id": _box(project, lane), "epoch": "1", "seq": seq, "position": place, "revision": 1, "boot": 1, "mono_ms": seq * 1000}
    who = {"project_id": project, "assignment_id": worker, "worker_id": worker, "employer_id": 2 * project}
    when = {"at": at, "at_reported": at, "clock": "ntp", "received_at": at}
    how = {"direction": way, "method": "001", "lane": str(lane), "roster_version": 1, "score": 800}
    told = {"offline": False, "stale_roster": False, "duplicate": False, "operator": "", "why": "", "counted": True, "judged": "ok"}
    return journal | who | when | how | told

"""The register that `gongmen bench registry` measures on, loaded in bulk: companies, projects, chains, workers. All numbers synthetic.

A few projects are large (at full size some 4,500 people) and most are small, as in a city: sizes fall as 1/(10 + rank). Terms are those
that registration writes (A-32).
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from central import bulk
from central.database import Base, Database
from central.entry.model import Assignment
from central.people import terms
from central.people.id_number import check_digit, mask
from central.people.model import Employment, WageTerms, Worker, WorkerTerm
from central.people.name_order import order_of
from central.projects.model import Company, Participant, Project, Team
from central.projects.rules import credit_code_check
from central.secrets import CentreSecrets

_CHUNK: Final = 10_000
_SURNAMES: Final = (
    "张王李赵陈杨吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_GIVEN: Final = "建国强伟明军平勇刚志海波涛辉磊杰峰超斌鹏飞龙云华东林松柏山川江河春秋金木水火土文武德才广生福贵祥瑞"
_TRADES: Final = ("010", "020", "030", "040", "050", "130", "240", "270", "1000")
NOW: Final = dt.datetime(2026, 3, 13, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Size:
    """How much is loaded."""

    workers: int = 200_000
    projects: int = 500
    companies: int = 2_000

    def scaled(self, by: float) -> Size:
        """A smaller (or larger) register of the same shape."""
        return Size(max(200, int(self.workers * by)), max(4, int(self.projects * by)), max(40, int(self.companies * by)))


@dataclass(frozen=True)
class Loaded:
    """Who can act on what was loaded: (general contractor, project) and employers, the largest first."""

    offices: list[tuple[int, int]]
    employers: list[int]


@dataclass(frozen=True)
class _Part:
    id: int
    project: int
    company: int
    path: tuple[int, ...]
    """Who accepts, nearest first: participants."""


def load(database: Database, keys: CentreSecrets, size: Size, seed: int = 7) -> Loaded:
    """Everything into an empty database. Assumes nobody else uses it; on PostgreSQL the sequences go on behind what was loaded."""
    rng = random.Random(seed)
    with database.writing() as session:
        _companies(session, size)
        employing = list(_projects(session, keys, size, rng))
        _teams(session, employing)
    _people(database, keys, size, employing, rng)
    if database.engine.dialect.name == "postgresql":
        _after_copy(database)
    else:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
    offices = [(part.company, part.project) for part in employing if part.path == (part.id,)]
    labour = dict.fromkeys(part.company for part in employing if part.path != (part.id,))
    return Loaded(offices, list(labour))


def _companies(session: Session, size: Size) -> None:
    rows = []
    for n in range(1, size.companies + 1):
        first17 = f"91310199MA{n:07d}"
        kind = ("建筑劳务", "建设工程", "机电安装", "装饰工程")[n % 4]
        name = f"{_SURNAMES[n % len(_SURNAMES)]}{_GIVEN[n % len(_GIVEN)]}{kind}有限公司{n}"
        rows.append({"id": n, "uscc": first17 + credit_code_check(first17), "name": name, "created_at": NOW})
    bulk.insert_rows(session, Company, rows)


def _projects(session: Session, keys: CentreSecrets, size: Size, rng: random.Random) -> Iterator[_Part]:
    """Each project with its general contractor, a professional subcontractor, and labour under both."""
    contractors = max(2, size.companies // 10)
    rows, parts, found = [], [], []
    number = itertools.count(1)
    for project in range(1, size.projects + 1):
        sealed = keys.seal(bytes(32), f"card_key:BENCH{project:05d}")
        contract = f"第{project}标段施工总承包合同" if project % 3 else ""
        kept = {"contact": "", "contract_name": contract, "roster_version": 1, "completion_planned": dt.date(2027, 12, 31)}
        named = {"reg_no": f"BENCH{project:05d}", "name": f"{_GIVEN[project % len(_GIVEN)]}安置房及配套工程{project}"}
        rows.append({"id": project, "state": "in_progress", "card_key_sealed": sealed, "created_at": NOW, **kept, **named})
        gc = _Part(next(number), project, 1 + project % contractors, ())
        pro = _Part(next(number), project, contractors + 1 + rng.randrange(contractors), ())
        found.append(_Part(gc.id, project, gc.company, (gc.id,)))
        found.append(_Part(pro.id, project, pro.company, (gc.id,)))
        parts += [_participant(gc, "general_contractor", None, 0), _participant(pro, "professional_sub", gc.id, 1)]
        for above, level in ((gc, 1), (gc, 1), (pro, 2)):
            labour = _Part(next(number), project, 2 * contractors + 1 + rng.randrange(size.companies - 2 * contractors), ())
            path = (gc.id,) if above is gc else (pro.id, gc.id)
            found.append(_Part(labour.id, project, labour.company, path))
            parts.append(_participant(labour, "labour_sub", above.id, level))
    bulk.insert_rows(session, Project, rows)
    bulk.insert_rows(session, Participant, parts)
    yield from found


def _participant(part: _Part, role: str, parent: int | None, level: int) -> dict[str, Any]:
    shown = {"role": role, "parent_id": parent, "level": level, "state": "active", "created_at": NOW}
    return {"id": part.id, "project_id": part.project, "company_id": part.company, **shown}


def _teams(session: Session, parts: list[_Part]) -> None:
    """One team for each part; it has the part's id."""
    rows = [
        {"id": p.id, "employer_id": p.company, "project_id": p.project, "name": f"{p.id}号班组", "state": "active", "created_at": NOW}
        for p in parts
    ]
    bulk.insert_rows(session, Team, rows)


def _people(database: Database, keys: CentreSecrets, size: Size, parts: list[_Part], rng: random.Random) -> None:
    weights = list(itertools.accumulate(1 / (10 + part.project) for part in parts))
    of_employer: dict[int, list[_Part]] = {}
    for part in parts:
        of_employer.setdefault(part.company, []).append(part)
    assignment = itertools.count(1)
    for start in range(1, size.workers + 1, _CHUNK):
        tables: dict[type[Base], list[dict[str, Any]]] = {kind: [] for kind in (Worker, Employment, WageTerms, WorkerTerm, Assignment)}
        for n in range(start, min(start + _CHUNK, size.workers + 1)):
            part = rng.choices(parts, cum_weights=weights)[0]
            _person(tables, keys, n, part.company, rng)
            chosen = {part.project: part}
            if rng.random() < 0.2:
                other = rng.choice(of_employer[part.company])
                chosen.setdefault(other.project, other)
            for place in chosen.values():
                tables[Assignment].append(_assignment(next(assignment), n, place, rng))
        with database.writing() as session:
            for kind, rows in tables.items():
                bulk.insert_rows(session, kind, rows)


def resident_number(n: int) -> str:
    """A well-formed resident number that belongs to nobody: region 310199 does not exist."""
    born = dt.date(1966, 1, 1) + dt.timedelta(days=n % 13_000)
    first17 = f"310199{born:%Y%m%d}{n // 13_000:03d}"
    return first17 + check_digit(first17)


def name_of(n: int) -> str:
    """A name, often shared as in life."""
    second = _GIVEN[n // 7 % len(_GIVEN)] if n % 3 else ""
    return _SURNAMES[n * 31 % len(_SURNAMES)] + _GIVEN[n % len(_GIVEN)] + second


def _person(tables: dict[type[Base], list[dict[str, Any]]], keys: CentreSecrets, n: int, employer: int, rng: random.Random) -> None:
    number, name, phone = resident_number(n), name_of(n), f"13{n % 10**9:09d}"
    index = keys.index(number, "id:01")
    context = f"worker:{index.hex()}"
    sealed = {"id_sealed": keys.seal(number.encode(), context), "phone_sealed": keys.seal(phone.encode(), context)}
    masked = {"id_masked": mask(number), "phone_masked": f"{phone[:3]}****{phone[-4:]}", "identity_source": "chip"}
    known = {"identity_state": "verified", "life_state": "alive", "category": "worker", "version": 1, "id_type": "01", "sex": "1"}
    trade = {"main_trade": rng.choice(_TRADES), "birth_date": None, "nation": "汉", "created_at": NOW}
    tables[Worker].append({"id": n, "id_index": index, "name": name, "name_order": order_of(name), **sealed, **masked, **known, **trade})
    contract = {"contract_type": "fixed_term", "contract_start": dt.date(2026, 1, 1), "contract_end": dt.date(2027, 12, 31)}
    form = {"employment_form": "non_temporary", "state": "active", "exceptional": 0, "created_at": NOW}
    tables[Employment].append({"id": n, "worker_id": n, "employer_id": employer, **contract, **form})
    bank = {"bank_code": "102", "bank_name": "", "card_sealed": b"", "card_masked": "***4567"}
    pay = {"wage_type": "monthly", "basic_wage": 600_000, "probation_wage": 500_000, "performance_payments": 3, "updated_at": NOW}
    tables[WageTerms].append({"employment_id": n, **bank, **pay})
    tables[WorkerTerm] += [{"term": term, "worker_id": n} for term in terms.of_name(name) | terms.of_numbers(keys.index, number, phone)]


def _assignment(id_: int, worker: int, part: _Part, rng: random.Random) -> dict[str, Any]:
    steps = len(part.path) if rng.random() < 0.9 else rng.randrange(len(part.path))
    done = steps == len(part.path)
    state = "confirmed" if done else "accepted_by_sub" if steps else "assigned"
    ids = {"worker_id": worker, "employment_id": worker, "employer_id": part.company, "project_id": part.project}
    where = {"participant_id": part.id, "team_id": part.id, "main_trade": rng.choice(_TRADES), "person": f"b{id_:010d}"}
    at = NOW - dt.timedelta(days=rng.randrange(1, 200))
    told = {"state": state, "version": 1 + steps, "accepted_steps": steps, "entry_time": at if done else None, "face": "none"}
    return {"id": id_, **ids, **where, **told, "waiting_for_id": None if done else part.path[steps], "created_at": at}


def _after_copy(database: Database) -> None:
    with database.engine.begin() as connection:
        for table in ("companies", "projects", "participants", "teams", "workers", "employments", "assignments"):
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"))  # noqa: S608
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))  # what was loaded is written out now, and not while the users work

"""Everybody who may come to the centre, and one object of every kind at one site: what the matrix of rights is made of."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from central.access import Access, Function, Position, Role
from central.app import create_app, openapi
from central.attendance.ledger import DayRecord
from central.attendance.papers import DailyRoot, FrozenMonth, Objection
from central.attendance.roots import root_of
from central.database import Base, UtcDateTime
from central.devices.model import Box
from central.evidence.model import Evidence
from central.history.model import HistoryFile, HistoryRequest
from central.identity import rules
from central.identity.model import Account, ApiToken, Certificate, Delegation
from central.people.reader_model import OfficeReader
from central.people.transfer_model import Transfer
from central.projects.model import ParticipantRole, ProjectSuspension, Team
from central.settings import CentralSettings
from tests.central.builders import MORNING, Story, credit_code, open_centre, resident_number
from tests.central.in_process import in_process

API: Final = "/api/v1"
MISSING: Final = 987_654
PICTURE: Final = b"\x89PNG\r\n\x1a\n" + bytes(64)
DOCUMENT: Final = openapi(CentralSettings())
NAMES: Final = ("浦东图书馆", "申建总承包", "浦江建筑劳务", "沪东机电")
"""Words of the site that no neighbour may ever read."""

WHO: Final = {
    "E": "the labour company, by certificate",
    "N": "the labour company, by a certificate without functions",
    "G": "the general contractor, by certificate",
    "M": "the manager of the general contractor's office",
    "C": "its labour clerk",
    "D": "its member, to whom entry confirmation is delegated",
    "O": "its member, to whom nothing is delegated",
    "S": "the professional subcontractor's office",
    "A": "the supervision body",
    "H": "the head station",
    "Y": "the system administrator",
    "U": "the security administrator",
    "L": "the audit administrator",
}
IN_BODIES: Final = {
    "worker_id": "worker_id",
    "leader_worker_id": "worker_id",
    "project_id": "project_id",
    "assignment_id": "assignment_id",
    "team_id": "team_id",
    "from_team_id": "team_id",
    "into_team_id": "into_team_id",
}
"""What a body names of the site, and which of its objects that is."""
SAID: Final = {
    "POST /assignments": {"worker_id": "free_worker_id"},
    "POST /employer-exceptions": {"company_id": "company_id", "id_number": "id_number"},
    "POST /companies": {"uscc": "free_code"},
    "POST /workers": {"id_number": "free_number"},
    "POST /legacy-records": {"id_number": "free_number"},
    "POST /projects/{project_id}/misc-staff": {"id_number": "free_number"},
    "POST /corrections": {"assignment_id": "present_assignment_id", "at": "moment"},
    "POST /projects/{project_id}/team-assignments": {"workers": "free_workers"},
    "POST /projects/{project_id}/months/{month}/objections": {"work_date": "day"},
}
"""What else a body must say to be one that succeeds."""
NEIGHBOURS: Final = {"e": "a labour company elsewhere", "g": "a general contractor elsewhere", "m": "the manager of an office elsewhere"}


@dataclass
class Everybody:
    """A site, whoever may ask, and the numbers of its objects by the name of the path's parameter."""

    client: httpx.Client
    headers: dict[str, dict[str, str]]
    objects: dict[str, object]
    restore: Callable[[], None]

    def ask(self, who: str, operation: str, *, missing: bool = False) -> httpx.Response:
        """One request by the document's example, about the site's object or about nobody's."""
        method, path = operation.split(" ")
        for name in names_in(path):
            value = self.objects[name]
            gone: object = MISSING if isinstance(value, int) else "b-nobody" if name == "box_id" else value
            path = path.replace(f"{{{name}}}", str(gone if missing else value))
        headers = self.headers.get(who, {})
        form = form_of(operation, self.objects)
        if form is not None:
            return self.client.request(method, API + path, data=form, files={"file": ("a.png", PICTURE, "image/png")}, headers=headers)
        body = about(operation, {} if missing else self.objects)
        headers = headers | ({"Content-Type": "application/json"} if body is not None else {})
        return self.client.request(method, API + path, json=body, headers=headers)


def names_in(path: str) -> list[str]:
    """The parameters of a path."""
    return [part[1:-1] for part in path.replace(".", "/").split("/") if part.startswith("{")]


def operations() -> Iterator[str]:
    """`METHOD /path` of everything the API offers, without the prefix."""
    for path, item in DOCUMENT["paths"].items():
        for method in item:
            yield f"{method.upper()} {path.removeprefix(API)}"


def example(operation: str) -> Any:
    """The example of the body that the document gives, or None where there is none."""
    method, path = operation.split(" ")
    content = DOCUMENT["paths"][API + path][method.lower()].get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    for reference in [schema.get("$ref"), *(part.get("$ref") for part in schema.get("anyOf", []))]:
        if reference:
            return DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]["examples"][0]
    return None


def about(operation: str, objects: dict[str, object]) -> Any:
    """The example of the body about the site's own objects; about nobody's where there are none."""
    body = example(operation)
    if not isinstance(body, dict):
        return body
    named = {name: objects.get(of, MISSING) for name, of in IN_BODIES.items() if isinstance(body.get(name), int)}
    said = {name: objects[of] for name, of in SAID.get(operation, {}).items() if of in objects}
    return body | named | said


def form_of(operation: str, objects: dict[str, object]) -> dict[str, str] | None:
    """The fields of a form with a file, about the site's objects; None where the body is none."""
    method, path = operation.split(" ")
    content = DOCUMENT["paths"][API + path][method.lower()].get("requestBody", {}).get("content", {})
    reference = content.get("multipart/form-data", {}).get("schema", {}).get("$ref")
    if reference is None:
        return None
    fields = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]["properties"].keys() - {"file"}
    known = objects | {"about_on": "2026-03-12", "date": "2026-03-12", "kind": "workers"}
    return {field: str(known.get(field, "x")) for field in fields}


@contextmanager
def everybody(database_url: str, home: Path) -> Iterator[Everybody]:
    """The site over a migrated, empty database; `restore` puts a SQLite file back as it was built."""
    centre = open_centre(home, database_url, auth_failures_per_minute=100_000, token_requests_per_minute=1_000_000)
    story = Story(centre)
    objects = _objects(story)
    accounts = _accounts(story)
    principals = _principals(story, accounts)
    headers = {letter: story.token(access) for letter, access in principals.items()}
    with centre.database.writing() as session:
        for letter, account in accounts.items():
            token = session.scalars(sa.select(ApiToken).where(ApiToken.name == letter)).one()
            token.maker = f"account:{account}"
        session.scalars(sa.select(ApiToken).where(ApiToken.name == "N")).one().functions = "[]"
    _delegated(story, accounts)
    kept = _kept(database_url, home)
    try:
        with in_process(create_app(centre.settings, centre)) as client:
            yield Everybody(client, headers, objects, kept)
    finally:
        centre.close()


def _principals(story: Story, accounts: dict[str, int]) -> dict[str, Access]:
    office, elsewhere = story.office(), story.neighbour
    named = {
        "E": story.employer(story.site.labour),
        "N": replace(story.employer(story.site.labour), granted=frozenset()),
        "G": story.employer(story.site.gc),
        "S": story.sub_office(story.pro),
        "A": story.authority,
        "H": Access("", Role.HEAD_STATION),
        "Y": Access("", Role.ADMINISTRATOR),
        "U": story.security,
        "L": story.auditor,
        "e": story.employer(elsewhere.labour),
        "g": story.employer(elsewhere.gc),
        "m": story.office(elsewhere),
    }
    return {letter: replace(access, actor=letter) for letter, access in (named | dict.fromkeys(accounts, office)).items()}


def _accounts(story: Story) -> dict[str, int]:
    """Accounts of the general contractor's office; their tokens are narrowed to what each may do."""
    made = {}
    with story.centre.database.writing() as session:
        for letter, position in (("M", Position.MANAGER), ("C", Position.CLERK), ("D", Position.MEMBER), ("O", Position.MEMBER)):
            office = {"role": Role.CONTRACTOR, "company_id": story.site.gc.id, "project_id": story.site.project.id, "position": position}
            made[letter] = _filled(session, Account, username=f"account-{letter}", disabled_at=None, **office)
    return made


def _delegated(story: Story, accounts: dict[str, int]) -> None:
    with story.centre.database.writing() as session:
        session.add(
            Delegation(
                project_id=story.site.project.id,
                company_id=story.site.gc.id,
                manager_id=accounts["M"],
                delegate_id=accounts["D"],
                functions=rules.packed(frozenset({Function.CONFIRM_ENTRY, Function.VIEW_PEOPLE})),
                starts_at=MORNING - dt.timedelta(days=1),
                created_at=MORNING,
            )
        )


def _objects(story: Story) -> dict[str, object]:
    """One of everything at the site, by the name of the parameter in a path."""
    site, labour = story.site, story.employer(story.site.labour)
    story.takes_part(story.site.gc, ParticipantRole.OWNER)
    assignment, team = story.assigned(), story.team(labour)
    id_number = resident_number(999)
    free = story.worker(labour, id_number=id_number)
    present = story.confirmed()
    assert story.neighbour.project.id != site.project.id
    assert story.second.parent_id is not None
    with story.centre.database.writing() as session:
        here = {"project_id": site.project.id, "company_id": site.labour.id}
        request = _filled(session, HistoryRequest, **here)
        account = _filled(session, Account, username="somebody", role=Role.CONTRACTOR, position=Position.MEMBER, disabled_at=None, **here)
        rows = {
            "token_id": _filled(session, ApiToken, role=Role.EMPLOYER, revoked_at=None, expires_at=None, company_id=site.labour.id),
            "account_id": account,
            "delegation_id": _filled(session, Delegation, **(here | {"company_id": site.gc.id}), manager_id=account, delegate_id=account),
            "certificate_id": _filled(session, Certificate, company_id=site.labour.id, disabled_at=None, functions=None),
            "suspension_id": _filled(session, ProjectSuspension, **here),
            "reader_id": _filled(session, OfficeReader, company_id=site.labour.id),
            "request_id": request,
            "file_id": _filled(session, HistoryFile, request_id=request),
            "evidence_id": _filled(session, Evidence, **here, worker_id=assignment.worker_id, assignment_id=assignment.id),
            "transfer_id": _filled(
                session,
                Transfer,
                worker_id=assignment.worker_id,
                employment_id=assignment.employment_id,
                from_id=site.labour.id,
                to_id=site.gc.id,
            ),
            "into_team_id": _filled(session, Team, **here, employer_id=site.labour.id, name="木工班", leader_worker_id=None),
            "objection_id": _published(session, site.project.id, assignment.id),
            "box_id": _filled(session, Box, id="b-0000000001", project_id=site.project.id, company_id=None),
        }
    objects = rows | {
        "project_id": site.project.id,
        "worker_id": assignment.worker_id,
        "assignment_id": assignment.id,
        "team_id": team.id,
        "participant_id": site.labour_part.id,
        "row_id": assignment.id,
        "code": "102",
        "region": "310000",
        "date": "2026-03-12",
        "day": "2026-03-12",
        "month": "2026-03",
        "moment": MORNING.isoformat(),
        "present_assignment_id": present.id,
        "free_worker_id": free.worker.id,
        "free_workers": [{"worker_id": free.worker.id, "main_trade": "020"}],
        "company_id": site.gc.id,
        "id_number": id_number,
        "free_number": resident_number(998),
        "free_code": credit_code(998),
    }
    named = {name for operation in operations() for name in names_in(operation)} - objects.keys()
    with story.centre.database.writing() as session:
        return objects | {
            name: _guessed(session, name, objects | {"employer_id": site.labour.id, "company_id": site.labour.id}) for name in sorted(named)
        }


def _published(session: Session, project_id: int, assignment_id: int) -> int:
    """A published month with an objection that waits for its answer, a day of it, and that day's root."""
    month, day = MORNING.date().replace(day=1), MORNING.date()
    frozen = _filled(session, FrozenMonth, project_id=project_id, month=month, objections_until=day + dt.timedelta(days=9))
    session.add(_row(DayRecord, assignment_id=assignment_id, work_date=day, project_id=project_id, stays=msgspec.msgpack.encode([])))
    session.add(_row(DailyRoot, project_id=project_id, date=day, version=1, leaves=0, root=root_of([])))
    return int(_filled(session, Objection, month_id=frozen, assignment_id=assignment_id))


def _guessed(session: Session, name: str, known: dict[str, Any]) -> object:
    """An object of a kind that nobody built by hand: a row of the table that the parameter is named after, of the site."""
    stem = name.removesuffix("_id")
    wanted = (f"{stem}s", f"{stem}_jobs")
    kinds = [mapper.class_ for mapper in Base.registry.mappers if str(mapper.class_.__tablename__).endswith(wanted)]
    assert kinds, f"build an object for {{{name}}} in tests/central/everybody.py"
    columns = kinds[0].__table__.columns.keys()
    return _filled(session, kinds[0], **{column: known[column] for column in columns if column in known})


def _filled(session: Session, kind: type[Base], **given: Any) -> Any:
    """A row of a table, with something in every column that needs it; returns its key."""
    row = _row(kind, **given)
    session.add(row)
    session.flush()
    return row.id  # type: ignore[attr-defined]  # every table here has one


def _row(kind: type[Base], **given: Any) -> Base:
    values = {}
    for column in kind.__table__.columns:
        if column.key in given:
            values[column.key] = given[column.key]
        elif not column.nullable and column.default is None and column.server_default is None and not column.primary_key:
            values[column.key] = _something(column)
    return kind(**values)


def _something(column: Any) -> Any:
    kind = column.type
    if isinstance(kind, sa.Enum) and kind.enum_class is not None and issubclass(kind.enum_class, Enum):
        return next(iter(kind.enum_class))
    if isinstance(kind, UtcDateTime):
        return MORNING
    if isinstance(kind, sa.Date):
        return MORNING.date()
    if isinstance(kind, sa.LargeBinary):
        return column.name.encode()
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.Integer):
        return 1
    return "[]" if isinstance(kind, sa.Text) and "functions" in column.name else "x"


def _kept(database_url: str, home: Path) -> Callable[[], None]:
    if not database_url.startswith("sqlite"):
        return lambda: None
    path, copy = database_url.removeprefix("sqlite:///"), home / "as-built.db"
    with sqlite3.connect(path) as live, sqlite3.connect(copy) as kept:
        live.backup(kept)

    def restore() -> None:
        with sqlite3.connect(copy) as kept, sqlite3.connect(path) as live:
            kept.backup(live)

    return restore

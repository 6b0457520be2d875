"""Batch registration (A-62): a file is taken in, its rows are checked, shown, and registered only when somebody says so.

Each step works in chunks, a transaction each, and continues where it stopped: a restart loses nothing and registers nobody twice.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from central import audit, bulk
from central.access import Access, Function, Role
from central.centre import Centre
from central.clock import Clock
from central.errors import Problem
from central.exchange import checking, sheet
from central.exchange.checking import Judged
from central.exchange.model import ImportFile, ImportJob, ImportRow, ImportState, RowState
from central.exchange.sheet import SheetRow
from central.people import defaults, registration, sealed
from central.people.id_number import read
from central.people.model import Worker, WorkerTerm
from central.people.registration import Policy
from central.people.wages import plain
from central.projects import service as projects
from central.projects.model import Team
from central.secrets import CentreSecrets

CHUNK: Final = 250
OPEN: Final = (ImportState.CHECKING, ImportState.READY, ImportState.COMMITTING)


@dataclass(frozen=True)
class Upload:
    """A file and where its defaults come from."""

    content: bytes
    file_name: str
    project_id: int | None = None
    team_id: int | None = None


def take_in(session: Session, clock: Clock, keys: CentreSecrets, access: Access, upload: Upload) -> ImportJob:
    """A-62: keep the file, sealed; its rows are checked by the job. The same file while it is still open is the same import.

    Raises `Problem` 422 WORKBOOK_… for a file that is none of ours, before anything is kept.
    """
    employer = access.require_employer()
    access.require(Function.REGISTER)
    if upload.project_id is not None:
        projects.visible_project(session, access, upload.project_id)
    team = session.get(Team, upload.team_id) if upload.team_id is not None else None
    if upload.team_id is not None and (team is None or team.employer_id != employer):
        raise Problem("TEAM_UNKNOWN", 422, "team_id")
    digest = hashlib.sha256(upload.content).digest()
    same = session.scalar(
        select(ImportJob).where(
            ImportJob.company_id == employer, ImportJob.sha256 == digest, ImportJob.state.in_(OPEN), ImportJob.team_id == upload.team_id
        )
    )
    if same is not None and same.project_id == upload.project_id:
        return same
    sheet.open_sheet(upload.content)
    now = clock.now()
    job = ImportJob(
        company_id=employer,
        project_id=upload.project_id,
        team_id=upload.team_id,
        state=ImportState.CHECKING,
        file_name=upload.file_name[-200:] or "workbook.xlsx",
        sha256=digest,
        actor=access.actor,
        on_behalf_of=access.on_behalf_of,
        created_at=now,
        updated_at=now,
    )
    session.add(job)
    session.flush()
    session.add(ImportFile(import_id=job.id, sealed=keys.seal(upload.content, _context(job.id))))
    audit.record(session, access, "import.taken_in", f"import:{job.id}", after={"sha256": digest.hex()})
    return job


def one(session: Session, access: Access, import_id: int, *, lock: bool = False) -> ImportJob:
    """An import of this employer. Else `Problem` 404 NOT_FOUND."""
    employer = access.require_employer()
    access.require(Function.REGISTER)
    job = session.get(ImportJob, import_id, with_for_update=lock or None, populate_existing=lock)
    if job is None or job.company_id != employer:
        raise Problem("NOT_FOUND", 404)
    return job


def listed(session: Session, access: Access, *, after: int, limit: int) -> list[ImportJob]:
    """A page of this employer's imports."""
    employer = access.require_employer()
    wanted = select(ImportJob).where(ImportJob.company_id == employer, ImportJob.id > after).order_by(ImportJob.id)
    return list(session.scalars(wanted.limit(limit + 1)))


def rows(session: Session, access: Access, import_id: int, *, after: int, limit: int, state: RowState | None = None) -> list[ImportRow]:
    """A page of the preview, by row number."""
    one(session, access, import_id)
    wanted = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.number > after)
    if state is not None:
        wanted = wanted.where(ImportRow.state == state)
    return list(session.scalars(wanted.order_by(ImportRow.number).limit(limit + 1)))


def confirm(session: Session, clock: Clock, access: Access, import_id: int) -> ImportJob:
    """A-62: register the good rows: nothing was saved until now. Asked again, it changes nothing."""
    job = one(session, access, import_id, lock=True)
    if job.state in (ImportState.COMMITTING, ImportState.DONE):
        return job
    if job.state is not ImportState.READY:
        raise Problem("IMPORT_NOT_READY", 409)
    job.state, job.updated_at = ImportState.COMMITTING, clock.now()
    job.actor, job.on_behalf_of = access.actor, access.on_behalf_of
    audit.record(session, access, "import.confirmed", f"import:{import_id}", after={"good": job.good})
    return job


def cancel(session: Session, clock: Clock, access: Access, import_id: int) -> ImportJob:
    """Throw the file and its rows away; what is registered already stays."""
    job = one(session, access, import_id, lock=True)
    if job.state in OPEN:
        job.state, job.updated_at = ImportState.CANCELLED, clock.now()
        _forget(session, import_id)
        audit.record(session, access, "import.cancelled", f"import:{import_id}")
    return job


def texts_of(row: ImportRow, keys: CentreSecrets) -> dict[str, str]:
    """What stood in the row."""
    told: dict[str, str] = json.loads(keys.open(row.said_sealed, _row_context(row.import_id, row.number)))
    return told


# what the job does


def check_file(centre: Centre, import_id: int) -> None:
    """Read the sheet once and judge every row after those that were judged before."""
    with centre.database.reading() as session:
        job = session.get_one(ImportJob, import_id)
        content = centre.secrets.open(session.get_one(ImportFile, import_id).sealed, _context(import_id))
        standing = registration.standing(session, centre.clock, job.company_id, project_id=job.project_id)
        profile = defaults.values(session, job.company_id, job.project_id, job.team_id)
        last = session.scalar(select(ImportRow.number).where(ImportRow.import_id == import_id).order_by(ImportRow.number.desc()).limit(1))
    policy, seen = Policy.of(centre.settings), _seen_before(centre, import_id)
    try:
        _, found = sheet.open_sheet(content)
        for chunk in _chunks(row for row in found if row.number > (last or 0)):
            judged = [checking.judge(row, standing, policy, profile) for row in chunk]
            with centre.database.writing() as session:
                checking.against_register(session, centre.secrets, judged, job.company_id, seen)
                _keep(session, centre, import_id, judged)
    except Problem as problem:
        _end(centre, import_id, ImportState.REFUSED, problem.code)
        return
    _end(centre, import_id, ImportState.READY)


def commit_chunk(centre: Centre, import_id: int) -> bool:
    """Register the next good rows; whether there were any. The last time it finishes the import."""
    with centre.database.reading() as session:
        job = session.get_one(ImportJob, import_id)
        wanted = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.state == RowState.GOOD)
        good = list(session.scalars(wanted.order_by(ImportRow.number).limit(CHUNK)))
    if not good:
        _end(centre, import_id, ImportState.DONE)
        return False
    numbers = [row.number for row in good]
    try:
        _register(centre, job, numbers)
    except IntegrityError:  # somebody registered one of them meanwhile: find out which
        for number in numbers:
            try:
                _register(centre, job, [number])
            except IntegrityError:
                with centre.database.writing() as session:
                    _mark(session, import_id, {number: (RowState.FAILED, None, [("id_number", "CONFLICT")])})
    return True


def step_back(centre: Centre, import_id: int) -> None:
    """Something went wrong with this one: the others come first."""
    with centre.database.writing() as session:
        session.get_one(ImportJob, import_id).updated_at = centre.clock.now()


def _register(centre: Centre, job: ImportJob, numbers: Sequence[int]) -> None:
    keys, clock, policy = centre.secrets, centre.clock, Policy.of(centre.settings)
    access = Access(job.actor, Role.EMPLOYER, job.company_id, on_behalf_of=job.on_behalf_of)
    with centre.database.writing() as session:
        current = session.get_one(ImportJob, job.id, with_for_update=True, populate_existing=True)
        if current.state is not ImportState.COMMITTING:
            return
        wanted = select(ImportRow).where(ImportRow.import_id == job.id, ImportRow.number.in_(numbers), ImportRow.state == RowState.GOOD)
        standing = registration.standing(session, clock, job.company_id, project_id=job.project_id)
        profile = defaults.values(session, job.company_id, job.project_id, job.team_id)
        kept = session.scalars(wanted.order_by(ImportRow.number)).all()
        judged = [checking.judge(SheetRow(row.number, texts_of(row, keys), []), standing, policy, profile) for row in kept]
        checking.against_register(session, keys, judged, job.company_id, set())
        marks: dict[int, tuple[RowState, int | None, list[checking.Wrong]]] = {}
        fit = [one for one in judged if one.checked is not None and not one.is_there]
        for one, worker in zip(fit, _insert(session, centre, job, fit), strict=True):
            marks[one.row.number] = (RowState.DONE, worker.id, [])
            assert one.checked is not None  # noqa: S101  chosen above
            told = registration.told(worker, one.checked, job.company_id, None) | {"import": job.id}
            audit.record(session, access, "worker.registered", f"worker:{worker.id}", after=told)
        for one in judged:
            if one.is_there:
                marks[one.row.number] = (RowState.SKIPPED, one.known.id if one.known else None, [])
            elif one.checked is None:
                marks[one.row.number] = (RowState.FAILED, None, one.wrong)
        _mark(session, job.id, marks)


def _insert(session: Session, centre: Centre, job: ImportJob, fit: Sequence[Judged]) -> list[Worker]:
    """The workers of these rows with employments, wages and search terms, a statement for each kind."""
    keys, clock = centre.secrets, centre.clock
    ready = [(one.checked, one.known or registration.new_worker(clock, keys, one.checked)) for one in fit if one.checked is not None]
    for one in fit:
        if one.known is not None and one.checked is not None:
            registration.refresh(one.known, keys, one.checked)
    session.add_all([worker for _, worker in ready])
    session.flush()
    employments = [registration.new_employment(clock, checked, job.company_id) for checked, _ in ready]
    for employment, (_, worker) in zip(employments, ready, strict=True):
        employment.worker_id = worker.id
    session.add_all(employments)
    session.flush()
    terms = [registration.wage_terms(clock, keys, checked.wages, worker.id_index, checked.defaulted) for checked, worker in ready]
    for term, employment in zip(terms, employments, strict=True):
        term.employment_id = employment.id
    session.add_all(terms)
    session.flush()
    session.execute(delete(WorkerTerm).where(WorkerTerm.worker_id.in_([one.known.id for one in fit if one.known])))
    found = [
        {"term": term, "worker_id": worker.id}
        for checked, worker in ready
        for term in sorted(sealed.terms_of(keys, worker.name, checked.number.number, sealed.phone_number(worker, keys)))
    ]
    bulk.insert_rows(session, WorkerTerm, found)
    return [worker for _, worker in ready]


def _keep(session: Session, centre: Centre, import_id: int, judged: Sequence[Judged]) -> None:
    job = session.get_one(ImportJob, import_id, with_for_update=True, populate_existing=True)
    if job.state is not ImportState.CHECKING:
        raise Problem("IMPORT_NOT_READY", 409)
    kept = []
    for one in judged:
        state = RowState.SKIPPED if one.is_there else RowState.GOOD if one.checked is not None else RowState.BAD
        said = json.dumps(one.row.texts, ensure_ascii=False).encode()
        kept.append(
            {
                "import_id": import_id,
                "number": one.row.number,
                "state": state.value,
                "said_sealed": centre.secrets.seal(said, _row_context(import_id, one.row.number)),
                "problems": json.dumps(one.wrong),
                "warnings": json.dumps([(notice.field, notice.code) for notice in one.notices]),
                "worker_id": one.known.id if one.known else None,
            }
        )
        job.good += state is RowState.GOOD
        job.bad += state is RowState.BAD
        job.skipped += state is RowState.SKIPPED
        job.warned += bool(one.notices)
    bulk.insert_rows(session, ImportRow, kept)
    job.total += len(judged)
    job.checked += len(judged)
    job.updated_at = centre.clock.now()


def _mark(session: Session, import_id: int, marks: dict[int, tuple[RowState, int | None, list[checking.Wrong]]]) -> None:
    job = session.get_one(ImportJob, import_id, with_for_update=True)
    wanted = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.number.in_(marks))
    for row in session.scalars(wanted):
        state, worker_id, wrong = marks[row.number]
        row.state, row.worker_id = state, worker_id
        if wrong:
            row.problems = json.dumps(wrong)
        job.done += state is RowState.DONE
        job.skipped += state is RowState.SKIPPED
        job.failed += state is RowState.FAILED


def _end(centre: Centre, import_id: int, state: ImportState, code: str = "") -> None:
    with centre.database.writing() as session:
        job = session.get_one(ImportJob, import_id, with_for_update=True, populate_existing=True)
        if job.state in (ImportState.CHECKING, ImportState.COMMITTING):
            job.state, job.code, job.updated_at = state, code, centre.clock.now()
        if job.state in (ImportState.DONE, ImportState.REFUSED):
            session.execute(delete(ImportFile).where(ImportFile.import_id == import_id))


def _forget(session: Session, import_id: int) -> None:
    session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
    session.execute(delete(ImportFile).where(ImportFile.import_id == import_id))


def _seen_before(centre: Centre, import_id: int) -> set[bytes]:
    """The numbers of the rows that an earlier run judged, so that a row after a restart is still known to be a duplicate."""
    found: set[bytes] = set()
    with centre.database.reading() as session:
        for row in session.scalars(select(ImportRow).where(ImportRow.import_id == import_id)).yield_per(CHUNK):
            texts = texts_of(row, centre.secrets)
            number = read(texts.get("id_type") or "01", plain(texts.get("id_number", "")))
            if number is not None:
                found.add(sealed.index_of(centre.secrets, number))
    return found


def _chunks(found: Iterable[SheetRow]) -> Iterator[list[SheetRow]]:
    iterator = iter(found)
    while chunk := list(itertools.islice(iterator, CHUNK)):
        yield chunk


def _context(import_id: int) -> str:
    return f"import:{import_id}"


def _row_context(import_id: int, number: int) -> str:
    return f"import:{import_id}:{number}"

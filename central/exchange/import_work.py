"""What the centre does for an import by itself: judging the rows of a file, registering the confirmed ones (A-62).

Each step works in chunks, a transaction each, and continues where it stopped: a restart loses nothing and registers nobody twice.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from central import audit, bulk
from central.access import Access, Role
from central.centre import Centre
from central.errors import Problem
from central.exchange import checking, sheet
from central.exchange.checking import Judged
from central.exchange.importing import file_context, row_context, texts_of
from central.exchange.model import ImportFile, ImportJob, ImportRow, ImportState, RowState
from central.exchange.sheet import SheetRow
from central.people import defaults, registration, sealed
from central.people.id_number import read
from central.people.model import Worker, WorkerTerm
from central.people.registration import Policy
from central.people.wages import plain

CHUNK: Final = 250


def check_file(centre: Centre, import_id: int) -> None:
    """Read the sheet once and judge every row after those that were judged before."""
    with centre.database.reading() as session:
        job = session.get_one(ImportJob, import_id)
        content = centre.secrets.open(session.get_one(ImportFile, import_id).sealed, file_context(import_id))
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
        checking.against_register(session, keys, judged, job.company_id, set(), hold=True)
        marks: dict[int, tuple[RowState, int | None, list[checking.Wrong]]] = {}
        fit = [one for one in judged if one.checked is not None and not one.is_there]
        for one, worker in zip(fit, _insert(session, centre, access, fit), strict=True):
            marks[one.row.number] = (RowState.DONE, worker.id, [])
            assert one.checked is not None  # noqa: S101  chosen above
            told = registration.told(worker, one.checked, job.company_id) | {"import": job.id}
            audit.record(session, access, "worker.registered", f"worker:{worker.id}", after=told)
        for one in judged:
            if one.is_there:
                marks[one.row.number] = (RowState.SKIPPED, one.known.id if one.known else None, [])
            elif one.checked is None:
                marks[one.row.number] = (RowState.FAILED, None, one.wrong)
        _mark(session, job.id, marks)


def _insert(session: Session, centre: Centre, access: Access, fit: Sequence[Judged]) -> list[Worker]:
    """The workers of these rows with employments, wages and search terms, a statement for each kind."""
    keys, clock, employer = centre.secrets, centre.clock, access.require_employer()
    ready = [(one.checked, one.known or registration.new_worker(clock, keys, one.checked)) for one in fit if one.checked is not None]
    for one in fit:
        if one.known is not None and one.checked is not None:
            registration.refresh(session, keys, access, one.known, one.checked)
    session.add_all([worker for _, worker in ready])
    session.flush()
    employments = [registration.new_employment(clock, checked, employer) for checked, _ in ready]
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
                "said_sealed": centre.secrets.seal(said, row_context(import_id, one.row.number)),
                "problems": json.dumps(one.wrong),
                "warnings": json.dumps([(notice.field, notice.code) for notice in one.notices]),
                "worker_id": one.known.id if one.known and one.is_there else None,  # of one's own people only
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

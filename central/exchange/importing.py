"""Batch registration (A-62): a file is taken in, its rows are checked, shown, and registered only when somebody says so.

Each step works in chunks, a transaction each, and continues where it stopped: a restart loses nothing and registers nobody twice.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock
from central.errors import Problem
from central.exchange import checking, sheet
from central.exchange.model import ImportFile, ImportJob, ImportRow, ImportState, RowState
from central.people.statement import Registration
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
    session.add(ImportFile(import_id=job.id, sealed=keys.seal(upload.content, file_context(job.id))))
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


def rows(session: Session, access: Access, import_id: int, *, after: int, limit: int, state: RowState | None = None) -> list[ImportRow]:
    """A page of the preview, by row number."""
    one(session, access, import_id)
    wanted = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.number > after)
    if state is not None:
        wanted = wanted.where(ImportRow.state == state)
    return list(session.scalars(wanted.order_by(ImportRow.number).limit(limit + 1)))


def statement(session: Session, keys: CentreSecrets, access: Access, import_id: int, number: int) -> Registration:
    """One row as an employer's statement, with the import's project and team. Else `Problem` 404 NOT_FOUND."""
    job = one(session, access, import_id)
    row = session.scalar(select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.number == number))
    if row is None:
        raise Problem("NOT_FOUND", 404)
    return replace(checking.stated(texts_of(row, keys), []), project_id=job.project_id, team_id=job.team_id)


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
    told: dict[str, str] = json.loads(keys.open(row.said_sealed, row_context(row.import_id, row.number)))
    return told


def _forget(session: Session, import_id: int) -> None:
    session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
    session.execute(delete(ImportFile).where(ImportFile.import_id == import_id))


def file_context(import_id: int) -> str:
    """What a sealed file is bound to."""
    return f"import:{import_id}"


def row_context(import_id: int, number: int) -> str:
    """What a sealed row is bound to."""
    return f"import:{import_id}:{number}"

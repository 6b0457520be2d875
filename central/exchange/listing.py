"""An employer's imports as its page shows them: found by file, by state, sorted, the newest first (A-62)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.exchange.model import ImportJob, ImportState
from central.ordering import Order

ORDER: Final = Order(
    ImportJob.id,
    {
        "import_file": ImportJob.file_name,
        "import_state": ImportJob.state,
        "taken_in_at": ImportJob.created_at,
        "rows_total": ImportJob.total,
        "rows_wrong": ImportJob.bad + ImportJob.failed,
        "rows_done": ImportJob.done,
    },
    newest_first=True,
)


def page_of_jobs(
    session: Session, access: Access, *, state: ImportState | None = None, q: str = "", after: int, limit: int, sort: str = ""
) -> list[ImportJob]:
    """One page of this employer's imports, and one more. `q` is part of the file's name."""
    employer = access.require_employer()
    access.require(Function.REGISTER)
    conditions: list[ColumnElement[bool]] = [ImportJob.company_id == employer]
    if state is not None:
        conditions.append(ImportJob.state == state)
    if q:
        conditions.append(ImportJob.file_name.icontains(q, autoescape=True))
    return [row[0] for row in ORDER.page(session, select(ImportJob), conditions, sort, after=after, limit=limit)]

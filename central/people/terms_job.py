"""Workers who were kept before search terms were, or put in from elsewhere, get theirs: a job of the centre (A-32)."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import select

from central.centre import Centre
from central.jobs import Job, every
from central.people.model import Worker, WorkerTerm
from central.people.sealed import find_by
from central.secrets import SecretsError

AT_ONCE: Final = 500


def work(centre: Centre) -> str:
    """Write the terms of some workers who have none."""
    known = select(WorkerTerm.worker_id).where(WorkerTerm.worker_id == Worker.id)
    written = 0
    with centre.database.writing() as session:
        for worker in session.scalars(select(Worker).where(~known.exists()).order_by(Worker.id).limit(AT_ONCE)).all():
            try:
                find_by(session, centre.secrets, worker)
            except SecretsError:  # sealed with a key that is not here: it is found by its name once the key is back
                continue
            written += 1
    return f"written {written}"


JOB: Final = Job("search-terms", every(dt.timedelta(minutes=10)), work)

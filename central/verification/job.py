"""The queue of identity checks drains itself: a job of the centre (A-26)."""

from __future__ import annotations

import datetime as dt
from typing import Final

import httpx

from central.centre import Centre
from central.jobs import Job, every
from central.people.model import Worker
from central.people.sealed import id_number
from central.verification import service
from central.verification.model import IdentityCheck
from central.verification.registers import TIMEOUT_S, AwayError, HttpRegister, Person, Register

AT_ONCE: Final = 100


def drain(centre: Centre, register: Register) -> int:
    """Ask about everybody whose turn it is; how many got a verdict. No question is asked inside a transaction."""
    settings, clock = centre.settings, centre.clock
    with centre.database.writing() as session:
        service.enqueue_typed(session, clock.now())
        if service.opening(session, clock.now(), settings.identity_outage_weekdays) is not None:
            return 0
        checks = service.due(session, clock.now(), AT_ONCE)
    settled = 0
    for check_id in checks:
        person = _person(centre, check_id)
        try:
            verdict = register.ask(person)
        except AwayError:
            with centre.database.writing() as session:
                service.postpone(session, clock, check_id, service.opening(session, clock.now(), settings.identity_outage_weekdays))
            break  # the others wait for the next run: the service is away for them too
        with centre.database.writing() as session:
            service.settle(session, clock, check_id, verdict, name=person.name)
        settled += 1
    return settled


def work(centre: Centre) -> str:
    """The job's deed: nothing where no service is configured; then an officer verifies."""
    settings = centre.settings
    if not settings.identity_service_url:
        return "no service"
    with httpx.Client(timeout=TIMEOUT_S) as client:
        register = HttpRegister(settings.identity_service_url, settings.identity_service_key, client)
        return f"settled {drain(centre, register)}"


def _person(centre: Centre, check_id: int) -> Person:
    with centre.database.reading() as session:
        worker = session.get_one(Worker, session.get_one(IdentityCheck, check_id).worker_id)
        return Person(worker.name, worker.id_type, id_number(worker, centre.secrets))


JOB: Final = Job("identity-checks", every(dt.timedelta(seconds=20)), work)

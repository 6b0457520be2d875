"""转入申请: a new employer asks for somebody who works for another; the present employer answers in its own portal (A-30, A-49).

The typed form is kept sealed until the request ends. The asking company learns the answer and the date, and of the worker nothing that it
did not type itself; the present employer sees who asks, and nothing of the terms that they offer.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, replace

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock
from central.entry import departure
from central.entry.departure import Leaving
from central.errors import Problem
from central.people import defaults, registration, rules, sealed, store, transfer_rules
from central.people.chip_read import ChipRead
from central.people.model import Employment, LifeState, Worker
from central.people.statement import Policy, Registration, check
from central.people.transfer_model import Transfer, TransferState
from central.secrets import CentreSecrets


def ask(
    session: Session,
    clock: Clock,
    keys: CentreSecrets,
    access: Access,
    said: Registration,
    *,
    policy: Policy,
    chip_read: ChipRead | None = None,
) -> Transfer:
    """A-30: ask the present employer to let this worker go; the form is checked as for a registration, and kept.

    Asked again while it is open, the form kept is the later one. Raises what a registration raises, 409 TRANSFER_NOT_NEEDED where nobody
    employs the worker, ALREADY_REGISTERED, PERSON_CARD_MISMATCH (another name than the verified one), WORKER_DECEASED.
    """
    company = access.require_employer(said.employer_id)
    access.require(Function.REGISTER)
    filled, defaulted = defaults.fill(session, company, said)
    checked = check(filled, registration.standing(session, clock, company, project_id=said.project_id), policy)
    if chip_read is not None:
        registration.prove(session, clock, keys, company, checked=checked, read=chip_read)
    worker = store.by_number(session, sealed.index_of(keys, checked.number))
    present = store.present_employments(session, worker.id) if worker is not None else []
    employment = transfer_rules.of_whom(present, company)
    assert worker is not None  # noqa: S101  somebody employs the worker
    name = checked.said.name
    rules.other_name(worker.name, name, worker.identity_state, by_chip=chip_read is not None, is_free=True)  # free when it completes
    if worker.life_state is LifeState.DECEASED:
        raise Problem("WORKER_DECEASED", 409)
    transfer = session.scalar(_open_of(worker.id).where(Transfer.to_id == company))
    is_new = transfer is None
    if transfer is None:
        now = clock.now()
        transfer = Transfer(
            worker_id=worker.id,
            employment_id=employment.id,
            from_id=employment.employer_id,
            to_id=company,
            name_said=name,
            state=TransferState.WAITING,
            asked_by=access.actor,
            asked_at=now,
            lapses_at=now + policy.transfer_answer,
        )
        session.add(transfer)
    transfer.said_sealed = keys.seal(_packed(filled, defaulted), _context(worker.id, company))
    was_proven = not is_new and bool(transfer.by_chip) and transfer.name_said == name  # a card proves the name that was on it
    transfer.by_chip, transfer.name_said = int(chip_read is not None or was_proven), name
    session.flush()
    told = {"id": worker.id_masked, "employer_id": transfer.from_id, "source": "chip" if transfer.by_chip else "typed"}
    audit.record(session, access, "transfer.asked" if is_new else "transfer.retyped", _subject(transfer), after=told)
    return transfer


def release(
    session: Session,
    clock: Clock,
    access: Access,
    transfer_id: int,
    *,
    departs_on: dt.date,
    reason: str,
    successors: Mapping[int, int],
) -> Transfer:
    """A-30, A-37, A-49, A-51: the present employer lets go: it records the departure, with its future date and the next leader.

    Until that date the worker stays where he is, gates and all; then every assignment ends and the new registration completes. Whoever
    else had asked is told that it is over. The same answer again changes nothing. Raises 409 TRANSFER_ANSWERED,
    TRANSFER_RELEASED_ALREADY, and what a departure raises.
    """
    company = access.require_employer()
    access.require(Function.DEPART)
    transfer = _held(session, access, transfer_id)
    if transfer.from_id != company:
        raise Problem("NOT_THE_EMPLOYER", 403)
    if transfer.state is TransferState.RELEASED and transfer.departs_on == departs_on:
        return transfer
    transfer_rules.answerable(transfer.state)
    others = list(session.scalars(_open_of(transfer.worker_id).where(Transfer.id != transfer.id).with_for_update()))
    if any(other.state is TransferState.RELEASED for other in others):
        raise Problem("TRANSFER_RELEASED_ALREADY", 409)
    departure.schedule(session, clock, access, Leaving(transfer.worker_id, departs_on, reason, successors))
    transfer.state, transfer.departs_on = TransferState.RELEASED, departs_on
    transfer.answered_by, transfer.answered_at = access.actor, clock.now()
    for other in others:
        end(session, clock, access, other, state=TransferState.REFUSED, cause="TRANSFER_OVERTAKEN")
    session.flush()
    audit.record(session, access, "transfer.released", _subject(transfer), after={"departs_on": str(departs_on)})
    return transfer


def refuse(session: Session, clock: Clock, access: Access, transfer_id: int, reason: str) -> Transfer:
    """A-30: the present employer keeps the worker, and says why; the asking company reads these words."""
    company = access.require_employer()
    access.require(Function.DEPART)
    transfer = _held(session, access, transfer_id)
    if transfer.from_id != company:
        raise Problem("NOT_THE_EMPLOYER", 403)
    if transfer.state is TransferState.REFUSED and transfer.reason == reason:
        return transfer
    transfer_rules.answerable(transfer.state)
    transfer.answered_by, transfer.answered_at, transfer.reason = access.actor, clock.now(), reason
    end(session, clock, access, transfer, state=TransferState.REFUSED)
    return transfer


def withdraw(session: Session, clock: Clock, access: Access, transfer_id: int) -> Transfer:
    """The asking company takes it back. A departure that was recorded meanwhile stays: it is the present employer's to cancel."""
    company = access.require_employer()
    access.require(Function.REGISTER)
    transfer = _held(session, access, transfer_id)
    if transfer.to_id != company:
        raise Problem("NOT_THE_EMPLOYER", 403)
    if transfer.state is not TransferState.WITHDRAWN:
        transfer_rules.withdrawable(transfer.state)
        end(session, clock, access, transfer, state=TransferState.WITHDRAWN)
    return transfer


def end(session: Session, clock: Clock, access: Access, transfer: Transfer, *, state: TransferState, cause: str = "") -> None:
    """A request is over; the form that was kept for it goes."""
    transfer.state, transfer.cause, transfer.ended_at, transfer.said_sealed = state, cause, clock.now(), None
    session.flush()
    told = {"cause": cause, "reason": transfer.reason}
    audit.record(session, access, f"transfer.{state.value}", _subject(transfer), after={key: value for key, value in told.items() if value})


def complete(session: Session, clock: Clock, keys: CentreSecrets, access: Access, transfer: Transfer, *, policy: Policy) -> None:
    """A-30: the present employment has ended: the kept form is checked anew and becomes the registration.

    What no longer fits is said by its code, and the asking company registers anew.
    """
    assert transfer.said_sealed is not None  # noqa: S101  an open request keeps its form
    said, defaulted = _unpacked(keys.open(transfer.said_sealed, _context(transfer.worker_id, transfer.to_id)))
    acting = replace(access, company_id=transfer.to_id, on_behalf_of=transfer.asked_by)
    try:
        with session.begin_nested():
            known = registration.standing(session, clock, transfer.to_id, project_id=said.project_id)
            checked = check(said, known, policy, defaulted)
            registration.enter(session, clock, keys, acting, checked, employer=transfer.to_id, by_chip=bool(transfer.by_chip))
    except Problem as problem:
        if problem.code != "ALREADY_REGISTERED":  # the company itself was quicker
            end(session, clock, acting, transfer, state=TransferState.FAILED, cause=problem.code)
            return
    end(session, clock, acting, transfer, state=TransferState.COMPLETED)


def open_ones(session: Session, worker_id: int) -> list[Transfer]:
    """Everybody who asks for this worker; worker first, then requests: all who decide about one hold them in this order."""
    session.get_one(Worker, worker_id, with_for_update=True, populate_existing=True)
    return list(session.scalars(_open_of(worker_id).order_by(Transfer.id).with_for_update().execution_options(populate_existing=True)))


def employment_of(session: Session, transfer: Transfer) -> Employment:
    """The employment that has to end first, as it is now."""
    return session.get_one(Employment, transfer.employment_id, populate_existing=True)


def _held(session: Session, access: Access, transfer_id: int) -> Transfer:
    """A request of either side, with everything that decides about it; a neighbour's is `Problem` 404 NOT_FOUND."""
    found = session.get(Transfer, transfer_id)
    if found is None or access.company_id not in (found.from_id, found.to_id):
        raise Problem("NOT_FOUND", 404)
    open_ones(session, found.worker_id)
    return session.get_one(Transfer, transfer_id, with_for_update=True, populate_existing=True)


def _open_of(worker_id: int) -> Select[Transfer]:
    return select(Transfer).where(Transfer.worker_id == worker_id, Transfer.state.in_(transfer_rules.OPEN))


def _packed(said: Registration, defaulted: tuple[str, ...]) -> bytes:
    return json.dumps({"said": asdict(said), "defaulted": defaulted}, default=str, ensure_ascii=False).encode()


def _unpacked(packed: bytes) -> tuple[Registration, tuple[str, ...]]:
    kept = json.loads(packed)
    told = kept["said"]
    dated = {name: dt.date.fromisoformat(told[name]) for name in ("contract_start", "contract_end", "birth_date") if told[name]}
    return Registration(**told | dated), tuple(kept["defaulted"])


def _context(worker_id: int, company_id: int) -> str:
    return f"transfer:{worker_id}:{company_id}"


def _subject(transfer: Transfer) -> str:
    return f"transfer:{transfer.id}"

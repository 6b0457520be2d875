"""What time does to transfers: a job of the centre completes, ends and lets lapse what nobody need touch (A-30)."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import and_, or_, select

from central.access import SYSTEM
from central.centre import Centre
from central.jobs import Job, every
from central.people import transfer, transfer_rules
from central.people.model import Employment, EmploymentState
from central.people.statement import Policy
from central.people.transfer_model import Transfer, TransferState

AT_ONCE: Final = 200


def work(centre: Centre) -> str:
    """Everything that is due, a transaction for each worker."""
    done = 0
    for worker_id in _due(centre):
        done += _settle(centre, worker_id)
    return f"transfers: {done}"


def _due(centre: Centre) -> list[int]:
    """The workers of requests that time has led on."""
    led_on = or_(
        Employment.state == EmploymentState.DEPARTED,
        and_(Transfer.state == TransferState.RELEASED, Employment.state == EmploymentState.ACTIVE),
        and_(Transfer.state == TransferState.WAITING, Transfer.lapses_at <= centre.clock.now()),
    )
    wanted = select(Transfer.worker_id).join(Employment, Employment.id == Transfer.employment_id)
    wanted = wanted.where(Transfer.state.in_(transfer_rules.OPEN), led_on).distinct().order_by(Transfer.worker_id).limit(AT_ONCE)
    with centre.database.reading() as session:
        return list(session.scalars(wanted))


def _settle(centre: Centre, worker_id: int) -> int:
    """All open requests for one worker; how many ended. The released one is completed, else who asked first; the others are overtaken."""
    clock, ended = centre.clock, 0
    with centre.database.writing() as session:
        left = transfer.open_ones(session, worker_id)
        while (one := transfer_rules.winner(left)) is not None:
            left.remove(one)
            turn = transfer_rules.turn(one.state, transfer.employment_of(session, one).state, one.lapses_at, clock.now())
            if turn is TransferState.COMPLETED:
                transfer.complete(session, clock, centre.secrets, SYSTEM, one, policy=Policy.of(centre.settings))
                if one.state is TransferState.COMPLETED:
                    for other in left:
                        transfer.end(session, clock, SYSTEM, other, state=TransferState.REFUSED, cause="TRANSFER_OVERTAKEN")
                    return ended + 1 + len(left)
            elif turn is not None:
                cause = "TRANSFER_LAPSED" if turn is TransferState.LAPSED else "TRANSFER_TAKEN_BACK"
                transfer.end(session, clock, SYSTEM, one, state=turn, cause=cause)
            ended += turn is not None
    return ended


JOB: Final = Job("transfers", every(dt.timedelta(minutes=1)), work)

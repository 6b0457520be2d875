"""The rules of transfers: pure functions of values (A-30)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from central.errors import Problem, declare
from central.people.model import Employment, EmploymentState
from central.people.transfer_model import Transfer, TransferState

OPEN: Final = (TransferState.WAITING, TransferState.RELEASED)

declare(
    {
        "TRANSFER_NOT_NEEDED": (
            "该人员现没有其他用人单位，请直接登记。",
            "This person has no other employer now: register the worker directly.",
        ),
        "TRANSFER_ANSWERED": (
            "该转入申请已经结束或已答复，请刷新后查看。",
            "This request is over or answered already: reload it.",
        ),
        "TRANSFER_RELEASED_ALREADY": (
            "您已同意该人员转往另一单位；如要改变，请先撤销离职登记。",
            "You have released this worker to another company; to change that, cancel the departure first.",
        ),
        "TRANSFER_LAPSED": (
            "现用人单位逾期未答复，申请已失效。可重新提出；确有需要的，请监管部门按例外处理（A-30）。",
            "The present employer did not answer in time and the request lapsed. Ask again, or turn to the supervision body (A-30).",
        ),
        "TRANSFER_OVERTAKEN": (
            "该人员的用工情况已变化，本申请结束；如仍需用工，请重新登记或重新提出申请。",
            "The worker's employment has changed and this request is over: register or ask again if you still need to.",
        ),
        "TRANSFER_TAKEN_BACK": (
            "现用人单位撤销了离职登记，本申请结束；可与其协商后重新提出。",
            "The present employer took the departure back and this request is over: come to terms and ask again.",
        ),
    }
)


def of_whom(present: Sequence[tuple[Employment, str]], asking: int) -> Employment:
    """A-30: the employment that would have to end. 409 ALREADY_REGISTERED for one's own worker, TRANSFER_NOT_NEEDED for nobody's."""
    if any(employment.employer_id == asking for employment, _ in present):
        raise Problem("ALREADY_REGISTERED", 409, "id_number")
    if not present:
        raise Problem("TRANSFER_NOT_NEEDED", 409, "id_number")
    return present[0][0]


def answerable(state: TransferState) -> None:
    """Only a request that waits is answered, once."""
    if state is not TransferState.WAITING:
        raise Problem("TRANSFER_ANSWERED", 409)


def withdrawable(state: TransferState) -> None:
    """The asking company takes back what has not ended."""
    if state not in OPEN:
        raise Problem("TRANSFER_ANSWERED", 409)


def winner(open_ones: Sequence[Transfer]) -> Transfer | None:
    """Whose registration is completed when the present employment has ended: the released one, else who asked first."""
    return min(open_ones, key=lambda one: (one.state is not TransferState.RELEASED, one.id), default=None)


def turn(state: TransferState, employment: EmploymentState, lapses_at: dt.datetime, now: dt.datetime) -> TransferState | None:
    """Where time leads an open request: completed with the employment's end, refused when a release was taken back, lapsed; or None."""
    if employment is EmploymentState.DEPARTED:
        return TransferState.COMPLETED
    if state is TransferState.RELEASED:
        return TransferState.REFUSED if employment is EmploymentState.ACTIVE else None
    return TransferState.LAPSED if lapses_at <= now else None

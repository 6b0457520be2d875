"""The five steps of a request for old data (A-57), as pure functions.

1. the project's written statement; 2. its confirmation by the three parties, owner, supervisor and contractor (建、监、施), in any
order; 3. verification by the supervision body (监督机构); 4. acceptance by the head station (总站); 5. release of the data. Nothing is
given before the fifth.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

from central.access import Function
from central.errors import TEXTS, Problem, declare
from central.history.model import HistoryAct, HistoryState
from central.projects.model import ParticipantRole

_A: Final = HistoryAct
PARTIES: Final = {
    _A.OWNER: ParticipantRole.OWNER,
    _A.SUPERVISOR: ParticipantRole.SUPERVISOR,
    _A.CONTRACTOR: ParticipantRole.GENERAL_CONTRACTOR,
}
"""The three who confirm, by what they are on the project."""
NEEDS: Final = {
    _A.STATEMENT: Function.REQUEST_HISTORY,
    _A.OWNER: Function.REQUEST_HISTORY,
    _A.SUPERVISOR: Function.REQUEST_HISTORY,
    _A.CONTRACTOR: Function.REQUEST_HISTORY,
    _A.VERIFICATION: Function.HISTORY_VERIFY,
    _A.ACCEPTANCE: Function.HISTORY_ACCEPT,
    _A.RELEASE: Function.HISTORY_ACCEPT,
}
"""What an act asks of whoever does it."""
WITH_FILE: Final = frozenset({_A.STATEMENT, _A.OWNER, _A.SUPERVISOR, _A.CONTRACTOR, _A.VERIFICATION})
"""Acts that rest on a signed and sealed paper."""
MEDIA_TYPES: Final = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
MOST_BYTES: Final = 10 * 2**20
_AFTER: Final = {
    _A.STATEMENT: HistoryState.STATED,
    _A.VERIFICATION: HistoryState.VERIFIED,
    _A.ACCEPTANCE: HistoryState.ACCEPTED,
    _A.RELEASE: HistoryState.GIVEN,
}
_NEXT: Final = {
    HistoryState.DRAFT: (_A.STATEMENT,),
    HistoryState.STATED: tuple(PARTIES),
    HistoryState.CONFIRMED: (_A.VERIFICATION,),
    HistoryState.VERIFIED: (_A.ACCEPTANCE,),
    HistoryState.ACCEPTED: (_A.RELEASE,),
    HistoryState.GIVEN: (),
    HistoryState.REFUSED: (),
}

declare(
    {
        "HISTORY_REQUEST_INCOMPLETE": (
            "调取手续尚未完成，下一步：{next_step}（A-57）。",
            "The request is not complete; next step: {next_step_en} (A-57).",
        ),
        "HISTORY_STEP_DONE": ("该步骤已办理。", "This step has been taken already."),
        "HISTORY_REFUSED": ("该申请已被退回，请重新申请。", "This request was refused: make a new one."),
        "HISTORY_FILE_REQUIRED": ("请先上传本步骤的盖章文件。", "Upload the signed and sealed file of this step first."),
        "HISTORY_FILE_INVALID": ("文件须为 PDF、JPEG 或 PNG，不超过 10 MB。", "A file is a PDF, JPEG or PNG of at most 10 MB."),
        "HISTORY_NOT_THE_PARTY": ("本步骤应由本项目的{party}办理。", "This step belongs to the project's {party_en}."),
        "HISTORY_DATES_INVALID": (
            "起止日期不正确：开始不晚于截止，且不在将来。",
            "The dates are wrong: the first not after the last, and neither in the future.",
        ),
        "HISTORY_ACT_STATEMENT": ("书面情况说明", "written statement"),
        "HISTORY_ACT_OWNER": ("建设单位确认", "confirmation by the owner"),
        "HISTORY_ACT_SUPERVISOR": ("监理单位确认", "confirmation by the supervisor"),
        "HISTORY_ACT_CONTRACTOR": ("施工单位确认", "confirmation by the contractor"),
        "HISTORY_ACT_VERIFICATION": ("监督机构核实", "verification by the supervision body"),
        "HISTORY_ACT_ACCEPTANCE": ("总站受理", "acceptance by the head station"),
        "HISTORY_ACT_RELEASE": ("提供数据", "release of the data"),
    }
)


def outstanding(state: HistoryState, done: Collection[HistoryAct]) -> tuple[HistoryAct, ...]:
    """What may be done next."""
    return tuple(act for act in _NEXT[state] if act not in done)


def may_act(state: HistoryState, done: Collection[HistoryAct], act: HistoryAct, *, has_file: bool) -> None:
    """A-57: an act in its turn, once, with its paper. Raises `Problem` 409 HISTORY_REQUEST_INCOMPLETE for one that is too early."""
    if state is HistoryState.REFUSED:
        raise Problem("HISTORY_REFUSED", 409)
    if act in done:
        raise Problem("HISTORY_STEP_DONE", 409)
    if act not in outstanding(state, done):
        raise incomplete(state, done)
    if act in WITH_FILE and not has_file:
        raise Problem("HISTORY_FILE_REQUIRED", 409, "file")


def state_after(state: HistoryState, done: Collection[HistoryAct], act: HistoryAct) -> HistoryState:
    """Where an act leads; the three parties' confirmations only together."""
    if act in PARTIES:
        return HistoryState.CONFIRMED if set(PARTIES) <= {*done, act} else state
    return _AFTER[act]


def given(state: HistoryState, done: Collection[HistoryAct]) -> None:
    """A-57: data are given only after the last step."""
    if state is HistoryState.REFUSED:
        raise Problem("HISTORY_REFUSED", 409)
    if state is not HistoryState.GIVEN:
        raise incomplete(state, done)


def incomplete(state: HistoryState, done: Collection[HistoryAct]) -> Problem:
    """The refusal that names what is missing."""
    names = [TEXTS[f"HISTORY_ACT_{act.name}"] for act in outstanding(state, done)]
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    return Problem("HISTORY_REQUEST_INCOMPLETE", 409, next_step=zh, next_step_en=en)


def media_type(content: bytes) -> str:
    """What a file is, by its first bytes. Raises `Problem` 422 HISTORY_FILE_INVALID."""
    for beginning, kind in MEDIA_TYPES.items():
        if content.startswith(beginning) and len(content) <= MOST_BYTES:
            return kind
    raise Problem("HISTORY_FILE_INVALID", 422, "content")


def dates(first: dt.date, last: dt.date, today: dt.date) -> None:
    """The days that are asked for."""
    if not first <= last <= today:
        raise Problem("HISTORY_DATES_INVALID", 422, "last_day")

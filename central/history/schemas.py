"""What the API says of requests for old data (A-57)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Base64Bytes, Field, StringConstraints

from central.history import rules
from central.history.model import HistoryAct, HistoryState
from central.history.service import RequestView
from central.schemas import In, Line, Moment, OptionalLine, Out, example

Act = Literal["statement", "owner", "supervisor", "contractor", "verification", "acceptance", "release"]


class HistoryRequestIn(In):
    """What is asked for, and what it is needed for (the written statement)."""

    model_config = example({"first_day": "2020-01-01", "last_day": "2020-12-31", "statement": "工资清算需核对改版前在册人员"})

    first_day: dt.date
    last_day: dt.date
    statement: Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=4000)]


class HistoryFileIn(In):
    """The signed and sealed paper of an act: PDF, JPEG or PNG of at most 10 MB, in Base64."""

    model_config = example({"act": "statement", "name": "情况说明.pdf", "content": "JVBERi0xLjcK"})

    act: Act
    name: Line
    content: Annotated[Base64Bytes, Field(max_length=rules.MOST_BYTES * 4 // 3 + 4)]


class HistoryActIn(In):
    """An act, with a remark."""

    model_config = example({"act": "owner", "remark": "情况属实"})

    act: Act
    remark: OptionalLine = ""


class HistoryRefusalIn(In):
    """Why a request is refused."""

    model_config = example({"reason": "说明材料不完整"})

    reason: Line


class HistoryFileOut(Out):
    """A file of a request."""

    id: int
    act: HistoryAct
    name: str
    media_type: str
    size: int
    at: Moment


class HistoryStepOut(Out):
    """An act that was done."""

    act: HistoryAct
    company_id: int | None
    remark: str
    at: Moment


class HistoryLine(Out):
    """A request in a list."""

    id: int
    project_id: int
    state: HistoryState
    first_day: dt.date
    last_day: dt.date
    statement: str
    created_at: Moment


class HistoryOut(HistoryLine):
    """A request with its acts and files; `outstanding` may be done next."""

    steps: list[HistoryStepOut]
    files: list[HistoryFileOut]
    outstanding: list[HistoryAct]


class OldRecordOut(Out):
    """One stretch that the old system knew; read-only."""

    id: int
    worker: str
    id_masked: str
    employer: str
    project: str
    trade: str
    first_day: dt.date | None
    last_day: dt.date | None
    source: str


def history_out(view: RequestView) -> HistoryOut:
    """As the API shows a request."""
    return HistoryOut(
        steps=[HistoryStepOut.model_validate(step) for step in view.steps],
        files=[HistoryFileOut.model_validate(file) for file in view.files],
        outstanding=list(view.outstanding),
        **HistoryLine.model_validate(view.request).model_dump(),
    )

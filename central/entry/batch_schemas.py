"""What the API says of batches, teams, departures and comparisons."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from central.entry.batch import MOST_ROWS, Batch, Outcome, RowResult
from central.entry.comparison import Purpose
from central.entry.departure import Leaving
from central.entry.model import AssignmentState, Departure, DepartureReason
from central.entry.schemas import RowRef, Trade
from central.entry.service import Order
from central.schemas import In, Line, Moment, NotSettable, OptionalLine, Out, ShortLine, example

AllOrNothing = Annotated[bool, Field(description="有一行不能办理就全部不办理 / one refused row refuses them all")]


class AssignmentRow(In):
    """One row of a batch of assignments."""

    worker_id: RowRef
    project_id: RowRef
    main_trade: Trade
    team_id: RowRef | None = None
    participant_id: RowRef | None = None
    entry_time: NotSettable = None

    def order(self) -> Order:
        """As the service takes it."""
        return Order(self.worker_id, self.project_id, self.main_trade, self.team_id, self.participant_id, self.entry_time)


class AssignmentsIn(In):
    """Many assignments, to one project or to several (A-35)."""

    model_config = example({"rows": [{"worker_id": 12, "project_id": 1, "main_trade": "020"}], "all_or_nothing": False})

    rows: Annotated[list[AssignmentRow], Field(min_length=1, max_length=MOST_ROWS)]
    all_or_nothing: AllOrNothing = False


class TeamWorker(In):
    """A worker of a team that is sent; without a trade the one of the whole."""

    worker_id: RowRef
    main_trade: Trade = None


class TeamSendIn(In):
    """A whole team to a project: the members of `from_team_id`, or named workers, or both (A-39)."""

    model_config = example({"from_team_id": 2, "main_trade": "020"})

    from_team_id: RowRef | None = None
    workers: Annotated[list[TeamWorker], Field(max_length=MOST_ROWS)] = Field(default_factory=list)
    team_id: RowRef | None = None
    team_name: Annotated[OptionalLine, Field(max_length=100)] = ""
    main_trade: Trade = None
    participant_id: RowRef | None = None
    all_or_nothing: AllOrNothing = False


class AcceptancesIn(In):
    """Many acceptances (A-40)."""

    model_config = example({"assignment_ids": [7, 8, 9]})

    assignment_ids: Annotated[list[RowRef], Field(min_length=1, max_length=MOST_ROWS)]
    project_id: RowRef | None = None
    entry_time: NotSettable = None
    all_or_nothing: AllOrNothing = False


class SuccessorIn(In):
    """Who leads a team from now on (A-37)."""

    team_id: RowRef
    leader_worker_id: RowRef


class DepartureIn(In):
    """A departure: the contract ends at 00:00 of `departs_on`, how it ends, and who leads the worker's teams then (A-37)."""

    model_config = example({"departs_on": "2026-04-30", "reason": "resigned", "successors": [{"team_id": 2, "leader_worker_id": 15}]})

    departs_on: dt.date
    reason: Annotated[str, Field(max_length=32, description="expired, resigned, dismissed, agreed, retired, other")]
    successors: Annotated[list[SuccessorIn], Field(max_length=50)] = Field(default_factory=list)

    def leaving(self, worker_id: int) -> Leaving:
        """As the service takes it."""
        return Leaving(worker_id, self.departs_on, self.reason, named(self.successors))


class DepartureRow(DepartureIn):
    """One row of a batch of departures."""

    model_config = example({"worker_id": 12, "departs_on": "2026-04-30", "reason": "expired"})

    worker_id: RowRef


class DeparturesIn(In):
    """Many departures (A-40)."""

    model_config = example({"rows": [{"worker_id": 12, "departs_on": "2026-04-30", "reason": "expired"}]})

    rows: Annotated[list[DepartureRow], Field(min_length=1, max_length=MOST_ROWS)]
    all_or_nothing: AllOrNothing = False


class DepartureOut(Out):
    """A departure: waiting, cancelled, or in effect."""

    id: int
    worker_id: int
    departs_on: dt.date
    reason: DepartureReason
    recorded_at: Moment
    cancelled_at: Moment | None
    effected_at: Moment | None


class DepartureLine(DepartureOut):
    """A departure with whom it is about."""

    worker: str
    id_masked: str


class DeathIn(In):
    """A death (A-52): everything ends at once."""

    model_config = example({"died_on": "2026-03-12", "note": "医院死亡证明 2026-031"})

    died_on: dt.date
    note: Line
    successors: Annotated[list[SuccessorIn], Field(max_length=50)] = Field(default_factory=list)


class DeathOut(Out):
    """A recorded death."""

    worker_id: int
    died_on: dt.date
    recorded_at: Moment


class RowOut(Out):
    """A row's result: `key` is the worker or assignment that was sent; a refused row says why in `code` and its texts."""

    key: int
    outcome: Outcome
    assignment_id: int | None = None
    state: AssignmentState | None = None
    code: str | None = None
    field: str | None = None
    detail: str | None = None
    detail_en: str | None = None


class BatchOut(Out):
    """All rows as they were sent, and how many came out how."""

    rows: list[RowOut]
    ok: int
    duplicates: int
    errors: int
    team_id: int | None = None


class LeaderIn(In):
    """A team's next leader (A-37)."""

    model_config = example({"leader_worker_id": 15})

    leader_worker_id: RowRef


class TeamNameIn(In):
    """A team's next name."""

    model_config = example({"name": "钢筋二班"})

    name: ShortLine


class MoveIn(In):
    """Members that go to another team of the same project; without `worker_ids` all of them."""

    model_config = example({"into_team_id": 3})

    into_team_id: RowRef
    worker_ids: Annotated[list[RowRef], Field(max_length=MOST_ROWS)] | None = None


class MovedOut(Out):
    """How many moved."""

    team_id: int
    into_team_id: int
    moved: int


class MemberOut(Out):
    """Somebody in a team."""

    assignment_id: int
    worker_id: int
    worker: str
    state: AssignmentState


class ComparisonIn(In):
    """Numbers to compare with a worker's (A-44): typed, or as a card reader read them."""

    model_config = example({"id_number": "310199199003070017", "card_read": False})

    id_number: Annotated[OptionalLine, Field(max_length=32)] = ""
    phone: Annotated[OptionalLine, Field(max_length=32)] = ""
    card_read: bool = False


class ComparisonOut(Out):
    """Whether each given number is the worker's; null for what was not given."""

    id_number: bool | None
    phone: bool | None


class RevealIn(In):
    """What the numbers are wanted in clear for (A-44); it is kept."""

    model_config = example({"purpose": "confirm_entry", "remark": "核对进场人员"})

    purpose: Purpose
    remark: OptionalLine = ""


class RevealOut(Out):
    """The numbers in clear."""

    id_number: str
    phone: str


def named(successors: list[SuccessorIn]) -> dict[int, int]:
    """Team to leader."""
    return {one.team_id: one.leader_worker_id for one in successors}


def departure_line(row: tuple[Departure, str, str]) -> DepartureLine:
    """As a list shows it."""
    departure, worker, id_masked = row
    return DepartureLine(worker=worker, id_masked=id_masked, **DepartureOut.model_validate(departure).model_dump())


def batch_out(batch: Batch) -> BatchOut:
    """As the API answers a batch."""
    return BatchOut(
        rows=[_row(row) for row in batch.rows],
        ok=batch.count(Outcome.OK),
        duplicates=batch.count(Outcome.DUPLICATE),
        errors=batch.count(Outcome.ERROR),
        team_id=batch.team_id,
    )


def _row(row: RowResult) -> RowOut:
    shown = RowOut(key=row.key, outcome=row.outcome, assignment_id=row.assignment_id, state=row.state)
    if row.problem is not None:
        shown.code, shown.field = row.problem.code, row.problem.field
        shown.detail, shown.detail_en = row.problem.text
    return shown

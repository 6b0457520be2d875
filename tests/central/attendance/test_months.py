"""The monthly sheet, corrections, the freeze, wages and counts, from the store of both databases."""

import datetime as dt
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from central.access import Access, Role
from central.attendance import corrections, days_sight, deriving, labour_count, published, rates, sheet_parts, wage_sheet
from central.attendance.corrections import Request
from central.attendance.ledger import AttendanceSettings
from central.attendance.model import Passage
from central.attendance.papers import Correction, CorrectionReason, CorrectionState, FrozenRow, ManualEvent
from central.attendance.published import Complaint, MonthPage
from central.attendance.sheet import Line, Wanted, month_of
from central.audit import AuditEntry
from central.devices.model import Box
from central.entry.model import Assignment
from central.errors import Problem
from central.people.model import WageType
from central.projects.model import Calendar, Project, ProjectSuspension
from edge.sync.wire import Direction
from tests.central.attendance.punches import moment
from tests.central.attendance.site import Gates, gates_of
from tests.central.messaging.field import NOW, Field

MARCH = dt.date(2026, 3, 1)
DAY = dt.timedelta(days=1)
MAY = dt.date(2026, 4, 2)


@pytest.fixture
def gates(field: Field) -> Gates:
    """A site that works every day; it is 2 April."""
    made = gates_of(field)
    with field.centre.database.writing() as session:
        session.execute(update(Box).values(created_at=moment(dt.date(2025, 1, 1), "08:00")))
        session.execute(update(Project).values(calendar=Calendar.EVERY_DAY))
    field.clock.at = moment(MAY, "08:00")
    return made


def office(gates: Gates, who: str = "account:manager") -> Access:
    return Access(who, Role.CONTRACTOR, gates.field.company_id, gates.field.project_id)


def employer(gates: Gates) -> Access:
    return Access("certificate:1", Role.EMPLOYER, gates.field.company_id)


def month(gates: Gates) -> MonthPage:
    with gates.field.centre.database.reading() as session:
        return published.page(session, gates.field.clock, office(gates), gates.field.project_id, Wanted(MARCH))


def line(gates: Gates, worker: str) -> Line:
    id_ = gates.assignment(worker).id
    return next(line for line in month(gates).sheet.lines if line.assignment_id == id_)


def works(gates: Gates, worker: str, *days: int) -> None:
    for day in days:
        gates.passes(worker, MARCH + (day - 1) * DAY, "07:00", "in")
        gates.passes(worker, MARCH + (day - 1) * DAY, "17:00", "out")


def everything_told(gates: Gates) -> None:
    gates.boxes["south"].passes("nobody", at_ms=int(moment(MARCH, "03:00").timestamp() * 1000))
    gates.arrive()
    gates.tells(gates.field.clock.now())


def asked(gates: Gates, worker: str, at: dt.datetime, direction: Direction = Direction.OUT, by: str = "account:clerk") -> Correction:
    with gates.field.centre.database.writing() as session:
        wanted = Request(at, direction, CorrectionReason.NOT_RECOGNISED, evidence="签字单 12")
        return corrections.request(session, gates.field.clock, office(gates, by), gates.assignment(worker).id, wanted)


def approved(gates: Gates, correction: Correction) -> None:
    with gates.field.centre.database.writing() as session:
        corrections.approve(session, gates.field.clock, office(gates), correction.id)
    deriving.derive(gates.field.centre.database)


def test_a_line_has_the_marks_of_every_date(gates: Gates) -> None:
    worker = gates.worker()
    works(gates, worker, 2, 3)
    gates.passes(worker, MARCH + 3 * DAY, "07:00", "in")
    everything_told(gates)
    with gates.field.centre.database.writing() as session:
        session.add(
            ProjectSuspension(
                project_id=gates.field.project_id, first_day=MARCH + 9 * DAY, last_day=MARCH + 10 * DAY, reason="台风", created_at=NOW
            )
        )
    found = line(gates, worker)
    assert [cell.marks for cell in found.cells[:12]] == ["×", "√", "√", "√△", "×", "×", "×", "×", "×", "停", "停", "×"]
    assert (found.days, found.seconds, found.expected, found.missing_punches) == (Decimal(3), 20 * 3600, 29, 1)


def test_a_date_on_which_a_gate_is_silent_shows_no_absence(gates: Gates) -> None:
    worker = gates.worker()
    works(gates, worker, 2)
    everything_told(gates)
    with gates.field.centre.database.writing() as session:
        session.execute(update(Box).where(Box.id == "b-south").values(complete_until=moment(MARCH + 9 * DAY, "12:00")))
    marks = [cell.marks for cell in line(gates, worker).cells]
    assert (marks[8], marks[9], marks[20]) == ("×", "", "")


def test_before_the_entry_and_after_the_end_nobody_is_expected(gates: Gates) -> None:
    person = gates.field.worker(entry=moment(MARCH + 4 * DAY, "10:00"))
    with gates.field.centre.database.writing() as session:
        ended = {"ended_at": moment(MARCH + 20 * DAY, "00:00")}
        session.execute(update(Assignment).where(Assignment.person == person).values(**ended))
    everything_told(gates)
    marks = [cell.marks for cell in line(gates, person).cells]
    assert (marks[3], marks[4], marks[19], marks[20]) == ("／", "×", "×", "／")


def test_a_figure_leads_to_the_passages_it_rests_on(gates: Gates) -> None:
    worker = gates.worker()
    works(gates, worker, 2)
    gates.arrive()
    id_ = gates.assignment(worker).id
    with gates.field.centre.database.reading() as session:
        record = days_sight.of_day(session, office(gates), id_, MARCH + DAY)
        assert record.last_punch == "b-north.e1.2"
        with pytest.raises(Problem) as refused:
            days_sight.of_day(session, Access("x", Role.EMPLOYER, 999), id_, MARCH + DAY)
    assert refused.value.code == "NOT_FOUND"


def test_an_approved_correction_adds_a_marked_event_and_edits_none(gates: Gates) -> None:
    worker = gates.worker()
    gates.passes(worker, MARCH + DAY, "07:00", "in")
    gates.arrive()
    with gates.field.centre.database.reading() as session:
        before = [(p.at, p.revision, p.position) for p in session.scalars(select(Passage))]
    correction = asked(gates, worker, moment(MARCH + DAY, "16:00"))
    assert line(gates, worker).cells[1].marks == "√△", "a request alone changes nothing"
    approved(gates, correction)
    cell = line(gates, worker).cells[1]
    assert (cell.marks, cell.seconds) == ("√手", 9 * 3600)
    with gates.field.centre.database.reading() as session:
        assert [(p.at, p.revision, p.position) for p in session.scalars(select(Passage))] == before
        assert session.scalars(select(ManualEvent.position)).one() == 2, "its place in the feed is its own"
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"correction:{correction.id}")).all()
    assert actions == ["correction.requested", "correction.approved"]


def test_nobody_approves_a_request_of_their_own_and_none_is_decided_twice(gates: Gates) -> None:
    worker = gates.worker()
    own = asked(gates, worker, moment(MARCH + DAY, "16:00"), by="account:manager")
    with gates.field.centre.database.writing() as session, pytest.raises(Problem) as refused:
        corrections.approve(session, gates.field.clock, office(gates), own.id)
    assert refused.value.code == "CORRECTION_OWN"
    with gates.field.centre.database.writing() as session:
        told = corrections.reject(session, gates.field.clock, office(gates), own.id, "监控显示未到场")
        assert (told.state, told.decision) == (CorrectionState.REJECTED, "监控显示未到场")
    with gates.field.centre.database.writing() as session, pytest.raises(Problem) as refused:
        corrections.approve(session, gates.field.clock, office(gates, "account:other"), own.id)
    assert refused.value.code == "CORRECTION_DECIDED"


@pytest.mark.rule("A-60")
def test_only_the_general_contractor_approves(gates: Gates) -> None:
    correction = asked(gates, gates.worker(), moment(MARCH + DAY, "16:00"))
    for stranger in (Access("s", Role.CONTRACTOR, 999, gates.field.project_id), Access("a", Role.AUTHORITY)):
        with gates.field.centre.database.writing() as session, pytest.raises(Problem):
            corrections.approve(session, gates.field.clock, stranger, correction.id)


@pytest.mark.parametrize(
    ("at", "now", "code"),
    [
        (moment(MARCH + 5 * DAY, "16:00"), moment(dt.date(2026, 4, 6), "08:00"), "CORRECTION_TOO_LATE"),
        (moment(MAY, "16:00"), moment(MAY, "08:00"), "CORRECTION_IN_FUTURE"),
        (moment(dt.date(2024, 12, 30), "16:00"), moment(dt.date(2025, 1, 3), "08:00"), "CORRECTION_NOT_ASSIGNED_THEN"),
    ],
)
def test_a_missing_punch_is_asked_for_in_time_and_for_a_time_on_the_project(
    gates: Gates, at: dt.datetime, now: dt.datetime, code: str
) -> None:
    worker = gates.worker()
    gates.field.clock.at = now
    with pytest.raises(Problem) as refused:
        asked(gates, worker, at)
    assert refused.value.code == code


def test_the_last_day_for_corrections_is_the_projects(gates: Gates) -> None:
    worker = gates.worker()
    gates.field.clock.at = moment(dt.date(2026, 4, 10), "08:00")
    with gates.field.centre.database.writing() as session:
        session.add(AttendanceSettings(project_id=gates.field.project_id, correct_until_day=10))
    assert asked(gates, worker, moment(MARCH + DAY, "16:00")).state is CorrectionState.REQUESTED


def freeze(gates: Gates, **how: bool) -> None:
    with gates.field.centre.database.writing() as session:
        published.freeze(session, gates.field.clock, office(gates), gates.field.project_id, MARCH, **how)


def test_a_frozen_month_never_changes_and_later_events_show_as_a_difference(gates: Gates) -> None:
    worker = gates.worker()
    works(gates, worker, 2, 3)
    everything_told(gates)
    freeze(gates)
    before = line(gates, worker)
    works(gates, worker, 9)
    gates.arrive()
    found = month(gates)
    assert found.sheet.lines == [before]
    [difference] = found.differences
    assert difference.dates == (9,)
    assert difference.now is not None
    assert difference.now.days == before.days + 1
    assert found.frozen is not None
    with gates.field.centre.database.writing() as session:
        assert published.verify(session, found.frozen)
        session.execute(update(FrozenRow).values(told=b"x"))
        assert not published.verify(session, found.frozen)
    with pytest.raises(Problem) as refused:
        freeze(gates)
    assert refused.value.code == "MONTH_FROZEN"


def test_a_month_is_frozen_when_it_is_over_derived_and_complete(gates: Gates) -> None:
    worker = gates.worker()
    works(gates, worker, 2)
    gates.field.clock.at = moment(dt.date(2026, 3, 31), "20:00")
    with pytest.raises(Problem) as refused:
        freeze(gates)
    assert refused.value.code == "MONTH_NOT_OVER"
    gates.field.clock.at = moment(MAY, "08:00")
    gates.deliver()
    with pytest.raises(Problem) as refused:
        freeze(gates)
    assert refused.value.code == "MONTH_NOT_DERIVED"
    gates.arrive()
    with pytest.raises(Problem) as refused:
        freeze(gates)
    assert (refused.value.code, refused.value.values) == ("MONTH_INCOMPLETE", {"days": 31})
    freeze(gates, despite_incomplete=True)
    assert month(gates).frozen is not None


def test_objections_are_raised_while_the_month_is_public_and_answered_once(gates: Gates) -> None:
    worker = gates.worker()
    works(gates, worker, 2)
    everything_told(gates)
    freeze(gates)
    id_, project, clock = gates.assignment(worker).id, gates.field.project_id, gates.field.clock
    with gates.field.centre.database.writing() as session:
        raised = published.object_to(session, clock, office(gates), project, MARCH, Complaint(id_, "9 日也来了", MARCH + 8 * DAY))
        answered = published.answer(session, clock, office(gates), raised.id, text="已补卡", accepted=True)
        assert (answered.accepted, answered.answer) == (True, "已补卡")
        assert [o.id for o in published.objections(session, office(gates), project, MARCH, after=0, limit=10)] == [raised.id]
    with gates.field.centre.database.writing() as session, pytest.raises(Problem) as refused:
        published.answer(session, clock, office(gates), raised.id, text="no", accepted=False)
    assert refused.value.code == "OBJECTION_ANSWERED"
    clock.forward(days=6)
    with gates.field.centre.database.writing() as session, pytest.raises(Problem) as refused:
        published.object_to(session, clock, office(gates), project, MARCH, Complaint(id_, "late"))
    assert refused.value.code == "OBJECTION_TOO_LATE"


@pytest.mark.rule("A-61")
def test_the_wage_basis_shows_amounts_to_the_employer_and_days_to_the_others(gates: Gates) -> None:
    monthly, daily, unknown = gates.worker(), gates.worker(), gates.worker()
    gates.earns(monthly, "4500.00", WageType.MONTHLY)
    gates.earns(daily, "300.00")
    works(gates, monthly, *range(1, 16))
    works(gates, daily, 2, 3)
    everything_told(gates)
    project, clock = gates.field.project_id, gates.field.clock
    with gates.field.centre.database.reading() as session:
        own = wage_sheet.page(session, clock, employer(gates), project, Wanted(MARCH)).lines
        others = wage_sheet.page(session, clock, office(gates), project, Wanted(MARCH)).lines
    amounts = {one.line.assignment_id: one.basis.amount if one.basis else None for one in own}
    ids = [gates.assignment(worker).id for worker in (monthly, daily, unknown)]
    assert [amounts[id_] for id_ in ids] == [Decimal("2177.42"), Decimal("600.00"), None]
    assert {one.line.assignment_id for one in others if one.masked} == set(ids[:2])
    assert all(one.basis is None for one in others)
    first = next(one for one in own if one.line.assignment_id == ids[0])
    assert first.basis is not None
    assert first.basis.performance_on == (dt.date(2026, 3, 10),)


@pytest.mark.rule("A-43")
def test_the_daily_count_is_of_distinct_people_by_group(gates: Gates) -> None:
    here, away = gates.worker(), gates.worker()
    works(gates, here, 2)
    gates.passes(here, MARCH + DAY, "18:00", "in")
    gates.passes(here, MARCH + DAY, "19:00", "out")
    gates.arrive()
    with gates.field.centre.database.reading() as session:
        found = labour_count.of_date(session, gates.field.clock, office(gates), gates.field.project_id, MARCH + DAY)
    assert (found.registered, found.present, found.never_seen, found.on_site) == (2, 1, 1, None)
    [group] = found.groups
    assert (group.registered, group.present, group.trade, group.last_out_at) == (2, 1, "060", moment(MARCH + DAY, "19:00"))
    assert gates.assignment(away).id


def test_on_site_now_is_whoever_went_in_last(gates: Gates) -> None:
    stays, left = gates.worker(), gates.worker()
    gates.field.clock.at = moment(MAY, "10:00")
    for worker in (stays, left):
        gates.passes(worker, MAY, "07:00", "in")
    gates.passes(left, MAY, "09:00", "out")
    gates.arrive()
    with gates.field.centre.database.reading() as session:
        assert labour_count.of_date(session, gates.field.clock, office(gates), gates.field.project_id, MAY).on_site == 1


@pytest.mark.rule("A-54")
def test_the_rate_expects_nobody_who_has_de_facto_left(gates: Gates) -> None:
    here, gone = gates.worker(), gates.worker()
    works(gates, here, *range(1, 32))
    works(gates, gone, *range(1, 11))
    everything_told(gates)
    with gates.field.centre.database.reading() as session:
        found = rates.of_month(session, gates.field.clock, office(gates), gates.field.project_id, MARCH)
        doubtful = rates.reconciliation(
            session, gates.field.clock, office(gates), gates.field.project_id, Wanted(MARCH), below=Decimal("0.5")
        ).items
        supervised = rates.coverage(session, Access("a", Role.AUTHORITY), MARCH + DAY)
    assert (found.valid_days, found.expected_days, found.rate) == (Decimal(41), 41, Decimal("1.0000"))
    assert [(one.line.assignment_id, one.remarks) for one in doubtful] == [(gates.assignment(gone).id, ("FEW_DAYS",))]
    assert (supervised.reporting, supervised.updated, supervised.coverage) == (1, 1, Decimal("1.0000"))


def test_the_workbook_prints_as_a_sheet_to_sign(gates: Gates) -> None:
    worker = gates.worker()
    works(gates, worker, 2)
    everything_told(gates)
    with gates.field.centre.database.writing() as session:
        file = sheet_parts.workbook(session, gates.field.clock, office(gates), gates.field.project_id, Wanted(MARCH))
    book = load_workbook(BytesIO(file.read()))
    file.close()
    sheet = book.worksheets[0]
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize), sheet.print_title_rows) == ("landscape", "9", "$1:$4")
    head = [cell.value for cell in sheet[4]]
    assert (head[:4], head[-4:]) == (["序号", "姓名", "证件号码", "工种"], ["出勤天数", "总工时", "备注", "工人签字"])
    row = [cell.value for cell in sheet[5]]
    assert (row[1], row[5], row[-4], "*" in str(row[2])) == ("张三丰", "√", 1, True)
    assert "公示日期" in str(sheet.cell(6, 1).value)


@pytest.mark.parametrize("text", ["2026-13", "26-03", "2026-3", "2027-01", "1999-01", "abcdefg"])
def test_a_month_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Problem) as refused:
        month_of(text, MAY)
    assert refused.value.code == "MONTH_INVALID"

"""Wages of published months: what is told of them, when, and what is not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, update

from central.attendance import published, wage_sheet
from central.attendance.papers import Correction, CorrectionReason, CorrectionState, FrozenMonth
from central.attendance.published import Complaint
from central.attendance.sheet import Wanted
from central.entry.model import Assignment
from central.people.model import WageTerms, WageType
from central.platform import rules
from central.platform.model import THERE, PlatformUpload, UploadKind, UploadState
from tests.central.builders import MORNING, WAGES
from tests.central.platform.server import opened
from tests.central.platform.world import World

FIRST, MARCH = MORNING.date() + dt.timedelta(days=1), dt.date(2026, 3, 1)
LAST_DAY = dt.date(2026, 4, 8)
"""Of objections: the month is published on 3 April for five days."""


def payroll(world: World) -> list[PlatformUpload]:
    """The records of wages."""
    return [upload for upload in world.uploads() if upload.kind is UploadKind.PAYROLL]


def told(world: World) -> list[dict[str, str]]:
    """What the platform holds of wages."""
    return [world.platform.told[key] for key in world.platform.there if key[0] == "payroll"]


def objections_are_over(world: World) -> None:
    """It is the day after."""
    world.clock.at = rules.midnight(LAST_DAY + dt.timedelta(days=1))


def published_month(world: World, days: int = 9) -> Assignment:
    """Somebody worked, and the month is published."""
    world.switch()
    who = world.story.confirmed()
    world.works(who, FIRST, days)
    world.run_until_there()
    world.publishes(MARCH)
    return who


@pytest.mark.rule("A-60")
def test_a_published_months_pay_is_told_once_nobody_can_object_any_more(world: World) -> None:
    who = published_month(world)
    world.run(2)
    assert [(one.state, one.next_at) for one in payroll(world)] == [(UploadState.WAITING, rules.midnight(LAST_DAY + dt.timedelta(days=1)))]
    assert told(world) == []
    objections_are_over(world)
    world.platform.faults.append("lost")
    world.run_until_there()
    world.run(2, hours=12)
    assert [one.state for one in payroll(world)] == [UploadState.ALREADY_THERE]
    assert world.platform.wrong == []
    (line,) = told(world)
    employer, wanted = world.story.employer(world.story.site.labour), Wanted(MARCH)
    with world.story.centre.database.reading() as session:
        (shown,) = wage_sheet.page(session, world.clock, employer, world.project_id, wanted).lines
    assert shown.basis is not None
    assert (line["totalPayAmount"], line["days"], line["workHours"]) == (str(shown.basis.amount), "9", "72.00")
    assert opened(line["payRollBankCardNumber"]) == WAGES["card_number"]
    assert (line["payRollBankCode"], line["thirdPayRollCode"]) == ("102", f"2026-03/{who.id}")
    assert "actualAmount" not in line


def test_no_card_and_no_amount_stands_in_the_queue_the_log_or_on_the_wire(alone: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    published_month(alone)
    objections_are_over(alone)
    alone.platform.faults.append("failed")
    alone.run_until_there()
    kept = [str(vars(one)) for one in payroll(alone)]
    assert told(alone)
    for text in (caplog.text, *alone.platform.bodies, *kept):
        assert WAGES["card_number"] not in text
    for text in (caplog.text, *kept):
        assert told(alone)[0]["totalPayAmount"] not in text


def test_nothing_is_told_of_a_month_before_the_switching_and_each_month_is_entered_once(world: World) -> None:
    who = world.story.confirmed()
    world.works(who, FIRST, 3)
    world.publishes(MARCH)
    world.works(who, dt.date(2026, 4, 3), 2)
    world.switch()
    world.run()
    assert payroll(world) == []
    world.switch(on=False)
    world.publishes(dt.date(2026, 4, 1))
    world.run()
    assert payroll(world) == []
    world.switch()
    world.run(2)
    world.switch(on=False)
    world.switch()
    world.run()
    assert [one.key for one in payroll(world)] == [f"2026-04/{who.id}"]


def test_pay_waits_for_the_worker_whom_the_platform_must_have_first(world: World) -> None:
    who = world.story.confirmed()
    world.works(who, FIRST, 3)
    world.publishes(MARCH)
    objections_are_over(world)
    world.switch(since=FIRST)
    world.platform.faults.extend(["-1", "-1"])
    world.run(3, hours=1)
    assert [one.state for one in payroll(world)] == [UploadState.BLOCKED]
    world.operate()
    world.run_until_there()
    assert world.platform.wrong == []
    assert len(told(world)) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_an_open_objection_holds_a_line_back_and_an_accepted_one_leaves_it_to_somebody(alone: World, accepted: bool) -> None:
    who = published_month(alone)
    centre, office = alone.story.centre, alone.story.office()
    with centre.database.writing() as session:
        made = published.object_to(session, alone.clock, office, alone.project_id, MARCH, Complaint(who.id, "少一天"))
    objections_are_over(alone)
    alone.run(3, hours=12)
    assert told(alone) == []
    assert payroll(alone)[0].state is UploadState.WAITING
    with centre.database.writing() as session:
        published.answer(session, alone.clock, office, made.id, text="已核对", accepted=accepted)
    alone.run(4, hours=12)
    (one,) = payroll(alone)
    assert (one.state is UploadState.FAILED, one.code, len(told(alone))) == (
        accepted,
        "PLATFORM_PAY_DISPUTED" if accepted else "",
        1 - accepted,
    )


def test_attendance_that_was_supplemented_after_the_publication_leaves_the_line_to_somebody(alone: World) -> None:
    who = published_month(alone)
    at, by = alone.clock.now(), {"requested_by": "account:1", "decided_by": "account:2"}
    with alone.story.centre.database.writing() as session:
        frozen = session.scalars(select(FrozenMonth)).one()
        of = {"project_id": who.project_id, "assignment_id": who.id, "supplements_id": frozen.id}
        late = {"at": at, "direction": "01", "reason": CorrectionReason.FORGOTTEN, "requested_at": at, "decided_at": at}
        session.add(Correction(state=CorrectionState.APPROVED, **of, **late, **by))
    objections_are_over(alone)
    alone.run(3)
    assert [(one.state, one.code) for one in payroll(alone)] == [(UploadState.FAILED, "PLATFORM_PAY_DISPUTED")]
    assert told(alone) == []


def test_a_month_without_pay_is_not_told_and_one_without_wage_items_waits_for_somebody(alone: World) -> None:
    published_month(alone, days=0)
    second = alone.story.confirmed()
    with alone.story.centre.database.writing() as session:
        session.execute(delete(WageTerms).where(WageTerms.employment_id == second.employment_id))
    alone.works(second, dt.date(2026, 4, 3), 1)
    alone.publishes(dt.date(2026, 4, 1))
    alone.clock.forward(days=7)
    alone.run(8)
    found = {
        one.key.partition("/")[0] + (" second" if one.assignment_id == second.id else ""): (one.state, one.code) for one in payroll(alone)
    }
    assert found["2026-03"] == (UploadState.WITHDRAWN, "")
    assert found["2026-04 second"] == (UploadState.FAILED, "PLATFORM_PAY_UNKNOWN")


@pytest.mark.rule("A-17")
def test_a_daily_wage_is_told_in_decimals_for_half_days(alone: World) -> None:
    alone.switch()
    who = alone.story.confirmed()
    daily = {"wage_type": WageType.DAILY_MONTHLY, "basic_wage": Decimal(305), "bank_code": "999", "bank_name": "崇明沪农商村镇银行"}
    with alone.story.centre.database.writing() as session:
        session.execute(update(WageTerms).where(WageTerms.employment_id == who.employment_id).values(**daily))
    alone.works(who, FIRST, 3, halves=1)
    alone.publishes(MARCH)
    objections_are_over(alone)
    alone.run_until_there()
    (line,) = told(alone)
    assert (line["days"], line["totalPayAmount"], line["payRollBankName"]) == ("1.5", "457.50", "崇明沪农商村镇银行")
    assert "payRollBankCode" not in line
    assert {one.state for one in payroll(alone)} <= set(THERE)


@pytest.mark.parametrize(("until", "expected"), [(dt.date(2026, 4, 8), dt.date(2026, 4, 9)), (dt.date(2026, 3, 15), dt.date(2026, 4, 1))])
def test_pay_is_never_told_of_a_month_that_is_not_over(until: dt.date, expected: dt.date) -> None:
    assert rules.pay_day(MARCH, until) == expected
    with pytest.raises(rules.LaterError):
        rules.not_before(expected, expected - dt.timedelta(days=1))
    rules.not_before(expected, expected)

"""被拒记录 in Chromium: from the board's count to the list, to one worker, to the day on which the gate said no and then yes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from central.people.model import Worker
from edge.sync import wire
from tests.browser.portal import is_within, signed_in
from tests.central.attendance.punches import moment
from tests.central.web.attendance_site import DAY, TODAY, Attended, on_sqlite
from tests.parts.browser import PHONE, shoot

IN, CARD = wire.Direction.IN, wire.Method.ID_CARD
NAMES = ("张建国", "欧阳" + "长" * 20 + "名")
REASONS = tuple(wire.Reason)
CHECKS = ("face-1to1", "sharpness", "colour", "turn_left", "blink")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Attended]:
    built = on_sqlite(tmp_path)
    yield built
    built.centre.close()


def a_morning(site: Attended) -> str:
    """Seventy refusals of every reason, and one worker who came in at the second try; that worker."""
    worker, other = site.gates.worker(), site.gates.worker()
    with site.centre.database.writing() as session:
        for row, name in zip(session.scalars(select(Worker).order_by(Worker.id)), NAMES, strict=True):
            row.name = name
    for n in range(70):
        reason, person = REASONS[n % len(REASONS)], (None, other)[n % 2]
        body = wire.Refusal(reason, wire.Method.FACE, IN, "1", 1, person, 300 + n, bool(n % 5 == 0), CHECKS[1 : 2 + n % 4])
        at = moment(TODAY - DAY * (n % 2), f"0{5 + n % 2}:{n % 60:02}")
        site.gates.boxes["north" if n % 3 else "south"].write(body, int(at.timestamp() * 1000))
    refused = wire.Refusal(wire.Reason.LIVENESS_FAILED, CARD, IN, "1", 1, worker, 612, False, CHECKS[:4])
    site.gates.boxes["north"].write(refused, int(moment(TODAY, "06:41").timestamp() * 1000))
    passed = wire.Passage(worker, IN, CARD, "1", 1, 644, CHECKS[:4])
    site.gates.boxes["north"].write(passed, int(moment(TODAY, "06:43").timestamp() * 1000))
    site.gates.arrive()
    return worker


def test_from_the_boards_count_to_why_one_worker_was_refused_and_then_let_in(site: Attended, browser: Browser) -> None:
    worker = a_morning(site)
    with signed_in(site, browser) as page:
        page.goto(f"{site.at}/board")
        expect(page.locator("[data-slot-of=refused]")).to_contain_text("今天的被拒记录")
        shoot(page, "refusals-board", whole=True)
        page.locator("[data-slot-of=figures] a").click()
        page.wait_for_url("**/refusals?day=2026-04-02")
        expect(page.locator("tbody tr")).to_have_count(36)
        shoot(page, "refusals")
        page.get_by_label("原因").select_option("LIVENESS_FAILED")
        page.wait_for_url("**refused_why=LIVENESS_FAILED**")
        expect(page.locator("tbody tr").first).to_contain_text("06:41:00")
        page.get_by_role("link", name="张**").first.click()
        expect(page.locator(".card-body")).to_contain_text("要求向左转头")
        shoot(page, "refusals-of-worker")
        page.goto(f"{site.at}/attendance/people/{site.id_of(worker)}/days/{TODAY}")
        expect(page.locator("main, body").first).to_contain_text("向左转头通过")
        shoot(page, "refusals-day")
        page.goto(f"{site.at}/refusals")
        page.get_by_role("link", name="下一页").click()
        expect(page.locator("tbody tr")).to_have_count(21)
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        page.goto(f"{site.at}/refusals")
        assert is_within(page)
        shoot(page, "refusals-phone")
        page.goto(f"{site.at}/attendance/people/{site.id_of(worker)}/days/{TODAY}")
        assert is_within(page)
        shoot(page, "refusals-day-phone")

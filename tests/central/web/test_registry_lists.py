"""The lists of the registry at the portal: each found, sorted and taken away as it is shown, by those who see it (A-33)."""

from __future__ import annotations

import pytest

from central.centre import Centre
from central.people.model import IdentityState, Worker
from tests.central.builders import resident_number
from tests.central.web.books import column
from tests.central.web.day import Day, opened


@pytest.fixture
def day(centre: Centre) -> Day:
    return opened(centre)


@pytest.mark.rule("A-25")
@pytest.mark.rule("A-33")
def test_whoever_waits_for_the_desk_is_found_sorted_and_taken_away_by_it_alone(day: Day) -> None:
    typed = [day.worker(identity_source="typed", name=name, id_number=resident_number(300 + n)) for n, name in enumerate(("张三", "陈四"))]
    day.worker(day.employer(day.pro.company_id), "typed", name="阿五", id_number=resident_number(310))
    with day.centre.database.writing() as session:
        of = session.get_one(Worker, typed[1].worker.id)
        of.identity_state, of.identity_cause = IdentityState.REJECTED, "CARD_SUSPECT"
    desk, book = day.browser("authority"), "/verification/export.xlsx"
    assert column(desk.get(book), "姓名") == ["张三", "陈四", "阿五"]
    assert column(desk.get(f"{book}?sort=name"), "姓名") == ["阿五", "陈四", "张三"]
    assert column(desk.get(f"{book}?sort=-employer"), "姓名") == ["陈四", "张三", "阿五"]
    assert column(desk.get(f"{book}?q=沪东"), "姓名") == ["阿五"]
    assert column(desk.get(f"{book}?identity=rejected"), "姓名") == column(desk.get(f"{book}?cause=CARD_SUSPECT"), "姓名") == ["陈四"]
    assert column(desk.get(f"{book}?identity=verified"), "姓名") == ["张三", "陈四", "阿五"], "no state of this list"
    page = desk.get("/verification?sort=-name&identity=pending").text
    assert page.index("张三") < page.index("阿五")
    assert "陈四" not in page
    for who in ("labour", "office"):
        assert day.browser(who).get(book).status_code == 403

"""Whatever a page offers as a workbook is given to whoever sees the page, under the page's conditions, and to nobody else (A-33)."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook

from tests.central.messaging.field import open_field
from tests.central.stage import leave
from tests.central.web.attendance_site import Attended, attended
from tests.central.web.day import fields
from tests.central.web.site import FakeBrowser

pytestmark = pytest.mark.rule("A-33")
WHO = ("office", "clerk", "employer", "authority")


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Iterator[Attended]:
    shutil.copy(sqlite_template, tmp_path / "central.db")
    field = open_field(tmp_path, f"sqlite:///{tmp_path / 'central.db'}")
    yield attended(field)
    field.centre.close()
    leave(field.centre)


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Iterator[Attended]:
    """The same on both databases."""
    field = open_field(tmp_path, database_url)
    yield attended(field)
    field.centre.close()
    leave(field.centre)


def links(page: str) -> set[str]:
    """The addresses on a page that stay in the portal."""
    return {unescape(found) for found in re.findall(r'href="(/[^"#]*)"', page) if not found.startswith("/assets")}


def offered(browser: FakeBrowser) -> set[str]:
    """The workbooks that the pages behind the navigation, their tabs and one project offer."""
    begin = browser.get(browser.get("/").headers["Location"]).text
    pages, found = links(begin), set[str]()
    for path in sorted(pages):
        text = browser.get(path).text
        near = {one for one in links(text) - pages if re.search(r"^/projects/\d+/[a-z]+(/[a-z]+)?(\?month=[0-9-]+)?$", one)}
        for page in (text, *(browser.get(one).text for one in sorted(near))):
            found |= {link for link in links(page) if "/export.xlsx" in link}
    return found


def rows(answer: httpx.Response) -> list[tuple[object, ...]]:
    assert answer.status_code == 200, answer.text
    return list(load_workbook(BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))


def worked(site: Attended) -> str:
    """Somebody was there on two days and somebody never; the first one's reference."""
    worker, _ = site.gates.worker(), site.gates.worker()
    site.works(worker, 2, 3)
    site.everything_told()
    return worker


def test_every_workbook_that_a_page_offers_is_there_and_a_neighbour_gets_none_of_them(site: Attended) -> None:
    worked(site)
    neighbours = [site.browser(name) for name in ("neighbour", "other-employer")]
    names = set[str]()
    for who in WHO:
        browser = site.browser(who)
        for address in sorted(offered(browser)):
            assert len(rows(browser.get(address))[0]) > 1, (who, address)
            names.add(re.sub(r"\d+", "N", address.split("?")[0]))
            if address.startswith(f"{site.at}/"):
                assert {one.get(address).status_code for one in neighbours} <= {403, 404}, address
    assert {
        "/assignments/export.xlsx",
        "/attendance/export.xlsx",
        "/departures/export.xlsx",
        "/projects/N/anomalies/export.xlsx",
        "/projects/N/attendance/checks/export.xlsx",
        "/projects/N/attendance/corrections/export.xlsx",
        "/projects/N/attendance/labour/export.xlsx",
        "/projects/N/attendance/wages/export.xlsx",
        "/projects/N/gates/export.xlsx",
        "/projects/N/lanes/export.xlsx",
        "/projects/N/people/export.xlsx",
        "/projects/N/presence/export.xlsx",
        "/projects/N/queue/export.xlsx",
        "/projects/N/teams/export.xlsx",
        "/projects/export.xlsx",
        "/supervision/anomalies/export.xlsx",
        "/supervision/coverage/export.xlsx",
        "/teams/export.xlsx",
        "/workers/export.xlsx",
    } <= names


def test_presence_labour_and_wages_leave_as_the_page_shows_them(both: Attended) -> None:
    worked(both)
    office, employer = both.browser("office"), both.browser("employer")
    presence = rows(office.get(f"{both.at}/presence/export.xlsx"))
    assert presence[0][:2] == ("姓名", "证件号")
    assert len(presence) > 1
    assert all("*" in str(row[1]) for row in presence[1:]), "masked like the page"
    assert rows(office.get(f"{both.at}/presence/export.xlsx?state=never_seen"))[1:] == [row for row in presence[1:] if row[5] == "从未到场"]
    labour = rows(office.get(f"{both.at}/attendance/labour/export.xlsx?date=2026-03-02"))
    assert sum(int(str(row[5])) for row in labour[1:]) == 1, "one was there"
    wages = rows(employer.get(f"{both.at}/attendance/wages/export.xlsx?month=2026-03"))
    assert {row[5] for row in wages[1:] if row[0] == presence[1][0]} <= {0, 2}
    own = rows(employer.get("/attendance/export.xlsx?month=2026-03"))
    assert len(own) == 2


def test_missing_punches_sort_and_leave_in_their_order(both: Attended) -> None:
    worker = worked(both)
    clerk = both.browser("clerk")
    for number in (4, 5, 6):
        path = f"{both.at}/attendance/people/{both.id_of(worker)}/days/2026-03-0{number}/correction"
        form = fields(clerk.get(path).text, path) | {"punch_time": "17:30", "direction": "02", "reason": "not_recognised"}
        assert clerk.post(path, form).status_code == 303
    up, down = (rows(clerk.get(f"{both.at}/attendance/corrections/export.xlsx?sort={way}punch"))[1:] for way in ("", "-"))
    assert len(up) == 3
    assert [row[4] for row in down] == [row[4] for row in up][::-1]
    assert clerk.get(f"{both.at}/attendance/corrections?sort=-punch").status_code == 200
    assert rows(clerk.get(f"{both.at}/attendance/corrections/export.xlsx?state=approved"))[1:] == []

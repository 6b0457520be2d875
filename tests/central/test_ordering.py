"""Lists in a chosen order: each page behind the one before, on both databases."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from central.database import Database
from central.errors import Problem
from central.ordering import Order
from central.projects.model import Company
from tests.central.builders import Story

ORDER = Order(Company.id, {"company": Company.name, "registered_on": Company.created_at})


def walked(session: Session, sort: str, limit: int = 2, order: Order = ORDER) -> list[Company]:
    """Every company, page by page."""
    found: list[Company] = []
    while True:
        after = found[-1].id if found else 0
        page = order.page(session, select(Company), [], sort, after=after, limit=limit)
        found += [row[0] for row in page[:limit]]
        if len(page) <= limit:
            return found


@pytest.fixture
def companies(story: Story, database: Database) -> Database:
    """A site's companies and three more, two of them called alike."""
    story.site  # noqa: B018  its companies
    with database.writing() as session:
        for day, (code, name) in enumerate(
            (("91310000MA1FL00011", "乙公司"), ("91310000MA1FL00022", "甲公司"), ("91310000MA1FL00033", "乙公司")), 1
        ):
            session.add(Company(uscc=code, name=name, created_at=dt.datetime(2026, 3, day, tzinfo=dt.UTC)))
    return database


@pytest.mark.parametrize("sort", ["company", "-company", "registered_on", "-registered_on", "", "nonsense"])
def test_the_pages_of_an_order_are_the_whole_list_once(companies: Database, sort: str) -> None:
    with companies.reading() as session:
        everybody = [row[0] for row in ORDER.page(session, select(Company), [], sort, limit=100)]
        found = walked(session, sort)
        counted = list(session.scalars(select(Company).order_by(*ORDER.ways(sort))))
    assert [one.id for one in found] == [one.id for one in everybody] == [one.id for one in counted]
    assert len({one.id for one in found}) == len(found) > 4
    values = [one.name for one in found] if "company" in sort else [one.id for one in found] if not sort or sort == "nonsense" else []
    assert values == sorted(values, reverse=sort.startswith("-")), "Chinese names stand in one order on both databases"


def test_a_list_may_begin_with_the_newest(companies: Database) -> None:
    with companies.reading() as session:
        ids = [one.id for one in walked(session, "", order=Order(Company.id, {}, newest_first=True))]
    assert ids == sorted(ids, reverse=True)


def test_a_page_goes_on_behind_a_row_that_left_the_list(companies: Database) -> None:
    with companies.reading() as session:
        first, second = (row[0] for row in ORDER.page(session, select(Company), [], "company", limit=1))
        rest = ORDER.page(session, select(Company), [Company.id != first.id], "company", after=first.id, limit=1)
    assert rest[0][0].id == second.id


def test_a_cursor_that_never_was_is_refused(companies: Database) -> None:
    with companies.reading() as session, pytest.raises(Problem) as refused:
        ORDER.page(session, select(Company), [], "company", after=987654321, limit=1)
    assert refused.value.code == "CURSOR_INVALID"

"""The register that the benchmark measures on is one that the centre could hold: who is loaded is found, seen and counted by its rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from central.access import Access, Role
from central.centre import Centre
from central.database import Database
from central.entry import people_list
from central.entry import service as entry
from central.entry.people_list import PeopleQuery
from central.exchange.sheet import open_sheet
from central.migrations import tables
from central.people import search
from central.people.search import WorkerQuery
from gongmen.bench import registry_data, registry_import
from gongmen.bench.registry_data import Loaded, Size
from tests.central.builders import open_centre

SMALL = Size(workers=300, projects=4, companies=40)


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    """A centre over an empty SQLite."""
    url = f"sqlite:///{tmp_path / 'central.db'}"
    made = Database.open(url)
    tables().create_all(made.engine)
    made.close()
    return open_centre(tmp_path, url)


@pytest.fixture
def loaded(centre: Centre) -> Loaded:
    """A small register in it."""
    return registry_data.load(centre.database, centre.secrets, SMALL)


def test_who_is_loaded_is_seen_and_found_as_anybody_is(centre: Centre, loaded: Loaded) -> None:
    company, project = loaded.offices[0]
    office, authority = Access("o", Role.CONTRACTOR, company, project), Access("a", Role.AUTHORITY)
    with centre.database.reading() as session:
        page = people_list.of_project(session, office, project, PeopleQuery())
        shown = entry.people_on_project(session, office, project, after=0, limit=200)
        assert page.total == len(shown) > 20
        assert {view.assignment.state.value for view in shown} <= {"assigned", "accepted_by_sub", "confirmed"}
        [found] = search.find(session, centre.secrets, authority, WorkerQuery(q=registry_data.resident_number(7)), after=0, limit=5)
        assert found.worker.name == registry_data.name_of(7)
        assert loaded.employers
    centre.close()


def test_the_workbook_holds_the_rows_that_are_to_be_imported() -> None:
    with registry_import.book(5) as file:
        _, rows = open_sheet(file.read())
        assert len(list(rows)) == 5

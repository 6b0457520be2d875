"""Companies and projects as pages list them: what is counted is what can be paged through."""

from __future__ import annotations

import pytest

from central.access import Access, Role
from central.database import Database
from central.projects import company_list, project_list
from tests.central.builders import Story


@pytest.mark.parametrize("q", ["", "有限公司"])
def test_companies_are_counted_beyond_the_page(story: Story, database: Database, q: str) -> None:
    story.neighbour  # noqa: B018  its companies are listed too
    keeper = Access(actor="system", role=Role.ADMINISTRATOR)
    with database.reading() as session:
        everybody, total = company_list.find(session, keeper, q, 0, 100)
        page, matching = company_list.find(session, keeper, q, 1, 1)
    assert total == len(everybody) > 1
    assert (page, matching) == (everybody[1:2], total)


def test_projects_are_counted_beyond_the_page_and_only_those_that_are_seen(story: Story, database: Database) -> None:
    story.site, story.neighbour  # noqa: B018  two projects
    with database.reading() as session:
        page, total = project_list.find(session, story.authority, "", 1, 1)
        own, seen = project_list.find(session, story.office(), "", 0, 10)
    assert (len(page), total) == (1, 2)
    assert ([one.project.id for one in own], seen) == ([story.site.project.id], 1)

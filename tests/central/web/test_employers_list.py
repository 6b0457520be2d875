"""An employer's one list across projects, kept to one of them."""

from __future__ import annotations

import pytest

from central.centre import Centre
from central.projects.model import ParticipantRole
from tests.central.web.day import opened


@pytest.mark.rule("A-63")
def test_an_employer_keeps_its_list_to_a_project_and_searches_within_it(centre: Centre) -> None:
    day = opened(centre)
    labour = day.employer(day.site.labour)
    elsewhere = day.project("浦东图书馆二期")
    root = day.takes_part(day.site.gc, ParticipantRole.GENERAL_CONTRACTOR, project=elsewhere)
    day.takes_part(day.site.labour, ParticipantRole.LABOUR_SUB, root, elsewhere)
    here, there = day.assigned(labour), day.assigned(labour, project=elsewhere)
    browser = day.browser("labour")
    every = browser.get("/assignments").text
    assert all(f'data-row="{one.id}"' in every for one in (here, there))
    assert f'<option value="{elsewhere.id}"' in every
    kept = browser.get(f"/assignments?project={elsewhere.id}").text
    assert f'data-row="{there.id}"' in kept and f'data-row="{here.id}"' not in kept
    assert f'name="project" value="{elsewhere.id}"' in kept, "a search stays within the project"
    assert f"/assignments/export.xlsx?project={elsewhere.id}" in kept
    assert browser.get(f"/assignments/export.xlsx?project={elsewhere.id}").status_code == 200
    assert f'data-row="{here.id}"' not in browser.get(f"/assignments?project={day.neighbour.project.id}").text

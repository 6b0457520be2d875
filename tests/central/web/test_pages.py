"""Every page of the portal: it opens for whom it is made, and a neighbour finds nothing there."""

import pytest

from central.centre import Centre
from tests.central.web.day import Day, opened

EMPLOYERS = (
    "/desk",
    "/workers",
    "/workers/new",
    "/workers/{worker}",
    "/workers/{worker}?tab=wages",
    "/workers/{worker}?tab=projects",
    "/workers/{worker}?tab=changes",
    "/workers/{worker}?tab=evidence",
    "/workers/import",
    "/workers/{worker}/edit",
    "/workers/{worker}/death",
    "/assignments",
    "/assign?id={worker}",
    "/assign?team={team}",
    "/teams",
    "/teams/new",
    "/teams/{team}",
    "/departures",
    "/departures/new?id={worker}",
    "/projects/{project}/people/{assignment}",
    "/help",
    "/tickets",
)
OFFICES = (
    "/projects/{project}/board",
    "/projects/{project}/queue",
    "/projects/{project}/people",
    "/projects/{project}/people/{assignment}",
    "/projects/{project}/people/{assignment}?tab=changes",
    "/projects/{project}/teams",
    "/projects/{project}/gates",
    "/projects/{project}/settings",
    "/projects/{project}/evidence",
    "/projects/{project}/comparison",
    "/projects/{project}/participants",
    "/projects/{project}/people/{assignment}?tab=evidence",
)
AUTHORITIES = (
    "/verification",
    "/verification/outages",
    "/transfers",
    "/history",
    "/projects",
    "/workers",
    "/workers/{worker}",
    "/projects/{project}/board",
    "/projects/{project}/people",
)


@pytest.fixture
def day(centre: Centre) -> Day:
    return opened(centre)


@pytest.fixture
def places(day: Day) -> dict[str, int]:
    labour = day.employer(day.site.labour)
    worker, team = day.worker(), day.team(labour)
    assignment = day.assigned(labour, worker)
    return {"worker": worker.worker.id, "team": team.id, "assignment": assignment.id, "project": day.site.project.id}


@pytest.mark.parametrize(("who", "paths"), [("labour", EMPLOYERS), ("office", OFFICES), ("authority", AUTHORITIES)])
def test_every_page_opens_in_both_languages_with_its_place_in_the_navigation(
    day: Day, places: dict[str, int], who: str, paths: tuple[str, ...]
) -> None:
    browser = day.browser(who)
    for language in ("zh", "en"):
        browser.get(f"/language/{language}")
        for path in paths:
            page = browser.get(path.format(**places))
            assert page.status_code == 200, (path, page.text[-2000:])
            assert page.text.count('class="side-link active"') == 1, path
            assert "style=" not in page.text, "the CSP forbids it"


def test_a_neighbour_finds_nothing_and_a_wrong_role_is_refused(day: Day, places: dict[str, int]) -> None:
    stranger = day.browser("other-labour")
    for path in EMPLOYERS:
        if "{" in path:
            page = stranger.get(path.format(**places))
            assert page.status_code in {403, 404}, path
            assert "建国" not in page.text, path
    neighbour = day.browser("neighbour")
    for path in OFFICES:
        assert neighbour.get(path.format(**places)).status_code in {403, 404}, path
    office = day.browser("office")
    for path in ("/desk", "/workers", "/workers/new", "/assignments", "/teams", "/departures", "/assign"):
        assert office.get(path).status_code == 403, path


def test_nobody_sees_a_page_without_signing_in_and_comes_back_to_it_after(day: Day, places: dict[str, int]) -> None:
    from tests.central.web.site import FakeBrowser

    browser = FakeBrowser(day)
    for path in (*EMPLOYERS[:-2], *OFFICES):
        answer = browser.get(path.format(**places))
        assert answer.status_code == 303, path
        assert answer.headers["Location"].startswith("/sign-in?next="), path


@pytest.mark.parametrize(
    ("who", "first"),
    [
        ("labour", "/desk"),
        ("office", "/projects/1/board"),
        ("pro-office", "/projects/1/queue"),
        ("authority", "/projects"),
    ],
)
def test_everybody_begins_at_a_page_that_opens(day: Day, who: str, first: str) -> None:
    browser = day.browser(who)
    home = browser.get("/")
    assert home.headers["Location"] == first
    assert browser.get(home.headers["Location"]).status_code == 200

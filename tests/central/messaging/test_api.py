"""What an operator sees of what was not right."""

import httpx
import pytest

from central.access import Access, Role
from central.centre import Centre
from central.messaging import store
from central.messaging.facts import Fact
from tests.central.builders import Story

KEY = ("b-aaaaaaaa", "e")


@pytest.fixture
def trouble(centre: Centre) -> None:
    """Three quarantined events and an alarm."""
    with centre.database.writing() as session:
        facts = [Fact(seq, b"secret bytes", bytes([seq]), None, "BAD_MESSAGE", "no") for seq in (1, 2, 3)]
        store.quarantine(session, KEY, [(fact, fact.code, fact.detail) for fact in facts], centre.clock.now())
        store.raise_alarm(session, KEY, 2, "CLONE_ALARM", centre.clock.now())


@pytest.mark.usefixtures("trouble")
def test_the_quarantine_is_read_by_pages_and_shows_no_content(client: httpx.Client, story: Story) -> None:
    headers = story.token(story.authority)
    first = client.get("/api/v1/quarantine", params={"limit": 2}, headers=headers)
    second = client.get("/api/v1/quarantine", params={"limit": 2, "cursor": first.json()["next_cursor"]}, headers=headers)
    items = first.json()["items"] + second.json()["items"]
    assert [(item["seq"], item["code"], item["size"]) for item in items] == [(n, "BAD_MESSAGE", 12) for n in (1, 2, 3)]
    assert "secret" not in first.text
    assert second.json()["next_cursor"] is None


@pytest.mark.usefixtures("trouble")
def test_alarms_are_shown_to_those_who_watch_over_all_boxes(client: httpx.Client, story: Story) -> None:
    headers = story.token(Access("token:administrator", Role.ADMINISTRATOR))
    assert [item["code"] for item in client.get("/api/v1/incidents", headers=headers).json()["items"]] == ["CLONE_ALARM"]
    for path in ("/api/v1/incidents", "/api/v1/quarantine"):
        refused = client.get(path, headers=story.token(story.office()))
        assert (refused.status_code, refused.json()["code"]) == (403, "ROLE_NOT_ALLOWED")

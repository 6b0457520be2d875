"""Lists that are short at most sites come in pages as well, and no row is left out or told twice."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from central.access import SYSTEM
from central.identity import service as identity
from tests.central.builders import PASSWORDS, Story

API = "/api/v1"


def paged(client: httpx.Client, path: str, headers: dict[str, str]) -> list[list[Any]]:
    """Every page of the list, two rows at a time."""
    pages: list[list[Any]] = []
    cursor: str | None = None
    while cursor or not pages:
        answer = client.get(f"{API}{path}", params={"limit": 2, **({"cursor": cursor} if cursor else {})}, headers=headers)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["items"])
        cursor = answer.json()["next_cursor"]
    return pages


def test_kiosk_operators_come_page_by_page(story: Story, client: httpx.Client) -> None:
    with story.centre.database.writing() as session:
        for pin in ("280519", "731946", "462801"):
            identity.add_operator(
                session, story.centre.clock, PASSWORDS, story.office(), story.site.project.id, name=f"操作员{pin}", pin=pin
            )
    pages = paged(client, f"/projects/{story.site.project.id}/operators", story.token(story.office()))
    assert [[row["name"] for row in page] for page in pages] == [["操作员280519", "操作员731946"], ["操作员462801"]]


@pytest.mark.parametrize("path", ["/banks", "/regional-bases", "/readers", "/defaults", "/workers/{worker}/employments"])
def test_a_list_in_pages_says_the_same_as_the_whole(story: Story, client: httpx.Client, path: str) -> None:
    employer = story.employer(story.site.labour)
    worker, headers = story.worker(employer).worker.id, story.token(employer)
    for number, amount in enumerate(("4500", "4600", "4700")):
        body = {"valid_from": f"2027-0{number + 1}-01", "amount": amount}
        assert client.put(f"{API}/regional-bases/310000", json=body, headers=story.token(SYSTEM)).status_code == 200
    here = path.format(worker=worker)
    whole = client.get(f"{API}{here}", headers=headers).json()["items"]
    pages = paged(client, here, headers)
    assert [row for page in pages for row in page] == whole
    assert max(map(len, pages)) <= 2
    assert len(whole) > 2 or path not in ("/banks", "/regional-bases")

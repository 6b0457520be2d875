"""Lists that are short at most sites come in pages as well, and no row is left out or told twice."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

import httpx
import pytest

from central.access import SYSTEM
from central.identity import service as identity
from central.people.legacy_model import LegacyRecord
from central.people.model import Worker
from central.people.reader_model import OfficeReader
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


@pytest.mark.parametrize("path", ["/banks", "/regional-bases", "/defaults", "/workers/{worker}/employments"])
def test_a_row_that_comes_between_while_a_list_is_read_moves_no_other(story: Story, client: httpx.Client, path: str) -> None:
    """Each list gets a row before the place that the first page ended at: the second page goes on as if it were not there."""
    employer, system = story.employer(story.site.labour), story.token(SYSTEM)
    worker, headers = story.worker(employer).worker, story.token(employer)
    project, team = story.site.project.id, story.team(employer).id

    def put(here: str, body: dict[str, object], by: dict[str, str] = system) -> None:
        assert client.put(f"{API}{here}", json=body, headers=by).status_code == 200

    def old(first_day: dt.date) -> None:
        with story.centre.database.writing() as session:
            index, at = session.get_one(Worker, worker.id).id_index, story.centre.clock.now()
            told = {"source": "旧平台", "employer": "旧单位", "project": "旧项目", "trade": "木工", "last_day": first_day}
            session.add(LegacyRecord(id_index=index, first_day=first_day, imported_at=at, **told))

    for month in (5, 6, 7):
        put("/regional-bases/310000", {"valid_from": f"2027-0{month}-01", "amount": "4800"})
        old(dt.date(2020, month, 1))
    for place in ({"project_id": project}, {"team_id": team}):
        put("/defaults", {**place, "values": {"bank_code": "102"}}, headers)
    here = path.format(worker=worker.id)
    before = client.get(f"{API}{here}", params={"limit": 1}, headers=headers).json()
    whole = client.get(f"{API}{here}", headers=headers).json()["items"]
    put("/banks/0A1", {"name": "浦江银行"})
    put("/regional-bases/110000", {"valid_from": "2027-01-01", "amount": "4800"})
    put("/defaults", {"values": {"bank_code": "102"}}, headers)
    old(dt.date(2019, 1, 1))
    rest = client.get(f"{API}{here}", params={"cursor": before["next_cursor"]}, headers=headers).json()["items"]
    assert [*before["items"], *rest] == whole
    assert len(client.get(f"{API}{here}", headers=headers).json()["items"]) == len(whole) + 1


def test_readers_come_as_they_were_paired(story: Story, client: httpx.Client) -> None:
    employer, at = story.employer(story.site.labour), story.centre.clock.now()
    with story.centre.database.writing() as session:
        for number in range(3):
            key = bytes([number]) * 32
            told = {"name": f"前台{number}", "sam_id": "", "paired_by": "token:1", "paired_at": at}
            session.add(OfficeReader(company_id=employer.company_id, public_key=key, **told))
    pages = paged(client, "/readers", story.token(employer))
    assert [[row["name"] for row in page] for page in pages] == [["前台0", "前台1"], ["前台2"]]


@pytest.mark.parametrize("path", ["/banks", "/regional-bases", "/readers", "/defaults", "/workers/{worker}/employments"])
@pytest.mark.parametrize(
    "plain", ["after:9999999999999999999", "behind:", "behind:310000/2027-13-01", "behind:a b", "behind:1/2020-99-01/7", "…"]
)
def test_a_cursor_of_another_list_or_of_nobody_is_refused(story: Story, client: httpx.Client, path: str, plain: str) -> None:
    employer = story.employer(story.site.labour)
    here = path.format(worker=story.worker(employer).worker.id)
    cursor = base64.urlsafe_b64encode(plain.encode()).decode()
    answer = client.get(f"{API}{here}", params={"cursor": cursor}, headers=story.token(employer))
    assert (answer.status_code, answer.json()["code"]) == (422, "CURSOR_INVALID")

"""The lists of the API are found and sorted by the same words as their pages, page behind page (A-32)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, NamedTuple

import httpx
import pytest

from central.access import SYSTEM, Access, Function, Position, Role
from central.entry.model import Departure, DepartureReason
from central.evidence.model import Evidence
from central.exchange.model import ImportJob, ImportState
from central.history.model import HistoryAct, HistoryRequest, HistoryState, HistoryStep
from central.identity.model import Account, Certificate, Delegation
from central.identity.rules import packed
from central.people.legacy_model import LegacyRecord
from central.people.model import IdentityState, Worker
from central.people.transfer_model import Transfer, TransferState
from central.verification.model import PlannedOutage
from tests.central.builders import Story, resident_number

API: Final = "/api/v1"
DAY: Final = dt.date(2026, 5, 1)


class Case(NamedTuple):
    """A list as `who` sees it: sorted by a key it shows `values` of `field`; each search (parameters) leaves these."""

    who: str
    path: str
    sort: str
    field: str
    values: list[Any]
    searches: tuple[tuple[dict[str, str], list[Any]], ...] = ()


CASES: Final = (
    Case(
        "system",
        "/companies",
        "uscc",
        "name",
        ["申建总承包有限公司", "浦江建筑劳务有限公司", "临港劳务有限公司", "沪东机电安装有限公司"],
        (({"q": "沪东"}, ["沪东机电安装有限公司"]), ({"q": "%"}, [])),
    ),
    Case("authority", "/projects", "-planned", "name", ["甲馆", "乙馆", "浦东图书馆改扩建工程"], (({"q": "乙"}, ["乙馆"]),)),
    Case(
        "office",
        "/projects/{project}/teams",
        "team",
        "name",
        ["A班", "B班", "C班"],
        (({"q": "B"}, ["B班"]), ({"q": "浦江", "sort": "-team"}, ["C班", "B班", "A班"])),
    ),
    Case("labour", "/departures", "name", "worker", ["陈四", "李三", "王五"]),
    Case(
        "authority",
        "/identity/waiting",
        "name",
        "name",
        ["陈四", "李三", "王五"],
        (
            ({"q": "三"}, ["李三"]),
            ({"identity": "rejected"}, ["王五"]),
            ({"cause": "CARD_SUSPECT"}, ["王五"]),
            ({"identity": "verified"}, []),
        ),
    ),
    Case("labour", "/identity/outages", "outage_begins", "reason", ["先", "中", "后"]),
    Case(
        "security",
        "/certificates",
        "operator",
        "operator",
        ["a", "b", "c"],
        (({"q": "b"}, ["b"]), ({"q": "浦江", "sort": "operator"}, ["a", "b", "c"])),
    ),
    Case(
        "security", "/accounts", "username", "username", ["clerk", "member", "pm"], (({"q": "mem"}, ["member"]), ({"role": "auditor"}, []))
    ),
    Case("manager", "/delegations", "delegated_from", "delegate_id", [2, 3, 3], (({"in_force": "true"}, [2]),)),
    Case(
        "office",
        "/history-requests",
        "asked_from",
        "statement",
        ["说明一", "说明三", "说明二"],
        (({"q": "说明二"}, ["说明二"]), ({"state": "given"}, ["说明一"])),
    ),
    Case("labour", "/evidence", "about_on", "note", ["早", "中", "晚"], (({"q": "晚"}, ["晚"]), ({"about_to": "2026-05-01"}, ["早"]))),
    Case("office", "/history-requests/1/records", "employer", "employer", ["乙单位", "甲单位"], (({"q": "乙"}, ["乙单位"]),)),
    Case(
        "labour",
        "/transfers",
        "name",
        "name",
        ["陈四", "李三", "王五"],
        (({"q": "李"}, ["李三"]), ({"state": "lapsed"}, []), ({"side": "asked", "q": "王"}, ["王五"])),
    ),
    Case(
        "labour",
        "/imports",
        "rows_total",
        "file_name",
        ["c.xlsx", "a.xlsx", "b.xlsx"],
        (({"q": "b."}, ["b.xlsx"]), ({"state": "done"}, ["c.xlsx"])),
    ),
)


def whole(client: httpx.Client, path: str, headers: dict[str, str], **asked: str) -> list[dict[str, Any]]:
    """Every row, two a page."""
    rows: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = client.get(f"{API}{path}", params={"limit": 2, **asked, **({"cursor": cursor} if cursor else {})}, headers=headers)
        assert answer.status_code == 200, (path, answer.text)
        rows += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
    return rows


@pytest.fixture
def everybody(story: Story) -> dict[str, dict[str, str]]:
    """Whoever looks, and three rows or so of everything that is listed."""
    labour, at = story.employer(story.site.labour), story.centre.clock.now()
    story.second  # noqa: B018  one more company that takes part
    story.project("甲馆", dt.date(2029, 1, 1))
    story.project("乙馆", dt.date(2028, 1, 1))
    people = [
        story.worker(labour, "typed", name=name, id_number=resident_number(500 + n)) for n, name in enumerate(("王五", "陈四", "李三"))
    ]
    for name in ("B班", "C班", "A班"):
        story.team(labour, name)
    company, project = story.site.labour.id, story.site.project.id
    with story.centre.database.writing() as session:
        session.get_one(Worker, people[0].worker.id).identity_state = IdentityState.REJECTED
        session.get_one(Worker, people[0].worker.id).identity_cause = "CARD_SUSPECT"
        for n, one in enumerate(people):
            ids = {"worker_id": one.worker.id, "employment_id": one.employment.id}
            session.add(
                Departure(**ids, employer_id=company, departs_on=DAY, reason=DepartureReason.AGREED, recorded_by="token:1", recorded_at=at)
            )
            asked = Transfer(**ids, from_id=company, to_id=story.second.company_id, name_said=one.worker.name, asked_by="token:1")
            asked.asked_at, asked.lapses_at, asked.state = at, at + dt.timedelta(days=n + 1), TransferState.WAITING
            session.add(asked)
        for days, why in ((2, "中"), (1, "先"), (3, "后")):
            begins = at + dt.timedelta(days=days)
            session.add(PlannedOutage(begins_at=begins, ends_at=begins + dt.timedelta(hours=1), reason=why, actor="account:1"))
        for n, operator in enumerate("cab"):
            said = Certificate(company_id=company, fingerprint=operator.encode(), serial=f"{n}f", issuer="CN=x", operator=operator)
            said.not_after, said.created_at = at + dt.timedelta(days=9), at
            session.add(said)
        office = {"role": Role.CONTRACTOR, "company_id": story.site.gc.id, "project_id": project, "password_hash": "x", "created_at": at}
        for name, position in (("pm", Position.MANAGER), ("member", Position.MEMBER), ("clerk", Position.CLERK)):
            session.add(Account(username=name, display_name=name, position=position, **office))
            session.flush()
        for delegate, days, ends in ((2, 0, None), (3, 5, None), (3, 9, 10)):
            given = Delegation(company_id=story.site.gc.id, project_id=project, manager_id=1, delegate_id=delegate)
            given.functions, given.starts_at, given.created_at = (
                packed(frozenset({Function.CONFIRM_ENTRY})) or "",
                at + dt.timedelta(days),
                at,
            )
            given.ends_at = None if ends is None else at + dt.timedelta(ends)
            session.add(given)
        for n, (first, words) in enumerate(((DAY, "说明一"), (DAY + dt.timedelta(9), "说明二"), (DAY + dt.timedelta(5), "说明三"))):
            state = HistoryState.STATED if n else HistoryState.GIVEN
            asked_for = HistoryRequest(project_id=project, state=state, first_day=first, last_day=dt.date(2026, 12, 1), statement=words)
            asked_for.requested_by, asked_for.created_at = "token:1", at
            session.add(asked_for)
        for n, (days, note) in enumerate(((1, "中"), (0, "早"), (2, "晚"))):
            file = Evidence(worker_id=people[n].worker.id, company_id=company, about_on=DAY + dt.timedelta(days), note=note)
            file.file_name, file.media_type, file.size, file.sha256, file.at = "a.pdf", "application/pdf", 9, bytes([n]) * 32, at
            file.actor = "token:1"
            session.add(file)
        for act in HistoryAct:
            session.add(HistoryStep(request_id=1, act=act, actor="token:1", at=at))
        for n, employer in enumerate(("乙单位", "甲单位")):
            kept = LegacyRecord(id_index=bytes([n]) * 32, source="旧平台", employer=employer, project=story.site.project.name, trade="木工")
            kept.first_day, kept.last_day, kept.imported_at = DAY, DAY, at
            session.add(kept)
        for n, (name, total) in enumerate((("a.xlsx", 2), ("b.xlsx", 3), ("c.xlsx", 1))):
            state_of = ImportState.DONE if total == 1 else ImportState.REFUSED
            job = ImportJob(company_id=company, state=state_of, file_name=name, sha256=bytes([n]) * 32, actor="account:1")
            job.total, job.created_at, job.updated_at = total, at, at
            session.add(job)
    who = {
        "system": SYSTEM,
        "authority": story.authority,
        "office": story.office(),
        "labour": labour,
        "security": story.security,
        "manager": Access("account:1", Role.CONTRACTOR, story.site.gc.id, project),
    }
    return {name: story.token(access) for name, access in who.items()}


@pytest.mark.rule("A-32")
def test_each_list_is_sorted_both_ways_and_searched_by_its_own_words(
    story: Story, client: httpx.Client, everybody: dict[str, dict[str, str]]
) -> None:
    for case in CASES:
        path, headers = case.path.format(project=story.site.project.id), everybody[case.who]
        other = case.sort[1:] if case.sort.startswith("-") else f"-{case.sort}"
        up, down = (whole(client, path, headers, sort=sort) for sort in (case.sort, other))
        assert [row[case.field] for row in up] == case.values, case.path
        assert [row[case.field] for row in down] == case.values[::-1], case.path
        for asked, values in case.searches:
            found = whole(client, path, headers, **asked)
            assert [row[case.field] for row in found] == values, (case.path, asked)
        refused = client.get(f"{API}{path}", params={"sort": "card_number"}, headers=headers)
        assert (refused.status_code, refused.json()["field"]) == (422, "sort"), case.path


def test_tokens_are_sorted_by_their_names(story: Story, client: httpx.Client, everybody: dict[str, dict[str, str]]) -> None:
    names = [row["name"] for row in whole(client, "/tokens", everybody["security"], sort="token_name")]
    assert len(names) >= len(everybody)
    assert names == sorted(names)

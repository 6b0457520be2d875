"""The matrix of rights: everybody, at every operation of the API, with the site's own object, a neighbour's, and nobody's.

`ALLOWED` (in `rights.py`) is the expectation. A new operation needs a line there, and a new parameter of a path an object in
`everybody.py`; then this module tries it by everybody. Refused is 401, 403 or 404; whatever else is answered got past the rights.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from central.audit import AuditEntry
from central.database import Database
from tests.central.everybody import DOCUMENT, NAMES, NEIGHBOURS, WHO, Everybody, everybody, names_in, operations
from tests.central.rights import ABOLISHED, ALLOWED, BY_A_RULE, NO_TOKEN, OPEN, PUBLIC

REFUSED = {401, 403, 404}


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everybody]:
    """One site for the whole matrix."""
    home = tmp_path_factory.mktemp("matrix")
    shutil.copy(sqlite_template, home / "central.db")
    with everybody(f"sqlite:///{home / 'central.db'}", home) as built:
        yield built


def test_every_operation_has_its_line_in_the_matrix_and_no_line_is_left_over() -> None:
    lines = {*ALLOWED, *PUBLIC, *NO_TOKEN, *ABOLISHED}
    missing, left = set(operations()) - lines, lines - set(operations())
    assert not missing, f"say in tests/central/rights.py who may: {sorted(missing)}"
    assert not left, f"no longer offered: {sorted(left)}"
    assert all(set(who) <= set(WHO) for who in ALLOWED.values())


def test_the_matrix_itself_holds_what_the_rules_say() -> None:
    """Nobody without functions changes anything; the three administrators share no line; the audit is its administrator's alone."""
    for operation, who in ALLOWED.items():
        changes = not operation.startswith("GET ")
        assert not (changes and set(who) & set("NO")), operation
        assert not (changes and len(set(who) & set("YUL")) > 1), operation
        if set(who) & set("UL") and operation not in OPEN:
            assert operation.split("/")[1] in {"tokens", "accounts", "certificates", "audit"}, operation
        if "/audit" in operation:
            assert who == "L", operation


@pytest.mark.rule("A-61")
@pytest.mark.parametrize("operation", sorted(ALLOWED))
def test_everybody_may_what_the_matrix_says_with_the_sites_own_object(site: Everybody, operation: str) -> None:
    got, succeeds = "", False
    for who in WHO:
        answer = site.ask(who, operation)
        if answer.status_code < 300 and not operation.startswith("GET "):
            site.restore()
        got += who if answer.status_code not in REFUSED else ""
        succeeds = succeeds or answer.status_code < 300
    assert got == ALLOWED[operation]
    assert succeeds == (operation not in BY_A_RULE), "say in `everybody.SAID` what a body needs to succeed, or note it in `BY_A_RULE`"


def test_a_whole_team_goes_to_the_project_and_a_missing_punch_waits_for_approval(site: Everybody) -> None:
    """Not only past the rights: done, and to be seen."""
    project = site.objects["project_id"]
    sent = site.ask("E", "POST /projects/{project_id}/team-assignments")
    assert sent.json()["ok"] == 1
    assert [row["outcome"] for row in sent.json()["rows"]] == ["ok"]
    site.restore()
    for who in "EGMC":
        assert site.ask(who, "POST /corrections").status_code == 201
        waiting = site.client.get(f"/api/v1/projects/{project}/corrections?state=requested", headers=site.headers["M"]).json()["items"]
        assert [one["assignment_id"] for one in waiting].count(site.objects["present_assignment_id"]) == 1
        site.restore()


@pytest.mark.parametrize("operation", sorted(ALLOWED))
def test_a_neighbour_gets_nothing_and_cannot_tell_the_sites_object_from_nobodys(site: Everybody, operation: str) -> None:
    for who in NEIGHBOURS:
        answer = site.ask(who, operation)
        if answer.status_code < 300 and not operation.startswith("GET "):
            site.restore()
        assert not [word for word in NAMES if word in answer.text], (who, answer.text)
        if names_in(operation):
            assert answer.status_code in REFUSED, (who, answer.text)
            nobody = site.ask(who, operation, missing=True)
            assert (nobody.status_code, nobody.json()["code"]) == (answer.status_code, answer.json()["code"]), who


def test_nobodys_object_is_found_by_nobody(site: Everybody) -> None:
    for operation in sorted(ALLOWED):
        if not any(isinstance(site.objects[name], int) for name in names_in(operation)):
            continue
        for who in set(ALLOWED[operation]) & set("EMAYU"):
            answer = site.ask(who, operation, missing=True)
            assert answer.status_code >= 400, (operation, who, answer.text)


def test_without_a_token_nothing_is_told(site: Everybody) -> None:
    for operation in {*ALLOWED, *PUBLIC, *ABOLISHED}:
        answer = site.ask("", operation)
        assert answer.status_code in {401, 410, 422}, operation
        assert not [word for word in NAMES if word in answer.text], operation
        if answer.status_code == 422:
            assert answer.json()["code"] == "REQUEST_INVALID", operation


def test_what_is_public_tells_everybody_the_same_and_changes_nothing(site: Everybody) -> None:
    for operation in PUBLIC:
        assert operation.startswith("GET ")
        assert {site.ask(who, operation).status_code for who in WHO} == {200}, operation


def test_the_document_counts_as_many_operations_as_the_matrix() -> None:
    assert sum(len(item) for item in DOCUMENT["paths"].values()) == len({*ALLOWED, *PUBLIC, *NO_TOKEN, *ABOLISHED})


SLICE = ("POST /assignments/{assignment_id}/acceptance", "GET /workers/{worker_id}", "POST /tokens", "GET /audit", "GET /accounts")


def test_a_slice_of_the_matrix_holds_on_both_databases(database_url: str, tmp_path: Path) -> None:
    with everybody(database_url, tmp_path) as site:
        for operation in SLICE:
            for who in "NOUL":
                answer = site.ask(who, operation)
                assert (answer.status_code not in REFUSED) == (who in ALLOWED[operation]), (operation, who)
            for who in NEIGHBOURS:
                assert not [word for word in NAMES if word in site.ask(who, operation).text]
    database = Database.open(database_url)
    with database.reading() as session:
        accepted = session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == "assignment.accepted"))
    assert accepted == 1, "the one with which the site began"
    database.close()

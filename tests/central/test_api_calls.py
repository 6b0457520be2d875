"""What every call of the API shares: who calls, replays, pages, and errors as problems."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import func, select

from central.access import SYSTEM
from central.app import create_app
from central.database import Database
from central.entry.model import Assignment
from central.identity.model import RememberedAnswer
from tests.central.builders import Story
from tests.central.in_process import in_process

API = "/api/v1"


def order(story: Story) -> dict[str, object]:
    """An assignment to post."""
    return {"worker_id": story.worker().worker.id, "project_id": story.site.project.id, "main_trade": "020"}


@pytest.mark.rule("A-48")
def test_a_repeated_write_with_its_key_answers_the_same_and_does_nothing_again(
    story: Story, client: httpx.Client, database: Database
) -> None:
    headers = story.token(story.employer(story.site.labour)) | {"Idempotency-Key": "assign-20260313-1"}
    body = order(story)
    first, again = (client.post(f"{API}/assignments", json=body, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.json() == again.json()
    with database.reading() as session:
        assert session.scalar(select(func.count(Assignment.id))) == 1


@pytest.mark.rule("A-36")
def test_sending_the_same_worker_again_without_a_key_makes_no_second_assignment(
    story: Story, client: httpx.Client, database: Database
) -> None:
    headers, body = story.token(story.employer(story.site.labour)), order(story)
    assert client.post(f"{API}/assignments", json=body, headers=headers).status_code == 201
    again = client.post(f"{API}/assignments", json=body, headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "ALREADY_ASSIGNED")
    with database.reading() as session:
        assert session.scalar(select(func.count(Assignment.id))) == 1


def test_a_key_belongs_to_one_request_and_one_caller(story: Story, client: httpx.Client) -> None:
    key = {"Idempotency-Key": "one-key-for-all"}
    mine, theirs = story.token(story.employer(story.site.labour)), story.token(story.employer(story.second.company_id))
    assert client.post(f"{API}/assignments", json=order(story), headers=mine | key).status_code == 201
    other = client.post(f"{API}/assignments", json=order(story), headers=mine | key)
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    stranger = client.post(f"{API}/assignments", json=order(story), headers=theirs | key)
    assert (stranger.status_code, stranger.json()["code"]) == (403, "NOT_THE_EMPLOYER")


def test_a_refused_write_can_be_repeated_with_the_same_key(story: Story, client: httpx.Client) -> None:
    employer = story.employer(story.site.labour)
    headers = story.token(employer) | {"Idempotency-Key": "refused-then-mended"}
    pending = story.worker(employer, identity_source="typed").worker.id
    body = {"worker_id": pending, "project_id": story.site.project.id, "main_trade": "020"}
    assert client.post(f"{API}/assignments", json=body, headers=headers).status_code == 409
    client.post(
        f"{API}/workers/{pending}/verification", json={"verified": True, "evidence": "核验单"}, headers=story.token(story.authority)
    )
    assert client.post(f"{API}/assignments", json=body, headers=headers).status_code == 201


def test_a_remembered_answer_is_stored_sealed(story: Story, client: httpx.Client, database: Database) -> None:
    headers = story.token(story.security) | {"Idempotency-Key": "a-token-is-a-secret"}
    made = client.post(f"{API}/tokens", json={"name": "监管", "role": "authority"}, headers=headers).json()
    with database.reading() as session:
        stored = session.scalars(select(RememberedAnswer.answer_sealed)).one()
    assert made["token"].encode() not in stored
    assert client.post(f"{API}/tokens", json={"name": "监管", "role": "authority"}, headers=headers).json() == made


def test_nobody_is_let_in_without_a_valid_token(story: Story, client: httpx.Client) -> None:
    admin = story.token(story.security)
    made = client.post(
        f"{API}/tokens", json={"name": "短期", "role": "authority", "expires_at": "2026-03-14T00:00:00Z"}, headers=admin
    ).json()
    brief = {"Authorization": f"Bearer {made['token']}"}
    assert client.get(f"{API}/projects", headers=brief).status_code == 200
    story.centre.clock.forward(days=2)  # type: ignore[attr-defined]
    for headers in ({}, brief, {"Authorization": "Bearer gm_wrong"}, {"Authorization": "Basic eDp5"}):
        answer = client.get(f"{API}/projects", headers=headers)
        assert (answer.status_code, answer.json()["code"], answer.headers["WWW-Authenticate"]) == (401, "NOT_SIGNED_IN", "Bearer")


def test_a_revoked_token_ends_at_once(story: Story, client: httpx.Client) -> None:
    admin = story.token(story.security)
    made = client.post(f"{API}/tokens", json={"name": "监管", "role": "authority"}, headers=admin).json()
    assert client.delete(f"{API}/tokens/{made['id']}", headers=admin).json()["revoked_at"] is not None
    assert client.get(f"{API}/projects", headers={"Authorization": f"Bearer {made['token']}"}).status_code == 401


def test_guessing_tokens_is_slowed_down(story: Story, client: httpx.Client) -> None:
    limit = story.centre.settings.auth_failures_per_minute
    codes = [client.get(f"{API}/projects", headers={"Authorization": f"Bearer gm_{n}"}).status_code for n in range(limit + 1)]
    assert codes == [401] * limit + [429]
    answer = client.get(f"{API}/projects", headers={"Authorization": "Bearer gm_more"})
    assert answer.json()["code"] == "TOO_MANY_ATTEMPTS"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_a_list_comes_in_pages_that_hold_everything_once(story: Story, client: httpx.Client) -> None:
    employer = story.employer(story.site.labour)
    made = [story.worker(employer).worker.id for _ in range(5)]
    headers, seen = story.token(employer), []
    params: dict[str, str] = {"limit": "2"}
    for _ in range(3):
        page = client.get(f"{API}/workers", params=params, headers=headers).json()
        seen += [row["id"] for row in page["items"]]
        params["cursor"] = page["next_cursor"] or ""
    assert (seen, params["cursor"]) == (made, "")


@pytest.mark.parametrize("cursor", ["x", "YWZ0ZXI6LTE", "!!!!", "YWZ0ZXI6MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMg"])
def test_a_cursor_that_was_never_given_out_is_refused(story: Story, client: httpx.Client, cursor: str) -> None:
    answer = client.get(f"{API}/companies", params={"cursor": cursor}, headers=story.token(SYSTEM))
    assert (answer.status_code, answer.json()["code"]) == (422, "CURSOR_INVALID")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "NOT_FOUND"),
        ("DELETE", "/api/v1/workers", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/api/v1/workers/0", 422, "REQUEST_INVALID"),
        ("GET", "/api/v1/workers/99999999999999999999", 422, "REQUEST_INVALID"),
        ("POST", "/api/v1/workers", 422, "BODY_NOT_JSON"),
    ],
)
def test_every_error_is_a_problem_with_a_code_and_a_request_id(
    story: Story, client: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    headers = story.token(story.employer(story.site.labour)) | {"Content-Type": "application/json", "X-Request-Id": "quote-me-20260313"}
    answer = client.request(method, path, content=b"{no json" if method == "POST" else None, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"] == "quote-me-20260313"


def test_what_nobody_foresaw_is_a_coded_500_without_a_trace_of_the_inside(story: Story) -> None:
    app = create_app(story.centre.settings, story.centre)

    @app.get("/api/v1/broken")
    def broken() -> None:
        raise RuntimeError("the inside: 310199199003070019")

    with in_process(app) as client:
        answer = client.get("/api/v1/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR")
    assert answer.json()["request_id"] in answer.json()["detail"]
    assert "inside" not in answer.text


@pytest.mark.rule("A-64")
def test_healthz_answers_without_a_token(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"state": "ok"}


def test_a_key_that_could_be_guessed_is_refused(story: Story, client: httpx.Client) -> None:
    headers = story.token(story.authority) | {"Idempotency-Key": "short"}
    answer = client.post(f"{API}/tokens", json={"name": "x", "role": "authority"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_INVALID")

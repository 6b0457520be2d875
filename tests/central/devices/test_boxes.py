"""Boxes from claim to revocation."""

import datetime as dt
from typing import cast

import httpx
import pytest
from cryptography import x509
from nacl.public import PrivateKey
from nacl.signing import SigningKey
from sqlalchemy import select

from central.centre import Centre
from central.devices.certificates import signing_request
from central.devices.model import Box, BoxState, RosterChange, TemplateCopy
from central.devices.roster_changes import note_roster_change
from central.entry.model import Assignment, AssignmentEnd, AssignmentState
from central.projects.model import Project
from tests.central.builders import FakeClock, Story


def claimed(client: httpx.Client, story: Story, lane: str = "1") -> dict[str, str]:
    """A new box: its id and its code."""
    path = f"/api/v1/projects/{story.site.project.id}/boxes"
    answer = client.post(path, json={"name": "门", "lane": lane}, headers=story.token(story.office()))
    assert answer.status_code == 201, answer.text
    return {"id": answer.json()["box"]["id"], "code": answer.json()["claim_code"]}


def request(code: str) -> dict[str, str]:
    """What a box with fresh keys asks with."""
    return {
        "claim_code": code,
        "signing_request": signing_request("whatever")[1].decode(),
        "verify_key": bytes(SigningKey.generate().verify_key).hex(),
        "sealing_key": bytes(PrivateKey.generate().public_key).hex(),
    }


def provision(client: httpx.Client, body: dict[str, str]) -> httpx.Response:
    return client.post("/api/v1/boxes/provision", json=body)


def test_a_claim_code_makes_a_box_active_under_the_name_the_centre_chose(client: httpx.Client, centre: Centre, story: Story) -> None:
    box = claimed(client, story)
    answer = provision(client, request(box["code"].lower().replace("-", " ")))
    assert answer.status_code == 201
    told = answer.json()
    certificate = x509.load_pem_x509_certificate(told["certificate"].encode())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(told["ca"].encode()))
    assert certificate.subject.rfc4514_string() == f"CN={box['id']}"
    assert (told["box"], told["centre_key"]) == (box["id"], centre.secrets.verify_key.hex())
    with centre.database.reading() as session:
        assert session.get_one(Box, box["id"]).state is BoxState.ACTIVE
        assert session.get_one(Project, story.site.project.id).roster_version == 1


def test_a_code_serves_one_box_only_which_may_ask_again_while_the_code_lasts(client: httpx.Client, centre: Centre, story: Story) -> None:
    body = request(claimed(client, story)["code"])
    first = provision(client, body).json()
    again = provision(client, body)
    assert (again.status_code, again.json()["box"]) == (201, first["box"])
    other = provision(client, request(body["claim_code"]))
    assert (other.status_code, other.json()["code"]) == (403, "CLAIM_CODE_INVALID")
    cast(FakeClock, centre.clock).forward(hours=2)
    assert provision(client, body).json()["code"] == "CLAIM_CODE_INVALID"


def test_an_expired_code_is_refused(client: httpx.Client, centre: Centre, story: Story) -> None:
    code = claimed(client, story)["code"]
    cast(FakeClock, centre.clock).forward(hours=1)
    assert provision(client, request(code)).json()["code"] == "CLAIM_CODE_INVALID"


def test_guessing_is_slowed_down(client: httpx.Client, centre: Centre, story: Story) -> None:
    code = claimed(client, story)["code"]
    answers = [provision(client, request("AAAAA-BBBBB-CCCCC-DDDDD")).status_code for _ in range(centre.settings.auth_failures_per_minute)]
    assert set(answers) == {403}
    assert provision(client, request(code)).status_code == 429


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"claim_code": "no code"}, "CLAIM_CODE_INVALID"),
        ({"signing_request": "no request"}, "SIGNING_REQUEST_INVALID"),
        ({"verify_key": "zz"}, "BOX_KEY_INVALID"),
        ({"sealing_key": "00" * 32}, "BOX_KEY_INVALID"),
    ],
)
def test_bad_requests_are_told_apart_and_leave_the_box_claimed(
    client: httpx.Client, centre: Centre, story: Story, changed: dict[str, str], code: str
) -> None:
    box = claimed(client, story)
    assert provision(client, request(box["code"]) | changed).json()["code"] == code
    with centre.database.reading() as session:
        assert session.get_one(Box, box["id"]).state is BoxState.CLAIMED


@pytest.mark.rule("A-60")
def test_only_the_general_contractor_puts_up_a_gate(client: httpx.Client, story: Story) -> None:
    path = f"/api/v1/projects/{story.site.project.id}/boxes"
    body = {"name": "门", "lane": "1"}
    sub = client.post(path, json=body, headers=story.token(story.sub_office(story.pro)))
    assert (sub.status_code, sub.json()["code"]) == (403, "ONLY_GENERAL_CONTRACTOR")
    stranger = client.post(path, json=body, headers=story.token(story.office(story.neighbour)))
    assert (stranger.status_code, stranger.json()["code"]) == (404, "NOT_FOUND")
    assert client.post(path, json=body, headers=story.token(story.authority)).status_code in (403, 404)


def test_a_lane_has_one_box(client: httpx.Client, story: Story) -> None:
    claimed(client, story)
    path = f"/api/v1/projects/{story.site.project.id}/boxes"
    answer = client.post(path, json={"name": "门", "lane": "1"}, headers=story.token(story.office()))
    assert (answer.status_code, answer.json()["code"]) == (409, "LANE_TAKEN")


def test_a_revoked_box_loses_its_copies_and_the_others_are_told(client: httpx.Client, centre: Centre, story: Story) -> None:
    box = claimed(client, story)
    provision(client, request(box["code"]))
    assignment = story.confirmed()
    with centre.database.writing() as session:
        copy = TemplateCopy(assignment_id=assignment.id, box_id=box["id"], engine="e", sealed=b"s", received_at=centre.clock.now())
        session.add(copy)
        before = session.get_one(Project, assignment.project_id).roster_version
    path, headers = f"/api/v1/boxes/{box['id']}/revocation", story.token(story.office())
    assert client.post(path, headers=story.token(story.office(story.neighbour))).status_code == 404
    assert client.post(path, headers=headers).json()["state"] == "revoked"
    assert client.post(path, headers=headers).json()["state"] == "revoked"
    with centre.database.reading() as session:
        assert session.scalars(select(TemplateCopy)).all() == []
        assert session.get_one(Project, assignment.project_id).roster_version == before + 1


def test_boxes_are_listed_to_their_owner_by_pages(client: httpx.Client, story: Story) -> None:
    ids = sorted(claimed(client, story, lane)["id"] for lane in "123")
    headers = story.token(story.office())
    first = client.get("/api/v1/boxes", params={"limit": 2}, headers=headers).json()
    second = client.get("/api/v1/boxes", params={"limit": 2, "cursor": first["next_cursor"]}, headers=headers).json()
    assert [box["id"] for box in first["items"] + second["items"]] == ids
    assert second["next_cursor"] is None
    assert client.get("/api/v1/boxes", headers=story.token(story.office(story.neighbour))).json()["items"] == []
    assert client.get("/api/v1/boxes", headers=story.token(story.sub_office(story.pro))).json()["items"] == []


@pytest.mark.rule("A-53")
def test_an_ended_assignment_takes_the_template_copies_with_it(centre: Centre, story: Story) -> None:
    assignment = story.confirmed()
    with centre.database.writing() as session:
        box = Box(id="b-1", project_id=assignment.project_id, name="", lane="1", direction="01", state=BoxState.ACTIVE)
        box.created_at = centre.clock.now() - dt.timedelta(days=1)
        session.add(box)
        session.flush()
        session.add(TemplateCopy(assignment_id=assignment.id, box_id="b-1", engine="e", sealed=b"s", received_at=centre.clock.now()))
    with centre.database.writing() as session:
        row = session.get_one(Assignment, assignment.id)
        row.state, row.ended_at, row.end_cause = AssignmentState.ENDED, centre.clock.now(), AssignmentEnd.COMPLETION
        note_roster_change(session, row)
    with centre.database.reading() as session:
        assert session.scalars(select(TemplateCopy)).all() == []
        versions = session.scalars(select(RosterChange.version).order_by(RosterChange.version)).all()
    assert versions == list(range(1, len(versions) + 1))

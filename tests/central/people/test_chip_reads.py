"""A chip that was read by a paired reader proves an identity; nothing else that an employer sends does (A-24, A-25)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import httpx
import pytest
from nacl.signing import SigningKey

from central.database import Database
from central.errors import Problem
from central.people import readers
from central.people import service as people
from central.people.chip_read import ChipFields, ChipRead, signing_bytes
from central.people.model import IdentityState
from tests.central.builders import FakeClock, Story, resident_number
from tests.central.people.bridge import FakeBridge
from tests.central.test_api_story import API, registration

NUMBER = resident_number(41)


def register(story: Story, read: ChipRead, name: str = "张建国") -> IdentityState:
    """With this read, by its employer."""
    centre, employer = story.centre, story.employer(story.site.labour)
    said = story.registration(name=name, id_number=NUMBER)
    with centre.database.writing() as session:
        found = people.register(session, centre.clock, centre.secrets, employer, said, policy=people.Policy(), chip_read=read)
        return found.worker.identity_state


def test_the_signed_bytes_are_as_published() -> None:
    fields = ChipFields(name="张建国", id_number=NUMBER, valid_until="2030-01-01")
    told = signing_bytes(fields, nonce="n", reader_id=7, read_at="2026-03-13T07:30:00.000Z")
    assert told.decode() == (
        'gongmen chip read 1\n{"fields":{"address":"","birth_date":"","id_number":"' + NUMBER + '","id_type":"01","issuer":"",'
        '"name":"张建国","nation":"","sex":"","valid_from":"","valid_until":"2030-01-01"},"nonce":"n",'
        '"read_at":"2026-03-13T07:30:00.000Z","reader_id":7}'
    )


@pytest.mark.rule("A-25")
def test_a_read_of_a_paired_reader_verifies_the_identity(story: Story) -> None:
    read = story.bridge(story.employer(story.site.labour)).read("张建国", NUMBER, valid_until="2030-01-01")
    assert register(story, read) is IdentityState.VERIFIED


@pytest.mark.rule("A-25")
def test_a_read_that_is_not_what_was_signed_or_typed_or_valid_is_refused_by_its_own_code(story: Story) -> None:
    bridge = story.bridge(story.employer(story.site.labour))
    good = bridge.read("张建国", NUMBER)
    stranger = FakeBridge(story.centre, story.employer(story.second.company_id))
    now = story.centre.clock.now()
    wrong = {
        "CHIP_READ_INVALID": [replace(good, fields=replace(good.fields, name="张小国")), replace(good, signature=bytes(64))],
        "PERSON_CARD_MISMATCH": [bridge.read("张小国", NUMBER), bridge.read("张建国", resident_number(42))],
        "CARD_EXPIRED": [bridge.read("张建国", NUMBER, valid_until="2026-03-12")],
        "CHIP_READ_STALE": [bridge.read("张建国", NUMBER, at=now - dt.timedelta(hours=1))],
        "READER_UNKNOWN": [stranger.read("张建国", NUMBER), replace(good, reader_id=999)],
    }
    wrong["CHIP_READ_INVALID"].append(bridge.read("张建国", NUMBER, nonce="bm90IG91cnM="))
    for code, reads in wrong.items():
        for read in reads:
            with pytest.raises(Problem, match=code):
                register(story, read)


def test_a_nonce_is_good_for_a_quarter_of_an_hour_and_its_own_employer(story: Story) -> None:
    bridge, clock = story.bridge(story.employer(story.site.labour)), story.centre.clock
    assert isinstance(clock, FakeClock)
    nonce, _ = readers.nonce(clock, story.centre.secrets, story.employer(story.site.labour))
    theirs, _ = readers.nonce(clock, story.centre.secrets, story.employer(story.second.company_id))
    with pytest.raises(Problem, match="CHIP_READ_INVALID"):
        register(story, bridge.read("张建国", NUMBER, nonce=theirs))
    clock.forward(minutes=16)
    with pytest.raises(Problem, match="CHIP_READ_STALE"):
        register(story, bridge.read("张建国", NUMBER, nonce=nonce))


@pytest.mark.rule("A-24")
def test_a_reader_is_paired_once_by_its_code_and_revoked_by_its_employer(story: Story, client: httpx.Client, database: Database) -> None:
    employer = story.token(story.employer(story.site.labour))
    key = SigningKey.generate()
    code = client.post(f"{API}/readers/pairings", headers=employer).json()["code"]
    body = {"code": code, "public_key": bytes(key.verify_key).hex(), "name": "前台", "sam_id": "05.03"}
    paired = client.post(f"{API}/readers/pair", json=body)
    assert (paired.status_code, paired.json()["company_id"]) == (201, story.site.labour.id)
    again = client.post(f"{API}/readers/pair", json=body)
    assert (again.status_code, again.json()["code"]) == (403, "PAIRING_CODE_INVALID")
    nonce = client.post(f"{API}/readers/nonces", headers=employer).json()["nonce"]
    fields = ChipFields(name="张建国", id_number=NUMBER)
    at = "2026-03-12T23:29:00.000Z"
    told = signing_bytes(fields, nonce=nonce, reader_id=paired.json()["reader_id"], read_at=at)
    read = {"reader_id": paired.json()["reader_id"], "nonce": nonce, "read_at": at, "signature": key.sign(told).signature.hex()}
    said = registration(id_number=NUMBER, identity={"source": "chip", "read": {**read, "fields": vars(fields)}})
    assert client.delete(f"{API}/readers/{read['reader_id']}", headers=story.token(story.employer(story.site.gc))).status_code == 404
    assert client.post(f"{API}/workers", json=said, headers=employer).json()["identity_state"] == "verified"
    assert client.delete(f"{API}/readers/{read['reader_id']}", headers=employer).json()["revoked_at"]
    refused = client.post(f"{API}/workers", json={**said, "id_number": resident_number(43)}, headers=employer)
    assert refused.json()["code"] == "READER_UNKNOWN"


@pytest.mark.rule("A-25")
def test_a_claim_to_have_read_the_chip_without_a_read_is_refused(story: Story, client: httpx.Client) -> None:
    employer = story.token(story.employer(story.site.labour))
    answer = client.post(f"{API}/workers", json=registration(identity={"source": "chip"}), headers=employer)
    assert (answer.status_code, answer.json()["code"]) == (422, "CHIP_READ_REQUIRED")


def test_guessing_pairing_codes_is_slowed_down(story: Story, client: httpx.Client) -> None:
    body = {"code": "AAAAAAAAAA", "public_key": "11" * 32, "name": "陌生"}
    limit = story.centre.settings.auth_failures_per_minute
    codes = [client.post(f"{API}/readers/pair", json=body).status_code for _ in range(limit + 1)]
    assert codes == [403] * limit + [429]

"""A box's certificate is renewed by the box itself, at two thirds of its life: both sides against each other."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from sqlalchemy import select

from central.audit import AuditEntry
from central.centre import Centre
from central.devices import rules, service
from central.devices.certificates import BOX_DAYS, CertificateAuthority
from central.devices.model import Box
from central.errors import Problem
from edge.errors import CentreUnreachable, ClaimRefused
from edge.sync import renewal
from edge.sync.link import Broker, Closed, Link, LinkEvent, Opened, Tls
from edge.sync.provisioning import provision
from edge.sync.wire import Direction
from tests.central.builders import FakeClock, Story
from tests.parts.broker import Mosquitto

URL = "https://centre.example"
DUE = BOX_DAYS * 2 // 3 + 1


class Boxed:
    """A provisioned box whose requests reach the centre of the test, or get lost."""

    def __init__(self, story: Story, client: httpx.Client, home: Path) -> None:
        self.story, self.client, self.home = story, client, home
        assert isinstance(story.centre.clock, FakeClock)
        self.clock = story.centre.clock
        self.asked = 0
        self.lose_answers = False
        with story.centre.database.writing() as session:
            where = {"name": "门", "lane": "1"}
            box, code = service.claim(session, self.clock, story.office(), story.site.project.id, direction=Direction.IN, **where)
            self.id = box.id
        provision(home, URL, code, self.line())

    def line(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._carry))

    def _carry(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        answer = self.client.post(request.url.path, json=json.loads(request.content))
        if self.lose_answers:
            raise httpx.ReadTimeout("lost")
        return httpx.Response(answer.status_code, content=answer.content)

    def renew(self, skew: dt.timedelta = dt.timedelta(0)) -> bool:
        return renewal.renew(self.home, self.id, URL, self.clock.now() + skew, self.line())

    def certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(renewal.pair_of(self.home)[0].read_bytes())

    def refusal(self, **skew: dt.timedelta) -> str:
        with pytest.raises(ClaimRefused) as raised:
            self.renew(**skew)
        return raised.value.detail


@pytest.fixture
def box(story: Story, client: httpx.Client, tmp_path: Path) -> Boxed:
    return Boxed(story, client, tmp_path / "box")


def test_from_two_thirds_of_its_life_on_a_certificate_is_renewed_under_the_same_name_with_a_fresh_key(box: Boxed, centre: Centre) -> None:
    first, before = box.certificate(), box.asked
    assert not box.renew()
    box.clock.forward(days=DUE - 5)
    assert not box.renew()
    assert box.asked == before, "what is not due asks nobody"
    box.clock.forward(days=5)
    assert box.renew()
    second = box.certificate()
    assert second.subject == first.subject
    assert second.public_key() != first.public_key()
    assert second.not_valid_after_utc - first.not_valid_after_utc > dt.timedelta(days=200)
    assert first.not_valid_after_utc > box.clock.now(), "the former one stays valid until it ends"
    pair, key = renewal.pair_of(box.home)
    assert pair == key
    assert pair.stat().st_mode & 0o077 == 0
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    assert private.public_key() == second.public_key()
    assert not box.renew()
    with centre.database.reading() as session:
        row = session.get_one(Box, box.id)
        assert row.certificate_expires_at == second.not_valid_after_utc
        assert row.certificate_serial == f"{second.serial_number:x}"
        assert session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "box.renewed")).all() == [f"box:{box.id}"]


def test_a_lost_answer_is_asked_for_again_with_the_same_key(box: Boxed) -> None:
    box.clock.forward(days=DUE)
    box.lose_answers = True
    first = box.certificate()
    with pytest.raises(CentreUnreachable):
        box.renew()
    assert box.certificate() == first, "until an answer comes the box keeps what it has"
    begun = (box.home / "secrets" / "renewal.key").read_bytes()
    box.lose_answers = False
    box.clock.forward(hours=6)
    assert box.renew()
    assert begun in renewal.pair_of(box.home)[0].read_bytes()
    assert not (box.home / "secrets" / "renewal.key").exists()


def test_a_clock_that_is_ahead_gets_nothing_early_and_one_that_is_behind_asks_later(box: Boxed) -> None:
    box.clock.forward(days=100)
    assert box.refusal(skew=dt.timedelta(days=300)) == "CERTIFICATE_NOT_DUE"
    box.clock.forward(days=DUE - 100)
    assert not box.renew(skew=dt.timedelta(days=-30))
    assert not box.renew(skew=dt.datetime(1970, 1, 1, tzinfo=dt.UTC) - box.clock.now()), "a clock that was never set asks nothing"
    assert box.renew(skew=dt.timedelta(days=400)), "the centre's clock decides"


def test_a_revoked_box_and_one_whose_certificate_has_ended_are_claimed_anew_by_hand(box: Boxed, centre: Centre) -> None:
    box.clock.forward(days=BOX_DAYS)
    assert box.refusal() == "CERTIFICATE_ENDED"
    box.clock.forward(days=-30)
    with centre.database.writing() as session:
        service.revoke(session, centre.clock, box.story.office(), box.id)
    assert box.refusal() == "RENEWAL_REFUSED"
    assert not (box.home / "secrets" / "client.pem").exists()


def test_nobody_renews_for_a_box_without_its_key_and_guessing_is_slowed_down(box: Boxed, centre: Centre) -> None:
    box.clock.forward(days=DUE)
    body = {"signing_request": "x", "signature": "ab" * 64}
    answers = [box.client.post(f"/api/v1/boxes/{name}/renewal", json=body) for name in (box.id, "b-nobody0")]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "RENEWAL_REFUSED")}
    for _ in range(centre.settings.auth_failures_per_minute):
        box.client.post("/api/v1/boxes/b-nobody0/renewal", json=body)
    assert box.client.post(f"/api/v1/boxes/{box.id}/renewal", json=body).status_code == 429


def test_the_broker_takes_the_former_certificate_and_the_new_one(story: Story, client: httpx.Client, tmp_path: Path) -> None:
    assert isinstance(story.centre.clock, FakeClock)
    story.centre.clock.at = dt.datetime.now(dt.UTC) - dt.timedelta(days=DUE)  # a broker goes by the machine's clock
    box = Boxed(story, client, tmp_path / "box")
    before = renewal.pair_of(box.home)
    box.clock.forward(days=DUE)
    assert box.renew()
    authority = CertificateAuthority.load(story.centre.settings.home / "secrets" / "ca")
    with Mosquitto(tmp_path / "broker", authority) as broker:
        for pair in (before, renewal.pair_of(box.home)):
            place = Broker("localhost", broker.port, Tls(box.home / "secrets" / "ca.crt", *pair))
            link = Link(box.id, place, ["gm/1/central/state"], lambda: (f"gm/1/{box.id}/up/state", b"gone"))
            happened: list[LinkEvent] = []
            while not any(isinstance(event, Opened | Closed) for event in happened):
                happened += link.poll(0.05)
            link.close(f"gm/1/{box.id}/up/state", b"bye")
            assert Opened() in happened


NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("issued", "provisioned", "code"),
    [
        (300, 300, ""),
        (100, 100, "CERTIFICATE_NOT_DUE"),
        (365, 365, "CERTIFICATE_ENDED"),
        (0.2, 250, ""),
        (2, 250, "CERTIFICATE_NOT_DUE"),
        (0.2, 0.2, "CERTIFICATE_NOT_DUE"),
    ],
    ids=["due", "not due", "ended", "the answer may have been lost", "long answered", "provisioned a moment ago"],
)
def test_when_a_certificate_may_be_renewed(issued: float, provisioned: float, code: str) -> None:
    begins = NOW - dt.timedelta(days=issued)

    def ask() -> None:
        rules.may_renew(begins, begins + dt.timedelta(days=BOX_DAYS), NOW - dt.timedelta(days=provisioned), NOW)

    assert _refused(ask) == code


def _refused(deed: Callable[[], None]) -> str:
    try:
        deed()
    except Problem as problem:
        return problem.code
    return ""

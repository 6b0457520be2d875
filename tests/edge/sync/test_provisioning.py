"""A claim code becomes a box: keys that never leave it, a certificate, a settings file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from edge import settings
from edge.errors import CentreUnreachable, ClaimRefused, ConfigInvalid, EdgeError
from edge.store.journal import Journal
from edge.store.secrets import BoxKeys, secrets_dir
from edge.sync.provisioning import provision
from edge.sync.wire import Direction
from tests.edge.store.box import FakeClock, opened, passage, record

URL = "https://centre.example"
ANSWER = {
    "box": "b-k3v7a2qd",
    "project_id": 12,
    "project_reg_no": "2024-PD-0012",
    "lane": '1"东\\',
    "direction": "02",
    "centre_key": "ab" * 32,
    "mqtt": {"host": "centre.example", "port": 8883, "tls": True},
    "certificate": "-----BEGIN CERTIFICATE-----\n",
    "ca": "-----BEGIN CERTIFICATE-----\nca",
    "told_by_a_newer_centre": 1,
}
"""The project's centre key is any 32 bytes here."""


class FakeCentre:
    """Answers each request with what comes next, and remembers what was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == f"{URL}/api/v1/boxes/provision"
        self.asked.append(json.loads(request.content))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def ask(home: Path, centre: Callable[[httpx.Request], httpx.Response], url: str = URL) -> None:
    provision(home, url, " K7QXA-2M4PD ", httpx.Client(transport=httpx.MockTransport(centre)))


def test_a_claim_code_becomes_keys_a_certificate_and_settings_that_only_the_box_may_read(tmp_path: Path) -> None:
    centre = FakeCentre(httpx.Response(201, json=ANSWER))
    ask(tmp_path, centre)
    keys, [asked] = BoxKeys.load(tmp_path), centre.asked
    assert asked["claim_code"] == "K7QXA-2M4PD"
    assert asked["verify_key"] == keys.verify_key.hex() and asked["sealing_key"] == keys.sealing_public.hex()
    assert x509.load_pem_x509_csr(asked["signing_request"].encode()).is_signature_valid
    told = settings.load(tmp_path)
    assert (told.box, told.project, told.lane, told.direction) == ("b-k3v7a2qd", "2024-PD-0012", '1"东\\', Direction.OUT)
    assert (told.mqtt_host, told.mqtt_port, told.mqtt_tls, told.centre_key, told.centre_url) == (
        "centre.example",
        8883,
        True,
        "ab" * 32,
        URL,
    )
    files = {file.name: file.stat().st_mode & 0o777 for file in secrets_dir(tmp_path).iterdir()}
    assert files == dict.fromkeys(("signing.key", "sealing.key", "client.key", "client.crt", "ca.crt"), 0o600)
    assert (tmp_path / "box.toml").stat().st_mode & 0o777 == 0o600
    assert secrets_dir(tmp_path).stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in tmp_path.iterdir()) == ["box.toml", "secrets"]


def test_an_answer_lost_on_the_way_is_asked_for_again_with_the_same_keys(tmp_path: Path) -> None:
    centre = FakeCentre(httpx.ReadTimeout("lost"), httpx.Response(201, json=ANSWER))
    with pytest.raises(CentreUnreachable) as lost:
        ask(tmp_path, centre)
    assert lost.value.retryable and not (tmp_path / "box.toml").exists()
    ask(tmp_path, centre)
    first, second = centre.asked
    assert first["verify_key"] == second["verify_key"] and first["sealing_key"] == second["sealing_key"]


@pytest.mark.parametrize(
    ("answer", "error", "detail"),
    [
        (httpx.Response(403, json={"code": "CLAIM_CODE_INVALID"}), ClaimRefused, "CLAIM_CODE_INVALID"),
        (httpx.Response(404, text="<html>"), ClaimRefused, "HTTP 404"),
        (httpx.Response(429, json={}), CentreUnreachable, "HTTP 429"),
        (httpx.Response(503), CentreUnreachable, "HTTP 503"),
        (httpx.Response(200, text="<html>sign in to the site's network"), CentreUnreachable, "no answer of a centre"),
        (httpx.Response(201, json=ANSWER | {"box": "../escape/#"}), CentreUnreachable, "no answer of a centre"),
        (httpx.Response(201, json=ANSWER | {"centre_key": "short"}), CentreUnreachable, "no answer of a centre"),
        (httpx.Response(302, headers={"location": "https://elsewhere"}), CentreUnreachable, "no answer of a centre"),
        (httpx.ConnectError("refused"), CentreUnreachable, "ConnectError"),
    ],
)
def test_whatever_goes_wrong_is_a_coded_error_and_leaves_no_box(
    tmp_path: Path, answer: httpx.Response | Exception, error: type[EdgeError], detail: str
) -> None:
    with pytest.raises(error, match=detail):
        ask(tmp_path, FakeCentre(answer))
    assert not (tmp_path / "box.toml").exists() and not secrets_dir(tmp_path).exists()


def test_a_code_that_is_refused_leaves_a_working_box_as_it_was(tmp_path: Path) -> None:
    ask(tmp_path, FakeCentre(httpx.Response(201, json=ANSWER)))
    before = BoxKeys.load(tmp_path).verify_key
    with pytest.raises(ClaimRefused):
        ask(tmp_path, FakeCentre(httpx.Response(403, json={"code": "CLAIM_CODE_INVALID"})))
    assert BoxKeys.load(tmp_path).verify_key == before and settings.load(tmp_path).box == "b-k3v7a2qd"


def test_a_box_that_becomes_another_one_sets_its_old_store_aside_and_gets_new_keys(tmp_path: Path) -> None:
    ask(tmp_path, FakeCentre(httpx.Response(201, json=ANSWER)))
    before = BoxKeys.load(tmp_path)
    with opened(tmp_path) as store:
        record(store, Journal(store, FakeClock()), passage())
    ask(tmp_path, FakeCentre(httpx.Response(201, json=ANSWER | {"box": "b-another0"})))
    assert BoxKeys.load(tmp_path).verify_key != before.verify_key and settings.load(tmp_path).box == "b-another0"
    with opened(tmp_path) as store:
        assert Journal(store, FakeClock()).max_seq() == 0
    assert len(list(tmp_path.glob("edge.db.former-*"))) >= 1


@pytest.mark.parametrize("url", ["http://centre.example", "ftp://centre.example", "centre.example", ""])
def test_a_claim_code_does_not_cross_a_network_in_the_open(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigInvalid):
        ask(tmp_path, FakeCentre(), url)


def test_plain_http_is_for_the_same_machine(tmp_path: Path) -> None:
    asked: list[str] = []

    def centre(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(201, json=ANSWER | {"mqtt": {"host": "127.0.0.1", "port": 1883, "tls": False}})

    ask(tmp_path, centre, "http://127.0.0.1:8460/")
    assert asked == ["http://127.0.0.1:8460/api/v1/boxes/provision"]
    assert not settings.load(tmp_path).mqtt_tls

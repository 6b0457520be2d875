"""The office reader's bridge: what it answers the portal's page, and whom it refuses."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from central.errors import Problem
from central.people.chip_read import ChipFields, ChipRead, proven
from edge.reader.causes import Cause
from gongmen.reader_bridge import HOST, PORT, Bridge, chip_fields
from gongmen.reader_desk import Reading, judge
from gongmen.reader_pairing import Paired, PairingFailed, kept, load, origin_of, pair
from hardware.card_reader import CardData, ChipKind, ChipSeen, synthetic

CENTRE = "https://gongmen.example.com"
KEY = SigningKey(bytes(range(32)))
PAIRED = Paired(CENTRE, 7, "front desk", bytes(KEY).hex())
NOW = datetime(2026, 3, 13, 7, 30, tzinfo=UTC)
PAGE = {"Origin": CENTRE, "Host": f"{HOST}:{PORT}"}


def _ask(bridge: Bridge, method: str, path: str, headers: dict[str, str], **more: Any) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(bridge.app), base_url=f"http://{HOST}:{PORT}") as client:
            return await client.request(method, path, headers=headers, **more)

    return asyncio.run(asked())


def _bridge(card: CardData | ChipSeen | None = None, *causes: Cause) -> Bridge:
    def read() -> Reading:
        reading = Reading(causes=causes)
        if card is not None:
            judge(card, reading)
        return reading

    return Bridge(PAIRED, read, now=lambda: NOW)


def _read(body: dict[str, Any]) -> ChipRead:
    fields = ChipFields(**body["fields"])
    return ChipRead(fields, body["reader_id"], body["nonce"], body["read_at"], bytes.fromhex(body["signature"]))


@pytest.mark.rule("A-25")
def test_a_read_is_signed_so_that_the_centre_believes_it_and_no_other() -> None:
    answer = _ask(_bridge(synthetic.resident(valid_until=None)), "POST", "/v1/read", PAGE, json={"nonce": "n0"})
    assert answer.status_code == 200
    read = _read(answer.json())
    proven(read, bytes(KEY.verify_key), NOW)
    assert (read.fields.name, read.fields.id_number, read.fields.birth_date) == ("张测试", "310199198503150032", "1985-03-15")
    assert (read.fields.nation, read.fields.sex, read.fields.valid_until, read.nonce) == ("汉", "1", "", "n0")
    with pytest.raises(Problem, match="CHIP_READ_INVALID"):
        proven(ChipRead(read.fields, read.reader_id, "n1", read.read_at, read.signature), bytes(KEY.verify_key), NOW)
    with pytest.raises(BadSignatureError):
        VerifyKey(bytes(SigningKey.generate().verify_key)).verify(b"", read.signature)


@pytest.mark.parametrize(
    ("card", "kind"),
    [
        (synthetic.resident(), "01"),
        (synthetic.permit(), "99"),
        (synthetic.foreign_2017(), "99"),
        (synthetic.foreign_2023(), "99"),
    ],
)
def test_a_document_that_is_no_residents_card_is_not_passed_off_as_one(card: CardData, kind: str) -> None:
    reading = Reading()
    judge(card, reading)
    assert reading.card is not None
    assert chip_fields(reading.card).id_type == kind


@pytest.mark.parametrize(
    ("bridge", "code"),
    [
        (_bridge(None, Cause.CARD_ABSENT), "CARD_ABSENT"),
        (_bridge(None, Cause.READER_NOT_FOUND), "READER_NOT_FOUND"),
        (_bridge(synthetic.resident(valid_until=date(2020, 1, 1))), "CARD_EXPIRED"),
        (_bridge(synthetic.resident(birth=date(2020, 1, 1))), "UNDER_AGE"),
        (_bridge(ChipSeen(ChipKind.DESFIRE, bytes(7))), "CARD_WRONG_KIND"),
    ],
)
@pytest.mark.rule("A-25")
def test_what_speaks_against_a_card_is_told_with_what_to_do_and_nothing_is_signed(bridge: Bridge, code: str) -> None:
    answer = _ask(bridge, "POST", "/v1/read", PAGE, json={"nonce": "n0"})
    assert answer.status_code == 409
    assert set(answer.json()) == {"code", "zh", "zh_next", "en", "en_next"}
    assert answer.json()["code"] == code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": CENTRE + ".evil.example"}, 403),
        ({"Origin": "http://gongmen.example.com"}, 403),
        ({"Origin": CENTRE, "Host": "rebound.evil.example"}, 421),
        ({"Origin": CENTRE, "Host": "rebound.evil.example:8463"}, 421),
        ({"Origin": CENTRE, "Host": HOST}, 421),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/hello"), ("POST", "/v1/read"), ("OPTIONS", "/v1/read")])
def test_nobody_but_the_portals_page_on_this_machine_is_answered(headers: dict[str, str], status: int, method: str, path: str) -> None:
    bridge = _bridge(synthetic.resident())
    answer = _ask(bridge, method, path, headers, **({"json": {"nonce": "n0"}} if method == "POST" else {}))
    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers
    assert "310199198503150032" not in answer.text


def test_a_browser_is_allowed_to_ask_for_that_page_only() -> None:
    asked = PAGE | {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
        "Access-Control-Request-Private-Network": "true",
    }
    answer = _ask(_bridge(), "OPTIONS", "/v1/read", asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == CENTRE
    assert answer.headers["access-control-allow-private-network"] == "true"
    assert answer.headers["access-control-allow-headers"] == "Content-Type"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "sent",
    [
        {"content": b'{"nonce": "n0"}', "headers": {"Content-Type": "text/plain"}},
        {"content": b'{"nonce": "n0"}', "headers": {}},
        {"content": b"{", "headers": {"Content-Type": "application/json"}},
        {"content": b"[]", "headers": {"Content-Type": "application/json"}},
        {"content": b'{"nonce": ""}', "headers": {"Content-Type": "application/json"}},
        {"content": b'{"nonce": "' + b"n" * 101 + b'"}', "headers": {"Content-Type": "application/json"}},
        {"content": b'{"nonce": "n\\n"}', "headers": {"Content-Type": "application/json"}},
        {"content": b" " * 5000 + b'{"nonce": "n0"}', "headers": {"Content-Type": "application/json"}},
    ],
)
def test_a_request_that_a_browser_could_send_unasked_or_that_makes_no_sense_reads_no_card(sent: dict[str, Any]) -> None:
    answer = _ask(_bridge(synthetic.resident()), "POST", "/v1/read", PAGE | sent["headers"], content=sent["content"])
    assert (answer.status_code, answer.json()["code"]) == (422, "REQUEST_INVALID")


def test_one_card_is_read_at_a_time() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def read() -> Reading:
        begun.set()
        assert go_on.wait(10)
        return Reading(causes=(Cause.CARD_ABSENT,))

    bridge = Bridge(PAIRED, read)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(_ask, bridge, "POST", "/v1/read", PAGE, json={"nonce": "a"})
        assert begun.wait(10)
        second = _ask(bridge, "POST", "/v1/read", PAGE, json={"nonce": "b"})
        go_on.set()
    assert [answer.json()["code"] for answer in (second, first.result())] == ["READER_BUSY", "CARD_ABSENT"]


def _centre(status: int, told: dict[str, Any]) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(status, json=told)))


def test_a_code_is_redeemed_once_and_the_key_is_kept_for_its_user_only(tmp_path: Path) -> None:
    path = tmp_path / "gongmen/office-reader.json"
    paired = pair(f"{CENTRE}/readers", " 7K3MPQ2XWA ", "desk", "05.03", path=path, client=_centre(201, {"reader_id": 3, "company_id": 1}))
    assert (paired.centre, paired.reader_id) == (CENTRE, 3)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert kept(path) == paired
    assert paired.key not in repr(paired)


def test_a_refused_code_leaves_no_key_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "reader.json"
    with pytest.raises(PairingFailed) as failed:
        pair(CENTRE, "WRONG", "desk", "", path=path, client=_centre(403, {"code": "PAIRING_CODE_INVALID", "detail": "x", "detail_en": "y"}))
    assert failed.value.code == "PAIRING_CODE_INVALID"
    assert load(path) is None
    with pytest.raises(PairingFailed, match="NOT_PAIRED"):
        kept(path)
    with pytest.raises(PairingFailed, match="CENTRE_UNREACHABLE"):
        pair(CENTRE, "ANY", "desk", "", path=path, client=httpx.Client(transport=httpx.MockTransport(_no_answer)))


def _no_answer(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route", request=request)


def test_a_key_that_others_may_read_or_that_is_none_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "reader.json"
    pair(CENTRE, "CODE", "desk", "", path=path, client=_centre(201, {"reader_id": 3, "company_id": 1}))
    path.chmod(0o640)
    with pytest.raises(PairingFailed, match="READER_KEY_EXPOSED"):
        load(path)
    path.chmod(0o600)
    path.write_text("{}")
    with pytest.raises(PairingFailed, match="READER_KEY_DAMAGED"):
        load(path)


@pytest.mark.parametrize("url", ["http://gongmen.example.com", "gongmen.example.com", "ftp://127.0.0.1", "https://", ""])
def test_a_centre_is_spoken_to_by_tls_only(url: str) -> None:
    with pytest.raises(PairingFailed, match="CENTRE_ADDRESS_INVALID"):
        origin_of(url)


def test_an_origin_is_the_address_without_path_name_or_capitals() -> None:
    assert origin_of("https://user@Gongmen.Example.com:8443/x?y") == "https://gongmen.example.com:8443"
    assert origin_of("http://127.0.0.1:8000/") == "http://127.0.0.1:8000"

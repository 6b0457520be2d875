"""A pass as a QR code: what is signed opens, what is altered, borrowed or over does not."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey

from edge.sync import qr_pass
from edge.sync.qr_pass import QrPassUnfit

KEY = SigningKey(bytes(range(32)))
NOW = 1_800_000_000


def sign(data: bytes) -> bytes:
    return KEY.sign(data).signature


def verify(signer: str, data: bytes, signature: bytes) -> bool:
    try:
        KEY.verify_key.verify(data, signature)
    except (BadSignatureError, ValueError):
        return False
    return signer == "b-00000001"


def written(not_after_s: int = NOW + 60) -> str:
    return qr_pass.write("p-000000001", not_after_s, "b-00000001", sign)


def test_a_pass_says_whose_it_is() -> None:
    assert qr_pass.read(written(), verify, NOW).person == "p-000000001"


def test_a_pass_fits_the_small_alphanumeric_kind_of_code() -> None:
    allowed = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert set(written()) <= allowed
    assert len(written()) < 200


def test_a_pass_that_is_over_names_its_person_so_that_the_refusal_can() -> None:
    with pytest.raises(QrPassUnfit) as unfit:
        qr_pass.read(written(NOW - qr_pass.SKEW_S), verify, NOW)
    assert (unfit.value.code, unfit.value.person) == ("QR_EXPIRED", "p-000000001")


def test_a_pass_for_next_year_is_none_even_if_it_is_signed() -> None:
    with pytest.raises(QrPassUnfit) as unfit:
        qr_pass.read(written(NOW + 365 * 86400), verify, NOW)
    assert unfit.value.code == "QR_EXPIRED"


@given(st.data())
def test_a_pass_with_one_altered_bit_is_invalid(data: st.DataObject) -> None:
    code = written().removeprefix("GM1:")
    raw = bytearray(base64.b32decode(code + "=" * (-len(code) % 8)))
    bit = data.draw(st.integers(0, 8 * len(raw) - 1))
    raw[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(QrPassUnfit) as unfit:
        qr_pass.read("GM1:" + base64.b32encode(raw).decode().rstrip("="), verify, NOW)
    assert (unfit.value.code, unfit.value.person) == ("QR_INVALID", "")


@given(st.text())
def test_whatever_else_a_scanner_reads_is_invalid(text: str) -> None:
    for shown in (text, f"GM1:{text}"):
        with pytest.raises(QrPassUnfit) as unfit:
            qr_pass.read(shown, verify, NOW)
        assert unfit.value.code == "QR_INVALID"

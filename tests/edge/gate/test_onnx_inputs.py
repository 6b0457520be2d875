"""Dropping surplus inputs of an ONNX file without touching anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.gate.engines.onnx_inputs import keep_inputs


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number: int, payload: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(payload)) + payload


names = st.text("abcdefgh_", min_size=1, max_size=200)


@given(kept=st.lists(names, max_size=5), dropped=st.lists(names, max_size=5), nodes=st.lists(st.binary(max_size=300), max_size=4))
def test_only_the_named_inputs_stay_and_all_else_is_unchanged(kept: list[str], dropped: list[str], nodes: list[bytes]) -> None:
    dropped = [name for name in dropped if name not in kept]
    head, tail = b"\x08\x07", field(8, b"\x10\x0b")
    rest = b"".join(field(1, node) for node in nodes) + b"\x35\x01\x02\x03\x04" + b"\x39" + bytes(8)
    inputs = [field(11, field(1, name.encode()) + field(2, b"\x01")) for name in kept]
    surplus = [field(11, field(1, name.encode())) for name in dropped]
    before = head + field(7, rest + b"".join(inputs + surplus)) + tail
    assert keep_inputs(before, frozenset(kept)) == head + field(7, rest + b"".join(inputs)) + tail


@given(st.binary(max_size=200))
def test_bytes_that_are_no_model_are_refused_or_copied_but_never_crash(data: bytes) -> None:
    try:
        keep_inputs(data, frozenset())
    except ValueError as error:
        assert "no protobuf" in str(error)


def test_a_field_that_reaches_over_the_end_is_refused() -> None:
    with pytest.raises(ValueError, match="reaches over the end"):
        keep_inputs(field(7, b"abc")[:-1], frozenset())

"""Frames under attack: whatever arrives is either what was signed, or a coded error."""

from __future__ import annotations

import typing
from collections.abc import Callable
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.sync import wire
from tests.contract.golden_files import TOPIC, sign
from tests.contract.samples import MESSAGES

BATCH = MESSAGES["event-batch"]


def verify(data: bytes, signature: bytes) -> bool:
    return sign(data) == signature


def framed(body: bytes, version: int = wire.VERSION) -> bytes:
    head = b"GM" + bytes([version])
    return head + sign(TOPIC.encode() + b"\0" + head + body) + body


def refused(data: bytes, topic: str = TOPIC) -> str:
    with pytest.raises(wire.WireError) as error:
        wire.unframe(topic, data, wire.EventBatch, verify)
    return error.value.code


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    """Any value that a field of that type may hold."""
    arguments, origin = get_args(hint), get_origin(hint)
    if origin in (typing.Union, UnionType):
        return st.one_of(*(of_type(argument) for argument in arguments))
    if origin is tuple and arguments[-1] is not Ellipsis:
        return st.tuples(*(of_type(argument) for argument in arguments))
    if origin in (tuple, list):
        listed = st.lists(of_type(arguments[0]), max_size=3)
        return listed.map(tuple) if origin is tuple else listed
    if origin is dict:
        return st.dictionaries(of_type(arguments[0]), of_type(arguments[1]), max_size=3)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return st.builds(
            hint, **{name: of_type(field) for name, field in typing.get_type_hints(hint).items() if name in hint.__struct_fields__}
        )
    simple = {int: st.integers(-(2**63), 2**63 - 1), str: st.text(), bytes: st.binary(), bool: st.booleans(), type(None): st.none()}
    return simple[hint]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(get_args(wire.Message)).flatmap(of_type))
def test_any_message_is_read_as_it_was_written(message: wire.Message) -> None:
    assert wire.unframe(TOPIC, wire.frame(TOPIC, message, sign), type(message), verify) == message


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(get_args(wire.Message)))
def test_any_bytes_are_a_message_or_a_coded_error(data: bytes, kind: type[wire.Message]) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: wire.decode(data, kind),
        lambda: wire.unframe(TOPIC, data, kind, verify),
        lambda: wire.unframe(TOPIC, framed(data), kind, verify),
        lambda: wire.unframe(TOPIC, framed(zstandard.compress(data)), kind, verify),
    ]
    for attempt in attempts:
        try:
            assert isinstance(attempt(), kind)
        except wire.WireError as error:
            assert error.code in {"BAD_FRAME", "BAD_SIGNATURE", "BAD_MESSAGE", "VERSION_UNSUPPORTED"}


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(1, 255))
def test_a_single_altered_byte_is_noticed(at: int, flip: int) -> None:
    data = bytearray(wire.frame(TOPIC, BATCH, sign))
    data[at % len(data)] ^= flip
    assert refused(bytes(data)) in {"BAD_FRAME", "BAD_SIGNATURE", "VERSION_UNSUPPORTED"}


def test_a_frame_cannot_be_replayed_under_another_topic() -> None:
    assert refused(wire.frame(TOPIC, BATCH, sign), wire.up_topic("b-other", wire.Up.EVENTS)) == "BAD_SIGNATURE"


@pytest.mark.parametrize("version", [0, wire.OLDEST_READ - 1, wire.VERSION + 1, 255])
def test_versions_that_this_side_does_not_know_are_named(version: int) -> None:
    assert refused(framed(zstandard.compress(wire.encode(BATCH)), version)) == "VERSION_UNSUPPORTED"


def test_a_body_that_declares_a_huge_size_is_refused_before_room_is_made_for_it() -> None:
    """RFC 8878, 3.1.1.1: magic, a descriptor for a single segment with an 8-byte content size, and that size: 2**60 bytes."""
    bomb = bytes.fromhex("28b52ffd") + bytes([0b1110_0000]) + (2**60).to_bytes(8, "little") + b"\x01\x00\x00"
    assert zstandard.get_frame_parameters(bomb).content_size == 2**60
    assert refused(framed(bomb)) == "BAD_FRAME"


def test_a_body_that_hides_its_size_and_explodes_is_refused() -> None:
    packer = zstandard.ZstdCompressor(write_content_size=False)
    assert refused(framed(packer.compress(bytes(wire.MAX_BODY_BYTES + 1)))) == "BAD_FRAME"
    declared = zstandard.compress(bytes(wire.MAX_BODY_BYTES + 1))
    assert refused(framed(declared)) == "BAD_FRAME"


def test_a_body_as_large_as_allowed_is_read() -> None:
    packed = [bytes(wire.MAX_BODY_BYTES - 64)]
    batch = wire.EventBatch("e", 1, wire.GENESIS, 0, packed)
    assert wire.unframe(TOPIC, wire.frame(TOPIC, batch, sign), wire.EventBatch, verify) == batch


def test_a_frame_is_written_in_the_version_that_its_reader_reads() -> None:
    for wanted, written in ((wire.VERSION, wire.VERSION), (wire.VERSION + 5, wire.VERSION), (0, wire.OLDEST_READ)):
        frame = wire.frame(TOPIC, BATCH, sign, wanted)
        assert wire.version_of(frame) == written
        assert wire.unframe(TOPIC, frame, wire.EventBatch, verify) == BATCH
    assert (wire.version_of(b""), wire.version_of(b"no frame")) == (0, 0)


def test_topics_stay_where_they_are_when_the_version_rises() -> None:
    assert wire.up_topic("b-1", wire.Up.EVENTS) == f"gm/{wire.TREE}/b-1/up/events"
    with pytest.raises(wire.WireError, match="BAD_TOPIC"):
        wire.box_of(f"gm/{wire.TREE + 1}/b-1/up/events")


@pytest.mark.parametrize("topic", ["", "gm/1/b-1/up", "gm/1/b-1/up/none", "gm/1/b-1/down/ack", "xx/1/b-1/up/events", "gm/1/a/b/up/events"])
def test_topics_of_nobody_are_refused(topic: str) -> None:
    with pytest.raises(wire.WireError, match="BAD_TOPIC"):
        wire.box_of(topic)


def test_a_boxs_topics_name_it() -> None:
    assert [wire.box_of(wire.up_topic("b-1", up)) for up in wire.Up] == [("b-1", up) for up in wire.Up]


def test_a_rosters_hash_depends_on_its_people_not_on_their_order_or_templates() -> None:
    a = MESSAGES["roster-entry"]
    assert isinstance(a, wire.RosterEntry)
    b = msgspec.structs.replace(a, person="other")
    assert wire.roster_hash([a, b]) == wire.roster_hash([b, msgspec.structs.replace(a, templates=())])
    assert wire.roster_hash([a, b]) != wire.roster_hash([a]) != wire.roster_hash([b])

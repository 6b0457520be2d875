"""The contract holds: every released message is still read, and the present version still written byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import msgspec
import pytest

from central.people.id_number import card_hash as at_the_centre
from edge.reader.id_number import card_hash as at_the_box
from edge.sync import wire
from tests.contract import golden_files
from tests.contract.samples import MESSAGES

KINDS = {kind.__name__: kind for kind in get_args(wire.Message)}
READ = range(wire.OLDEST_READ, wire.VERSION + 1)
ALL = [(version, name) for version in READ for name in golden_files.read(version) if name != "agreed-values"]
AGREED = golden_files.read(wire.VERSION)["agreed-values"]


FILES = {version: golden_files.read(version) for version in READ}


def golden(version: int, name: str) -> tuple[type[wire.Message], bytes]:
    file = FILES[version][name]
    return KINDS[file["kind"]], bytes.fromhex(file["hex"])


def test_every_kind_of_message_and_of_fact_has_a_golden_file() -> None:
    files = golden_files.read(wire.VERSION)
    assert {file["kind"] for name, file in files.items() if name != "agreed-values"} == set(KINDS)
    bodies = {type(m.body) for m in MESSAGES.values() if isinstance(m, wire.Event)}
    assert bodies == set(get_args(wire.Body))


def test_this_side_reads_its_own_version_and_the_one_before() -> None:
    assert max(1, wire.VERSION - 1) == wire.OLDEST_READ
    assert all(golden_files.read(version) for version in READ)


@pytest.mark.parametrize(("version", "name"), ALL)
def test_a_released_message_is_read_for_what_it_says(version: int, name: str) -> None:
    kind, packed = golden(version, name)
    assert msgspec.json.decode(msgspec.json.encode(wire.decode(packed, kind))) == golden_files.read(version)[name]["message"]


@pytest.mark.parametrize("name", MESSAGES)
def test_the_present_version_is_written_byte_for_byte(name: str) -> None:
    kind, packed = golden(wire.VERSION, name)
    assert wire.encode(MESSAGES[name]) == packed
    assert wire.decode(packed, kind) == MESSAGES[name]


@pytest.mark.parametrize("name", MESSAGES)
def test_fields_that_a_newer_writer_appended_are_ignored(name: str) -> None:
    kind, packed = golden(wire.VERSION, name)
    fields = msgspec.msgpack.decode(packed)
    assert isinstance(fields, list)
    if name.startswith("event-") and name != "event-batch":
        fields[-1] = [*fields[-1], "new in the body"]
    longer = msgspec.msgpack.encode([*fields, "new", {"later": 1}])
    assert wire.decode(longer, kind) == MESSAGES[name]


@pytest.mark.parametrize("name", MESSAGES)
def test_fields_that_an_older_writer_did_not_know_get_their_defaults(name: str) -> None:
    kind, packed = golden(wire.VERSION, name)
    fields = msgspec.msgpack.decode(packed)
    described = msgspec.structs.fields(kind)
    needed = sum(field.required for field in described)
    read = wire.decode(msgspec.msgpack.encode(fields[:needed]), kind)
    assert [getattr(read, f.name) == getattr(MESSAGES[name], f.name) for f in described[:needed]] == [True] * needed
    assert all(f.default is msgspec.NODEFAULT or getattr(read, f.name) == f.default for f in described[needed:])


def test_a_policy_from_before_movements_were_counted_asks_for_one() -> None:
    older = msgspec.msgpack.encode(msgspec.msgpack.decode(msgspec.msgpack.encode(wire.GatePolicy("soft", (), "deny", "always", 7)))[:5])
    assert msgspec.msgpack.decode(older, type=wire.GatePolicy) == wire.GatePolicy("soft", (), "deny", "always", 7, 1)


def test_a_released_frame_is_read_and_its_signature_holds() -> None:
    def verify(data: bytes, signature: bytes) -> bool:
        return golden_files.sign(data) == signature

    frame = bytes.fromhex(AGREED["frame"])
    assert wire.unframe(AGREED["frame_topic"], frame, wire.EventBatch, verify) == MESSAGES[AGREED["frame_of"]]


def test_both_sides_compute_the_same_hashes_and_topics() -> None:
    today = golden_files.written()["agreed-values"]
    assert {key: today[key] for key in today if key != "frame"} == {key: AGREED[key] for key in AGREED if key != "frame"}


@pytest.mark.parametrize("card_hash", [at_the_box, at_the_centre], ids=["box", "centre"])
def test_box_and_centre_hash_a_cards_number_as_agreed(card_hash: Callable[[str, bytes], bytes]) -> None:
    assert card_hash(AGREED["card_number"], bytes.fromhex(AGREED["card_key"])).hex() == AGREED["card_hash"]


def test_golden_files_are_never_written_twice(capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in golden_files.folder(wire.VERSION).iterdir()}
    golden_files.main()
    assert {path: path.read_bytes() for path in golden_files.folder(wire.VERSION).iterdir()} == before
    assert "written" not in capsys.readouterr().out

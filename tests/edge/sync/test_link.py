"""The connection over a real broker: mutual TLS, the ACL, a will, and a broker that dies."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from central.devices.certificates import CertificateAuthority
from edge.errors import KeyMissing
from edge.sync import wire
from edge.sync.link import Arrived, Broker, Closed, Delivered, Link, LinkEvent, Opened, Tls
from tests.parts.broker import Mosquitto, free_port

BOX = "b-test0001"
UP = wire.up_topic(BOX, wire.Up.STATE)
DOWN = [wire.down_topic(BOX, what) for what in wire.Down]


def plain(port: int) -> Broker:
    return Broker("127.0.0.1", port, first_pause_s=0.05, longest_pause_s=0.2)


def mutual(broker: Mosquitto, name: str) -> Broker:
    files = broker.client(name)
    return Broker("localhost", broker.port, Tls(files.ca, files.certificate, files.key), first_pause_s=0.05, longest_pause_s=0.2)


@contextmanager
def linked(name: str, broker: Broker, topics: list[str]) -> Iterator[Link]:
    link = Link(name, broker, topics, lambda: (UP, b"gone"))
    try:
        yield link
    finally:
        link.close(UP, b"farewell")


def until(link: Link, found: Callable[[LinkEvent], bool], limit_s: float = 15.0) -> list[LinkEvent]:
    """Everything that happens up to the event that is looked for."""
    seen: list[LinkEvent] = []
    deadline = time.monotonic() + limit_s
    while not any(found(event) for event in seen):
        assert time.monotonic() < deadline, f"only {seen}"
        seen += link.poll(0.05)
    return seen


def is_open(event: LinkEvent) -> bool:
    return event == Opened()


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority.create(datetime.now(UTC))


def test_a_box_and_the_centre_talk_over_mutual_tls_and_a_box_hears_only_its_own_topics(
    tmp_path: Path, authority: CertificateAuthority
) -> None:
    with (
        Mosquitto(tmp_path, authority) as broker,
        linked("central", mutual(broker, "central"), ["gm/1/+/up/#"]) as centre,
        linked(BOX, mutual(broker, BOX), DOWN) as box,
    ):
        until(centre, is_open)
        until(box, is_open)
        number = box.publish(UP, b"here")
        assert number is not None
        until(box, lambda event: event == Delivered(number))
        until(centre, lambda event: event == Arrived(UP, b"here"))
        centre.publish(wire.down_topic("b-other", wire.Down.ACK), b"not for you")
        centre.publish(DOWN[0], b"for you")
        assert Arrived(DOWN[0], b"for you") in until(box, lambda event: isinstance(event, Arrived))
        foreign = box.publish(wire.up_topic("b-other", wire.Up.EVENTS), b"under another's name")
        assert foreign is not None
        until(box, lambda event: event == Delivered(foreign, denied=True))


def test_a_farewell_is_left_at_the_broker_and_a_will_by_who_leaves_without_a_word(tmp_path: Path) -> None:
    with Mosquitto(tmp_path) as broker, linked("central", plain(broker.port), [UP]) as centre:
        until(centre, is_open)
        with linked(BOX, plain(broker.port), DOWN) as box:
            until(box, is_open)
        until(centre, lambda event: event == Arrived(UP, b"farewell"))
        with linked(BOX, plain(broker.port), DOWN) as box, linked(BOX, plain(broker.port), DOWN) as clone:
            until(box, is_open)
            until(clone, is_open)
            assert Closed("BROKER_LOST") in until(box, lambda event: isinstance(event, Closed))
            until(centre, lambda event: event == Arrived(UP, b"gone"))


def test_a_broker_that_dies_is_found_again(tmp_path: Path) -> None:
    with Mosquitto(tmp_path) as broker, linked(BOX, plain(broker.port), DOWN) as box:
        until(box, is_open)
        broker.kill()
        assert Closed("BROKER_LOST") in until(box, lambda event: isinstance(event, Closed))
        assert box.publish(UP, b"lost") is None
        until(box, lambda event: event == Closed("BROKER_UNREACHABLE"))
        broker.start()
        until(box, is_open)


def test_a_broker_with_a_strangers_certificate_is_not_talked_to(tmp_path: Path, authority: CertificateAuthority) -> None:
    with Mosquitto(tmp_path / "real", authority) as broker:
        stranger = CertificateAuthority.create(datetime.now(UTC))
        (tmp_path / "stranger.crt").write_bytes(stranger.certificate)
        files = broker.client(BOX)
        tls = Tls(tmp_path / "stranger.crt", files.certificate, files.key)
        with linked(BOX, Broker("localhost", broker.port, tls), DOWN) as box:
            until(box, lambda event: event == Closed("BROKER_TLS"))


def test_a_certificate_that_is_not_there_asks_for_provisioning(tmp_path: Path) -> None:
    missing = Tls(tmp_path / "ca.crt", tmp_path / "client.crt", tmp_path / "client.key")
    link = Link(BOX, Broker("127.0.0.1", free_port(), missing), DOWN, lambda: (UP, b""))
    with pytest.raises(KeyMissing):
        link.poll(0)


def test_somebody_who_accepts_and_says_nothing_does_not_hold_the_box_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, linked(BOX, plain(mute.getsockname()[1]), DOWN) as box:
        assert box.poll(0.05) == [] and box.poll(0.05) == []
        assert box.publish(UP, b"too early") is None

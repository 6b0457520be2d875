from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gongmen.cable import Cable


@contextmanager
def an_echo() -> Iterator[int]:
    """A server on loopback that says back what it hears; yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(end: socket.socket) -> None:
        with end:
            while heard := end.recv(65536):
                end.sendall(heard)

    def accept() -> None:
        while True:
            try:
                end, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(end,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


@pytest.fixture
def cable() -> Iterator[Cable]:
    with an_echo() as port, Cable("127.0.0.1", port) as cable:
        yield cable


def call(cable: Cable) -> socket.socket:
    return socket.create_connection(("127.0.0.1", cable.port), timeout=10)


def hear(end: socket.socket, length: int) -> bytes:
    heard = b""
    while len(heard) < length and (chunk := end.recv(65536)):
        heard += chunk
    return heard


def test_what_goes_in_comes_out(cable: Cable) -> None:
    with call(cable) as one, call(cable) as other:
        one.sendall(b"one")
        other.sendall(b"other")
        assert (hear(other, 5), hear(one, 3)) == (b"other", b"one")


def test_a_megabyte_passes_whole_both_ways(cable: Cable) -> None:
    whole = bytes(range(256)) * 4096
    with call(cable) as end:
        sender = threading.Thread(target=end.sendall, args=(whole,))
        sender.start()
        assert hear(end, len(whole)) == whole
        sender.join()


def test_a_cut_ends_connections_and_refuses_new_ones(cable: Cable) -> None:
    with call(cable) as end:
        end.sendall(b"before")
        assert hear(end, 6) == b"before"
        cable.cut()
        assert end.recv(1) == b""
    assert cable.is_cut
    with pytest.raises(ConnectionRefusedError):
        call(cable)


def test_a_healed_cable_is_on_the_same_port(cable: Cable) -> None:
    port = cable.port
    for _ in range(3):
        cable.cut()
        cable.cut()
        cable.heal()
        cable.heal()
        with call(cable) as end:
            end.sendall(b"again")
            assert hear(end, 5) == b"again"
    assert cable.port == port


def test_nobody_else_gets_the_port_of_a_cut_cable(cable: Cable) -> None:
    cable.cut()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", cable.port))


def test_a_stalled_cable_moves_nothing_and_loses_nothing(cable: Cable) -> None:
    with call(cable) as end:
        end.sendall(b"warm")
        assert hear(end, 4) == b"warm"
        cable.stall()
        end.sendall(b"waits")
        end.settimeout(0.2)
        with pytest.raises(TimeoutError):
            end.recv(1)
        end.settimeout(10)
        cable.flow()
        assert hear(end, 5) == b"waits"


def test_a_stalled_cable_can_be_cut_and_closed(cable: Cable) -> None:
    with call(cable) as end:
        end.sendall(b"warm")
        assert hear(end, 4) == b"warm"
        cable.stall()
        end.sendall(b"never heard")
        cable.cut()
        assert end.recv(1) == b""


def test_a_caller_is_let_go_when_nobody_answers_behind_the_cable() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with Cable("127.0.0.1", nobody.getsockname()[1]) as cable, call(cable) as end:
            assert end.recv(1) == b""


def test_the_far_side_hanging_up_is_seen_on_the_near_side(cable: Cable) -> None:
    with call(cable) as end:
        end.sendall(b"bye")
        end.shutdown(socket.SHUT_WR)
        assert hear(end, 100) in (b"bye", b"")


def test_a_closed_cable_leaves_no_thread() -> None:
    with an_echo() as port:
        cable = Cable("127.0.0.1", port, delay_s=0.001)
        with call(cable) as end:
            end.sendall(b"late")
            assert hear(end, 4) == b"late"
            cable.close()
    assert [thread.name for thread in threading.enumerate() if thread.name == f"cable-{cable.port}"] == []

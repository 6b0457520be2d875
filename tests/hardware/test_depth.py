"""What a depth camera's own software says, over a real socket: the newest number, while it is new."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hardware.catalogue import open_depth
from hardware.depth import FRESH_S, DepthLine
from hardware.errors import DeviceUnsupported


class FakeSoftware:
    """The maker's software: says what it is told to whoever connected last."""

    def __init__(self, path: Path) -> None:
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._door.bind(str(path))
        self._door.listen(1)
        self._door.settimeout(10)

    def meets(self) -> socket.socket:
        return self._door.accept()[0]

    def close(self) -> None:
        self._door.close()


@pytest.fixture
def software(tmp_path: Path) -> Iterator[FakeSoftware]:
    with closing(FakeSoftware(tmp_path / "d.sock")) as made:
        yield made


def becomes(line: DepthLine, wanted: float | None) -> bool:
    waited = threading.Event()
    return any(line.latest() == wanted or waited.wait(0.02) for _ in range(250))


def test_the_newest_number_stands_while_it_is_new(software: FakeSoftware, tmp_path: Path) -> None:
    line = open_depth(f"unix:{tmp_path}/d.sock")
    assert line is not None
    with closing(line), software.meets() as said:
        said.sendall(b"0.11\n0.93\n0.9")
        assert becomes(line, 0.93)
        assert line.fault() is None
        threading.Event().wait(FRESH_S)
        assert line.latest() is None
        said.sendall(b"5\n")
        assert becomes(line, 0.95)


@pytest.mark.parametrize("words", [b"nan\n", b"2\n", b"-0.1\n", b"1e0\n", b"\xff\xfe\n", b"x" * 9000 + b"\n", b"\n"])
def test_what_is_no_number_from_0_to_1_says_nothing(software: FakeSoftware, tmp_path: Path, words: bytes) -> None:
    with closing(DepthLine(tmp_path / "d.sock")) as line, software.meets() as said:
        said.sendall(b"0.5\n" + words)
        assert becomes(line, 0.5)


def test_software_that_ended_is_a_fault_and_silence_and_comes_back_by_itself(software: FakeSoftware, tmp_path: Path) -> None:
    with closing(DepthLine(tmp_path / "d.sock")) as line:
        with software.meets() as said:
            said.sendall(b"1\n")
            assert becomes(line, 1.0)
        assert becomes(line, None)
        assert line.fault() == "DEVICE_NOT_FOUND"
        with software.meets() as said:
            said.sendall(b"0\n")
            assert becomes(line, 0.0)


def test_a_lane_without_one_has_none_and_an_address_that_nobody_serves_is_refused() -> None:
    assert open_depth("none:") is None
    with pytest.raises(DeviceUnsupported):
        open_depth("tcp:1.2.3.4")

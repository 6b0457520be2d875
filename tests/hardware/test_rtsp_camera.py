"""A network camera behind a real RTSP server that is killed, frozen, stands still and comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from hardware.camera import Camera
from hardware.camera.newest import CAMERA_FROZEN, Patience
from hardware.camera.opencv import OpenCvCamera
from tests.parts.rtsp import RtspServer, needs_rtsp

PATIENCE = Patience(frozen_s=1.5, first_pause_s=0.2, longest_pause_s=0.5)
FRESH_S = 0.5


@pytest.fixture(scope="module", autouse=True)
def _server_can_be_had() -> None:
    needs_rtsp()


@pytest.fixture
def server() -> Iterator[RtspServer]:
    with RtspServer() as running:
        yield running


def frames(camera: Camera, count: int, within_s: float = 25.0) -> list[int]:
    """The numbers of the next frames that are fresh: what was kept through a stall comes with its age and counts for nothing."""
    end, after, seen = time.monotonic() + within_s, 0, list[int]()
    latest = camera.latest()
    after = latest.number if latest else 0
    while len(seen) < count and time.monotonic() < end:
        frame = camera.wait_for(after, 0.5)
        if frame is not None:
            assert frame.image.shape == (480, 640, 3)
            after = frame.number
            if time.monotonic() - frame.taken_s < FRESH_S:
                seen.append(after)
    return seen


def until_fault(camera: Camera, within_s: float = 15.0) -> str | None:
    end = time.monotonic() + within_s
    while camera.fault() is None and time.monotonic() < end:
        time.sleep(0.05)
    return camera.fault()


def test_a_killed_server_is_a_fault_and_its_return_needs_nobody(server: RtspServer) -> None:
    with closing(OpenCvCamera(server.uri, PATIENCE)) as camera:
        assert len(frames(camera, 5)) == 5
        assert camera.fault() is None
        server.kill()
        assert until_fault(camera) in ("DEVICE_UNPLUGGED", "DEVICE_NOT_FOUND")
        server.start()
        assert len(frames(camera, 5)) == 5
        assert camera.fault() is None


def test_a_frozen_server_gives_no_frame_that_looks_fresh_and_is_told(server: RtspServer) -> None:
    with closing(OpenCvCamera(server.uri, PATIENCE)) as camera:
        assert len(frames(camera, 3)) == 3
        server.freeze()
        assert until_fault(camera) is not None
        latest = camera.latest()
        assert latest is not None
        assert time.monotonic() - latest.taken_s > FRESH_S, "what is old must be seen to be old"
        assert camera.wait_for(latest.number, 0.3) is None
        server.thaw()
        assert len(frames(camera, 3)) == 3


def test_a_stream_that_repeats_one_picture_is_frozen_whatever_it_says() -> None:
    with RtspServer("black") as still, closing(OpenCvCamera(still.uri, PATIENCE)) as camera:
        first = camera.wait_for(0, 15)
        assert first is not None
        assert until_fault(camera) == CAMERA_FROZEN
        assert camera.wait_for(first.number + 1, 0.5) is None

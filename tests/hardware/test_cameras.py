"""One behaviour for every camera. A real device joins in where GONGMEN_CAMERA names its address."""

from __future__ import annotations

import os
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from hardware.camera import Camera, Frame, Image
from hardware.camera.lateness import STALL_S
from hardware.camera.lent import LentCamera
from hardware.camera.newest import CAMERA_FROZEN, NewestFrame, Patience
from hardware.camera.none import NoCamera
from hardware.camera.opencv import FileCamera, OpenCvCamera
from hardware.camera.simulated import SimulatedCamera, SimulatedScene
from hardware.catalogue import open_camera
from hardware.errors import DeviceMissing, DeviceUnplugged, DeviceUnsupported

QUICK = Patience(frozen_s=0.3, first_pause_s=0.05, longest_pause_s=0.1)
LONG_S = 10.0


def _noise(seed: int) -> Image:
    return np.random.default_rng(seed).integers(0, 255, (48, 64, 3)).astype(np.uint8)


@dataclass
class Post:
    """A camera on its post and the hands that spoil it. Each hand returns when the trouble is made, not when it is noticed."""

    camera: Camera
    unplug: Callable[[], None]
    freeze: Callable[[], None]
    mend: Callable[[], None]


class FakeEye:
    """A source of fresh noise that can be unplugged and frozen."""

    def __init__(self) -> None:
        self.trouble = ""
        self.seed = self.loop = 0
        self.opened = self.closed = 0

    def open(self) -> FakeEye:
        if self.trouble == "unplugged":
            raise DeviceMissing("fake")
        self.opened += 1
        return self

    def read(self) -> Image:
        threading.Event().wait(0.01)
        if self.trouble == "unplugged":
            raise DeviceUnplugged("fake")
        self.seed += self.trouble != "frozen"
        return _noise(self.seed % self.loop if self.loop else self.seed)

    def close(self) -> None:
        self.closed += 1


class Lender(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Another process' camera: JPEG over HTTP on a UNIX socket."""

    daemon_threads = True
    frozen = False
    gone = False
    number = 0


class _Lend(BaseHTTPRequestHandler):
    server: Lender
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.server.gone:
            self.close_connection = True
            return
        self.server.number += not self.server.frozen
        body = cv2.imencode(".jpg", _noise(self.server.number))[1].tobytes()
        self.send_response(200)
        self.send_header("X-Frame-Number", str(self.server.number))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@dataclass
class LenderProcess:
    """The lending process: it can die and come back."""

    path: Path
    server: Lender | None = None

    def start(self) -> None:
        self.path.unlink(missing_ok=True)
        self.server = Lender(str(self.path), _Lend)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        if self.server:
            self.server.gone = True  # for connections that are kept alive: a dead process would take them along
            self.server.shutdown()
            self.server.server_close()
            self.server = None
            self.path.unlink()

    def freeze(self) -> None:
        if self.server:
            self.server.frozen = True

    def mend(self) -> None:
        if self.server:
            self.server.frozen = False
        else:
            self.start()


def _fake(_: Path) -> Iterator[Post]:
    eye = FakeEye()
    camera = NewestFrame(eye.open, QUICK)
    yield Post(
        camera,
        unplug=lambda: setattr(eye, "trouble", "unplugged"),
        freeze=lambda: setattr(eye, "trouble", "frozen"),
        mend=lambda: setattr(eye, "trouble", ""),
    )
    camera.close()
    assert eye.opened == eye.closed


def _simulated(folder: Path) -> Iterator[Post]:
    scene = SimulatedScene(folder)
    camera = SimulatedCamera(folder, QUICK, rate=60)
    yield Post(camera, scene.unplug, scene.freeze, scene.mend)
    camera.close()


def _lent(folder: Path) -> Iterator[Post]:
    lender = LenderProcess(folder / "lane.sock")
    lender.start()
    camera = LentCamera(lender.path, QUICK)
    yield Post(camera, lender.stop, lender.freeze, lender.mend)
    camera.close()
    lender.stop()


@pytest.fixture(params=[_fake, _simulated, _lent], ids=["any eye", "simulated", "lent"])
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    yield from request.param(tmp_path)


def _next(camera: Camera, after: int = 0) -> Frame:
    frame = camera.wait_for(after, LONG_S)
    assert frame is not None
    return frame


def _fault_becomes(camera: Camera, *codes: str | None) -> bool:
    waited = threading.Event()
    return any(camera.fault() in codes or waited.wait(0.02) for _ in range(500))


def test_frames_come_with_rising_numbers_and_no_fault(post: Post) -> None:
    first = _next(post.camera)
    second = _next(post.camera, first.number)
    assert second.number > first.number
    assert second.taken_s >= first.taken_s
    assert second.image.dtype == np.uint8
    assert second.image.shape[2] == 3
    assert post.camera.fault() is None


def test_the_latest_frame_is_kept_and_never_an_older_one(post: Post) -> None:
    frame = _next(post.camera, _next(post.camera).number)
    latest = post.camera.latest()
    assert latest is not None
    assert latest.number >= frame.number


def test_waiting_for_a_frame_that_does_not_come_ends(post: Post) -> None:
    assert post.camera.wait_for(10**9, 0.05) is None


def test_a_frozen_camera_gives_no_frame_that_looks_fresh_and_says_so(post: Post) -> None:
    _next(post.camera)
    post.freeze()
    assert _fault_becomes(post.camera, CAMERA_FROZEN)
    last = post.camera.latest()
    assert last is not None
    assert post.camera.wait_for(last.number, 0.2) is None
    post.mend()
    _next(post.camera, last.number)
    assert _fault_becomes(post.camera, None)


@pytest.mark.parametrize("pictures", [2, 15])
def test_a_loop_of_a_few_pictures_is_no_camera(pictures: int) -> None:
    eye = FakeEye()
    camera = NewestFrame(eye.open, QUICK)
    _next(camera)
    eye.loop = pictures
    assert _fault_becomes(camera, CAMERA_FROZEN)
    last = camera.latest()
    assert last is not None
    assert camera.wait_for(last.number, 0.2) is None
    eye.loop = 0
    _next(camera, last.number)
    assert _fault_becomes(camera, None)
    camera.close()


class FakeBurst(FakeEye):
    """Stalls once, then hands out what its own clock says was taken meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.taken_s = 0.0

    def read(self) -> Image:
        if self.seed == 5:
            threading.Event().wait(STALL_S + 0.4)
        self.taken_s += 0.01
        return super().read()

    def stream_s(self) -> float:
        return self.taken_s


def test_a_picture_that_waited_through_a_stall_is_not_handed_out_as_fresh() -> None:
    eye = FakeBurst()
    camera = NewestFrame(eye.open, QUICK)
    frames = [_next(camera)]
    while frames[-1].number < 6:
        frames.append(_next(camera, frames[-1].number))
    first_after = next(frame for frame in frames if frame.number >= 6)
    assert time.monotonic() - first_after.taken_s > STALL_S
    camera.close()


def test_an_unplugged_camera_says_so_and_comes_back_by_itself(post: Post) -> None:
    before = _next(post.camera)
    post.unplug()
    assert _fault_becomes(post.camera, "DEVICE_UNPLUGGED", "DEVICE_NOT_FOUND")
    post.mend()
    assert _next(post.camera, before.number + 5).number > before.number
    assert _fault_becomes(post.camera, None)


def test_closing_twice_is_no_fault_and_wakes_whoever_waits(post: Post) -> None:
    _next(post.camera)
    closer = threading.Timer(0.05, post.camera.close)
    closer.start()
    assert post.camera.wait_for(10**9, LONG_S) is None
    closer.join()
    post.camera.close()


@pytest.mark.parametrize("uri", ["opencv:/dev/nowhere", "file:/nowhere.mp4", "simulated:/nowhere", "lent:/nowhere.sock"])
def test_a_camera_that_is_not_there_is_a_fault_and_no_crash(uri: str) -> None:
    camera = open_camera(uri)
    assert _fault_becomes(camera, "DEVICE_NOT_FOUND")
    assert camera.latest() is None
    camera.close()


def test_a_server_that_is_not_there_is_a_fault_and_no_crash() -> None:
    camera = OpenCvCamera("rtsp://127.0.0.1:9/lane", QUICK)
    assert _fault_becomes(camera, "DEVICE_NOT_FOUND")
    camera.close()


def test_a_film_is_shown_over_and_over(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, (64, 48))
    for seed in range(4):
        film.write(_noise(seed))
    film.release()
    camera = FileCamera(path, QUICK)
    assert _next(camera, 6).image.shape == (48, 64, 3)
    camera.close()


def test_a_picture_stands_still_and_is_not_called_frozen(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "picture.png"), _noise(1))
    camera = FileCamera(tmp_path / "picture.png", QUICK)
    assert (_next(camera, 8).image == _noise(1)).all()
    assert camera.fault() is None
    camera.close()


@pytest.mark.parametrize("name", ["broken.png", "broken.mp4"])
def test_a_file_that_is_no_picture_is_a_fault_and_no_crash(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nothing")
    camera = FileCamera(tmp_path / name, QUICK)
    assert _fault_becomes(camera, "DEVICE_NOT_FOUND")
    camera.close()


def test_a_place_without_a_camera_has_no_frame_and_no_fault() -> None:
    camera = NoCamera()
    assert camera.latest() is None
    assert camera.wait_for(0, 0.01) is None
    assert camera.fault() is None
    camera.close()


@pytest.mark.parametrize("uri", ["", "opencv:", "csi:0", "http://camera/"])
def test_an_address_that_no_driver_serves_is_said_to_be_unsupported(uri: str) -> None:
    with pytest.raises(DeviceUnsupported):
        open_camera(uri)


def test_a_real_camera_gives_frames() -> None:
    uri = os.environ.get("GONGMEN_CAMERA")
    if not uri:
        pytest.skip("no camera: GONGMEN_CAMERA names none")
    camera = open_camera(uri)
    assert _next(camera, _next(camera).number).number > 1
    camera.close()


class FakeBrokenEye:
    """A driver with a mistake in it, the first time."""

    def __init__(self) -> None:
        self.broken = True

    def open(self) -> FakeBrokenEye:
        return self

    def read(self) -> Image:
        if self.broken:
            self.broken = False
            raise ZeroDivisionError
        return _noise(threading.active_count())

    def close(self) -> None:
        """Nothing."""


def test_a_drivers_own_mistake_does_not_blind_a_lane_for_good() -> None:
    camera = NewestFrame(FakeBrokenEye().open, QUICK)
    assert _next(camera).number == 1
    camera.close()


class FakeStuckEye:
    """A source that blocks in its read until it is let go, as RTSP does when its server hangs."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.reads = 0

    def open(self) -> FakeStuckEye:
        return self

    def read(self) -> Image:
        self.reads += 1
        if self.reads > 1:
            self.let_go.wait()
        return _noise(self.reads)

    def close(self) -> None:
        """Nothing."""


def test_a_camera_that_blocks_is_called_frozen_although_it_says_nothing() -> None:
    eye = FakeStuckEye()
    camera = NewestFrame(eye.open, QUICK)
    _next(camera)
    assert _fault_becomes(camera, CAMERA_FROZEN)
    eye.let_go.set()
    camera.close()

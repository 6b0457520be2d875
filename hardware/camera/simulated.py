"""A camera that looks at a scene described by a file: somebody steps before it, sways, is lit and blurred; or nobody is there.

`SimulatedScene(DIR)` steers it from any process by writing DIR/scene.json; `simulated:DIR` opens it. Two looks at one photograph are
never the same frame: the picture drifts, the light changes and every frame has its own noise, as on a real sensor. Never a default.
"""

from __future__ import annotations

import json
import math
import os
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from hardware.camera import Image
from hardware.camera.newest import NewestFrame, Patience
from hardware.errors import DeviceMissing, DeviceUnplugged

WIDTH: Final = 640
HEIGHT: Final = 480
RATE: Final = 15.0
SCENE: Final = "scene.json"
_SHIFT: Final = 64


Weights = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Scene:
    """What the camera sees. Without a picture: the empty site.

    `crop` is [x, y, width, height] in pixels of the picture; `fill` the share of the frame's height that it takes; `move` how far it
    sways, in pixels; `light` a gain (1 is as taken); `blur` a Gaussian's sigma in pixels; `noise` the sensor's, in grey levels;
    `fault` is `frozen`, `unplugged` or None.
    """

    picture: str | None = None
    crop: tuple[int, int, int, int] | None = None
    fill: float = 1.0
    move: float = 6.0
    light: float = 1.0
    blur: float = 0.0
    noise: float = 3.0
    fault: str | None = None


class SimulatedScene:
    """Steers the simulated camera that looks at `folder`. Every change is one atomic replacement of scene.json."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._scene = Scene()
        self._write(self._scene)

    def show(self, picture: Path, **variation: object) -> None:
        """Somebody steps before the camera: a photograph, and how it is replayed (see `Scene`)."""
        self._write(Scene(picture=str(picture.resolve()), **variation))  # type: ignore[arg-type]

    def clear(self) -> None:
        """Nobody there."""
        self._write(Scene())

    def freeze(self) -> None:
        """The camera repeats its last picture."""
        self._fail("frozen")

    def unplug(self) -> None:
        """The camera is gone."""
        self._fail("unplugged")

    def mend(self) -> None:
        """The camera is well again."""
        self._fail(None)

    def _fail(self, fault: str | None) -> None:
        self._write(Scene(**{**asdict(self._scene), "fault": fault}))

    def _write(self, scene: Scene) -> None:
        self._scene = scene
        half = self.folder / f".{SCENE}.{os.getpid()}"
        half.write_text(json.dumps(asdict(scene)), encoding="utf-8")
        half.replace(self.folder / SCENE)


def read_scene(folder: Path) -> Scene:
    """The scene in `folder`; the empty one where no file stands. Raises `ValueError` or `TypeError` for a file that is no scene."""
    path = folder / SCENE
    if not path.exists():
        return Scene()
    known = {field.name for field in fields(Scene)}
    written = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(written, dict):
        raise TypeError("a scene is an object")
    values = {key: value for key, value in written.items() if key in known}
    if values.get("crop"):
        values["crop"] = tuple(values["crop"])
    return Scene(**values)


class Stage:
    """Renders frames of a scene, 640 x 480, as time goes by. Pure but for a picture's file."""

    def __init__(self, seed: int = 1) -> None:
        chance = np.random.default_rng(seed)
        bank = (HEIGHT + _SHIFT, WIDTH + _SHIFT, 3)
        self._noise = [chance.normal(128, 24, bank).clip(0, 255).astype(np.uint8) for _ in range(3)]
        self._chance = chance
        self._empty = _empty_site()
        self._picture: tuple[tuple[str | None, object, float], Image, Weights] | None = None

    def render(self, scene: Scene, at_s: float) -> Image:
        """The frame at `at_s` seconds. Raises `DeviceMissing` where the scene's picture cannot be read."""
        frame = self._empty if scene.picture is None else self._placed(scene, at_s)
        if scene.blur > 0:
            frame = np.asarray(cv2.GaussianBlur(frame, (0, 0), scene.blur), dtype=np.uint8)
        light = scene.light * (1 + 0.03 * math.sin(at_s * 2.1) + 0.01 * math.sin(at_s * 9.7))
        return self._sensor(frame, light, scene.noise)

    def _placed(self, scene: Scene, at_s: float) -> Image:
        picture, weight = self._loaded(scene)
        height, width = picture.shape[:2]
        scale = 1 + 0.012 * math.sin(at_s * 1.3)
        turn = math.radians(1.2 * math.sin(at_s * 0.9)) if scene.move else 0.0
        x = WIDTH / 2 + scene.move * math.sin(at_s * 1.1)
        y = HEIGHT - height / 2 * scale + scene.move * 0.6 * math.sin(at_s * 1.7 + 1)
        cos, sin = scale * math.cos(turn), scale * math.sin(turn)
        matrix = np.array(
            [[cos, -sin, x - cos * width / 2 + sin * height / 2], [sin, cos, y - sin * width / 2 - cos * height / 2]], dtype=np.float64
        )
        placed = cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        share = np.asarray(cv2.warpAffine(weight, matrix, (WIDTH, HEIGHT)), dtype=np.float32)
        return np.asarray(cv2.blendLinear(placed, self._empty, share, 1 - share), dtype=np.uint8)

    def _loaded(self, scene: Scene) -> tuple[Image, Weights]:
        key = (scene.picture, scene.crop, scene.fill)
        if self._picture is None or self._picture[0] != key:
            picture = _cut(scene)
            self._picture = (key, picture, _soft_edges(*picture.shape[:2]))
        return self._picture[1], self._picture[2]

    def _sensor(self, frame: Image, light: float, noise: float) -> Image:
        """Gain and noise: a window at a random place in a bank of noise, since drawing 900,000 numbers a frame is dear."""
        bank = self._noise[int(self._chance.integers(len(self._noise)))]
        top, left = (int(v) for v in self._chance.integers(0, _SHIFT, 2))
        window = bank[top : top + HEIGHT, left : left + WIDTH]
        share = max(noise, 0.5) / 24
        return np.asarray(cv2.addWeighted(frame, light, window, share, -128 * share), dtype=np.uint8)


def _cut(scene: Scene) -> Image:
    picture = cv2.imread(scene.picture or "")
    if picture is None:
        raise DeviceMissing(f"the scene's picture {Path(scene.picture or '').name} cannot be read")
    if scene.crop:
        x, y, width, height = scene.crop
        picture = picture[max(0, y) : y + height, max(0, x) : x + width]
        if picture.size == 0:
            raise DeviceMissing("the scene's crop lies outside its picture")
    scale = HEIGHT * scene.fill / picture.shape[0]
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=method), dtype=np.uint8)


def _soft_edges(height: int, width: int) -> Weights:
    """1 in the middle, falling to 0 at the left, right and upper edge: a person in the haze, not a photograph held up."""
    across = np.minimum(np.arange(width), np.arange(width)[::-1]) / (0.1 * width)
    down = np.arange(height) / (0.06 * height)
    return (np.clip(across, 0, 1)[None, :] * np.clip(down, 0, 1)[:, None]).astype(np.float32)


def _empty_site() -> Image:
    """A hazy morning: sky, a fence's line, ground."""
    rows = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None]
    sky, ground = np.array([196, 186, 176], np.float32), np.array([96, 112, 122], np.float32)
    colours = np.where(rows < 0.62, sky * (1 - 0.25 * rows), ground * (0.8 + 0.3 * rows))
    frame = np.repeat(colours[:, None, :], WIDTH, axis=1)
    return np.asarray(cv2.GaussianBlur(frame, (0, 0), 3).clip(0, 255), dtype=np.uint8)


class _SceneEye:
    def __init__(self, folder: Path, rate: float) -> None:
        if not folder.is_dir():
            raise DeviceMissing(str(folder))
        self._folder = folder
        self._stage = Stage()
        self._rate = rate
        self._stamp: tuple[int, int] | None = None
        self._scene = Scene()
        self._next_s = time.monotonic()
        self._look()

    def read(self) -> Image | None:
        self._next_s = max(self._next_s + 1 / self._rate, time.monotonic())
        time.sleep(max(0.0, self._next_s - time.monotonic()))
        self._look()
        if self._scene.fault == "frozen":
            return None
        return self._stage.render(self._scene, time.monotonic())

    def close(self) -> None:
        """Nothing to let go."""

    def _look(self) -> None:
        try:
            found = (self._folder / SCENE).stat()
        except FileNotFoundError:
            self._scene = Scene()
            return
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp != self._stamp:
            try:
                self._scene = read_scene(self._folder)
            except (ValueError, TypeError) as odd:
                raise DeviceMissing(f"{SCENE} describes no scene") from odd
            self._stamp = stamp
        if self._scene.fault == "unplugged":
            raise DeviceUnplugged("the simulated camera is unplugged")


class SimulatedCamera(NewestFrame):
    """The camera that looks at `folder`."""

    def __init__(self, folder: Path, patience: Patience | None = None, rate: float = RATE) -> None:
        quick = patience or Patience(first_pause_s=0.2, longest_pause_s=2.0)
        super().__init__(lambda: _SceneEye(folder, rate), quick)

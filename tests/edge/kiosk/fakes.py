"""Small stand-ins at the kiosk's ports."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from edge.faces import Face, Quality, Scale, Vector
from edge.kiosk.parts import Alike, CardSeen, Reading
from hardware.camera import Frame, Image

WELL = Quality(width_px=78.0, sharpness=300.0, brightness=120.0, turn=0.0)


@dataclass(frozen=True, eq=False)
class FakeFace(Face):
    """A face in the middle of the picture, unless told otherwise; `row` is the axis along which its vector points."""

    box: tuple[float, float, float, float] = (240.0, 130.0, 160.0, 200.0)
    landmarks: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((5, 2), np.float32))
    score: float = 1.0
    quality: Quality = WELL
    row: int = 0


class FakeEngine:
    """Sees the faces it is told to; a face's vector is a unit vector along the axis `row`."""

    name, dim, scale = "fake-1", 4, Scale(points=((0.3, 1e-2), (0.5, 1e-4)), margin=0.05, same=0.5)

    def __init__(self, *faces: FakeFace) -> None:
        self.faces = list(faces)

    def detect(self, image: Image) -> list[Face]:
        return list(self.faces)

    def embed(self, image: Image, face: Face) -> Vector:
        assert isinstance(face, FakeFace)
        row = np.zeros(self.dim, np.float32)
        row[face.row] = 1
        return row


class FakeCamera:
    """A frame whenever it is asked, each a second of its own time after the last."""

    def __init__(self, broken: str | None = None) -> None:
        self.broken, self.number = broken, 0

    def latest(self) -> Frame | None:
        return None if self.broken else frame(self.number)

    def wait_for(self, after: int, timeout_s: float) -> Frame | None:
        time.sleep(0.002)
        self.number += 1
        return None if self.broken else frame(self.number)

    def fault(self) -> str | None:
        return self.broken

    def close(self) -> None:
        """Nothing to let go."""


def frame(number: int, taken_s: float | None = None) -> Frame:
    return Frame(np.full((480, 640, 3), 120, np.uint8), number, float(number) if taken_s is None else taken_s)


class FakeCards:
    """A reader on which cards are put by hand."""

    def __init__(self) -> None:
        self.now = Reading("absent")
        self.number = 0

    def put(self, card_hash: bytes, problem: str | None = None) -> None:
        self.number += 1
        seen = CardSeen("张建国", "男", "汉", "1988-08-08", "2036-05-20", "310***********0031", card_hash, problem)
        self.now = Reading("card", seen=seen, number=self.number)

    def lift(self) -> None:
        self.now = Reading("absent")

    def fault(self, code: str) -> None:
        self.now = Reading("fault", code)

    def reading(self) -> Reading:
        return self.now

    def again(self) -> None:
        self.lift()


class FakeGallery:
    """Knows one look-alike, or nobody."""

    def __init__(self, found: Alike | None = None) -> None:
        self.found = found

    def look_alike(self, engine: str, rows: Vector, person: str) -> Alike | None:
        return self.found

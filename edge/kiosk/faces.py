"""The port of a face engine, as far as the kiosk needs it: the gate's engines have this shape, and neither imports the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from hardware.camera import Image

Row = npt.NDArray[np.float32]
"""One embedding, or n x dim of them, each row of length 1."""


class Quality(Protocol):
    """What an engine measured of one face: width in pixels, sharpness (variance of the Laplacian at 112 pixels), mean grey, turn."""

    @property
    def width_px(self) -> float:
        """Width in pixels."""

    @property
    def sharpness(self) -> float:
        """Some hundreds for a calm, sharp face; below 40 it is smeared."""

    @property
    def brightness(self) -> float:
        """0 to 255."""

    @property
    def turn(self) -> float:
        """The nose's way from the middle of the eyes, in eye distances: 0 looks straight, the sign is the side."""

    def value(self) -> float:
        """All of it as one number, 0 to 1."""


class Face(Protocol):
    """A face as an engine finds it."""

    @property
    def box(self) -> Sequence[float]:
        """Left, top, width and height in pixels."""

    @property
    def quality(self) -> Quality:
        """How well it can be told."""


class Scale(Protocol):
    """What an engine's scores mean."""

    @property
    def same(self) -> float:
        """The score above which two pictures a moment apart show one person."""


F = TypeVar("F", bound=Face)


class FaceEngine(Protocol[F]):
    """What finds faces and turns one into a row of length 1. The gate's engines have this shape. Used by one thread at a time."""

    @property
    def name(self) -> str:
        """Model and version: templates of different names are never compared."""

    @property
    def dim(self) -> int:
        """Length of a row."""

    @property
    def scale(self) -> Scale:
        """What the scores mean."""

    def detect(self, image: Image) -> list[F]:
        """The faces in a picture."""

    def embed(self, image: Image, face: F) -> Row:
        """One face that `detect` found in this same picture."""

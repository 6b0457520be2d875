"""Whether a face is a person's or a picture's: the port, and what stands behind it today.

Honestly: `Unchecked` stops nothing. `Sharpness` makes trouble for a print or screen that is waved about or badly focused (area under the
curve .93 on the NUAA prints) and for nothing else; a good print in good light passes. Which checks ran stands in every passage.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Protocol

from edge.faces import Face, Image


class Liveness(Protocol):
    """Looks at every good frame of a track, then says."""

    @property
    def checks(self) -> tuple[str, ...]:
        """The names of the checks that run, as they stand in the event."""

    def look(self, image: Image, face: Face) -> float:
        """One frame: 0 (surely a picture) to 1 (nothing speaks against a person)."""

    def alive(self, looks: Sequence[float]) -> bool:
        """What the looks at one track come to."""


class Unchecked:
    """No check at all."""

    checks: tuple[str, ...] = ()

    def look(self, image: Image, face: Face) -> float:
        """Nothing speaks against anybody."""
        return 1.0

    def alive(self, looks: Sequence[float]) -> bool:
        """Always."""
        return True


class Sharpness:
    """Fine detail in the face's crop: a picture of a picture has lost some. `least` is a Laplacian variance at 112 pixels."""

    checks: tuple[str, ...] = ("sharpness",)

    def __init__(self, least: float = 25.0) -> None:
        self._least = least

    def look(self, image: Image, face: Face) -> float:
        """0.5 at the least sharpness allowed."""
        return min(1.0, face.quality.sharpness / (2 * self._least))

    def alive(self, looks: Sequence[float]) -> bool:
        """By the median, so that one blurred frame condemns nobody."""
        return bool(looks) and median(looks) >= 0.5

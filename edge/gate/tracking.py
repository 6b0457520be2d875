"""Follows faces from frame to frame, and gathers what each track has shown so far. Pure: no camera, no engine, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

import numpy as np

from edge.faces import Face, Vector, fuse

LOST_S: Final = 0.7
"""A track unseen for so long is over: whoever comes next is somebody new."""
KEPT: Final = 5
"""Frames of a track that are fused; a better one drives out the worst."""
_JUMP: Final = 0.8
"""How far a face's centre may move between frames, in face widths, where the boxes no longer overlap."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One good frame of a track: the face's vector, its weight (how sharp it was) and what the liveness check made of it."""

    vector: Vector
    weight: float
    live: tuple[float, ...]
    at_s: float


@dataclass(eq=False)
class Track:
    """One face on its way. `samples` are the best frames of the present attempt; `rest_until_s` is when the next attempt may begin.

    `settled` holds the vector that the last verdict was about; `good` counts the good frames of this attempt, kept or not, and `straight`
    those of them that look at the camera.
    """

    number: int
    face: Face
    last_s: float
    samples: list[Sample] = field(default_factory=list)
    good: int = 0
    straight: int = 0
    began_s: float = 0.0
    settled: Vector | None = None
    passed: bool = False
    passed_s: float = 0.0
    rest_until_s: float = 0.0
    checked_s: float = 0.0

    def wants(self, weight: float) -> bool:
        """Whether a frame of this weight would be kept: one that would not is worth no embedding."""
        return len(self.samples) < KEPT or weight > min(kept.weight for kept in self.samples)

    def add(self, sample: Sample) -> None:
        """Takes one more good frame."""
        if not self.samples:
            self.began_s = sample.at_s
        self.good += 1
        self.samples.append(sample)
        if len(self.samples) > KEPT:
            self.samples.remove(min(self.samples, key=lambda kept: kept.weight))

    def fused(self) -> Vector:
        """The vector of all kept frames, sharp ones counting more. Raises `ValueError` before the first."""
        return fuse([s.vector for s in self.samples], [s.weight for s in self.samples])

    def resembles(self, vector: Vector, same: float) -> bool:
        """Whether this frame shows the person of the frames before (or of the last verdict): tracks may slide from one to the next."""
        known = self.fused() if self.samples else self.settled
        return known is None or float(known @ vector) >= same

    def settle(self, passed: bool, rest_until_s: float) -> None:
        """A verdict was given: this attempt is over."""
        self.settled, self.passed, self.rest_until_s = self.fused(), passed, rest_until_s
        self.samples, self.good, self.straight = [], 0, 0

    def restart(self) -> None:
        """Somebody else stands there now: nothing of what was seen counts."""
        self.samples, self.good, self.straight, self.settled, self.passed, self.rest_until_s = [], 0, 0, None, False, 0.0


class Tracker:
    """All tracks of one camera."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._numbers = count(1)

    def followed(self, at_s: float) -> list[Track]:
        """The tracks that are not over."""
        return [track for track in self._tracks if at_s - track.last_s <= LOST_S]

    def follow(self, faces: Sequence[Face], at_s: float) -> list[Track]:
        """The tracks of the faces in this frame, in their order. Nearest pairs first; a face that fits no track begins one."""
        self._tracks = self.followed(at_s)
        pairs = sorted(
            (
                (nearness, i, t)
                for i, face in enumerate(faces)
                for t, track in enumerate(self._tracks)
                if (nearness := near(track.face, face))
            ),
            reverse=True,
        )
        given: dict[int, Track] = {}
        taken: set[int] = set()
        for _, i, t in pairs:
            if i not in given and t not in taken:
                given[i] = self._tracks[t]
                taken.add(t)
        return [self._seen(given.get(i), face, at_s) for i, face in enumerate(faces)]

    def _seen(self, track: Track | None, face: Face, at_s: float) -> Track:
        if track is None:
            track = Track(next(self._numbers), face, at_s)
            self._tracks.append(track)
        track.face, track.last_s = face, at_s
        return track


def near(before: Face, after: Face) -> float:
    """How likely two boxes are one face, 0 (not) to 2: 1 + overlap (intersection over union) where they overlap, else by distance."""
    a, b = np.asarray(before.box), np.asarray(after.box)
    if not 0.5 < a[2] / max(b[2], 1e-6) < 2:
        return 0.0
    corner = np.minimum(a[:2] + a[2:], b[:2] + b[2:]) - np.maximum(a[:2], b[:2])
    if (corner > 0).all():
        shared = float(corner.prod())
        return 1.0 + shared / float(a[2] * a[3] + b[2] * b[3] - shared)
    away = float(np.hypot(*(a[:2] + a[2:] / 2 - b[:2] - b[2:] / 2))) / float(a[2])
    return max(0.0, 1.0 - away / _JUMP) if away < _JUMP else 0.0

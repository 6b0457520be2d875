"""The face before the camera against the owner of a card: two frames of one track that agree, and a proof that the face is alive.

A stolen card and a photograph of its owner are worth no more than the photograph alone: the site's policy on liveness holds here too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from edge.faces import Face, FaceEngine, Image
from edge.gate.gallery import Gallery
from edge.gate.liveness import Ask, Standing
from edge.gate.proof import FAILS_WITH_CARD, Proof, Prover
from edge.gate.tracking import Track

AGREEING: Final = 2
"""Frames that must agree."""
ONE_TO_ONE: Final = "face-1to1"
PROVES_S: Final = 13.0
"""A challenge ends by itself before this, as long as frames come."""


class Owner:
    """One attempt of one card's owner. `enough` is the score that agrees; `is_fit` says whether a frame is worth comparing.

    `alive` is None until the face agreed and was proved; False for a picture. `ask` is the movement that is wanted now.
    """

    def __init__(self, person: str, enough: float, engine: FaceEngine, prover: Prover, is_fit: Callable[[Face], bool]) -> None:
        self.person, self._enough = person, enough
        self._engine, self._prover, self._is_fit = engine, prover, is_fit
        self._track: Track | None = None
        self._scores: list[float] = []
        self._agreed: list[tuple[float, ...]] = []
        self._proof: Proof | None = None
        self.alive: bool | None = None
        self.ask: Ask | None = None

    def look(self, image: Image, at_s: float, tracks: Sequence[Track], gallery: Gallery) -> None:
        """One fresh frame with all its tracks."""
        if self._proof is not None:
            self._prove(self._proof, image, at_s, tracks, gallery)
            return
        track = max(tracks, key=lambda one: one.face.box[2], default=None)
        if track is None or not self._is_fit(track.face):
            return
        if track is not self._track:  # frames of two people never add up
            self._track, self._scores, self._agreed = track, [], []
        self._compare(image, track.face, gallery)
        if len(self._agreed) >= AGREEING:
            self._judge(at_s)

    @property
    def proving(self) -> bool:
        """Whether the face agreed, and has to move as asked."""
        return self._proof is not None and self.alive is None

    @property
    def score(self) -> float | None:
        """The mean of all comparisons of this track; None before the first."""
        return sum(self._scores) / len(self._scores) if self._scores else None

    @property
    def checks(self) -> tuple[str, ...]:
        """What ran, as it stands in the event."""
        return (ONE_TO_ONE, *(self._prover.checks(self._proof) if self._agreed else ()))

    def _compare(self, image: Image, face: Face, gallery: Gallery) -> None:
        score = gallery.compare(self.person, self._engine.embed(image, face))
        if score is None:
            return
        self._scores.append(score)
        if score >= self._enough:
            self._agreed.append(self._prover.look(image, face))

    def _judge(self, at_s: float) -> None:
        standing = self._prover.judge(self._agreed)
        if not self._prover.needs_proof(standing):
            self.alive = standing is not Standing.PICTURE
        elif self._prover.failures(self.person, at_s) >= FAILS_WITH_CARD:
            self.alive = False
        else:
            self._proof = self._prover.draws(self.person, at_s)
            self.ask = self._proof.challenge.asks

    def _prove(self, proof: Proof, image: Image, at_s: float, tracks: Sequence[Track], gallery: Gallery) -> None:
        face = self._track.face if self._track in tracks and self._track is not None else None
        self.ask = self._prover.step(proof, image, at_s, face, gallery)
        if self.ask in (Ask.PASSED, Ask.FAILED):
            self.alive = self.ask is Ask.PASSED

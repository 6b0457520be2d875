"""Whether somebody who was told is alive: what the passive checks make of the frames, and the challenge where the site's policy wants it.

One rule for both ways in, a face found among everybody and a face compared with a card's owner: a decisive check refuses, a doubt asks
for the challenge (`edge.gate.liveness.needs_challenge`). Every movement of the challenge is completed by a frame that again shows the
person who was told, so that nobody holds up a picture and then turns his own head. A frame smeared by the movement may fail that, and
the next be better: a few tries, no more.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from edge.faces import Face, FaceEngine, Image
from edge.gate.eyes import Eyes
from edge.gate.gallery import Gallery
from edge.gate.liveness import Ask, Challenge, Liveness, Standing, needs_challenge

TRIES: Final = 6
"""Frames of one challenge that may show a movement and not the person: 0.4 s of them."""


@dataclass
class Proof:
    """A challenge under way: who must be seen moving, and how many frames showed a movement of somebody else."""

    person: str
    challenge: Challenge
    others: int = 0


class Prover:
    """One lane's. Not thread-safe. `when` gives the site's policy (always, risk, never); without `eyes` no blink is asked."""

    def __init__(
        self, engine: FaceEngine, liveness: Liveness, when: Callable[[], str], eyes: Eyes | None, chance: random.Random | None
    ) -> None:
        self._engine, self._liveness = engine, liveness
        self._when, self._eyes, self._chance = when, eyes, chance or random.SystemRandom()

    def look(self, image: Image, face: Face) -> tuple[float, ...]:
        """What each passive check makes of one good frame."""
        return self._liveness.look(image, face)

    def judge(self, looks: Sequence[tuple[float, ...]]) -> Standing:
        """What the looks at one attempt come to."""
        return self._liveness.judge(looks)

    def asks(self, person: str, standing: Standing) -> Proof | None:
        """The challenge that this person has to go through now, or None."""
        if not needs_challenge(self._when(), standing):
            return None
        return Proof(person, Challenge.drawn(self._chance, blink=self._eyes is not None))

    def step(self, proof: Proof, image: Image, at_s: float, face: Face | None, gallery: Gallery) -> Ask:
        """One frame of a challenge; `face` is None where the face is not in it. PASSED and FAILED are final."""
        challenge = proof.challenge
        openness = self._eyes.openness(image, face) if self._eyes and face and challenge.wants_eyes else None

        def is_the_same() -> bool:
            same = face is not None and self._shows(image, face, proof.person, gallery)
            proof.others += not same
            return same

        ask = challenge.feed(face.landmarks if face else None, round(1000 * at_s), openness, is_the_same)
        return Ask.FAILED if proof.others >= TRIES else ask

    def checks(self, proof: Proof | None = None) -> tuple[str, ...]:
        """The names of what ran, as they stand in the event."""
        moves = proof.challenge.moves if proof else ()
        return (*self._liveness.checks, *(move.value.lower() for move in moves))

    def _shows(self, image: Image, face: Face, person: str, gallery: Gallery) -> bool:
        """Whether the face that moved is the one that was told; turned aside it need only be nearer than strangers usually are."""
        score = gallery.compare(person, self._engine.embed(image, face))
        return score is not None and score >= self._engine.scale.points[0][0]

"""Whether somebody who was told is alive: what the passive checks make of the frames, and the challenge where the site's policy wants it.

One rule for both ways in, a face found among everybody and a face compared with a card's owner: a decisive check refuses, a doubt asks
for the challenge (`edge.gate.liveness.needs_challenge`). Every movement of the challenge is completed by a frame that again shows the
person who was told, so that nobody holds up a picture and then turns his own head. A frame smeared by the movement may fail that, and
the next be better: a few tries, no more. A challenge that was drawn and not passed has failed, also where somebody walked away from it or
laid a card meanwhile: nobody waits for the turn that suits a recording. Who has failed twice is asked for the card, so that whoever
cannot turn is not kept turning; and who has failed twice more with the card is the guard's.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from edge.faces import Face, FaceEngine, Image, Scale
from edge.gate.eyes import Eyes
from edge.gate.gallery import Gallery
from edge.gate.liveness import Ask, Challenge, Liveness, Standing, needs_challenge
from edge.model import SitePolicy
from edge.sync.wire import Direction

TRIES: Final = 12
"""Frames of one challenge that may show a movement and not the person: 0.8 s of them, since a turning head is smeared for the first 0.4 s.

One frame in four of a smeared head in a helmet does not show the person, one in 25 of a still one; somebody else's does in one of 450.
"""
FAILS: Final = 2
"""So many challenges that somebody fails; then the card."""
FAILS_WITH_CARD: Final = 4
"""So many in all; then the guard, who looks."""
FAILED_S: Final = 300.0
"""So long a failed challenge counts: few draws for a recording, and no morning at the guard's for who only stood about before the lane."""


@dataclass(frozen=True)
class Asking:
    """What a lane asks of a face now: when (always, risk, never), and how many movements."""

    when: str
    movements: int = 1


NOTHING: Final = Asking("never")


def asking(policy: SitePolicy, direction: Direction) -> Asking:
    """What the site's policy asks of a face at a lane. On the way OUT nothing: it opens anyhow, and nobody queues to go home."""
    return NOTHING if direction is Direction.OUT else Asking(policy.liveness, policy.movements)


@dataclass
class Proof:
    """A challenge under way: who must be seen moving, and how many frames showed a movement of somebody else."""

    person: str
    challenge: Challenge
    others: int = 0


class Prover:
    """One lane's. Not thread-safe. `now` gives what is asked here now; without `eyes` no blink is."""

    def __init__(
        self, engine: FaceEngine, liveness: Liveness, now: Callable[[], Asking], eyes: Eyes | None, chance: random.Random | None
    ) -> None:
        self._engine, self._liveness = engine, liveness
        self._now, self._eyes, self._chance = now, eyes, chance or random.SystemRandom()
        self._unpassed: dict[str, list[float]] = {}

    def look(self, image: Image, face: Face) -> tuple[float, ...]:
        """What each passive check makes of one good frame."""
        return self._liveness.look(image, face)

    def judge(self, looks: Sequence[tuple[float, ...]]) -> Standing:
        """What the looks at one attempt come to."""
        return self._liveness.judge(looks)

    def needs_proof(self, standing: Standing) -> bool:
        """Whether whoever stands so has to move as asked."""
        return needs_challenge(self._now().when, standing)

    def draws(self, person: str, at_s: float) -> Proof:
        """The challenge that this person has to go through now: it counts as failed until it is passed."""
        self._unpassed.setdefault(person, []).append(at_s)
        return Proof(person, Challenge.drawn(self._chance, blink=self._eyes is not None, count=self._now().movements))

    def failures(self, person: str, at_s: float) -> int:
        """How many challenges of this person were not passed of late."""
        lately = {who: [then for then in times if at_s - then < FAILED_S] for who, times in self._unpassed.items()}
        self._unpassed = {who: times for who, times in lately.items() if times}
        return len(self._unpassed.get(person, ()))

    def step(self, proof: Proof, image: Image, at_s: float, face: Face | None, gallery: Gallery) -> Ask:
        """One frame of a challenge; `face` is None where the face is not in it. PASSED and FAILED are final."""
        challenge = proof.challenge
        openness = self._eyes.openness(image, face) if self._eyes and face and challenge.wants_eyes else None

        def is_the_same() -> bool:
            same = face is not None and self._shows(image, face, proof.person, gallery)
            proof.others += not same
            return same

        ask = challenge.feed(face.landmarks if face else None, round(1000 * at_s), openness, is_the_same)
        if ask is Ask.PASSED:
            self._unpassed.pop(proof.person, None)
        return Ask.FAILED if proof.others >= TRIES else ask

    def checks(self, proof: Proof | None = None) -> tuple[str, ...]:
        """The names of what ran, as they stand in the event."""
        moves = proof.challenge.moves if proof else ()
        return (*self._liveness.checks, *(move.value.lower() for move in moves))

    def _shows(self, image: Image, face: Face, person: str, gallery: Gallery) -> bool:
        """Whether the face that moved is the one that was told; turned aside it need only be nearer than strangers usually are."""
        score = gallery.compare(person, self._engine.embed(image, face))
        return score is not None and score >= enough_turned(self._engine.scale)


def enough_turned(scale: Scale) -> float:
    """The score from which a face turned aside is the one that was told: the lowest at which the scale was measured."""
    return scale.points[0][0]

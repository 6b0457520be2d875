"""Whether somebody who was told is alive: what the passive checks make of the frames, and the challenge where the site's policy wants it.

One rule for both ways in, a face found among everybody and a face compared with a card's owner: a decisive check refuses, a doubt asks
for the challenge (`edge.gate.liveness.needs_challenge`). Every movement of the challenge is completed by a frame that again shows the
person who was told, so that nobody holds up a picture and then turns his own head. A frame smeared by the movement may fail that, and
the next be better: a few tries, no more. Who has failed twice by face alone is asked for the card: whoever cannot turn is not kept
turning, and a video gets no third draw.
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
"""So many challenges that somebody fails by face alone; then the card."""
FAILED_S: Final = 60.0
"""So long a failed challenge counts."""


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
        self._failed: dict[str, list[float]] = {}

    def look(self, image: Image, face: Face) -> tuple[float, ...]:
        """What each passive check makes of one good frame."""
        return self._liveness.look(image, face)

    def judge(self, looks: Sequence[tuple[float, ...]]) -> Standing:
        """What the looks at one attempt come to."""
        return self._liveness.judge(looks)

    def asks(self, person: str, standing: Standing) -> Proof | None:
        """The challenge that this person has to go through now, or None."""
        now = self._now()
        if not needs_challenge(now.when, standing):
            return None
        return Proof(person, Challenge.drawn(self._chance, blink=self._eyes is not None, count=now.movements))

    def failed(self, person: str, at_s: float) -> None:
        """This person's challenge by face alone has failed."""
        self._failed.setdefault(person, []).append(at_s)

    def wants_card(self, person: str, at_s: float) -> bool:
        """Whether this person has failed so often of late that the face alone is asked no more."""
        lately = {who: [then for then in times if at_s - then < FAILED_S] for who, times in self._failed.items()}
        self._failed = {who: times for who, times in lately.items() if times}
        return len(self._failed.get(person, ())) >= FAILS

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
        return score is not None and score >= enough_turned(self._engine.scale)


def enough_turned(scale: Scale) -> float:
    """The score from which a face turned aside is the one that was told: the lowest at which the scale was measured."""
    return scale.points[0][0]

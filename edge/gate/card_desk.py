"""A card at the lane: whose it is, and whether the face before the camera is its owner's.

Who is enrolled shows card and face, compared 1:1 at a threshold far below that of a search; who refused the face, is not enrolled
yet, or stands before a camera that fails, shows the card alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from statistics import mean
from typing import Final

from edge.errors import StoreError
from edge.faces import Scale, threshold
from edge.gate.gallery import Gallery
from edge.gate.passage import Gatekeeper, Outcome
from edge.gate.recognition import Recognition
from edge.reader.id_card import IdCard
from edge.reader.id_number import card_hash
from edge.store.roster import Roster
from edge.sync.wire import Direction
from hardware.camera import Frame

WAIT_S: Final = 3.0
"""How long a card waits for its owner's face."""
AGREEING: Final = 2
"""Frames that must agree."""
ONE_TO_ONE: Final = "face-1to1"
_SITE: Final = timezone(timedelta(hours=8))
_NOBODY: Final = bytes(16)


@dataclass
class Waiting:
    """A card that was laid, waiting for a face until the monotonic time `until_s`."""

    card: bytes
    person: str
    expired: bool
    until_s: float
    scores: list[float] = field(default_factory=list)


class CardDesk:
    """Takes cards, one at a time: a new card takes the place of one that still waits."""

    def __init__(self, keeper: Gatekeeper, roster: Roster, recognition: Recognition, scale: Scale) -> None:
        self._keeper, self._roster, self._recognition = keeper, roster, recognition
        self._enough = threshold(scale, 1)
        self.waiting: Waiting | None = None

    def lay(self, card: IdCard, at_s: float, gallery: Gallery | None) -> Outcome | None:
        """A card was read. None where its owner's face is awaited first; `gallery` is None where no camera can tell."""
        self.waiting = None
        expired = card.valid_until is not None and card.valid_until < self._today()
        try:
            hashed = self._hash(card)
            right = self._roster.by_card(hashed)
        except StoreError as error:
            return self._keeper.unreadable(error)
        leaves = self._keeper.place.direction is Direction.OUT
        if leaves or right is None or gallery is None or right.face == "refused" or not gallery.has(right.person):
            return self._keeper.by_card(hashed, expired=expired)
        self.waiting = Waiting(hashed, right.person, expired, at_s + WAIT_S)
        return None

    def look(self, frame: Frame, gallery: Gallery) -> Outcome | None:
        """One fresh frame for the card that waits; an outcome as soon as two frames agree."""
        waiting = self.waiting
        if waiting is None:
            return None
        score = self._recognition.compare(frame.image, frame.taken_s, waiting.person, gallery)
        if score is not None:
            waiting.scores.append(score)
        agreeing = [one for one in waiting.scores if one >= self._enough]
        return self._finish(agrees=True) if len(agreeing) >= AGREEING else None

    def give_up(self, at_s: float, camera_well: bool) -> Outcome | None:
        """The time is over, or the camera has failed meanwhile (then the card alone decides)."""
        waiting = self.waiting
        if waiting is None or (camera_well and at_s < waiting.until_s):
            return None
        return self._finish(agrees=False if camera_well else None)

    def _finish(self, agrees: bool | None) -> Outcome | None:
        waiting, self.waiting = self.waiting, None
        if waiting is None:
            return None
        score = mean(waiting.scores) if waiting.scores else None
        checks = () if agrees is None else (ONE_TO_ONE,)
        return self._keeper.by_card(waiting.card, expired=waiting.expired, score=score, checks=checks, face_agrees=agrees)

    def _hash(self, card: IdCard) -> bytes:
        header = self._roster.header()
        return card_hash(card.number, header.card_key) if header else _NOBODY

    def _today(self) -> date:
        return datetime.fromtimestamp(self._keeper.clock.now_ms() / 1000, UTC).astimezone(_SITE).date()

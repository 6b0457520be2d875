"""A card or a signed code at the lane: whose it is, and whether the face before the camera is its owner's.

Who is enrolled shows card and face, compared 1:1 at a threshold far below that of a search; who refused the face, is not enrolled
yet, or stands before a camera that fails, shows the card alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from statistics import mean
from typing import Final, Protocol

from edge.errors import StoreError
from edge.faces import Scale, threshold
from edge.gate.code_signers import CodeSigners
from edge.gate.gallery import Gallery
from edge.gate.passage import Gatekeeper, Outcome
from edge.gate.recognition import Recognition
from edge.model import Right
from edge.reader.card_seen import CardSeen, SeenKind
from edge.store.roster import Roster
from edge.sync import qr_pass
from edge.sync.qr_pass import QrPassUnfit
from edge.sync.wire import Direction, Method
from hardware.camera import Frame

WAIT_S: Final = 3.0
"""How long a card waits for its owner's face."""
AGREEING: Final = 2
"""Frames that must agree."""
ONE_TO_ONE: Final = "face-1to1"
_SITE: Final = timezone(timedelta(hours=8))
_NOBODY: Final = bytes(16)


class Admit(Protocol):
    """Asks the gatekeeper in the name of what was shown."""

    def __call__(self, *, score: float | None = None, checks: tuple[str, ...] = (), face_agrees: bool | None = None) -> Outcome:
        """With what the comparison of faces came to, if there was one."""


@dataclass
class Waiting:
    """A card or code that was shown, waiting for its owner's face until the monotonic time `until_s`."""

    person: str
    method: Method
    admit: Admit
    until_s: float
    scores: list[float] = field(default_factory=list)


class CardDesk:
    """Takes cards and codes, one at a time: a new one takes the place of one that still waits."""

    def __init__(self, keeper: Gatekeeper, roster: Roster, recognition: Recognition, scale: Scale, centre_key: bytes = b"") -> None:
        self._keeper, self._roster, self._recognition = keeper, roster, recognition
        self._signers = CodeSigners(roster, centre_key)
        self._enough = threshold(scale, 1)
        self.waiting: Waiting | None = None

    def lay(self, card: CardSeen, at_s: float, gallery: Gallery | None) -> Outcome | None:
        """A card was read. None where its owner's face is awaited first; `gallery` is None where no camera can tell."""
        method = Method.WORK_CARD if card.kind is SeenKind.WORK_CARD else Method.ID_CARD
        text = card.id_card
        expired = text is not None and text.valid_until is not None and text.valid_until < self._today()

        def admit(*, score: float | None = None, checks: tuple[str, ...] = (), face_agrees: bool | None = None) -> Outcome:
            return self._keeper.by_card(hashed, expired=expired, score=score, checks=checks, face_agrees=face_agrees, method=method)

        try:
            hashed = self._hash(card)
            right = self._roster.by_card(hashed)
        except StoreError as error:
            return self._keeper.unreadable(error)
        return self._ask(right, method, admit, at_s, gallery)

    def show(self, code: str, at_s: float, gallery: Gallery | None) -> Outcome | None:
        """A signed code was held before the camera; like `lay`."""

        def whose() -> str:
            return qr_pass.read(code, self._signers.signed, self._keeper.clock.now_ms() / 1000).person

        def admit(*, score: float | None = None, checks: tuple[str, ...] = (), face_agrees: bool | None = None) -> Outcome:
            return self._keeper.by_pass(whose, score=score, checks=checks, face_agrees=face_agrees)

        try:
            right = self._roster.right(whose())
        except StoreError as error:
            return self._keeper.unreadable(error)
        except QrPassUnfit:
            right = None
        return self._ask(right, Method.QR, admit, at_s, gallery)

    def _ask(self, right: Right | None, method: Method, admit: Admit, at_s: float, gallery: Gallery | None) -> Outcome | None:
        self.waiting = None
        leaves = self._keeper.place.direction is Direction.OUT
        if leaves or right is None or gallery is None or right.face == "refused" or not gallery.has(right.person):
            return admit()
        self.waiting = Waiting(right.person, method, admit, at_s + WAIT_S)
        return None

    def look(self, frame: Frame, gallery: Gallery) -> Outcome | None:
        """One fresh frame for whoever waits; an outcome as soon as two frames agree."""
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
        return waiting.admit(score=score, checks=() if agrees is None else (ONE_TO_ONE,), face_agrees=agrees)

    def _hash(self, card: CardSeen) -> bytes:
        header = self._roster.header()
        return card.hashed(header.card_key) if header else _NOBODY

    def _today(self) -> date:
        return datetime.fromtimestamp(self._keeper.clock.now_ms() / 1000, UTC).astimezone(_SITE).date()

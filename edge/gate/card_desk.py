"""A card or a signed code at the lane: whose it is, and whether the face before the camera is its owner's.

Who is enrolled shows card and face, compared 1:1 at a threshold far below that of a search, and shows to be alive as by face alone; who
refused the face, is not enrolled yet, or stands before a camera that fails, shows the card alone. While the templates are still being read
a card waits for them too: that is no failure, and somebody else's card opens nothing in those seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, Protocol

from edge.errors import StoreError
from edge.faces import Scale, threshold
from edge.gate.code_signers import CodeSigners
from edge.gate.decision import NOT_COMPARED, Compared
from edge.gate.gallery import Gallery
from edge.gate.owner import PROVES_S, Owner
from edge.gate.passage import Gatekeeper, Outcome
from edge.gate.recognition import Recognition, View
from edge.model import Right, SignedCode
from edge.reader.card_seen import CardSeen, SeenKind
from edge.store.roster import Roster
from edge.sync import qr_pass
from edge.sync.qr_pass import QrPassUnfit
from edge.sync.wire import Direction, Method
from hardware.camera import Frame

WAIT_S: Final = 3.0
"""How long a card waits for its owner's face."""
LOADS_S: Final = 10.0
"""How long it waits before that for templates that are still being read; then the card alone, as with a camera that fails."""
LOOKS: Final = 3
"""How many independent looks an attempt is worth: any two frames of a few seconds may agree, so what holds for one is not enough."""
_SITE: Final = timezone(timedelta(hours=8))
_NOBODY: Final = bytes(16)


class Admit(Protocol):
    """Asks the gatekeeper in the name of what was shown."""

    def __call__(self, found: Compared = NOT_COMPARED) -> Outcome:
        """With what the comparison of faces came to, if there was one."""


@dataclass
class Waiting:
    """A card or code that was shown, waiting for its owner's face until the monotonic time `until_s`.

    `loads` while this gate's templates are still being read; `unknown` where its owner then had none.
    """

    method: Method
    admit: Admit
    until_s: float
    owner: Owner
    loads: bool = False
    unknown: bool = False


class CardDesk:
    """Takes cards and codes, one at a time: a new one takes the place of one that still waits. `enough` is the score that agrees, 1:1."""

    def __init__(self, keeper: Gatekeeper, roster: Roster, recognition: Recognition, scale: Scale, centre_key: bytes = b"") -> None:
        self._keeper, self._roster, self._recognition = keeper, roster, recognition
        self._signers = CodeSigners(roster, centre_key)
        self.enough = threshold(scale, LOOKS)
        self.waiting: Waiting | None = None

    def lay(self, card: CardSeen, at_s: float, gallery: Gallery | None, *, loads: bool = False) -> Outcome | None:
        """A card was read. None where its owner's face is awaited first; None for `gallery`: no camera can tell, or it `loads` still."""
        method = Method.WORK_CARD if card.kind is SeenKind.WORK_CARD else Method.ID_CARD
        text = card.id_card
        expired = text is not None and text.valid_until is not None and text.valid_until < self._today()

        def admit(found: Compared = NOT_COMPARED) -> Outcome:
            return self._keeper.by_card(hashed, found, expired=expired, method=method)

        try:
            hashed = self._hash(card)
            right = self._roster.by_card(hashed)
        except StoreError as error:
            return self._keeper.unreadable(error)
        return self._ask(right, method, admit, at_s, gallery, loads=loads)

    def show(self, code: str, at_s: float, gallery: Gallery | None, *, loads: bool = False) -> Outcome | None:
        """A signed code was held before the camera; like `lay`."""

        def shown() -> SignedCode:
            found = qr_pass.read(code, self._signers.signed, self._keeper.clock.now_ms() / 1000)
            over_s, printed = found.not_after_s + qr_pass.SKEW_S, found.signer != qr_pass.CENTRE
            return self._keeper.unused(SignedCode(found.person, found.signer, over_s, printed))

        def admit(found: Compared = NOT_COMPARED) -> Outcome:
            return self._keeper.by_pass(shown, found)

        try:
            right = self._roster.right(shown().person)
        except StoreError as error:
            return self._keeper.unreadable(error)
        except QrPassUnfit:
            right = None
        return self._ask(right, Method.QR, admit, at_s, gallery, loads=loads)

    def _ask(
        self, right: Right | None, method: Method, admit: Admit, at_s: float, gallery: Gallery | None, *, loads: bool
    ) -> Outcome | None:
        self.waiting = None
        leaves = self._keeper.place.direction is Direction.OUT
        if leaves or right is None or right.face == "refused":
            return admit()
        if gallery is not None and gallery.has(right.person):
            loads = False
        elif gallery is not None or not loads:
            return admit()
        wait_s = LOADS_S if loads else WAIT_S
        self.waiting = Waiting(method, admit, at_s + wait_s, self._recognition.owner(right.person, self.enough), loads)
        return None

    @property
    def loads(self) -> bool:
        """Whether a card waits for the templates themselves."""
        return self.waiting is not None and self.waiting.loads

    def look(self, frame: Frame, gallery: Gallery) -> View | None:
        """One fresh frame for whoever waits: the face, and the movement that is wanted now. None where nobody waits."""
        waiting = self.waiting
        if waiting is None:
            return None
        if waiting.loads:
            waiting.loads, waiting.unknown = False, not gallery.has(waiting.owner.person)
            waiting.until_s = frame.taken_s + WAIT_S
        asked = waiting.owner.proving
        view = self._recognition.compare(frame.image, frame.taken_s, waiting.owner, gallery)
        if waiting.owner.proving and not asked:
            waiting.until_s = frame.taken_s + PROVES_S
        return view

    def settle(self, at_s: float, camera_well: bool) -> Outcome | None:
        """The outcome, once the face agreed and was proved, or the time is over, or the camera has failed (then the card alone decides)."""
        waiting = self.waiting
        if waiting is None:
            return None
        if waiting.owner.alive is not None:
            return self._finish(waiting, agrees=True)
        can_tell = camera_well and not waiting.unknown
        if can_tell and at_s < waiting.until_s:
            return None
        return self._finish(waiting, agrees=waiting.owner.proving if can_tell and not waiting.loads else None)

    def _finish(self, waiting: Waiting, agrees: bool | None) -> Outcome:
        self.waiting, owner = None, waiting.owner
        if agrees is None:
            return waiting.admit(Compared(score=owner.score))
        return waiting.admit(Compared(agrees, not agrees or bool(owner.alive), owner.score, owner.checks))

    def _hash(self, card: CardSeen) -> bytes:
        header = self._roster.header()
        return card.hashed(header.card_key) if header else _NOBODY

    def _today(self) -> date:
        return datetime.fromtimestamp(self._keeper.clock.now_ms() / 1000, UTC).astimezone(_SITE).date()

"""What to show when: a verdict stays long enough to be read, the next face interrupts, and what is wrong stands beside it all."""

from __future__ import annotations

from typing import Final

from edge.clock import Clock
from edge.faces import Face
from edge.gate.passage import Outcome
from edge.gate.recognition import Hint, View
from edge.gate.screen import Screen
from edge.model import Right
from edge.sync.wire import Method, Reason
from hardware.camera import Image

PASS_MS: Final = 1_500
REFUSAL_MS: Final = 4_000
CAMERA_LENT: Final = "CAMERA_LENT"
"""Told while the kiosk photographs somebody through this lane's camera."""
CARD_READING: Final = "CARD_READING"
LIST_OVERDUE: Final = "LIST_OVERDUE"
"""Told where faces open nothing any more because the roster is too old, and cards do."""
ASK_GUARD: Final = "ASK_GUARD"
"""Told instead of being sent to a reader that is out of order."""
CARD_READ: Final = "CARD_READ"
"""Told while a card waits for its owner's face."""
SHORTEST_MS: Final = 700
"""A verdict is seen for so long even when the next face is there already."""


class Display:
    """Turns what happens at the lane into the screen's states. The lane's thread only."""

    def __init__(self, screen: Screen, clock: Clock) -> None:
        self.screen, self._clock = screen, clock
        self._until_ms = self._least_until_ms = 0
        self.resting = "idle"
        """What is shown when nobody is there: idle, fault (the camera is away) or closed (the project is over)."""
        self.reader: str | None = None
        """What the reader says of the card that lies there: that it is being read, or why it cannot be. Said to its owner at once."""
        self.overdue: str | None = None
        """What stands there instead of a call to look at the camera: LIST_OVERDUE, or STALE_ROSTER where only the guard lets in then."""
        self.reads = True
        """Whether the reader is in order."""
        self.held: str | None = None
        """open or emergency while the gate stands open: nothing else matters then, and nobody is told to stop."""

    def verdict(self, outcome: Outcome, method: Method) -> None:
        """The gate has answered."""
        if outcome.fault is not None or outcome.decision is None:
            self._hold("fault", REFUSAL_MS, method=method.value)
            return
        right, reason = outcome.decision.claim.right, outcome.decision.reason
        if reason is None:
            self._hold("pass", PASS_MS, method=method.value, **_who(right))
        else:
            self.refusal(reason, method, right)

    def _stands_open(self) -> bool:
        if self.held is not None:
            self.screen.show(self.held, self._clock.now_ms())
        return self.held is not None

    def refusal(self, reason: Reason, method: Method, right: Right | None = None) -> None:
        """Not let in, and why."""
        self._hold("refuse", REFUSAL_MS, method=method.value, reason=reason.value, **_who(right))

    def ask_card(self) -> None:
        """A face alone is not enough for this worker: said as long as a refusal, and it is none."""
        self._hold("card", REFUSAL_MS, method=Method.ID_CARD.value, hint="TWIN" if self.reads else ASK_GUARD)

    def face(self, view: View, image: Image) -> None:
        """Somebody is, or nobody is, before the camera."""
        now_ms = self._clock.mono_ms()
        if self._stands_open():
            return
        if now_ms < self._least_until_ms or (now_ms < self._until_ms and (view.face is None or view.settled)):
            return
        if view.settled or (view.face is None and view.ask is None) or (self.reader is not None and view.ask is None):
            self.rest()
            return
        self._looking(view, image)

    def owner(self, view: View, image: Image) -> None:
        """A card was read and waits for its owner's face, which may be asked to move."""
        if (view.ask is not None or self._may_change()) and not self._stands_open():
            self._looking(view, image, otherwise=CARD_READ)

    def _looking(self, view: View, image: Image, otherwise: str | None = None) -> None:
        hint = self._advice(view) or otherwise
        self.screen.show("looking", self._clock.now_ms(), face_box=_relative(view.face, image), hint=hint)

    def rest(self) -> None:
        """Nobody there: idle, or what stands in its place."""
        if not self._may_change() or self._stands_open():
            return
        hint = self.reader or (CAMERA_LENT if self.screen.lent else None) or (self._overdue() if self.resting == "idle" else None)
        if hint is not None:
            self.screen.show("card", self._clock.now_ms(), method=Method.ID_CARD.value, hint=hint)
        else:
            reason = Reason.GATE_CLOSED.value if self.resting == "closed" else None
            self.screen.show(self.resting, self._clock.now_ms(), reason=reason)

    def _overdue(self) -> str | None:
        return ASK_GUARD if self.overdue == LIST_OVERDUE and not self.reads else self.overdue

    def _advice(self, view: View) -> str | None:
        told = view.ask or view.hint
        return ASK_GUARD if told is Hint.USE_CARD and not self.reads else told.value if told else None

    def _may_change(self) -> bool:
        return self._clock.mono_ms() >= self._until_ms

    def _hold(self, state: str, for_ms: int, **fields: str) -> None:
        if state != "pass" and self._stands_open():
            return
        now_ms = self._clock.mono_ms()
        self._until_ms, self._least_until_ms = now_ms + for_ms, now_ms + SHORTEST_MS
        self.screen.show(state, self._clock.now_ms(), anew=True, **fields)


def _relative(face: Face | None, image: Image) -> tuple[float, float, float, float] | None:
    """The face's box in shares of the picture."""
    if face is None:
        return None
    height, width = image.shape[:2]
    x, y, w, h = face.box
    return round(x / width, 4), round(y / height, 4), round(w / width, 4), round(h / height, 4)


def _who(right: Right | None) -> dict[str, str]:
    return {"shown_name": right.shown_name, "team": right.team} if right else {}

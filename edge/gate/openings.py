"""What holds the gate open beyond one person: a fire, somebody's key. Each is a fact when it begins and when it is over.

A fire frees people by the turnstile's own wire; what is done here is to announce it, write it down and hold the arm as well. The arm is
asked again at every look, because a board that lost its power forgets; when this process ends, its outputs go to idle, and the next one
writes down that what was held is over: an opening without an end would leave every later day in doubt.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from edge.errors import StoreBusy, StoreFull, StoreUnwritable
from edge.gate.passage import Gatekeeper
from edge.store.hand_asks import ADMIT, CLOSE, HandAsk, HandAsks
from edge.sync.wire import Method

FIRE: Final = "FIRE"
EXIT_BUTTON: Final = "EXIT_BUTTON"
GATE_RESTARTED: Final = "GATE_RESTARTED"
BUTTON_MS: Final = 3_000
"""A press counts once, however long the finger bounces."""


@dataclass(frozen=True)
class Held:
    """One reason to be open: who (empty for a wire), and the coded reason."""

    method: Method
    operator: str
    why: str


class Openings:
    """One lane's. The lane's thread only. Raises `StoreError` from `tend` alone."""

    def __init__(self, keeper: Gatekeeper, asks: HandAsks) -> None:
        self._keeper, self.asks = keeper, asks
        self._held: dict[str, Held] = {}
        self._left = keeper.left_open()
        self._pressed_ms = -BUTTON_MS
        self._began_ms = keeper.clock.mono_ms()
        self._acted: dict[int, str] = {}

    @property
    def state(self) -> str | None:
        """What the screen says while the gate stands open: emergency, open; None while it does not."""
        if not self._held:
            return None
        return "emergency" if any(one.method is Method.EMERGENCY for one in self._held.values()) else "open"

    def fire(self, burning: bool) -> None:
        """What the fire contact says."""
        if burning:
            self._begin(FIRE, Held(Method.EMERGENCY, "", FIRE))
        else:
            self._end(FIRE)

    def button(self) -> None:
        """The exit button, if it was pressed: one person goes out, whoever it is."""
        now_ms = self._keeper.clock.mono_ms()
        if self._keeper.button_pressed() and now_ms - self._pressed_ms >= BUTTON_MS:
            self._pressed_ms = now_ms
            self._keeper.let_out(EXIT_BUTTON)

    def tend(self) -> None:
        """Keeps the arm held, and acts on what was asked by hand: on each ask once, also where its answer cannot be written."""
        if self._held:
            self._keeper.keep_open()
        for method in self._left:
            self._keeper.hold_open(method, opened=False, operator="", why=GATE_RESTARTED, hold=bool(self._held))
        self._left = ()
        for ask in self.asks.waiting(self._acted, self._began_ms):
            if ask.id not in self._acted:
                self._acted[ask.id] = self._act(ask)
        for number, answer in list(self._acted.items()):
            with suppress(StoreBusy, StoreFull, StoreUnwritable):  # until it can be written it stays here
                self.asks.settle(number, answer)
                del self._acted[number]

    def _act(self, ask: HandAsk) -> str:
        if ask.kind == ADMIT:
            outcome = self._keeper.by_guard(ask.person, ask.operator, ask.why)
            refused = outcome.decision.reason if outcome.decision else None
            return outcome.fault or (refused.value if refused else "")
        if ask.kind == CLOSE:
            return self._end(ask.method.value, ask.operator, ask.why) or ""
        return self._begin(ask.method.value, Held(ask.method, ask.operator, ask.why)) or ""

    def _begin(self, source: str, held: Held) -> str | None:
        if source in self._held:
            return None
        self._held[source] = held
        return self._keeper.hold_open(held.method, opened=True, operator=held.operator, why=held.why)

    def _end(self, source: str, operator: str = "", why: str = "") -> str | None:
        held = self._held.pop(source, None)
        if held is None:
            return None
        return self._keeper.hold_open(held.method, opened=False, operator=operator, why=why or held.why, hold=bool(self._held))

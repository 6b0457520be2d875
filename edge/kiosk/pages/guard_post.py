"""The guard's post: one guard desk, its sessions, and the whole view that its page gets."""

from __future__ import annotations

import threading
from typing import Any, Final

from edge.kiosk.guard_desk import REASONS, Act, GuardDesk
from edge.kiosk.pages.counter import Counter
from edge.kiosk.pages.session import Session, Sessions
from edge.kiosk.worker_view import listed

GUARD_COOKIE: Final = "gongmen_guard"


class GuardPost:
    """Beside the counter, with the same PINs and the same count of wrong ones."""

    cookie = GUARD_COOKIE

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self.desk = GuardDesk(counter.parts)
        self.sessions = Sessions()

    @property
    def closing(self) -> threading.Event:
        """Set when the kiosk ends."""
        return self._counter.closing

    def signed_in(self, session: Session) -> bool:
        """Whether this browser is the guard's; signs out one that was left alone, or whom the roster no longer names."""
        operator = self.desk.operator
        if operator is None:
            return False
        if self.sessions.is_signed_in(session) and self._counter.is_operator(operator):
            return True
        if not self.sessions.anybody() or not self._counter.is_operator(operator):
            self.desk.sign_out()
        return False

    async def sign_in(self, session: Session, operator: str, pin: str) -> Session:
        """Guards and managers alike. Raises `KioskProblem`."""
        self.desk.sign_in(await self._counter.who(operator, pin))
        return self.sessions.sign_in(session.key)

    def sign_out(self) -> None:
        """Leaves the desk and ends the session."""
        self.sessions.sign_out()
        self.desk.sign_out()

    def view(self, session: Session) -> dict[str, Any]:
        """Nothing of a person before a guard has signed in."""
        signed_in = self.signed_in(session)
        shown = self._desk() if signed_in else {"step": "sign_in", "operators": self._counter.operators()}
        name = self.desk.operator.name if signed_in and self.desk.operator else None
        return {**shown, "csrf": session.csrf, "operator": name, "site": self._counter.site()}

    def _desk(self) -> dict[str, Any]:
        desk, records = self.desk, self.desk.records
        if self._counter.desk.operator is None:
            desk.take_card()
        desk.tick()
        return {
            "step": "guard",
            "searched": desk.searched,
            "found": [listed(right, records) for right in desk.found],
            "chosen": listed(desk.chosen, records) if desk.chosen else None,
            "laid": listed(desk.laid, records) if desk.laid else None,
            "reasons": {what: list(codes) for what, codes in REASONS.items()},
            "acts": [_act(act) for act in desk.acts],
        }


def _act(act: Act) -> dict[str, Any]:
    shown = {"number": act.number, "kind": act.kind, "method": act.method.value, "shown_name": act.shown_name, "why": act.why}
    return {**shown, "at_ms": act.at_ms, "answer": act.answer, "reference": act.reference}

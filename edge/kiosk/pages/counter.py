"""The kiosk's counter: one desk, its sessions and PIN tries, and the whole view that a browser gets."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from edge.errors import EdgeError
from edge.kiosk.capture import camera_fault
from edge.kiosk.desk_view import desk_view
from edge.kiosk.enrolment import Desk, Step
from edge.kiosk.operators import MANAGER, Tries, check_pin
from edge.kiosk.pages.session import COOKIE, Session, Sessions
from edge.kiosk.parts import KioskParts
from edge.kiosk.problem import KioskProblem
from edge.kiosk.worker_desk import BACK as WORKER_BACK
from edge.kiosk.worker_desk import STEPS as WORKER_STEPS
from edge.kiosk.worker_desk import WorkerDesk
from edge.kiosk.worker_view import worker_view
from edge.sync.wire import Operator

log = logging.getLogger(__name__)
REPORT_S: Final = 5.0


class Counter:
    """What stands between browsers and the desk. Used on one thread, the event loop's."""

    cookie = COOKIE

    def __init__(self, parts: KioskParts) -> None:
        self.parts = parts
        self.desk = Desk(parts)
        self.worker = WorkerDesk(self.desk)
        self.sessions = Sessions()
        self._tries: Tries | None = None
        self.closing = threading.Event()
        self._one_pin = asyncio.Lock()
        parts.tell_lender(self.borrows_the_lane_camera)

    @property
    def tries(self) -> Tries:
        """Wrong PINs so far, those before a restart included."""
        if self._tries is None:
            self._tries = Tries(time.monotonic, self.parts.records.tries())
        return self._tries

    def close(self) -> None:
        """Ends the streams and the capture, and lets the store go."""
        self.closing.set()
        self.desk.sign_out()
        self.parts.records.close()

    async def report_on(self) -> None:
        """Says every few seconds how the kiosk is, and signs out an operator who went away."""
        while True:
            try:
                self.parts.records.report(self.facts())
            except EdgeError as fault:
                log.warning("the kiosk cannot report: %s", fault.code)
            if not self.sessions.anybody():
                self.desk.sign_out()
            await asyncio.sleep(REPORT_S)

    def facts(self) -> dict[str, Any]:
        """What the health page and the doctor read of this process."""
        reading, camera = self.parts.cards.reading(), self.parts.camera
        reader_fault = reading.code if reading.state == "fault" and reading.code and not reading.code.startswith("CARD_") else None
        return {
            "reader_fault": reader_fault,
            "camera_fault": camera_fault(camera) if camera else None,
            "engine_fault": self.parts.engine_fault,
            "signed_in": self.desk.operator is not None,
        }

    def signed_in(self, session: Session) -> bool:
        """Whether this browser is the operator's; signs out one that was left alone, or whom the roster no longer names."""
        operator = self.desk.operator
        if operator is None:
            return False
        known = self.is_operator(operator)
        if known and self.sessions.is_signed_in(session):
            return True
        if not known or not self.sessions.anybody():
            self.desk.sign_out()
        return False

    async def who(self, operator: str, pin: str) -> Operator:
        """Checks the PIN off the loop (argon2 is slow on purpose). Raises `KioskProblem`."""
        async with self._one_pin:
            before = self.tries.to_save()
            try:
                return await asyncio.to_thread(check_pin, self._known(), operator, pin, self.tries)
            finally:
                if self.tries.to_save() != before:
                    self.parts.records.save_tries(self.tries.to_save())

    async def sign_in(self, session: Session, operator: str, pin: str) -> Session:
        """A manager signs in. Raises `KioskProblem`, ROLE_NOT_ALLOWED for a guard: the guard's page is another one."""
        found = await self.who(operator, pin)
        if found.role != MANAGER:
            raise KioskProblem("ROLE_NOT_ALLOWED")
        self.desk.sign_in(found)
        return self.sessions.sign_in(session.key)

    def sign_out(self) -> None:
        """Leaves the desk and ends the session."""
        self.sessions.sign_out()
        self.desk.sign_out()

    def view(self, session: Session) -> dict[str, Any]:
        """Everything the enrolment page shows. Nothing of a person before an operator has signed in."""
        signed_in = self.signed_in(session)
        desk = self._desk() if signed_in else {"step": "sign_in", "operators": self.operators(MANAGER)}
        name = self.desk.operator.name if signed_in and self.desk.operator else None
        return {**desk, "csrf": session.csrf, "operator": name, "site": self.site()}

    def _desk(self) -> dict[str, Any]:
        self.desk.tick()
        self.worker.tick()
        view = desk_view(self.desk)
        return view | worker_view(self.worker, self.parts.records, self.desk.step) if self.desk.step in WORKER_STEPS else view

    def back(self) -> None:
        """One screen back, in an enrolment or with one worker."""
        if self.desk.step in WORKER_BACK:
            self.worker.back()
        else:
            self.desk.back()

    def worker_buttons(self) -> dict[str, Callable[[], object]]:
        """The plain buttons of one worker's screens."""
        worker = self.worker
        return {"anew": worker.anew, "withdraw": worker.withdraw, "bind": worker.begin_binding, "pass": worker.write_pass}

    def operators(self, role: str | None = None) -> list[dict[str, Any]]:
        """Who may sign in, everybody or those of one role."""
        known = [one for one in self._known() if role in (None, one.role)]
        return [{"operator": one.operator, "name": one.name, "locked_s": self.tries.locked_s(one.operator)} for one in known]

    def is_operator(self, operator: Operator) -> bool:
        """Whether the roster still names this operator, in the same role."""
        return any((one.operator, one.role) == (operator.operator, operator.role) for one in self._known())

    def borrows_the_lane_camera(self) -> bool:
        """Whether a worker is being photographed through the lane's own camera now."""
        return self.parts.borrows and self.desk.step is Step.CAPTURE

    def _known(self) -> tuple[Operator, ...]:
        header = self.parts.records.header()
        return header.operators if header else ()

    def site(self) -> dict[str, Any]:
        """Project, network and roster, as the head of every page shows them."""
        records, header = self.parts.records, self.parts.records.header()
        return {
            "project_name": header.project_name if header else "",
            "contact": header.contact if header else "",
            "lane": self.parts.lane,
            "box": self.parts.box,
            "people": records.people(),
            "offline_since_ms": records.offline_since_ms(),
            "camera": self.parts.camera is not None,
            "engine_fault": self.parts.engine_fault,
        }

"""A Pi's pins and the people around its turnstile, over gpiozero's mock factory."""

from __future__ import annotations

import threading

from gpiozero.pins.mock import MockFactory, MockPin

WIRING = "gpio:in=17,out=27,passed=22,fire=5,tamper=6,button=13,lamp=19,pulse_ms=60"
WAYS = {17: "in", 27: "out", 19: "lamp"}
PASSED, FIRE, TAMPER, BUTTON = 22, 5, 6, 13
STAY_S = 0.06


class WatchedPin(MockPin):  # type: ignore[misc]
    """Tells the site when it is driven, and breaks when the site says so."""

    def _set_state(self, value: float) -> None:
        if self.factory.broken or WAYS.get(int(self.info.name.removeprefix("GPIO"))) == self.factory.dead:
            raise OSError("the pin does not answer")
        super()._set_state(value)

    def _change_state(self, value: bool) -> bool:
        changed: bool = super()._change_state(value)
        if changed and self.function == "output":
            self.factory.driven(self.info.name.removeprefix("GPIO"), bool(value))
        return changed


class FakePi(MockFactory):  # type: ignore[misc]
    """A Pi whose contacts are wired as `WIRING` says, with everything well; `events` is what its outputs did."""

    def __init__(self) -> None:
        super().__init__(pin_class=WatchedPin)
        self.broken, self.goes = False, True
        self.dead: str | None = None
        self.events: list[tuple[str, bool]] = []
        self._people: list[threading.Timer] = []

    def contact(self, number: int, *, closed: bool) -> None:
        pin = self.pin(number)
        if closed:
            pin.drive_low()
        else:
            pin.drive_high()

    def driven(self, number: str, on: bool) -> None:
        self.events.append((WAYS[int(number)], on))
        if on and self.goes and WAYS[int(number)] != "lamp":
            for after_s, closed in ((0.01, True), (0.01 + STAY_S, False)):
                person = threading.Timer(after_s, self.contact, (PASSED,), {"closed": closed})
                self._people.append(person)
                person.start()

    def pulses(self) -> list[str]:
        return [way for way, on in self.events if on and way != "lamp"]

    def press(self) -> None:
        self.contact(BUTTON, closed=True)
        self.contact(BUTTON, closed=False)

    def fail(self, **faults: bool | None) -> None:
        for name, value in faults.items():
            if name in ("fire", "tamper"):
                self.contact({"fire": FIRE, "tamper": TAMPER}[name], closed=not value)
            else:
                setattr(self, {"stuck": "broken", "pass_": "goes"}[name], value)

    def close(self) -> None:
        for person in self._people:
            person.join()
        super().close()

    def held(self) -> set[str]:
        """The outputs that are on now."""
        last = dict(self.events)
        return {way for way, on in last.items() if on}

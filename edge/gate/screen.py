"""What the lane screen shows: one view, changed by the lane's thread, read by any other."""

from __future__ import annotations

import threading
import time
from typing import Any, Final

import cv2
import msgspec

from hardware.camera import Frame

STATES: Final = frozenset({"idle", "looking", "pass", "refuse", "card", "closed", "fault", "open", "emergency"})
_JPEG_QUALITY: Final = 85
ALIVE_S: Final = 2.0
"""A lane that has not gone round for so long stands still: what it showed last is true no longer."""
LENT_S: Final = 1.0
"""The borrower says twelve times a second that it is taking pictures; silent for so long, it takes none."""


class LaneView(msgspec.Struct, frozen=True):
    """One moment of the lane. `number` rises with every new state or verdict; what merely moves (a face's box, a count) keeps it.

    `face_box` is x, y, width, height relative to the picture (0 to 1). `reason`, `hint` and `faults` are codes; texts are the screen's.
    `on_site` is None where this box cannot know it; the screen then shows no figure. `on_site_as_of_ms` is its time where that is not now.
    """

    state: str = "idle"
    at_ms: int = 0
    number: int = 0
    shown_name: str = ""
    direction: str = "01"
    method: str = ""
    team: str = ""
    reason: str | None = None
    face_box: tuple[float, float, float, float] | None = None
    hint: str | None = None
    on_site: int | None = None
    on_site_as_of_ms: int | None = None
    offline_since_ms: int | None = None
    stale_roster: bool = False
    project_name: str = ""
    lane: str = ""
    contact: str = ""
    faults: tuple[str, ...] = ()
    people: int = 0


class Screen:
    """Holds the view and the latest picture."""

    def __init__(self, direction: str = "01", lane: str = "") -> None:
        self._lock = threading.Lock()
        self._view = LaneView(direction=direction, lane=lane)
        self._revision = 0
        self._frame: Frame | None = None
        self._lent_until_s = float("-inf")
        self._beat_s: float | None = None

    def show(self, state: str, at_ms: int, anew: bool = False, **fields: Any) -> None:
        """A state with its own fields; those that say nothing go back to empty. `anew` marks a verdict even if it looks like the last one.

        Raises `ValueError` for a state that no screen knows.
        """
        if state not in STATES:
            raise ValueError(state)
        clean: dict[str, Any] = {"shown_name": "", "method": "", "team": "", "reason": None, "face_box": None, "hint": None}
        with self._lock:
            begins = anew or state != self._view.state
            number = self._view.number + 1 if begins else self._view.number
            at = at_ms if begins else self._view.at_ms
            self._put(msgspec.structs.replace(self._view, state=state, at_ms=at, number=number, **(clean | fields)))

    def amend(self, **fields: Any) -> None:
        """Changes some fields of what is shown: counts, banners, faults."""
        with self._lock:
            self._put(msgspec.structs.replace(self._view, **fields))

    def _put(self, view: LaneView) -> None:
        if view != self._view:
            self._view = view
            self._revision += 1

    def now(self) -> tuple[int, LaneView]:
        """The view, and a revision that rises with every change at all."""
        with self._lock:
            return self._revision, self._view

    def beat(self) -> None:
        """The lane has gone round once more."""
        self._beat_s = time.monotonic()

    @property
    def is_alive(self) -> bool:
        """Whether the lane goes round; so too where nothing ever beat, as before its first round."""
        return self._beat_s is None or time.monotonic() - self._beat_s <= ALIVE_S

    def picture(self, frame: Frame) -> None:
        """The camera's newest frame; only a reference is kept, and encoded when somebody asks."""
        self._frame = frame

    def lend(self, for_s: float = LENT_S) -> None:
        """The kiosk is photographing somebody through this lane's camera."""
        self._lent_until_s = time.monotonic() + for_s

    @property
    def lent(self) -> bool:
        """Whether that is so now: whoever is in the picture is being enrolled, and asks for no passage."""
        return time.monotonic() < self._lent_until_s

    def jpeg(self) -> tuple[int, bytes] | None:
        """The newest frame's number and its JPEG; None before the first frame."""
        frame = self._frame
        if frame is None:
            return None
        good, data = cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        return (frame.number, data.tobytes()) if good else None

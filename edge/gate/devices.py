"""Once a second: how the devices are, what the banners say, what the other processes hear of this one."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final

from edge.gate.display import LIST_OVERDUE, Display
from edge.gate.gallery_feed import GalleryFeed
from edge.gate.openings import FIRE, Openings
from edge.gate.passage import Gatekeeper, Outcome
from edge.reader.causes import Cause
from edge.reader.swipes import Swipes
from edge.store.database import Store
from edge.store.health import Health
from edge.store.roster import Roster
from edge.store.site_count import SiteCount
from edge.sync.wire import Direction, Reason
from hardware.camera import Camera, Frame
from hardware.errors import DeviceError
from hardware.turnstile import Turnstile

REPORT_MS: Final = 5_000
DEVICE_BACK: Final = "DEVICE_BACK"
STUCK: Final = "STUCK"
DECISIONS_KEPT: Final = 200


@dataclass(frozen=True)
class Devices:
    """What is plugged into this lane."""

    camera: Camera
    swipes: Swipes
    turnstile: Turnstile


def is_the_readers(cause: Cause) -> bool:
    """Whether a card did not lead to a person by the reader's fault; else it is the card's, and its owner's trouble."""
    return cause.value.startswith(("READER_", "DEVICE_"))


class DeviceWatch:
    """Writes a device's trouble down when it begins and when it is over, and keeps the screen's banners right."""

    def __init__(
        self,
        devices: Devices,
        store: Store,
        feed: GalleryFeed,
        keeper: Gatekeeper,
        display: Display,
        *,
        openings: Openings,
        engine_fault: str | None = None,
    ) -> None:
        self._devices, self._feed, self._keeper, self._display, self._clock = devices, feed, keeper, display, keeper.clock
        self._roster, self._site_count, self._health = Roster(store), SiteCount(store), Health(store, keeper.clock)
        self._openings, self._engine_fault = openings, engine_fault
        self._known: dict[str, str] = {}
        self._reported_ms = -REPORT_MS
        self._decision_ms: deque[float] = deque(maxlen=DECISIONS_KEPT)
        self._alarms: frozenset[str] = frozenset()

    def decided(self, outcome: Outcome, frame: Frame | None) -> None:
        """Keeps how long it took from the frame that completed a verdict to the arm: written down and, where it opens, released."""
        if frame is not None and outcome.event is not None:
            self._decision_ms.append(1000 * (time.monotonic() - frame.taken_s))

    def tend(self, frames: int) -> None:
        """One look at everything. Raises `StoreError`."""
        self._look_at_the_turnstile()
        faults = self.faults()
        for place, code in faults.items():
            if self._known.get(place) != code:
                self._keeper.note(code, place)
        for place in self._known.keys() - faults.keys():
            self._keeper.note(DEVICE_BACK, f"{place}: {self._known[place]}")
        self._known = faults
        self._keeper.catch_up()
        self._banners()
        if self._clock.mono_ms() - self._reported_ms >= REPORT_MS:
            self._reported_ms = self._clock.mono_ms()
            self._report(frames)

    def faults(self) -> dict[str, str]:
        """Where something is wrong now, and its code."""
        reader = self._devices.swipes.fault()
        found = {
            "camera": self._devices.camera.fault(),
            "reader": reader.value if reader and is_the_readers(reader) else None,
            "gallery": self._feed.fault,
            "face engine": self._engine_fault,
            "passage sensor": self._keeper.sensor_fault,
            **{f"templates, {count} unusable": code for code, count in self._feed.unusable.items()},
            **{f"turnstile {code}": code for code in self._alarms},
        }
        return {place: code for place, code in found.items() if code is not None}

    def _look_at_the_turnstile(self) -> None:
        """No answer is no news of a fire: one that was there last is still there, until the board itself says that it is over."""
        try:
            self._alarms = self._devices.turnstile.alarms()
        except DeviceError as error:
            self._alarms = frozenset({error.code}) | (self._alarms & {FIRE})
        else:
            self._openings.fire(FIRE in self._alarms)
            self._keeper.sensor_stuck(STUCK in self._alarms)

    def _banners(self) -> None:
        policy, on_site = self._roster.policy(), self._site_count.now(self._clock.now_ms())
        self._display.held = self._openings.state
        self._display.resting = "closed" if policy.state == "completed" else "fault" if "camera" in self._known else "idle"
        stale = self._roster.lease_left_s(self._clock) <= 0
        faces_end = stale and self._keeper.place.direction is Direction.IN
        overdue = Reason.STALE_ROSTER.value if policy.when_stale == "deny" else LIST_OVERDUE
        self._display.overdue, self._display.reads = overdue if faces_end else None, "reader" not in self._known
        self._display.screen.amend(
            on_site=on_site.heads if on_site else None,
            on_site_as_of_ms=on_site.as_of_ms if on_site else None,
            offline_since_ms=self._keeper.uplink.offline_since_ms(),
            stale_roster=stale,
            project_name=policy.project_name,
            contact=policy.contact,
            people=self._roster.count(),
            faults=tuple(sorted({*self._known.values(), *self._keeper.unwritten})),
        )

    def _report(self, frames: int) -> None:
        gallery = self._feed.gallery
        report = {
            "frames": frames,
            "camera_fault": self._known.get("camera"),
            "reader_fault": self._known.get("reader"),
            "turnstile_alarms": sorted(self._alarms),
            "engine": self._feed.engine,
            "faces": len(gallery) if gallery else 0,
            "roster_version": self._roster.version(),
            "recognition_ms_p50": round(median(self._decision_ms), 1) if self._decision_ms else None,
            "faults": sorted(set(self._known.values())),
        }
        self._health.report("gate", report)

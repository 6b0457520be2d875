"""The loop of one lane: newest frame, newest card, decision, screen. One thread, which owns the turnstile and its store.

A frame older than half a second is never matched. Whoever wants out and cannot be told is let out untold (`edge.gate.patience`). A camera
that fails takes only itself away: cards go on, and the screen says so. The same holds while the kiosk photographs somebody through this
lane's camera: whoever is being enrolled asks for no passage.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from edge.errors import StoreDamaged, StoreError, StoreReplaced
from edge.gate.card_desk import CardDesk
from edge.gate.code_camera import CodeCamera
from edge.gate.devices import Devices, DeviceWatch, is_the_readers
from edge.gate.display import CARD_READ, CARD_READING, Display
from edge.gate.gallery import Gallery
from edge.gate.gallery_feed import GalleryFeed
from edge.gate.openings import Openings
from edge.gate.passage import Gatekeeper, Outcome
from edge.gate.patience import Patience, why_untold
from edge.gate.recognition import REMEMBERED_S, Recognition, Verdict
from edge.reader.swipes import SwipeState
from edge.sync.wire import Direction, Method, Reason
from hardware.camera import Frame

log = logging.getLogger(__name__)

STALE_S: Final = 0.5
"""A frame older than this shows the past."""
REOPEN_S: Final = 8.0
"""Whoever passed is not let through again by the same glance: longer than a turnstile waits for its one passage."""
_NOBODY: Final = Gallery.build(1, {})
_WAIT_S: Final = 0.1
_TEND_S: Final = 1.0
_ASK_S: Final = 0.2
_LAMP_AGAIN_S: Final = 5.0
_LAMP_RETRY_S: Final = 1.0


@dataclass(frozen=True)
class LaneParts:
    """What a lane is put together from."""

    devices: Devices
    recognition: Recognition
    feed: GalleryFeed
    keeper: Gatekeeper
    desk: CardDesk
    display: Display
    watch: DeviceWatch
    openings: Openings


class Lane:
    """One lane. `decided` is called with each outcome and the frame that completed it, `beat` after every round; `mono_s` is the clock that
    frames are stamped by."""

    def __init__(self, parts: LaneParts, mono_s: Callable[[], float] = time.monotonic) -> None:
        self._devices, self._recognition, self._feed = parts.devices, parts.recognition, parts.feed
        self._keeper, self._desk, self._display, self._watch = parts.keeper, parts.desk, parts.display, parts.watch
        self._codes, self._openings, self._patience = CodeCamera(), parts.openings, Patience()
        self.mono_s = mono_s
        self._frame = self._swipe = self._unread = 0
        self._lamp, self._lamp_due_s = False, float("inf")
        self._tended_s = self._asked_s = float("-inf")
        self._passed: dict[str, float] = {}
        self._refused: dict[str, float] = {}
        self.decided: Callable[[Outcome, Frame | None], None] = lambda outcome, frame: None
        self.beat: Callable[[], None] = lambda: None

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Raises `StoreError` where the store must be opened anew: end the process and start it again."""
        while not stop.is_set():
            self.step()
            self.beat()

    def step(self, wait_s: float = _WAIT_S) -> None:
        """One round: at most `wait_s` for a frame, then whatever there is. Raises like `run`."""
        frame = self._devices.camera.wait_for(self._frame, wait_s)
        for part in (lambda: self._who_comes(frame), self._by_hand, self._tend):
            _by_itself(part)
        if self._keeper.broken is not None:
            raise self._keeper.broken

    def _who_comes(self, frame: Frame | None) -> None:
        """Whoever is before the camera or lays a card down."""
        self._take_card()
        if frame is not None:
            self._frame = frame.number
            self._display.screen.picture(frame)
        if self._display.screen.lent:
            self._while_lent(frame)
        elif frame is not None and self.mono_s() - frame.taken_s <= STALE_S:
            self._take_frame(frame)
        else:
            self._without_frame()

    def _tend(self) -> None:
        """How the devices are, once a second."""
        if self.mono_s() - self._tended_s >= _TEND_S:
            self._tended_s = self.mono_s()
            self._watch.tend(self._frame)

    def _by_hand(self) -> None:
        """What people ask by button or key, then the lamp, then what the sensor saw, a few times a second.

        Each for itself: a disk that takes no fact leaves nobody locked in and no key dead. Raises like `run`.
        """
        if self.mono_s() - self._asked_s < _ASK_S:
            return
        self._asked_s = self.mono_s()
        for part in (self._openings.button, self._openings.tend, self._keep_lit, self._keeper.follow):
            _by_itself(part)

    def _take_card(self) -> None:
        swipes = self._devices.swipes
        swipe = swipes.next_card(self._swipe, 0)
        if swipe is not None and swipe.seen is not None:
            self._swipe = swipe.number
            self._card_told(self._desk.lay(swipe.seen, self.mono_s(), self._gallery_for_cards(), loads=self._loads))
        latest = swipes.latest()
        cause = latest.cause if latest.cause is not None and not is_the_readers(latest.cause) else None
        told = cause.value if cause else CARD_READ if self._desk.loads else None
        self._display.reader = CARD_READING if latest.state is SwipeState.READING else told
        if cause is not None and latest.number != self._unread and self._leaves:
            self._card_told(self._keeper.untold(Method.ID_CARD, cause.value))
            self._unread = latest.number

    def _gallery_for_cards(self) -> Gallery | None:
        return self._feed.gallery if self._sees else None

    @property
    def _loads(self) -> bool:
        """Whether the templates are still being read, and all else that tells faces is well."""
        return self._feed.gallery is None and self._feed.fault is None and self._sees

    @property
    def _sees(self) -> bool:
        camera = self._devices.camera
        return not self._display.screen.lent and camera.fault() is None and camera.latest() is not None

    def _take_frame(self, frame: Frame) -> None:
        gallery = self._gallery()
        code = self._codes.look(frame)
        if code is not None:
            self._card_told(self._desk.show(code, self.mono_s(), self._gallery_for_cards(), loads=self._loads), frame)
        if self._desk.loads and gallery is None:
            self._display.rest()
            self._card_told(self._desk.settle(self.mono_s(), camera_well=True), frame)
        if gallery is None or code is not None:
            return
        if self._desk.waiting is not None:
            self._compare(frame, gallery)
            return
        view = self._recognition.look(frame.image, frame.taken_s, gallery)
        self._lit(view.lamp)
        if self._leaves and self._patience.is_over(view, frame.taken_s):
            self._card_told(self._keeper.untold(Method.FACE, why_untold(view)), frame)
        elif view.verdict is None:
            self._display.face(view, frame.image)
        elif view.verdict.person is None:
            self._unknown(view.verdict, frame)
        else:
            self._known(view.verdict, view.verdict.person, frame)

    def _gallery(self) -> Gallery | None:
        """Who is told by face. Where templates cannot be had at all, nobody is: then OUT opens for unknown faces rather than for none."""
        gallery = self._feed.gallery
        return _NOBODY if gallery is None and self._feed.fault is not None and self._leaves else gallery

    @property
    def _leaves(self) -> bool:
        return self._keeper.place.direction is Direction.OUT

    def _compare(self, frame: Frame, gallery: Gallery) -> None:
        """A card or code waits for its owner's face."""
        view = self._desk.look(frame, gallery)
        if view is not None:
            self._lit(view.lamp)
            self._display.owner(view, frame.image)
        self._card_told(self._desk.settle(self.mono_s(), camera_well=True), frame)

    def _lit(self, lamp: bool) -> None:
        """What the lamp's output should be; it is set when that changes, not with every frame."""
        if lamp is not self._lamp:
            self._lamp, self._lamp_due_s = lamp, float("-inf")
            self._keep_lit()

    def _keep_lit(self) -> None:
        """A board that was silent is told again, and so is one that has forgotten a lamp that burns: it lost its power meanwhile."""
        now_s = self.mono_s()
        if now_s < self._lamp_due_s:
            return
        taken = self._keeper.light(self._lamp)
        self._lamp_due_s = now_s + (_LAMP_RETRY_S if not taken else _LAMP_AGAIN_S if self._lamp else float("inf"))

    def _while_lent(self, frame: Frame | None) -> None:
        """The card alone decides, as with a camera that fails."""
        self._recognition.forget()
        self._card_told(self._desk.settle(self.mono_s(), camera_well=False), frame)
        self._display.rest()

    def _without_frame(self) -> None:
        camera = self._devices.camera
        self._card_told(self._desk.settle(self.mono_s(), camera.fault() is None))
        latest = camera.latest()
        if latest is None or self.mono_s() - latest.taken_s > STALE_S:
            self._display.rest()

    def _card_told(self, outcome: Outcome | None, frame: Frame | None = None) -> None:
        """What a card came to. The same person's face is not asked then: it would open again, or refuse somebody without a template."""
        if outcome is None:
            return
        decision, now_s = outcome.decision, self.mono_s()
        opens = decision is not None and decision.opens
        self._recognition.excuse(opens, now_s)
        if opens and decision is not None and decision.claim.right is not None:
            self._passed[decision.claim.right.person] = now_s
        self._show(outcome, decision.claim.method if decision else Method.ID_CARD, frame)

    def _unknown(self, verdict: Verdict, frame: Frame) -> None:
        if verdict.again and self._keeper.place.direction is Direction.IN:
            self._display.refusal(Reason.NOT_CONFIRMED, Method.FACE)
        else:
            self._show(self._keeper.unknown_face(verdict.score, verdict.checks), Method.FACE, frame)

    def _known(self, verdict: Verdict, person: str, frame: Frame) -> None:
        now_s = frame.taken_s
        self._passed = {who: at_s for who, at_s in self._passed.items() if now_s - at_s < REOPEN_S}
        self._refused = {who: at_s for who, at_s in self._refused.items() if now_s - at_s < REMEMBERED_S}
        if person in self._passed:
            self._recognition.wait(verdict, self._passed[person] + REOPEN_S)
            return
        if self._keeper.wants_card(person):
            self._recognition.hold(verdict, now_s)
            self._display.ask_card()
            return
        if person in self._refused:
            answer = self._keeper.would_say(person)
            if answer.reason is not None:
                self._recognition.hold(verdict, now_s)
                self._display.refusal(answer.reason, Method.FACE, answer.claim.right)
                return
        outcome = self._keeper.by_face(person, verdict.score or 0.0, verdict.checks, verdict.fault)
        self._remember(verdict, person, outcome, now_s)
        self._show(outcome, Method.FACE, frame)

    def _remember(self, verdict: Verdict, person: str, outcome: Outcome, now_s: float) -> None:
        if not outcome.opened:
            self._recognition.hold(verdict, now_s)
        if outcome.decision is not None:
            (self._passed if outcome.decision.opens else self._refused)[person] = now_s

    def _show(self, outcome: Outcome, method: Method, frame: Frame | None) -> None:
        self._display.verdict(outcome, method)
        self.decided(outcome, frame)


def _by_itself(part: Callable[[], None]) -> None:
    """A part of a round. A store that fails takes only that part away, unless it must be opened anew."""
    try:
        part()
    except (StoreDamaged, StoreReplaced):
        raise
    except StoreError as error:
        log.warning("the store failed: %s", error.code)

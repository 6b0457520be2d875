"""Who lays a card on the reader: a thread that asks a reader again and again, and the latest it saw.

A reader that is unplugged is asked on until it is back. The same card counts once until it was gone for a while, because many modules
hand a card out once and then say 'no card' although it lies there, and others hand it out again and again.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from edge.reader.card_seen import CardSeen
from edge.reader.causes import Cause, cause_of
from edge.reader.id_card import CardTextUnclear, IdCard
from hardware.card_reader import CardData, CardReader, ChipSeen
from hardware.errors import CardError, CardUnreadable, DeviceError, NoCard

_log = logging.getLogger(__name__)

LOOK_S: Final = 0.25
"""Between two looks at the reader."""
AGAIN_S: Final = 3.0
"""A card that was not seen for so long counts anew."""
FAULT_LOOK_S: Final = 1.0
"""Between two looks at a reader that is not well."""
TRIES: Final = 3
"""So often a card is tried before it is called unreadable."""


class SwipeState(StrEnum):
    """What the reader shows now."""

    ABSENT = "absent"
    READING = "reading"
    CARD = "card"
    FAULT = "fault"


@dataclass(frozen=True)
class Swipe:
    """The latest. `number` rises with every change, `laid` with every card that was read.

    `seen` stands in CARD and `cause` in FAULT. `card` is the text of an identity card, None for a work card; `data` is the chip's bytes,
    for the photo.
    """

    number: int
    state: SwipeState
    at_s: float
    card: IdCard | None = None
    cause: Cause | None = None
    data: CardData | None = None
    laid: int = 0
    seen: CardSeen | None = None


class Swipes:
    """The thread around one reader. It owns the reader and closes it."""

    def __init__(self, reader: CardReader, look_s: float = LOOK_S, again_s: float = AGAIN_S) -> None:
        self._reader = reader
        self._look_s = look_s
        self._again_s = again_s
        self._news = threading.Condition()
        self._latest = Swipe(0, SwipeState.ABSENT, time.monotonic())
        self._seen_s = float("-inf")
        self._tries = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="swipes", daemon=True)
        self._thread.start()

    def latest(self) -> Swipe:
        """What the reader shows now."""
        return self._latest

    def wait_for(self, after: int, timeout_s: float) -> Swipe | None:
        """The latest with a number above `after`, or None when the time is over."""
        with self._news:
            self._news.wait_for(lambda: self._latest.number > after or self._stop.is_set(), timeout_s)
            return self._latest if self._latest.number > after else None

    def next_card(self, after: int, timeout_s: float) -> Swipe | None:
        """The next card laid after `after`, or None when the time is over: what a lane asks with a timeout of 0."""
        end = time.monotonic() + timeout_s
        while True:
            swipe = self.wait_for(after, max(0.0, end - time.monotonic()))
            if swipe is None or swipe.state is SwipeState.CARD:
                return swipe
            after = swipe.number

    def fault(self) -> Cause | None:
        """The reader's or the card's trouble now, or None."""
        return self._latest.cause

    def forget(self) -> None:
        """The card that lies there counts anew, and its content is dropped: the enrolment it opened is over."""
        self._seen_s = float("-inf")
        self._show(SwipeState.ABSENT)

    def close(self) -> None:
        """Stops the thread and closes the reader; safe to repeat."""
        self._stop.set()
        with self._news:
            self._news.notify_all()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._stop.wait(self._look())
        finally:
            with contextlib.suppress(DeviceError):
                self._reader.close()

    def _look(self) -> float:
        """One look at the reader; returns the seconds until the next."""
        try:
            data = self._reader.read()
            self._laid(data, CardSeen.of(data))
        except NoCard:
            self._nothing()
        except CardTextUnclear as unclear:
            self._show(SwipeState.FAULT, cause=Cause(unclear.code))
        except CardError as fault:
            self._unread(fault)
        except DeviceError as fault:
            self._show(SwipeState.FAULT, cause=cause_of(fault))
            return FAULT_LOOK_S
        except Exception as mistake:  # noqa: BLE001  a driver's mistake must not end a lane's cards for good
            _log.error("a card reader's driver failed: %s", type(mistake).__name__)  # no message: it could hold what stands on a card
            self._show(SwipeState.FAULT, cause=Cause.DEVICE_FAULT)
            return FAULT_LOOK_S
        return self._look_s

    def _laid(self, data: CardData | ChipSeen, seen: CardSeen) -> None:
        now, before = time.monotonic(), self._latest.seen
        again = before is not None and _is_same(before, seen) and now - self._seen_s <= self._again_s
        self._seen_s, self._tries = now, 0
        if not again:
            self._show(SwipeState.CARD, seen=seen, data=data if isinstance(data, CardData) else None)

    def _nothing(self) -> None:
        self._tries = 0
        if self._latest.state is SwipeState.CARD and time.monotonic() - self._seen_s <= self._again_s:
            return
        self._show(SwipeState.ABSENT)

    def _unread(self, fault: CardError) -> None:
        """A card that will not be read is tried a few times before anybody is troubled: it may still be on its way down."""
        self._tries += 1
        if isinstance(fault, CardUnreadable) and self._tries < TRIES:
            self._show(SwipeState.READING)
        else:
            self._show(SwipeState.FAULT, cause=cause_of(fault))

    def _show(self, state: SwipeState, seen: CardSeen | None = None, cause: Cause | None = None, data: CardData | None = None) -> None:
        latest = self._latest
        if state is not SwipeState.CARD and (latest.state, latest.cause) == (state, cause):
            return
        with self._news:
            laid = latest.laid + (state is SwipeState.CARD)
            card = seen.id_card if seen else None
            self._latest = Swipe(latest.number + 1, state, time.monotonic(), card, cause, data, laid, seen)
            self._news.notify_all()


def _is_same(one: CardSeen, other: CardSeen) -> bool:
    """The same card; an identity card's text may have been read differently (a newer address), its number not."""
    if one.id_card is not None and other.id_card is not None:
        return one.id_card.number == other.id_card.number
    return (one.kind, one.number) == (other.kind, other.number)

"""Keeps the gallery as new as the store: a thread that opens sealed templates, and a gallery that is swapped in at once.

Opening thousands of sealed boxes takes seconds on a small board, so what was opened once is kept by its sealed bytes, and the lane
goes on with the gallery before. A right that lapses takes its template along. Who has come lately is asked anew every ten minutes.
Whether somebody may pass is read from the roster at the moment of the decision, never from here.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence, Set
from pathlib import Path
from typing import Final

import numpy as np

from edge.clock import Clock
from edge.errors import EdgeError
from edge.faces import FaceEngine
from edge.gate.gallery import Gallery
from edge.store.database import Store
from edge.store.passages import Passages
from edge.store.templates import Templates
from edge.templates import TEMPLATE_UNREADABLE, Rows, TemplateFault, rows_of

log = logging.getLogger(__name__)

GALLERY_FAULT: Final = "GALLERY_FAULT"
"""The gallery's thread met something that is no error of ours; it goes on trying."""

LATELY_MS: Final = 14 * 86_400_000
"""Who passed this box in so many days is a regular: a shift's rest and a long holiday fit into it."""
_ASK_AGAIN_MS: Final = 600_000
LAPSE_MS: Final = 5_000
"""How often it is looked whether a right has lapsed, or was taken for lapsed by a clock that has been set right since."""

OpenSealed = Callable[[bytes], bytes]


class Collection:
    """Sealed templates to galleries, each template opened once."""

    def __init__(self, engine: str, dim: int, open_sealed: OpenSealed, *, centred: bool = False) -> None:
        self._engine, self._dim, self._open, self._centred = engine, dim, open_sealed, centred
        self._opened: dict[bytes, Rows] = {}
        self.unusable: Counter[str] = Counter()

    def gallery(self, sealed: Sequence[tuple[str, bytes]], regulars: Set[str] = frozenset()) -> Gallery:
        """The gallery of these; a person may have several. What cannot be used is left out and counted in `unusable`, by its code."""
        opened, people, faults = dict[bytes, Rows](), dict[str, list[Rows]](), Counter[str]()
        for person, box in sealed:
            try:
                rows = self._opened[box] if box in self._opened else rows_of(self._open(box), self._engine, self._dim)
            except TemplateFault as fault:
                faults[fault.code] += 1
                continue
            except EdgeError:
                faults[TEMPLATE_UNREADABLE] += 1
                continue
            opened[box] = rows
            people.setdefault(person, []).append(rows)
        self._opened, self.unusable = opened, faults
        faces = {person: np.concatenate(rows) for person, rows in people.items()}
        return Gallery.build(self._dim, faces, centred=self._centred, regulars=regulars)


class GalleryFeed:
    """The thread. `gallery` is None until the first load is through: a gate that does not know its people yet refuses nobody."""

    def __init__(self, home: Path, engine: FaceEngine, open_sealed: OpenSealed, clock: Clock, look_s: float = 0.3) -> None:
        self.gallery: Gallery | None = None
        self.unusable: Counter[str] = Counter()
        self.fault: str | None = None
        self._home, self.engine, self._clock, self._look_s = home, engine.name, clock, look_s
        self._collection = Collection(engine.name, engine.dim, open_sealed, centred=bool(engine.scale.crowd))
        self._stop, self._loaded = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="gallery", daemon=True)
        self._thread.start()

    def wait(self, timeout_s: float) -> bool:
        """Waits for the first load; whether it is through."""
        return self._loaded.wait(timeout_s)

    def close(self) -> None:
        """Ends the thread; safe to repeat."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with contextlib.closing(Store.open(self._home)) as store:
                    self._watch(store)
            except EdgeError as error:
                self.fault = error.code
                log.warning("the gallery cannot be read: %s", error.code)
                self._stop.wait(1.0)
            except Exception as error:  # noqa: BLE001 - whatever it is, a gate that stops learning its people must say so and try again
                self.fault = GALLERY_FAULT
                log.error("the gallery cannot be read: %s", type(error).__name__)  # noqa: TRY400 - a text may hold data
                self._stop.wait(1.0)

    def _watch(self, store: Store) -> None:
        templates = Templates(store)
        version: int | None = None
        stamp: tuple[int, int] | None = None
        asked_ms = looked_ms = 0
        while not self._stop.is_set():
            if (now := store.data_version()) != version or self._clock.mono_ms() - looked_ms >= LAPSE_MS:
                now_s, looked_ms = self._clock.now_ms() // 1000, self._clock.mono_ms()
                if (stands := (templates.stamp(), templates.lapsed(now_s))) != stamp:
                    sealed = templates.all(self.engine, now_s)
                    self.gallery = self._collection.gallery(sealed, self._regulars(store))
                    self.unusable, self.fault, asked_ms = self._collection.unusable, None, self._clock.mono_ms()
                    self._loaded.set()
                version, stamp = now, stands
            if self.gallery is not None and self._clock.mono_ms() - asked_ms >= _ASK_AGAIN_MS:
                self.gallery, asked_ms = self.gallery.coming(self._regulars(store)), self._clock.mono_ms()
            self._stop.wait(self._look_s)

    def _regulars(self, store: Store) -> frozenset[str]:
        return Passages(store).regulars(self._clock.now_ms() - LATELY_MS)

"""The templates that this box can open, compared with a new one: who on the roster looks like this?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from edge.errors import EdgeError
from edge.faces import Vector, unit
from edge.kiosk.parts import Alike
from edge.store.database import Store
from edge.store.roster import Roster
from edge.store.templates import Templates
from edge.templates import TemplateFault, rows_of


class Lookalikes:
    """A `Gallery` over the store. Opens templates for one comparison and keeps nothing. A person may have two: taken here, and relayed.

    `threshold` gives the score from which two people count as one among so many templates.
    """

    def __init__(self, open_store: Callable[[], Store], open_sealed: Callable[[bytes], bytes], threshold: Callable[[int], float]) -> None:
        self._open_store, self._open_sealed, self._threshold = open_store, open_sealed, threshold

    def look_alike(self, engine: str, rows: Vector, person: str) -> Alike | None:
        """The closest other person, if closer than two different people should be."""
        store = self._open_store()
        try:
            sealed = [(who, box) for who, box in Templates(store).all(engine) if who != person]
            means = [(who, mean) for who, box in sealed if (mean := self._mean(engine, box, rows.shape[1])) is not None]
            if not means:
                return None
            scores = np.stack([mean for _, mean in means]) @ unit(rows.mean(axis=0))
            best = int(scores.argmax())
            right = Roster(store).right(means[best][0])
            if right is None or float(scores[best]) < self._threshold(len({who for who, _ in means})):
                return None
            return Alike(right.shown_name, right.team, float(scores[best]), right.person)
        finally:
            store.close()

    def _mean(self, engine: str, sealed: bytes, dim: int) -> Vector | None:
        """The middle of one template's rows; None for a template that cannot be opened (the gate's health says so)."""
        try:
            rows = rows_of(self._open_sealed(sealed), engine, dim)
        except (EdgeError, TemplateFault):
            return None
        return unit(rows.mean(axis=0))

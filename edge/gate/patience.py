"""How long somebody who wants out is looked at before the gate lets them out untold: two abreast, a face in the dark, twins, a face turned
away. Nobody is locked in for what a camera cannot see. Pure: what a frame shows and its time in, over or not out.
"""

from __future__ import annotations

from typing import Final

from edge.gate.recognition import Hint, View

PATIENCE_S: Final = 4.0
"""Long enough to be told by name and to read the hint, short enough for a queue that goes home."""
GONE_S: Final = 1.0
"""A face in the dark is found in one frame and lost in the next; whoever was not seen for longer has gone."""
NOT_SEEN_WELL: Final = "NOT_SEEN_WELL"


class Patience:
    """One lane's, on the way OUT."""

    def __init__(self) -> None:
        self._began_s = self._seen_s = float("-inf")

    def is_over(self, view: View, at_s: float) -> bool:
        """One frame at the monotonic time `at_s`. A verdict ends the wait; so does the answer True, told once."""
        if view.verdict is not None:
            self._seen_s = float("-inf")
            return False
        if view.face is None or view.settled or view.hint is Hint.COME_CLOSER:
            return False
        if at_s - self._seen_s > GONE_S:
            self._began_s = at_s
        self._seen_s = at_s
        if at_s - self._began_s < PATIENCE_S:
            return False
        self._seen_s = float("-inf")
        return True


def why_untold(view: View) -> str:
    """What kept the face from being told, as it stands beside the passage."""
    return view.hint.value if view.hint else NOT_SEEN_WELL

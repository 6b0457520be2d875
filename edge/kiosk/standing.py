"""Where a worker stands on this project, as the manager at the kiosk needs to hear it: pure values (A-02, A-03, domain Model 3 and 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edge.model import EndedRight, Right
from edge.sync.wire import LookupAnswer

STEPS: Final = ("registered", "assigned", "accepted", "enrolled")

_WAITING: Final[dict[str, tuple[str, int]]] = {
    "unknown": ("STANDS_UNKNOWN_CARD", 0),
    "registered": ("STANDS_REGISTERED", 1),
    "assigned": ("STANDS_ASSIGNED", 2),
    "accepted_by_sub": ("STANDS_ACCEPTED_BY_SUB", 2),
    "returned": ("STANDS_RETURNED", 1),
    "withdrawn": ("STANDS_WITHDRAWN", 1),
    "ended": ("STANDS_ENDED", 1),
    "confirmed": ("STANDS_JUST_CONFIRMED", 3),
}


@dataclass(frozen=True)
class Standing:
    """`code` has texts; `who` must act next; `done` steps of `STEPS` are behind, None where the box cannot know.

    `may_enrol` is true for people on the roster only: nobody else may have a template at a gate (A-03).
    """

    code: str
    done: int | None
    who: str = ""
    cause: str = ""
    may_enrol: bool = False

    def line(self) -> list[dict[str, str]]:
        """The line of steps: each `done`, `open` (this one is next), `later` or `unknown`."""
        if self.done is None:
            return [{"step": step, "state": "unknown"} for step in STEPS]
        states = ["done" if i < self.done else "open" if i == self.done else "later" for i in range(len(STEPS))]
        return [{"step": step, "state": state} for step, state in zip(STEPS, states, strict=True)]


def on_roster(right: Right, enrolled: str) -> Standing:
    """Somebody whom the gates know. `enrolled` is `none`, `face` or `card`."""
    if enrolled == "none":
        return Standing("STANDS_CONFIRMED", 3, who=right.employer, may_enrol=True)
    return Standing("STANDS_ENROLLED", 4, who=right.employer, may_enrol=True)


def off_roster(ended: EndedRight | None, answer: LookupAnswer | None, online: bool) -> Standing:
    """Somebody whom the gates do not know: what the centre answered, or that it cannot be known (A-03)."""
    if answer is not None:
        code, done = _WAITING.get(answer.state, ("STANDS_REGISTERED", 1))
        return Standing(code, done, who=answer.waiting_for or answer.employer, cause=ended.cause if ended else "")
    if ended is not None:
        return Standing("STANDS_ENDED", 1, cause=ended.cause)
    return Standing("LOOKUP_ASKING" if online else "LOOKUP_OFFLINE", None)

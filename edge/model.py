"""What a box knows, as values: no device, no database, no network."""

from __future__ import annotations

from dataclasses import dataclass, field

from edge.sync.wire import Direction, EndCause, GatePolicy, Method, Reason


@dataclass(frozen=True)
class Right:
    """One worker's right at this project's gates, as the roster has it. Times are seconds since 1970 UTC."""

    person: str
    shown_name: str
    team: str
    trade: str
    employer: str
    valid_from_s: int
    valid_until_s: int | None
    face: str
    needs_training: bool = False
    lanes: tuple[str, ...] = ()
    """The lanes that this worker may use; empty: all of them."""
    maintenance: bool = False
    """May pass while the project is suspended or over: guards, maintenance."""


@dataclass(frozen=True)
class EndedRight:
    """A right that has ended: kept a while so that the gate can say why, with no template and no name."""

    person: str
    cause: EndCause
    at_s: int


@dataclass(frozen=True)
class SitePolicy:
    """What the roster's header says of the project, as far as a decision needs it."""

    project_name: str = ""
    contact: str = ""
    state: str = "in_progress"
    lease_s: int = 72 * 3600
    anti_passback: str = "off"
    """off, soft (let through and noted) or hard (refused, where a sensor saw the worker go in)."""
    hours: tuple[tuple[int, int], ...] = ()
    """Minutes of the site's day between which IN is open, `(1320, 360)` across midnight; empty: always."""
    when_stale: str = "card_guard"
    """What still opens when the lease is over: card_guard (a card, or a guard's word) or deny (a guard's word only)."""
    liveness: str = GatePolicy().liveness
    """When a face must show that it is alive on its way IN: always, at risk, or never."""
    movements: int = GatePolicy().movements
    """How many movements it is asked for then: 1 or 2."""


@dataclass(frozen=True)
class SignedCode:
    """A good QR code: whose, signed by whom, the second from which it is over, and whether it is a printed one, which lasts the day."""

    person: str
    signer: str
    over_s: int
    printed: bool


@dataclass(frozen=True)
class Claim:
    """Somebody stands at the lane and is taken for somebody: by face, card, code or a guard.

    `right` is None where the box knows nobody like that; `ended` then says if it once did. `score` is 0 to 1 or None. `operator` and
    `why` are a guard's, who answers for it.
    """

    method: Method
    direction: Direction
    right: Right | None
    ended: EndedRight | None = None
    score: float | None = None
    card_expired: bool = False
    checks: tuple[str, ...] = ()
    lane: str = ""
    fault: Reason | None = None
    """What is wrong with the means itself: a code that nobody signed or whose time is over, a face that is not alive."""
    operator: str = ""
    why: str = ""
    code: SignedCode | None = None
    """The code that was shown, where it is a good one."""


@dataclass(frozen=True)
class Decision:
    """What the gate does: `reason` is None where it opens. `flags` may hold `offline`, `stale_roster`, `duplicate`, `passed_again`."""

    claim: Claim
    reason: Reason | None
    flags: frozenset[str] = field(default_factory=frozenset)

    @property
    def opens(self) -> bool:
        """Whether the turnstile is released."""
        return self.reason is None

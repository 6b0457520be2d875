"""Who may pass: a pure function of values, with a closed list of reasons.

The order of the questions is the order in which a person can do something about the answer. OUT is never blocked: nobody is locked in.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.model import Claim, Decision, EndedRight, Right, SitePolicy
from edge.sync.wire import Clock, Direction, Method, Reason

CLOCK_SKEW_S = 300
"""How far this box's clock may trail the centre's: a right given a moment ago is not refused as 'not yet'."""

_WITHOUT_LEASE = frozenset({Method.ID_CARD, Method.WORK_CARD, Method.GUARD})
"""What still opens when the box has been offline beyond its lease: a card that somebody holds, a guard who looks."""


@dataclass(frozen=True)
class Moment:
    """The circumstances of one decision. `lease_left_s` counts down since the roster was last confirmed; 0 or less is over.

    `face_agrees` is None where no face was compared with the card's owner, else whether it was the owner's.
    """

    now_s: float
    clock: Clock
    lease_left_s: float
    offline: bool = False
    duplicate: bool = False
    face_agrees: bool | None = None


def decide(claim: Claim, policy: SitePolicy, moment: Moment) -> Decision:
    """Whether the gate opens, why not, and what to note beside it.

    Enforces A-01, A-03 and A-41 at the gate (only confirmed people have a right on the roster), A-50 to A-53 (an ended right opens
    nothing; a scheduled departure ends on time without any message) and the privacy duties 3 and 5 (cards stand beside faces; a
    template lapses with the lease).
    """
    reason = None if claim.direction is Direction.OUT else _refusal(claim, policy, moment)
    stale = moment.lease_left_s <= 0
    flags = {"offline": moment.offline, "stale_roster": stale, "duplicate": moment.duplicate and reason is None}
    return Decision(claim, reason, frozenset(name for name, is_set in flags.items() if is_set))


def _refusal(claim: Claim, policy: SitePolicy, moment: Moment) -> Reason | None:
    if policy.state == "completed":
        return Reason.GATE_CLOSED
    if claim.right is None:
        return _of_nobody(claim.ended)
    in_time = _out_of_time(claim.right, moment)
    if in_time is not None:
        return in_time
    if policy.state == "suspended":
        return Reason.PROJECT_SUSPENDED
    if claim.right.needs_training:
        return Reason.TRAINING_REQUIRED
    return _of_method(claim, claim.right, moment)


def _of_nobody(ended: EndedRight | None) -> Reason:
    return Reason.NOT_CONFIRMED if ended is None else Reason.RIGHT_ENDED


def _out_of_time(right: Right, moment: Moment) -> Reason | None:
    # a clock that was never set (it says 1970) cannot say 'not yet'; what it says to 'no longer' errs on the worker's side
    if moment.clock is not Clock.NONE and moment.now_s + CLOCK_SKEW_S < right.valid_from_s:
        return Reason.NOT_YET_VALID
    if right.valid_until_s is not None and moment.now_s >= right.valid_until_s:
        return Reason.RIGHT_ENDED
    return None


def _of_method(claim: Claim, right: Right, moment: Moment) -> Reason | None:
    # `none` is no refusal: a face taken at this box's kiosk a moment ago is on its way to the centre
    if claim.method is Method.FACE and right.face == "refused":
        return Reason.METHOD_NOT_ALLOWED
    if claim.method is Method.ID_CARD and claim.card_expired:
        return Reason.CARD_EXPIRED
    if moment.face_agrees is False:
        return Reason.METHOD_NOT_ALLOWED
    if moment.lease_left_s <= 0 and claim.method not in _WITHOUT_LEASE:
        return Reason.LEASE_OVER
    return None

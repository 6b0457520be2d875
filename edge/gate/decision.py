"""Who may pass: a pure function of values, with a closed list of reasons.

The order of the questions is the order in which a person can do something about the answer. OUT is never blocked: nobody is locked in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edge.model import Claim, Decision, EndedRight, Right, SitePolicy
from edge.sync.wire import Clock, Direction, Method, Reason

CLOCK_SKEW_S: Final = 300
"""How far this box's clock may trail the centre's: a right given a moment ago is not refused as 'not yet'."""
SITE_UTC_OFFSET_S: Final = 8 * 3600
"""The sites' day is Shanghai's, which keeps no summer time."""

_CARDS = frozenset({Method.ID_CARD, Method.WORK_CARD})


@dataclass(frozen=True)
class Compared:
    """What a 1:1 comparison of the face with a card's owner came to: `agrees` is None where none took place, `alive` False for a picture.

    `score` and `checks` as in `Claim`.
    """

    agrees: bool | None = None
    alive: bool = True
    score: float | None = None
    checks: tuple[str, ...] = ()


NOT_COMPARED: Final = Compared()


@dataclass(frozen=True)
class Moment:
    """The circumstances of one decision. `lease_left_s` counts down since the roster was last confirmed; 0 or less is over.

    `face_agrees` is None where no face was compared with the card's owner, else whether it was the owner's. `just_in` says
    that this worker's last passage here was IN, a few minutes ago at most; `just_in_seen` that a sensor saw the worker go through.
    """

    now_s: float
    clock: Clock
    lease_left_s: float
    offline: bool = False
    duplicate: bool = False
    face_agrees: bool | None = None
    just_in: bool = False
    just_in_seen: bool = False


def decide(claim: Claim, policy: SitePolicy, moment: Moment) -> Decision:
    """Whether the gate opens, why not, and what to note beside it.

    Enforces A-01, A-03 and A-41 at the gate (only confirmed people have a right on the roster), A-49 to A-53 (an ended right opens
    nothing; a scheduled departure ends on time without any message) and the privacy duties 3 and 5 (cards stand beside faces; a
    template lapses with the lease).
    """
    reason = None if claim.direction is Direction.OUT else _refusal(claim, policy, moment)
    opens = reason is None
    flags = {
        "offline": moment.offline,
        "stale_roster": moment.lease_left_s <= 0,
        "duplicate": moment.duplicate and opens,
        "passed_again": opens and _passes_again(claim, policy, moment),
    }
    return Decision(claim, reason, frozenset(name for name, is_set in flags.items() if is_set))


def _refusal(claim: Claim, policy: SitePolicy, moment: Moment) -> Reason | None:
    if claim.fault in (Reason.QR_INVALID, Reason.QR_EXPIRED, Reason.QR_USED):
        return claim.fault
    right = claim.right
    if policy.state == "completed" and not (right and right.maintenance):
        return Reason.GATE_CLOSED
    if right is None:
        return _of_nobody(claim.ended)
    return (
        _out_of_time(right, moment)
        or _of_site(claim, right, policy, moment)
        or _of_method(claim, right, moment)
        or _of_lease(claim, policy, moment)
        or _of_passback(claim, policy, moment)
    )


def _of_nobody(ended: EndedRight | None) -> Reason:
    return Reason.NOT_CONFIRMED if ended is None else Reason.RIGHT_ENDED


def _out_of_time(right: Right, moment: Moment) -> Reason | None:
    # a clock that was never set (it says 1970) cannot say 'not yet'; what it says to 'no longer' errs on the worker's side
    if moment.clock is not Clock.NONE and moment.now_s + CLOCK_SKEW_S < right.valid_from_s:
        return Reason.NOT_YET_VALID
    if right.valid_until_s is not None and moment.now_s >= right.valid_until_s:
        return Reason.RIGHT_ENDED
    return None


def _of_site(claim: Claim, right: Right, policy: SitePolicy, moment: Moment) -> Reason | None:
    """What the site allows this worker here and now."""
    if policy.state == "suspended" and not right.maintenance:
        return Reason.PROJECT_SUSPENDED
    if right.needs_training:
        return Reason.TRAINING_REQUIRED
    if right.lanes and claim.lane and claim.lane not in right.lanes:
        return Reason.WRONG_LANE
    # a guard who looks may let somebody in at any hour; a clock that was never set knows no hours
    by_hand_or_lost = claim.method is Method.GUARD or moment.clock is Clock.NONE
    if not (by_hand_or_lost or right.maintenance or is_open(policy.hours, moment.now_s)):
        return Reason.OUT_OF_HOURS
    return None


def is_open(hours: tuple[tuple[int, int], ...], now_s: float) -> bool:
    """Whether a moment lies in the opening hours: minutes of the site's day, the end not included, across midnight where end <= begin."""
    minute = int((now_s + SITE_UTC_OFFSET_S) // 60) % 1440
    return not hours or any(a <= minute < b if a < b else minute >= a or minute < b for a, b in hours)


def _of_method(claim: Claim, right: Right, moment: Moment) -> Reason | None:
    # `none` is no refusal: a face taken at this box's kiosk a moment ago is on its way to the centre
    if claim.method is Method.FACE and right.face == "refused":
        return Reason.METHOD_NOT_ALLOWED
    if claim.method is Method.ID_CARD and claim.card_expired:
        return Reason.CARD_EXPIRED
    if moment.face_agrees is False:
        return Reason.FACE_MISMATCH
    return claim.fault


def _of_lease(claim: Claim, policy: SitePolicy, moment: Moment) -> Reason | None:
    if moment.lease_left_s > 0 or claim.method is Method.GUARD:
        return None
    if claim.method in _CARDS:
        return Reason.STALE_ROSTER if policy.when_stale == "deny" else None
    return Reason.LEASE_OVER


def _of_passback(claim: Claim, policy: SitePolicy, moment: Moment) -> Reason | None:
    """Hard anti-passback believes only a sensor: without one, somebody who hesitated and somebody who went in look the same.

    And only for minutes: this box does not hear who went out elsewhere, and nobody may lose a day for that.
    """
    refused = policy.anti_passback == "hard" and moment.just_in and moment.just_in_seen and claim.method is not Method.GUARD
    return Reason.PASSED_ALREADY if refused else None


def _passes_again(claim: Claim, policy: SitePolicy, moment: Moment) -> bool:
    return policy.anti_passback != "off" and moment.just_in and claim.direction is Direction.IN

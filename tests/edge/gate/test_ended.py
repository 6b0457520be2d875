"""A right that ended is told as that, by whichever way in, and never as that of somebody unknown."""

from __future__ import annotations

import pytest

from edge.sync.wire import Direction, EndCause, Passage, Reason, Refusal, Removal
from hardware.turnstile import Way
from tests.edge.gate.box import NOW_MS, WORKERS, Stands
from tests.edge.gate.site import STRANGER, Opener, code_of


@pytest.mark.rule("A-53")
def test_the_code_of_somebody_whose_right_ended_says_so(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(remove=[Removal(WORKERS[0], EndCause.DEPARTURE, (), NOW_MS // 1000)])
    site.hold_up(code_of(WORKERS[0]), Stands(STRANGER), seconds=1)
    (refusal,) = site.facts()
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.person, site.arm.ways) == (Reason.RIGHT_ENDED, WORKERS[0], [])


def test_the_code_of_somebody_whose_right_ended_still_goes_out_by_name(at_site: Opener) -> None:
    site = at_site(Direction.OUT)
    site.box.publish(remove=[Removal(WORKERS[0], EndCause.DEPARTURE, (), NOW_MS // 1000)])
    site.hold_up(code_of(WORKERS[0]), Stands(STRANGER), seconds=1)
    passage = site.facts()[0]
    assert isinstance(passage, Passage)
    assert (passage.person, site.arm.ways[0]) == (WORKERS[0], Way.OUT)

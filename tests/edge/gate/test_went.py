"""Whether somebody went through, where that is in doubt: nobody loses a day by it, nobody is locked out by it, and the journal says so."""

from __future__ import annotations

from dataclasses import dataclass

from edge.gate.passage import PASSAGE_UNSURE
from edge.gate.threshold_watch import GOES_WITHIN_S
from edge.sync.wire import GatePolicy, Incident, NotPassed, Passage
from tests.edge.gate.box import WORKERS, Box, FakeTurnstile, Stands
from tests.edge.gate.site import Opener, Site


@dataclass
class FakeCountingTurnstile(FakeTurnstile):
    """With a sensor that tells each closing once."""

    closings: int = 0

    def passed(self, timeout_s: float) -> bool | None:
        told, self.closings = self.closings > 0, max(0, self.closings - 1)
        return told


def doubts(made: Box) -> list[str]:
    return [fact.detail for fact in made.facts() if isinstance(fact, Incident) and fact.code == PASSAGE_UNSURE]


def kinds(made: Box) -> list[type]:
    return [type(fact) for fact in made.facts() if isinstance(fact, (Passage, NotPassed))]


def test_who_hesitated_before_the_next_one_went_is_not_locked_out_by_hard_anti_passback(at_site: Opener) -> None:
    made = at_site().box
    made.publish(policy=GatePolicy(anti_passback="hard", liveness="never"))
    arm = FakeCountingTurnstile()
    site = Site(made, arm=arm)
    site.see(Stands(1), seconds=1.0)
    site.see(seconds=0.5)
    site.see(Stands(2), seconds=1.0)
    arm.closings = 1
    site.see(seconds=GOES_WITHIN_S + 1)
    site.see(Stands(1), seconds=1.5)
    assert len(arm.ways) == 3
    assert [fact.person for fact in site.facts() if isinstance(fact, Passage)] == [WORKERS[0], WORKERS[1], WORKERS[0]]
    (doubt,) = doubts(made)
    assert doubt.endswith(": 1 went through")
    site.close()


def test_a_gate_that_is_started_again_before_the_sensor_answered_leaves_the_attendance_and_says_that_it_is_unsure(at_site: Opener) -> None:
    made = at_site().box
    before = Site(made, arm=FakeCountingTurnstile())
    before.see(Stands(1), seconds=1.0)
    before.close()
    after = Site(made, arm=FakeCountingTurnstile())
    after.see(seconds=GOES_WITHIN_S + 4)
    assert kinds(made) == [Passage]
    (doubt,) = doubts(made)
    assert doubt.endswith(": the gate was started again")
    after.close()


def test_a_passage_that_the_sensor_answered_is_not_doubted_after_a_restart(at_site: Opener) -> None:
    made = at_site().box
    arm = FakeCountingTurnstile()
    before = Site(made, arm=arm)
    before.see(Stands(1), seconds=1.0)
    arm.closings = 1
    before.see(seconds=1.0)
    before.close()
    after = Site(made, arm=FakeCountingTurnstile())
    after.see(seconds=2)
    assert (kinds(made), doubts(made)) == ([Passage], [])
    after.close()

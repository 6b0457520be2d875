"""Whether somebody went through, where that is in doubt: nobody loses a day by it, nobody is locked out by it, and the journal says so."""

from __future__ import annotations

from dataclasses import dataclass

from edge.gate.devices import DEVICE_BACK, STUCK
from edge.gate.passage import PASSAGE_UNSURE
from edge.gate.threshold_watch import GOES_WITHIN_S, SENSOR_SILENT
from edge.store.hand_asks import ADMIT
from edge.sync.wire import GatePolicy, Incident, Method, NotPassed, Passage
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


def admit(site: Site, number: int, seconds: int = 9) -> None:
    """A guard lets this worker through, and so long goes by."""
    site.asks.ask(ADMIT, Method.GUARD, "op-1", "FACE_NOT_READ", WORKERS[number % len(WORKERS)])
    for _ in range(seconds):
        site.tick(1)
        site.lane.step(0)


def test_a_sensor_with_a_cut_wire_takes_back_nobodys_day_and_is_an_incident_until_it_closes_again(at_site: Opener) -> None:
    made = at_site().box
    arm = FakeCountingTurnstile()
    site = Site(made, arm=arm)
    for number in range(10):
        admit(site, number)
    assert kinds(made) == [Passage] * 10
    assert site.incidents() == [PASSAGE_UNSURE, SENSOR_SILENT]
    assert SENSOR_SILENT in site.view.faults
    admit(site, 10, seconds=1)
    arm.closings = 1
    site.see(seconds=2)
    assert kinds(made) == [Passage] * 11
    assert site.incidents() == [PASSAGE_UNSURE, SENSOR_SILENT, PASSAGE_UNSURE, DEVICE_BACK]
    assert SENSOR_SILENT not in site.view.faults
    site.close()


def test_a_sensor_that_stays_closed_takes_back_nobodys_day(at_site: Opener) -> None:
    made = at_site().box
    arm = FakeCountingTurnstile(now=frozenset({STUCK}))
    site = Site(made, arm=arm)
    for number in range(2):
        admit(site, number)
    arm.now = frozenset()
    admit(site, 2, seconds=1)
    arm.closings = 1
    site.see(seconds=2)
    assert kinds(made) == [Passage] * 3
    assert site.incidents() == [STUCK, PASSAGE_UNSURE, PASSAGE_UNSURE, DEVICE_BACK]
    site.close()


def test_who_is_seen_not_to_go_and_comes_again_is_no_duplicate_of_a_passage_that_is_taken_back_later(at_site: Opener) -> None:
    made = at_site().box
    made.publish(policy=GatePolicy(anti_passback="soft", liveness="never"))
    arm = FakeCountingTurnstile()
    site = Site(made, arm=arm)
    admit(site, 0)
    admit(site, 0, seconds=1)
    arm.closings = 1
    site.see(seconds=2)
    assert kinds(made) == [Passage, Passage, NotPassed]
    turned_back, went = (fact for fact in made.facts() if isinstance(fact, Passage))
    assert (turned_back.duplicate, went.duplicate, went.why) == (False, False, turned_back.why)
    site.close()


def test_a_gate_that_is_started_again_while_an_answer_is_held_back_leaves_the_attendance(at_site: Opener) -> None:
    made = at_site().box
    before = Site(made, arm=FakeCountingTurnstile())
    admit(before, 0)
    before.close()
    arm = FakeCountingTurnstile()
    after = Site(made, arm=arm)
    admit(after, 1, seconds=1)
    arm.closings = 1
    after.see(seconds=2)
    assert kinds(made) == [Passage, Passage]
    assert len(doubts(made)) == 1
    after.close()

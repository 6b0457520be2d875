"""Two people with one face: what the kiosk noted asks both for a card beside the face, going in; going out asks nobody."""

from __future__ import annotations

from pathlib import Path

from edge.store.enrolments import Enrolments
from edge.sync.wire import Direction, Method, Passage
from tests.edge.gate.box import WORKERS, Stands, box
from tests.edge.gate.site import Site


def test_a_twin_is_asked_for_the_card_and_passes_with_card_and_face(tmp_path: Path) -> None:
    with box(tmp_path) as made:
        site = Site(made)
        try:
            with made.store.transaction():
                Enrolments(made.store).flag_twins(WORKERS[0], WORKERS[1])
            assert "card" in site.see(Stands(1), seconds=2)
            assert made.facts() == []
            site.lay_card(WORKERS[0])
            assert "pass" in site.see(Stands(1), seconds=2)
            (passage,) = made.facts()
            assert isinstance(passage, Passage)
            assert (passage.person, passage.method, passage.checks) == (WORKERS[0], Method.ID_CARD, ("face-1to1",))
            site.see(seconds=2)
            assert "pass" in site.see(Stands(3), seconds=2)
        finally:
            site.close()


def test_nobody_is_kept_inside_for_looking_like_another(tmp_path: Path) -> None:
    with box(tmp_path) as made:
        site = Site(made, Direction.OUT)
        try:
            with made.store.transaction():
                Enrolments(made.store).flag_twins(WORKERS[0], WORKERS[1])
            assert "pass" in site.see(Stands(1), seconds=2)
        finally:
            site.close()

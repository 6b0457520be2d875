"""Nobody is locked in: whoever wants out and cannot be told by face or card is let out, and the record says untold, not who."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge.gate.patience import PATIENCE_S
from edge.store.templates import Templates
from edge.sync.wire import Direction, Incident, Passage
from hardware.errors import CardUnreadable
from hardware.turnstile import Way
from tests.edge.gate.box import GOOD, WORKERS, Stands, face_of, until
from tests.edge.gate.site import STRANGER, Opener, Site


def untold(site: Site) -> list[str]:
    return [fact.detail for fact in site.box.facts() if isinstance(fact, Incident) and fact.code == "EXIT_UNKNOWN"]


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ((Stands(1), Stands(2, x=400)), "ONE_AT_A_TIME"),
        ((Stands(STRANGER, quality=replace(GOOD, brightness=20)),), "TOO_DARK"),
        ((Stands(STRANGER, quality=replace(GOOD, sharpness=5)),), "HOLD_STILL"),
        ((Stands(STRANGER, quality=replace(GOOD, turn=0.6)),), "LOOK_STRAIGHT"),
    ],
)
def test_a_face_that_cannot_be_told_goes_out_after_a_short_patience_and_comes_in_never(
    at_site: Opener, people: tuple[Stands, ...], why: str
) -> None:
    site = at_site(Direction.OUT)
    site.see(*people, seconds=PATIENCE_S - 1)
    assert site.arm.ways == []
    assert "pass" in site.see(*people, seconds=2)
    assert site.arm.ways[0] is Way.OUT
    assert untold(site)[0] == f"lane 1, method 001, {why}"


def test_on_the_way_in_patience_opens_for_nobody(at_site: Opener) -> None:
    site = at_site()
    site.see(Stands(STRANGER, quality=replace(GOOD, turn=0.6)), seconds=PATIENCE_S * 2)
    assert (site.arm.ways, site.incidents()) == ([], [])


def test_one_of_two_who_look_alike_goes_out_and_attendance_names_neither(at_site: Opener) -> None:
    site = at_site(Direction.OUT)
    with site.box.store.transaction():
        twin = face_of(1) + 0.02 * face_of(77)
        Templates(site.box.store).put(WORKERS[1], "fake-1", site.box.sealed("fake-1", np.stack([twin / np.linalg.norm(twin)] * 3)), "local")
    assert until(lambda: site.feed.gallery is not None and (site.feed.gallery.compare(WORKERS[1], face_of(1)) or 0) > 0.9)
    site.see(Stands(1), seconds=PATIENCE_S + 1)
    assert site.arm.ways == [Way.OUT]
    assert untold(site) == ["lane 1, method 001, USE_CARD"]
    assert [fact for fact in site.facts() if isinstance(fact, Passage)] == []


def test_whoever_walks_by_far_off_opens_nothing(at_site: Opener) -> None:
    site = at_site(Direction.OUT)
    site.see(Stands(STRANGER, quality=replace(GOOD, width_px=30)), seconds=PATIENCE_S * 2)
    assert site.arm.ways == []


def test_a_card_that_cannot_be_read_goes_out_once(at_site: Opener) -> None:
    site = at_site(Direction.OUT)
    site.reader.trouble = CardUnreadable("x")
    assert until(lambda: site.swipes.fault() is not None)
    site.see(seconds=2)
    assert site.arm.ways == [Way.OUT]
    assert untold(site) == ["lane 1, method 005, CARD_UNREADABLE"]


def test_a_card_that_cannot_be_read_comes_in_never(at_site: Opener) -> None:
    site = at_site()
    site.reader.trouble = CardUnreadable("x")
    assert until(lambda: site.swipes.fault() is not None)
    site.see(seconds=2)
    assert (site.arm.ways, untold(site)) == ([], [])


def test_where_templates_cannot_be_read_at_all_an_unknown_face_still_goes_out(at_site: Opener) -> None:
    site = at_site(Direction.OUT)
    site.feed.close()
    site.feed.gallery, site.feed.fault = None, "STORE_UNWRITABLE"
    site.see(Stands(1), seconds=2)
    assert site.arm.ways == [Way.OUT]

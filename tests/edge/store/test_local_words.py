"""What was decided at this kiosk counts here until the centre has heard it, whatever an older roster says meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.store.copies import Copies
from edge.store.database import Store
from edge.store.journal import Journal
from edge.store.roster import Roster
from edge.store.templates import Templates
from edge.sync import wire
from tests.edge.store.box import FakeClock, card, change, entry, opened, record

ENGINE = "sface-2021dec"
RELAYED = (wire.SealedTemplate(ENGINE, b"relayed"),)
WORK_CARD = b"w" * 16


class Kiosk:
    """A box with one worker, and what happens at its kiosk."""

    def __init__(self, store: Store) -> None:
        self.store, self.roster, self.templates = store, Roster(store), Templates(store)
        self.journal = Journal(store, FakeClock())
        self.version = 0

    def told(self, *people: wire.RosterEntry) -> None:
        """The centre's word."""
        plain = tuple(people)
        self.roster.apply(change(self.version, self.version + 1, plain), self.journal)
        self.version += 1

    def enrol(self, *, face: bool) -> None:
        """What the kiosk writes, in one transaction."""
        consent = wire.Consent("1", "hash", "zh", "op", template=face, transfer=face)
        with self.store.transaction():
            event = self.journal.record(wire.Enrolment("a", ENGINE if face else "", 3, 900, consent))
            Copies(self.store).put((self.journal.epoch, event.seq), "a", {"b-other": b"copy"} if face else {})
            self.templates.delete("a")
            if face:
                self.templates.put("a", ENGINE, b"taken here", "local")

    def heard(self) -> None:
        """The centre has everything."""
        self.journal.acknowledge(self.journal.max_seq())

    @property
    def face(self) -> str:
        right = self.roster.right("a")
        return right.face if right else "gone"

    @property
    def held(self) -> list[bytes]:
        return [sealed for _, sealed in self.templates.all(ENGINE)]


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    with opened(tmp_path) as store:
        yield Kiosk(store)


def test_a_face_taken_here_is_not_refused_for_what_the_centre_said_before(kiosk: Kiosk) -> None:
    kiosk.told(entry("a", face="refused"))
    kiosk.enrol(face=True)
    assert kiosk.face == "granted"
    kiosk.told(entry("a", face="refused", until_s=2_000_000_000))
    assert (kiosk.face, kiosk.held) == ("granted", [b"taken here"])
    kiosk.heard()
    kiosk.told(entry("a", face="granted"))
    assert (kiosk.face, kiosk.held) == ("granted", [b"taken here"])


def test_once_the_centre_has_heard_it_its_word_counts(kiosk: Kiosk) -> None:
    kiosk.told(entry("a", face="refused"))
    kiosk.enrol(face=True)
    kiosk.heard()
    kiosk.told(entry("a", face="refused", until_s=2_000_000_000))
    assert (kiosk.face, kiosk.held) == ("refused", []), "a later word at another box took the consent back"
    assert Copies(kiosk.store).ready() == []


def test_a_withdrawal_made_offline_deletes_at_once_and_no_older_roster_brings_it_back(kiosk: Kiosk) -> None:
    kiosk.told(entry("a", face="granted", templates=RELAYED))
    assert kiosk.held == [b"relayed"]
    kiosk.enrol(face=False)
    assert (kiosk.face, kiosk.held) == ("refused", [])
    kiosk.told(entry("a", face="granted", templates=RELAYED))
    assert (kiosk.face, kiosk.held) == ("refused", [])
    kiosk.heard()
    kiosk.told(entry("a", face="refused"))
    assert kiosk.face == "refused"


def test_a_new_epoch_changes_nothing_of_what_waits(kiosk: Kiosk) -> None:
    kiosk.told(entry("a", face="refused"))
    record(kiosk.store, kiosk.journal, wire.Incident("X"))
    kiosk.heard()
    kiosk.enrol(face=True)
    record(kiosk.store, kiosk.journal, wire.CardBinding("a", WORK_CARD, bound=True, operator="7"))
    kiosk.journal.begin_epoch()
    kiosk.told(entry("a", face="refused"))
    assert (kiosk.face, kiosk.held) == ("granted", [b"taken here"])
    assert kiosk.roster.by_card(WORK_CARD) is not None
    assert Copies(kiosk.store).ready() == [], "the centre has not heard the enrolment yet"
    kiosk.heard()
    [number] = Copies(kiosk.store).ready()
    assert number[0] == kiosk.journal.epoch
    [row] = kiosk.journal.range(number[1], number[1])
    assert isinstance(wire.decode(row.packed, wire.Event).body, wire.Enrolment)


def test_a_card_bound_here_opens_at_once_and_stays_until_the_centre_has_heard_of_it(kiosk: Kiosk) -> None:
    kiosk.told(entry("a"), entry("b"))
    record(kiosk.store, kiosk.journal, wire.CardBinding("a", WORK_CARD, bound=True, operator="7"))
    found = kiosk.roster.by_card(WORK_CARD)
    assert found is not None and found.person == "a"
    kiosk.told(entry("a"), entry("b"))
    assert kiosk.roster.by_card(WORK_CARD) == found
    record(kiosk.store, kiosk.journal, wire.CardBinding("b", WORK_CARD, bound=True, operator="7"))
    assert (kiosk.roster.by_card(WORK_CARD) or found).person == "b", "one worker at a time"
    record(kiosk.store, kiosk.journal, wire.CardBinding("b", WORK_CARD, bound=False, operator="7"))
    assert kiosk.roster.by_card(WORK_CARD) is None
    assert kiosk.roster.by_card(card("a")) is not None, "the identity card stays"


def test_the_centres_word_about_a_card_counts_once_it_has_heard_the_kiosks(kiosk: Kiosk) -> None:
    kiosk.told(entry("a"))
    record(kiosk.store, kiosk.journal, wire.CardBinding("a", WORK_CARD, bound=True, operator="7"))
    kiosk.heard()
    kiosk.told(entry("a"))
    assert kiosk.roster.by_card(WORK_CARD) is None


def test_a_passage_that_nobody_made_is_named_by_its_new_number_in_a_new_epoch(kiosk: Kiosk) -> None:
    kiosk.told(entry("a"))
    through = wire.Passage("a", wire.Direction.IN, wire.Method.WORK_CARD, "1", 1)
    [old] = record(kiosk.store, kiosk.journal, through)
    kiosk.heard()
    [waiting] = record(kiosk.store, kiosk.journal, through)
    record(kiosk.store, kiosk.journal, wire.NotPassed(waiting.seq), wire.NotPassed(old.seq))
    before = kiosk.journal.epoch
    kiosk.journal.begin_epoch()
    bodies = [wire.decode(row.packed, wire.Event).body for row in kiosk.journal.range(1, 9)]
    assert bodies == [through, wire.NotPassed(1), wire.Incident("PASSAGE_NOT_MADE", f"{before}/{old.seq}")]
    assert kiosk.journal.verify() is None

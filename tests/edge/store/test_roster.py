"""The roster at the box: applied whole or not at all, removals first, deletions proven."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from edge.errors import NotOnRoster, RosterUnfit
from edge.model import EndedRight, SitePolicy
from edge.store.database import Store
from edge.store.journal import Journal
from edge.store.roster import ENDED_KEPT_S, Roster
from edge.store.templates import Templates
from edge.sync import wire
from tests.edge.store.box import HEADER, NOON_MS, FakeClock, card, change, entry, opened

LEFT = wire.Removal("a", wire.EndCause.DEPARTURE, (card("a"),), 1_764_500_000)


def facts(store: Store) -> list[wire.Body]:
    return [wire.decode(row.packed, wire.Event).body for row in Journal(store, FakeClock()).range(1, 999)]


def relayed(engine: str = "sface-2021dec") -> tuple[wire.SealedTemplate, ...]:
    return (wire.SealedTemplate(engine, b"sealed elsewhere"),)


def test_a_first_roster_in_parts_gives_rights_by_person_and_by_card(tmp_path: Path) -> None:
    people = tuple(entry(name) for name in "abcdefg")
    with opened(tmp_path) as store:
        roster, journal = Roster(store), Journal(store, FakeClock())
        assert (roster.version(), roster.hash(), roster.header(), roster.count()) == (0, b"", None, 0)
        applied = roster.apply(reversed_parts(change(0, 12, people, parts=3)), journal)
        assert applied == wire.Applied(12, wire.roster_hash(people), NOON_MS)
        assert (roster.version(), roster.hash(), roster.header()) == (12, applied.hash, HEADER)
        right = roster.by_card(card("c"))
        assert right is not None and right == roster.right("c")
        assert (right.shown_name, right.team, right.valid_until_s, right.needs_training) == ("王*", "钢筋一班", None, False)
        assert roster.by_card(card("z")) is None and roster.right("z") is None
        assert [r.person for r in roster.rights()] == list("abcdefg") and roster.count() == 7
        assert roster.policy().project_name == "滨江一期" and roster.policy().lease_s == 72 * 3600
        assert facts(store) == []


@pytest.mark.parametrize(
    ("said", "liveness", "movements"),
    [
        (wire.GatePolicy(), "always", 1),
        (wire.GatePolicy(liveness="risk", movements=2), "risk", 2),
        (wire.GatePolicy(liveness="never"), "never", 1),
        (wire.GatePolicy(liveness="by moonlight", movements=9), "always", 2),
    ],
)
def test_a_site_that_says_nothing_or_a_word_of_a_later_day_asks_every_face_for_a_movement(
    tmp_path: Path, said: wire.GatePolicy, liveness: str, movements: int
) -> None:
    with opened(tmp_path) as store:
        assert Roster(store).policy() == SitePolicy()
        part = msgspec.structs.replace(change(0, 1, (entry("a"),))[0], header=msgspec.structs.replace(HEADER, policy=said))
        Roster(store).apply([part], Journal(store, FakeClock()))
        policy = Roster(store).policy()
        assert (policy.liveness, policy.movements) == (liveness, movements)


def reversed_parts(parts: list[wire.RosterPart]) -> list[wire.RosterPart]:
    return parts[::-1]


@pytest.mark.rule("A-50")
@pytest.mark.rule("A-03")
def test_a_removal_deletes_right_and_template_and_proves_it_and_the_card_is_known_as_ended(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        roster, journal, templates = Roster(store), Journal(store, FakeClock()), Templates(store)
        roster.apply(change(0, 1, (entry("a", face="granted"), entry("b"))), journal)
        templates.put("a", "sface-2021dec", b"sealed", "local")
        roster.apply(change(1, 2, remove=(LEFT,), whole=(entry("b"),)), journal)
        assert roster.right("a") is None and roster.by_card(card("a")) is None and templates.count() == 0
        assert roster.ended_by_card(card("a")) == EndedRight("a", wire.EndCause.DEPARTURE, LEFT.at_s)
        assert facts(store) == [wire.Deletion("a", wire.EndCause.DEPARTURE, template=True, right=True, roster_version=2)]
        roster.apply(change(2, 3, (entry("a"),), whole=(entry("a"), entry("b"))), journal)
        assert roster.ended_by_card(card("a")) is None, "who comes back is no longer ended"


def test_a_deleted_template_is_gone_from_the_files_too(tmp_path: Path) -> None:
    secret = b"sealed template of a, to be found nowhere afterwards"
    with opened(tmp_path) as store:
        roster, journal = Roster(store), Journal(store, FakeClock())
        roster.apply(change(0, 1, (entry("a", face="granted"),)), journal)
        Templates(store).put("a", "sface-2021dec", secret, "local")
        assert any(secret in file.read_bytes() for file in tmp_path.glob("edge.db*"))
        with store.transaction():
            roster.apply(change(1, 2, remove=(LEFT,), whole=()), journal)
        assert not any(secret in file.read_bytes() for file in tmp_path.glob("edge.db*"))


def test_removals_apply_before_additions(tmp_path: Path) -> None:
    """A card that moves from one worker's record to another's in one change ends up with the new one."""
    taken_over = wire.RosterEntry("b", "李*", "班", "工", "企业", (card("a"),), 0, None)
    with opened(tmp_path) as store:
        roster, journal = Roster(store), Journal(store, FakeClock())
        roster.apply(change(0, 1, (entry("a"),)), journal)
        roster.apply(change(1, 2, (taken_over,), (LEFT,)), journal)
        right = roster.by_card(card("a"))
        assert right is not None and right.person == "b" and roster.ended_by_card(card("a")) is None


@pytest.mark.parametrize(
    "parts",
    [
        [],
        change(1, 2, (entry("x"),), whole=(entry("a"),)),
        change(1, 2, (entry("x"), entry("y")), whole=(entry("a"), entry("x"), entry("y")), parts=2)[:1],
        change(7, 8, (entry("x"),), whole=(entry("a"), entry("x"))),
        change(0, 0, (entry("x"),)),
        change(1, 2, (entry("x"),), whole=(entry("a"), entry("x"))) + change(1, 3, (), whole=(entry("a"),)),
    ],
    ids=["nothing", "wrong hash", "a part is missing", "does not follow", "an older version", "two changes mixed"],
)
def test_a_change_that_does_not_fit_leaves_everything_as_it_was(tmp_path: Path, parts: list[wire.RosterPart]) -> None:
    with opened(tmp_path) as store:
        roster, journal = Roster(store), Journal(store, FakeClock())
        roster.apply(change(0, 1, (entry("a", face="granted", templates=relayed()),)), journal)
        stamp = Templates(store).stamp()
        with pytest.raises(RosterUnfit):
            roster.apply(parts, journal)
        assert roster.version() == 1 and [r.person for r in roster.rights()] == ["a"]
        assert Templates(store).count() == 1 and Templates(store).stamp() == stamp and facts(store) == []


def test_a_change_that_does_not_fit_leaves_no_trace_inside_a_larger_transaction_either(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        roster, journal = Roster(store), Journal(store, FakeClock())
        roster.apply(change(0, 1, (entry("a"),)), journal)
        with store.transaction():
            with pytest.raises(RosterUnfit):
                roster.apply(change(1, 2, remove=(LEFT,), whole=(entry("a"),)), journal)
            store.set_meta("kept", 1)
        assert roster.right("a") is not None and facts(store) == [] and store.meta("kept") == 1


def test_a_whole_roster_removes_whoever_it_does_not_name(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        roster, journal = Roster(store), Journal(store, FakeClock())
        roster.apply(change(0, 1, (entry("a"), entry("b", face="granted", templates=relayed()))), journal)
        Templates(store).put("a", "sface-2021dec", b"local", "local")
        roster.apply(change(0, 5, (entry("a"),)), journal)
        assert [r.person for r in roster.rights()] == ["a"] and roster.version() == 5
        assert Templates(store).all("sface-2021dec") == [("a", b"local")]
        assert facts(store) == [wire.Deletion("b", wire.EndCause.CORRECTED, template=True, right=True, roster_version=5)]


def test_withdrawn_consent_deletes_the_template_and_leaves_the_card(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        roster, journal, templates = Roster(store), Journal(store, FakeClock()), Templates(store)
        roster.apply(change(0, 1, (entry("a", face="granted", templates=relayed()),)), journal)
        templates.put("a", "sface-2021dec", b"local", "local")
        roster.apply(change(1, 2, (entry("a", face="refused"),)), journal)
        assert not templates.has("a") and roster.by_card(card("a")) is not None
        assert facts(store) == [wire.Deletion("a", wire.EndCause.WITHDRAWN, template=True, right=False, roster_version=2)]


def test_a_template_just_taken_here_survives_news_that_the_centre_wrote_before_it_knew(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        roster, journal, templates = Roster(store), Journal(store, FakeClock()), Templates(store)
        roster.apply(change(0, 1, (entry("a", face="none"),)), journal)
        templates.put("a", "sface-2021dec", b"local", "local")
        roster.apply(change(1, 2, (entry("a", face="none", until_s=99),)), journal)
        assert templates.has("a") and facts(store) == []
        roster.apply(change(2, 3, (entry("a", face="granted"),)), journal)
        roster.apply(change(3, 4, (entry("a", face="none"),)), journal)
        assert not templates.has("a")


@pytest.mark.rule("A-03")
def test_no_template_of_anybody_without_a_right_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        with pytest.raises(NotOnRoster) as refused:
            Templates(store).put("stranger", "sface-2021dec", b"sealed", "local")
        assert refused.value.code == "NOT_CONFIRMED" and Templates(store).count() == 0


def test_templates_are_given_by_engine_and_not_past_the_end_of_the_right(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        roster, journal, templates = Roster(store), Journal(store, FakeClock()), Templates(store)
        people = (entry("a", face="granted", templates=relayed()), entry("b", face="granted", until_s=1000, templates=relayed()))
        roster.apply(change(0, 1, people), journal)
        templates.put("a", "dlib-resnet-v1", b"other engine", "local")
        assert [person for person, _ in templates.all("sface-2021dec", now_s=999)] == ["a", "b"]
        assert [person for person, _ in templates.all("sface-2021dec", now_s=1000)] == ["a"]
        assert templates.all("dlib-resnet-v1") == [("a", b"other engine")]
        assert templates.count() == 2 and templates.has("a", "dlib-resnet-v1") and not templates.has("b", "dlib-resnet-v1")
        before = templates.stamp()
        assert templates.delete("a") == 2 and templates.delete("a") == 0 and templates.stamp() == before + 1


def test_cards_of_ended_rights_are_forgotten_after_a_month(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        roster, journal = Roster(store), Journal(store, FakeClock())
        roster.apply(change(0, 1, (entry("a"),)), journal)
        roster.apply(change(1, 2, remove=(LEFT,), whole=()), journal)
        assert roster.purge_ended(NOON_MS // 1000 + ENDED_KEPT_S - 1) == 0
        assert roster.purge_ended(NOON_MS // 1000 + ENDED_KEPT_S + 1) == 1 and roster.ended_by_card(card("a")) is None


@pytest.mark.rule("A-43")
def test_one_worker_is_one_right_however_often_the_centre_says_so(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        roster, journal = Roster(store), Journal(store, FakeClock())
        roster.apply(change(0, 1, (entry("a"),)), journal)
        roster.apply(change(1, 2, (entry("a"),)), journal)
        assert roster.count() == 1

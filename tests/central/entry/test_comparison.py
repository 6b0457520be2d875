"""Compare without reveal, and reveal for a purpose (A-44)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from central.access import Access
from central.audit import AuditEntry
from central.database import Database
from central.entry import comparison
from central.entry.comparison import Compared, Purpose, Revealed
from central.entry.model import Assignment, Comparison
from central.errors import Problem
from tests.central.builders import Story


class Desk:
    """The general contractor's desk, with one worker to verify whose numbers the test knows."""

    def __init__(self, story: Story) -> None:
        self.story = story
        said = story.registration()
        self.id_number, self.phone = said.id_number, said.phone
        employer = story.employer(story.site.labour)
        self.assignment: Assignment = story.assigned(employer, story.worker(employer, id_number=said.id_number, phone=said.phone))

    def compare(self, by: Access | None = None, **given: str) -> Compared:
        """Compare numbers with the worker's."""
        centre = self.story.centre
        with centre.database.writing() as session:
            acting = by or self.story.office()
            return comparison.compare(session, centre.clock, centre.secrets, acting, self.assignment.id, **given)  # type: ignore[arg-type]

    def reveal(self, by: Access | None = None) -> Revealed:
        """See them."""
        with self.story.centre.database.writing() as session:
            return comparison.reveal(
                session,
                self.story.centre.secrets,
                by or self.story.office(),
                self.assignment.id,
                purpose=Purpose.CONFIRM_ENTRY,
                remark="核对",
            )


@pytest.fixture
def desk(story: Story) -> Desk:
    """A worker who waits for acceptance."""
    return Desk(story)


@pytest.mark.rule("A-44")
def test_a_number_is_compared_without_being_shown_and_the_outcome_is_kept(desk: Desk, database: Database) -> None:
    assert desk.compare(id_number=desk.id_number.lower(), phone=desk.phone) == Compared(id_number=True, phone=True)
    assert desk.compare(phone="13900000000") == Compared(id_number=None, phone=False)
    with database.reading() as session:
        assert [row.matched for row in session.scalars(select(Comparison).order_by(Comparison.id))] == [True, False]
        told = session.scalars(select(AuditEntry.told).where(AuditEntry.action == "number.compared")).all()
    assert len(told) == 2
    assert not any(desk.id_number in entry or "13900000000" in entry for entry in told)


@pytest.mark.rule("A-44")
def test_comparing_and_revealing_belong_to_who_confirms_and_to_supervision(desk: Desk) -> None:
    story = desk.story
    assert desk.compare(story.authority, id_number=desk.id_number).id_number is True
    refused: list[tuple[Access, str]] = [
        (story.employer(story.site.labour), "NO_CONFIRMING_ROLE"),
        (story.sub_office(story.site.labour_part), "NO_CONFIRMING_ROLE"),
        (story.sub_office(story.pro), "NOT_FOUND"),
        (story.office(story.neighbour), "NOT_FOUND"),
    ]
    for acting, code in refused:
        for deed in (lambda by: desk.compare(by, id_number=desk.id_number), desk.reveal):
            with pytest.raises(Problem, match=code):
                deed(acting)


@pytest.mark.rule("A-45")
@pytest.mark.rule("A-44")
def test_nobody_compares_or_reveals_whom_the_chain_still_hides(desk: Desk) -> None:
    desk.assignment = desk.story.assigned(desk.story.employer(desk.story.second.company_id))
    for deed in (lambda: desk.compare(id_number=desk.id_number), desk.reveal):
        with pytest.raises(Problem, match="NOT_VISIBLE_YET"):
            deed()


@pytest.mark.rule("A-44")
def test_guessing_is_stopped_and_goes_on_after_a_while(desk: Desk) -> None:
    for _ in range(comparison.MOST_MISSES):
        assert desk.compare(id_number="310199199003070000").id_number is False
    with pytest.raises(Problem) as refused:
        desk.compare(id_number=desk.id_number)
    assert (refused.value.status, refused.value.code) == (429, "TOO_MANY_COMPARISONS")
    assert refused.value.retry_after_s is not None
    desk.story.centre.clock.forward(seconds=refused.value.retry_after_s + 1)  # type: ignore[attr-defined]
    assert desk.compare(id_number=desk.id_number).id_number is True


@pytest.mark.rule("A-44")
def test_a_reveal_shows_the_numbers_and_the_audit_keeps_what_for_and_no_number(desk: Desk, database: Database) -> None:
    assert desk.reveal() == Revealed(desk.id_number, desk.phone)
    with database.reading() as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "number.revealed"))
    assert "confirm_entry" in entry.told
    assert entry.actor == desk.story.office().actor
    assert desk.id_number not in entry.told


@pytest.mark.rule("A-44")
def test_comparing_nothing_says_so(desk: Desk) -> None:
    with pytest.raises(Problem, match="NOTHING_TO_COMPARE"):
        desk.compare()

"""Who may use a project's kiosks: managers and guards, added and removed by the general contractor, known to every box of the project."""

from __future__ import annotations

import pytest

from central.errors import Problem
from central.identity import service as identity
from central.identity.model import OperatorRole
from central.messaging import roster
from tests.central.builders import PASSWORDS, Story


def test_a_guard_reaches_the_boxes_as_a_guard_and_is_gone_once_removed(story: Story) -> None:
    project, office, clock = story.site.project.id, story.office(), story.centre.clock
    with story.centre.database.writing() as session:
        identity.add_operator(session, clock, PASSWORDS, office, project, name="李现场", pin="280519")
        guard = identity.add_operator(session, clock, PASSWORDS, office, project, name="周门卫", pin="731946", role=OperatorRole.GUARD)
        told = roster.read(session, story.centre.secrets, project).header.operators
        assert [(one.name, one.role) for one in told] == [("李现场", "manager"), ("周门卫", "guard")]
        identity.remove_operator(session, clock, office, project, guard.id)
        identity.remove_operator(session, clock, office, project, guard.id)
        told = roster.read(session, story.centre.secrets, project).header.operators
        assert [one.name for one in told] == ["李现场"]
        assert [one.name for one in identity.operators(session, office, project)] == ["李现场"]


@pytest.mark.rule("A-60")
def test_another_projects_operator_is_not_there_to_be_removed(story: Story) -> None:
    office, here, elsewhere = story.office(), story.site.project.id, story.neighbour.project.id
    with story.centre.database.writing() as session:
        theirs = identity.add_operator(session, story.centre.clock, PASSWORDS, office, here, name="李现场", pin="280519")
        with pytest.raises(Problem) as refused:
            identity.remove_operator(session, story.centre.clock, office, elsewhere, theirs.id)
    assert refused.value.code == "NOT_FOUND"

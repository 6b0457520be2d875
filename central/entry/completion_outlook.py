"""What a completion would end, read before anybody is asked (A-53)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.entry.model import Assignment
from central.entry.rules import OPEN_STATES
from central.projects import service as projects
from central.projects.chain import Chain, Link


@dataclass(frozen=True)
class Outlook:
    """A participant, its own open assignments, and what ends with it: active participants (itself among them) and open assignments."""

    link: Link
    people: int
    ends_parts: int
    ends_people: int


def of_project(session: Session, access: Access, project_id: int) -> list[Outlook]:
    """A-53: every participant, each under the one it stands under, with what its completion would end now.

    For the general contractor, and for those who see every project. Two queries for any number of participants.
    """
    access.require(Function.VIEW_PEOPLE)
    projects.visible_project(session, access, project_id)
    if not access.sees_everything:
        projects.require_general_contractor(session, access, project_id)
    chain = projects.chain(session, project_id)
    wanted = (
        select(Assignment.participant_id, func.count())
        .where(Assignment.project_id == project_id, Assignment.state.in_(OPEN_STATES))
        .group_by(Assignment.participant_id)
    )
    people = {row[0]: row[1] for row in session.execute(wanted)}
    return [_outlook(chain, link, people) for link in in_order(chain)]


def in_order(chain: Chain) -> list[Link]:
    """Pure: the participants as a tree reads from above, those of one parent by id."""
    below: dict[int | None, list[Link]] = {}
    for link in chain.links:
        below.setdefault(link.parent_id, []).append(link)
    ordered: list[Link] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        link = waiting.pop()
        ordered.append(link)
        waiting += reversed(below.get(link.id, []))
    return ordered


def _outlook(chain: Chain, link: Link, people: dict[int, int]) -> Outlook:
    ids = chain.under(link.id)
    return Outlook(link, people.get(link.id, 0), sum(chain[one].active for one in ids), sum(people.get(one, 0) for one in ids))

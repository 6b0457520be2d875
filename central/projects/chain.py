"""The contract chain of one project as a value: who stands under whom, who must accept a worker, who sees one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from central.projects.model import ParticipantRole

USING_UNITS: Final = frozenset({ParticipantRole.GENERAL_CONTRACTOR, ParticipantRole.PROFESSIONAL_SUB})
"""用工单位: they confirm entry; labour companies do not (A-02)."""
EMPLOYING: Final = USING_UNITS | {ParticipantRole.LABOUR_SUB}
"""Participants whose workers can be assigned to the project."""


@dataclass(frozen=True)
class Link:
    """A participant as a value."""

    id: int
    project_id: int
    company_id: int
    company: str
    role: ParticipantRole
    parent_id: int | None
    level: int
    active: bool

    @property
    def is_using_unit(self) -> bool:
        """Whether it confirms entry (A-02)."""
        return self.role in USING_UNITS


class Chain:
    """All participants of a project."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._links = {link.id: link for link in links}

    def __getitem__(self, participant_id: int) -> Link:
        return self._links[participant_id]

    def get(self, participant_id: int) -> Link | None:
        """The participant, if it is one of this project."""
        return self._links.get(participant_id)

    @property
    def links(self) -> list[Link]:
        """All of them, by id."""
        return sorted(self._links.values(), key=lambda link: link.id)

    @property
    def general_contractor(self) -> Link | None:
        """The root of the chain, once it is registered."""
        return next((link for link in self.links if link.role is ParticipantRole.GENERAL_CONTRACTOR), None)

    def of_company(self, company_id: int | None) -> list[Link]:
        """Every part this company has."""
        return [link for link in self.links if link.company_id == company_id]

    def acceptors(self, participant_id: int) -> list[Link]:
        """Who accepts a worker of this participant, in turn: the using units above it, the general contractor last (rules.md A8).

        The general contractor's own workers need its own acceptance.
        """
        link = self._links[participant_id]
        above = link if link.parent_id is None else self._links[link.parent_id]
        path = []
        while True:
            if above.is_using_unit:
                path.append(above)
            if above.parent_id is None:
                return path
            above = self._links[above.parent_id]

    def using_unit(self, participant_id: int) -> Link:
        """用工单位 (A-46): the participant itself if it is one, else the nearest above."""
        link = self._links[participant_id]
        while not link.is_using_unit and link.parent_id is not None:
            link = self._links[link.parent_id]
        return link

    def under(self, participant_id: int) -> frozenset[int]:
        """The participant and all those under it: what a completion ends (A-53)."""
        found = {participant_id}
        for link in sorted(self._links.values(), key=lambda link: link.level):
            if link.parent_id in found:
                found.add(link.id)
        return frozenset(found)

    def visible_after(self, company_id: int | None, participant_id: int) -> int | None:
        """A-45: after how many acceptances this company sees a worker of that participant; None for never.

        0 means at once. The employer's own view of its workers is another matter and not limited by this.
        """
        turns = [turn for turn, link in enumerate(self.acceptors(participant_id)) if link.company_id == company_id]
        return turns[0] if turns else None

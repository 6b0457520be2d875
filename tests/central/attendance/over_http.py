"""The site of 2 April 2026 over HTTP: bearer tokens for the office and its clerk, the employer, strangers and the authority."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import update

from central.access import SYSTEM, Access, Role
from central.devices.model import Box
from central.identity import service as identity
from central.projects.model import Calendar, Company, Participant, ParticipantRole, Project, ProjectState
from tests.central.attendance.punches import moment
from tests.central.attendance.site import Gates
from tests.central.messaging.field import NOW

API = "/api/v1"


@dataclass
class OverHttp:
    """Who asks, by name, and what is answered."""

    gates: Gates
    client: httpx.Client
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, who: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """One request."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        return self.client.request(method, API + path, json=body, headers=headers)

    def get(self, who: str, path: str, status: int = 200) -> Any:
        """An answer's JSON."""
        return self._told(self.ask(who, "GET", path), status)

    def post(self, who: str, path: str, body: Any = None, status: int = 200) -> Any:
        """The same of a deed."""
        return self._told(self.ask(who, "POST", path, body), status)

    def refused(self, who: str, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and code of a refusal, which says what to do in both languages."""
        answer = self.ask(who, method, path, body)
        told = answer.json()
        assert answer.headers["Content-Type"] == "application/problem+json", answer.text
        assert told["detail"], answer.text
        assert told["detail_en"] not in {"", told["detail"]}, answer.text
        assert "张三丰" not in answer.text
        return answer.status_code, told["code"]

    @staticmethod
    def _told(answer: httpx.Response, status: int) -> Any:
        assert answer.status_code == status, answer.text
        return answer.json()


def over_http(gates: Gates, client: httpx.Client) -> OverHttp:
    """The gates' site with a neighbour; it works every day."""
    made, site = OverHttp(gates, client), gates.field
    with site.centre.database.writing() as session:
        session.execute(update(Box).values(created_at=moment(NOW.date().replace(year=2025), "08:00")))
        session.execute(update(Project).values(calendar=Calendar.EVERY_DAY))
        other = Company(uscc="91310000000000001X", name="虹建总承包", created_at=NOW)
        elsewhere = Project(reg_no="R2", name="别处工程", state=ProjectState.IN_PROGRESS, contact="", card_key_sealed=b"k", created_at=NOW)
        session.add_all([other, elsewhere])
        session.flush()
        root = ParticipantRole.GENERAL_CONTRACTOR
        session.add(Participant(project_id=elsewhere.id, company_id=other.id, role=root, parent_id=None, level=0, created_at=NOW))
        for access in (
            Access("office", Role.CONTRACTOR, site.company_id, site.project_id),
            Access("clerk", Role.CONTRACTOR, site.company_id, site.project_id),
            Access("employer", Role.EMPLOYER, site.company_id),
            Access("neighbour", Role.CONTRACTOR, other.id, elsewhere.id),
            Access("other employer", Role.EMPLOYER, other.id),
            Access("authority", Role.AUTHORITY),
        ):
            said = {"name": access.actor, "role": access.role, "company_id": access.company_id, "project_id": access.project_id}
            made.tokens[access.actor] = identity.issue_token(session, site.centre.clock, SYSTEM, **said)[1]  # type: ignore[arg-type]
    return made

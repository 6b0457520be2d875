"""A site whose gates write real journals, with accounts at the portal: the office, its clerk, the employer, a neighbour, the authority."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import update

from central.access import Position, Role
from central.centre import Centre
from central.devices.model import Box
from central.identity.model import Account
from central.migrations import tables
from central.projects.model import Calendar, Company, Participant, ParticipantRole, Project, ProjectState
from tests.central.attendance.punches import moment
from tests.central.attendance.site import Gates, gates_of
from tests.central.builders import PASSWORDS
from tests.central.messaging.field import NOW, Field, open_field
from tests.central.stage import application
from tests.central.web.site import PASSWORD, FakeBrowser

MARCH = dt.date(2026, 3, 1)
DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 4, 2)
_HASH = PASSWORDS.hash(PASSWORD)


@dataclass
class Attended:
    """The site on 2 April 2026 at eight in the morning; it works every day."""

    field: Field
    gates: Gates
    app: FastAPI

    @property
    def centre(self) -> Centre:
        """The centre."""
        return self.field.centre

    @property
    def at(self) -> str:
        """The beginning of the project's pages."""
        return f"/projects/{self.field.project_id}"

    def browser(self, username: str = "office") -> FakeBrowser:
        """A browser that has signed in."""
        browser = FakeBrowser(self, self.app)
        assert browser.sign_in(username).status_code == 303
        return browser

    def works(self, worker: str, *days: int) -> None:
        """Whole days of March, from seven to five."""
        for day in days:
            self.gates.passes(worker, MARCH + (day - 1) * DAY, "07:00", "in")
            self.gates.passes(worker, MARCH + (day - 1) * DAY, "17:00", "out")

    def everything_told(self) -> None:
        """What the gates wrote arrives, and both have told everything until now."""
        self.gates.boxes["south"].passes("nobody", at_ms=int(moment(MARCH, "03:00").timestamp() * 1000))
        self.gates.arrive()
        self.gates.tells(self.field.clock.now())

    def id_of(self, worker: str) -> int:
        """The worker's assignment."""
        return self.gates.assignment(worker).id


def attended(field: Field) -> Attended:
    """The site with its accounts and a neighbour's project."""
    gates = gates_of(field)
    with field.centre.database.writing() as session:
        session.execute(update(Box).values(created_at=moment(dt.date(2025, 1, 1), "08:00")))
        session.execute(update(Project).values(calendar=Calendar.EVERY_DAY))
        other = Company(uscc="91310000000000001X", name="虹建总承包", created_at=NOW)
        elsewhere = Project(reg_no="R2", name="别处工程", state=ProjectState.IN_PROGRESS, contact="", card_key_sealed=b"k", created_at=NOW)
        session.add_all([other, elsewhere])
        session.flush()
        root = ParticipantRole.GENERAL_CONTRACTOR
        session.add(Participant(project_id=elsewhere.id, company_id=other.id, role=root, parent_id=None, level=0, created_at=NOW))
        for name, role, position, company, project in (
            ("office", Role.CONTRACTOR, Position.MANAGER, field.company_id, field.project_id),
            ("clerk", Role.CONTRACTOR, Position.CLERK, field.company_id, field.project_id),
            ("employer", Role.EMPLOYER, Position.MANAGER, field.company_id, None),
            ("neighbour", Role.CONTRACTOR, Position.MANAGER, other.id, elsewhere.id),
            ("other-employer", Role.EMPLOYER, Position.MANAGER, other.id, None),
            ("authority", Role.AUTHORITY, Position.MANAGER, None, None),
        ):
            session.add(
                Account(
                    username=name,
                    password_hash=_HASH,
                    display_name=name,
                    role=role,
                    position=position,
                    company_id=company,
                    project_id=project,
                    created_at=NOW,
                )
            )
    field.clock.at = moment(TODAY, "08:00")
    return Attended(field, gates, application(field.centre))


def on_sqlite(home: Path) -> Attended:
    """The same in a file of its own, for a browser."""
    from central.database import Database

    url = f"sqlite:///{home / 'central.db'}"
    database = Database.open(url)
    tables().create_all(database.engine)
    database.close()
    return attended(open_field(home, url))

"""Personas and builders: the companies, projects and workers that the tests speak of. All numbers are synthetic."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, Self

from sqlalchemy import event

from central.access import SYSTEM, Access, Role
from central.centre import Centre
from central.entry import acceptance
from central.entry import service as entry
from central.entry.model import Assignment
from central.entry.service import Order
from central.entry.store import AssignmentView
from central.identity import service as identity
from central.identity.passwords import Passwords
from central.people import service as people
from central.people.id_number import check_digit
from central.people.service import EmployedWorker, Registration
from central.projects import service as projects
from central.projects import teams
from central.projects.model import Company, Participant, ParticipantRole, Project, Team
from central.projects.rules import credit_code_check
from central.secrets import CentreSecrets
from central.settings import CentralSettings
from tests.central.people.bridge import FakeBridge

MORNING = dt.datetime(2026, 3, 12, 23, 30, tzinfo=dt.UTC)
"""07:30 on 13 March 2026 at the sites."""
WAGES = {
    "wage_type": "monthly",
    "bank_code": "102",
    "card_number": "6222020200001234567",
    "basic_wage": "6000",
    "probation_wage": "5000",
    "performance_payments": "3",
    "performance_dates": "2026-09-01,2027-02-01,2027-09-01",
}
"""Wage items in which nothing is wrong."""
PASSWORDS = Passwords(memory_kib=64, rounds=1)
"""Cheap ones: what the tests are about is not how long guessing takes."""
SURNAMES = "张王李赵陈杨吴周徐孙马朱胡林郭何高罗"


class FakeClock:
    """A clock that is set by hand."""

    def __init__(self, at: dt.datetime = MORNING) -> None:
        self.at = at

    def now(self) -> dt.datetime:
        """What it was set to."""
        return self.at

    def forward(self, **by: float) -> Self:
        """Set it on, by days, hours, seconds…"""
        self.at += dt.timedelta(**by)
        return self


def resident_number(serial: int, born: dt.date = dt.date(1990, 3, 7)) -> str:
    """A well-formed resident number that belongs to nobody: region 310199 does not exist."""
    first17 = f"310199{born:%Y%m%d}{serial % 1000:03d}"
    return first17 + check_digit(first17)


def credit_code(serial: int) -> str:
    """A well-formed unified social credit code."""
    first17 = f"91310199MA{serial:07d}"
    return first17 + credit_code_check(first17)


def open_centre(home: Path, database_url: str, clock: FakeClock | None = None, **settings: Any) -> Centre:
    """A centre with fresh keys over a migrated database, without messaging."""
    CentreSecrets.create(home)
    values: dict[str, Any] = {
        "home": home,
        "database_url": database_url,
        "mqtt_enabled": False,
        "secure_cookies": False,
        "enterprise_passwords": True,
    }
    values |= settings
    centre = Centre.open(CentralSettings(**values), clock or FakeClock(), PASSWORDS)
    if centre.database.engine.dialect.name == "sqlite":  # no test here pulls the plug: its files need not reach the disk
        event.listen(centre.database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    return centre


@dataclass(frozen=True)
class Site:
    """One project with its general contractor and a labour subcontractor on the first level."""

    project: Project
    gc: Company
    gc_part: Participant
    labour: Company
    labour_part: Participant


class Story:
    """Builds through the services, as administrators, employers and contractors would. Personas appear when they are first named."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self._serial = count(1)
        self._bridges: dict[int, FakeBridge] = {}

    # personas

    @cached_property
    def site(self) -> Site:
        """浦东图书馆: 申建总承包, and 浦江劳务 on the first level."""
        return self._site("浦东图书馆改扩建工程", "申建总承包有限公司", "浦江建筑劳务有限公司")

    @cached_property
    def neighbour(self) -> Site:
        """Another project, of other companies, that must never see or be seen."""
        return self._site("虹桥枢纽配套工程", "虹建总承包有限公司", "青浦劳务有限公司")

    @cached_property
    def pro(self) -> Participant:
        """沪东机电: a professional subcontractor on the first level of the site."""
        return self.takes_part(self.company("沪东机电安装有限公司"), ParticipantRole.PROFESSIONAL_SUB)

    @cached_property
    def second(self) -> Participant:
        """临港劳务: a labour subcontractor on the second level, under 沪东机电."""
        return self.takes_part(self.company("临港劳务有限公司"), ParticipantRole.LABOUR_SUB, self.pro)

    # what stands

    def company(self, name: str) -> Company:
        """A registered company."""
        with self.centre.database.writing() as session:
            return projects.register_company(session, self.centre.clock, SYSTEM, credit_code(next(self._serial)), name)

    def project(self, name: str, completion: dt.date | None = dt.date(2027, 6, 30)) -> Project:
        """A registered project."""
        reg_no, centre = f"2026PD{next(self._serial):04d}", self.centre
        with centre.database.writing() as session:
            return projects.register_project(
                session,
                centre.clock,
                centre.secrets,
                SYSTEM,
                reg_no=reg_no,
                name=name,
                completion_planned=completion,
                contact="项目部 李建 021-50000000",
            )

    def takes_part(
        self, company: Company, role: ParticipantRole, parent: Participant | None = None, project: Project | None = None
    ) -> Participant:
        """A participant of the project (of the site if none is named)."""
        where = (project or self.site.project).id
        with self.centre.database.writing() as session:
            return projects.add_participant(
                session, self.centre.clock, SYSTEM, where, company_id=company.id, role=role, parent_id=parent.id if parent else None
            )

    def team(self, employer: Access, name: str = "钢筋一班", project: Project | None = None) -> Team:
        """A team of the employer."""
        with self.centre.database.writing() as session:
            return teams.add_team(session, self.centre.clock, employer, (project or self.site.project).id, name=name)

    # who acts

    def employer(self, company: Company | int) -> Access:
        """The enterprise itself."""
        return Access("token:employer", Role.EMPLOYER, company if isinstance(company, int) else company.id)

    def office(self, site: Site | None = None) -> Access:
        """The general contractor's project account."""
        at = site or self.site
        return Access("token:office", Role.CONTRACTOR, at.gc.id, at.project.id)

    def sub_office(self, part: Participant) -> Access:
        """A subcontractor's project account."""
        return Access("token:sub", Role.CONTRACTOR, part.company_id, part.project_id)

    @property
    def authority(self) -> Access:
        """The supervision body."""
        return Access("token:authority", Role.AUTHORITY)

    @property
    def security(self) -> Access:
        """The security administrator: accounts, certificates, tokens."""
        return Access("token:security", Role.SECURITY)

    @property
    def auditor(self) -> Access:
        """The audit administrator."""
        return Access("token:auditor", Role.AUDITOR)

    def token(self, access: Access) -> dict[str, str]:
        """The headers of a bearer token for this principal."""
        with self.centre.database.writing() as session:
            _, clear = identity.issue_token(
                session,
                self.centre.clock,
                SYSTEM,
                name=access.actor,
                role=access.role,
                company_id=access.company_id,
                project_id=access.project_id,
            )
        return {"Authorization": f"Bearer {clear}"}

    # what happens

    def registration(self, **changed: Any) -> Registration:
        """What an employer says of a new worker."""
        serial = next(self._serial)
        said: dict[str, Any] = {
            "name": f"{SURNAMES[serial % len(SURNAMES)]}建国",
            "id_number": resident_number(serial),
            "contract_start": dt.date(2026, 3, 1),
            "contract_end": dt.date(2027, 12, 31),
            "phone": f"138{serial:08d}",
            **WAGES,
        }
        return Registration(**(said | changed))

    def worker(self, employer: Access | None = None, identity_source: str = "chip", **changed: Any) -> EmployedWorker:
        """A registered worker (of 浦江劳务 if no employer is named), verified by chip unless told otherwise."""
        centre = self.centre
        acting = employer or self.employer(self.site.labour)
        said = self.registration(**changed)
        is_chip = identity_source == "chip" and acting.role is Role.EMPLOYER
        read = self.bridge(acting).read(said.name, said.id_number, id_type=said.id_type) if is_chip else None
        policy = people.Policy.of(centre.settings)
        with centre.database.writing() as session:
            return people.register(session, centre.clock, centre.secrets, acting, said, policy=policy, chip_read=read)

    def bridge(self, employer: Access) -> FakeBridge:
        """The reader on this employer's desk."""
        company = employer.company_id or 0
        if company not in self._bridges:
            self._bridges[company] = FakeBridge(self.centre, self.employer(company))
        return self._bridges[company]

    def assigned(self, employer: Access | None = None, worker: EmployedWorker | None = None, project: Project | None = None) -> Assignment:
        """A worker assigned to the project."""
        acting = employer or self.employer(self.site.labour)
        who = worker or self.worker(acting)
        order = Order(who.worker.id, (project or self.site.project).id, "020")
        with self.centre.database.writing() as session:
            return entry.assign(session, self.centre.clock, acting, order).assignment

    def accept(self, assignment: Assignment, by: Access | None = None) -> AssignmentView:
        """An acceptance, by the general contractor if nobody is named."""
        with self.centre.database.writing() as session:
            return acceptance.accept(session, self.centre.clock, by or self.office(), assignment.id)

    def confirmed(self, employer: Access | None = None) -> Assignment:
        """A first-level worker whose entry the general contractor has confirmed."""
        return self.accept(self.assigned(employer)).assignment

    def _site(self, name: str, gc: str, labour: str) -> Site:
        project, contractor, sub = self.project(name), self.company(gc), self.company(labour)
        root = self.takes_part(contractor, ParticipantRole.GENERAL_CONTRACTOR, project=project)
        return Site(project, contractor, root, sub, self.takes_part(sub, ParticipantRole.LABOUR_SUB, project=project))

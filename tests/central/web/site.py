"""A small construction site in a database of its own: builders of what the portal shows."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

import httpx
from fastapi import FastAPI
from sqlalchemy.orm import Session

from central import bulk
from central.access import Role
from central.attendance.model import Passage, Refusal
from central.attendance.rules import Judged
from central.centre import Centre
from central.devices.model import Box, BoxState
from central.entry.model import Assignment, AssignmentState, FaceState
from central.identity.model import Account
from central.migrations import tables
from central.people import sealed
from central.people.model import Employment, EmploymentForm, IdentityState, Worker, WorkerTerm
from central.projects.model import Company, Participant, ParticipantRole, Project, ProjectState, Team
from tests.central.builders import PASSWORDS, FakeClock, open_centre
from tests.central.stage import application, leave

NOW = dt.datetime(2025, 4, 19, 1, 30, tzinfo=dt.UTC)
"""09:30 at the site."""
PASSWORD = "a-good-password"
_HASH = PASSWORDS.hash(PASSWORD)
GENERAL, PRO, LABOUR, DEEP = "申城建工第一公司", "浦江机电安装公司", "永固劳务公司", "振兴劳务公司"


class Spec(NamedTuple):
    """What a worker on the site is like."""

    name: str
    state: AssignmentState
    face: FaceState = FaceState.NONE
    seen_min: int | None = None


class Site:
    """A centre with one project: general contractor, a professional sub, a labour company of the first and one of the second level."""

    def __init__(self, centre: Centre) -> None:
        assert isinstance(centre.clock, FakeClock)
        self.centre, self.clock = centre, centre.clock
        self.clock.at = NOW
        self._people = 0
        with centre.database.writing() as session:
            self.companies = {name: _company(session, n, name) for n, name in enumerate((GENERAL, PRO, LABOUR, DEEP))}
            self.project = _project(session, "310115202501190001", "临港新片区综合保障用房（二期）工程")
            self.other_project = _project(session, "310115202501190002", "别处工程")
            general = self._part(session, GENERAL, ParticipantRole.GENERAL_CONTRACTOR, None, 0)
            pro = self._part(session, PRO, ParticipantRole.PROFESSIONAL_SUB, general, 1)
            self.parts = {GENERAL: general, PRO: pro}
            self.parts[LABOUR] = self._part(session, LABOUR, ParticipantRole.LABOUR_SUB, general, 1)
            self.parts[DEEP] = self._part(session, DEEP, ParticipantRole.LABOUR_SUB, pro, 2)
            for name, role, company, project in (
                ("office", Role.CONTRACTOR, GENERAL, self.project),
                ("neighbour", Role.CONTRACTOR, GENERAL, self.other_project),
                ("labour", Role.EMPLOYER, LABOUR, None),
                ("authority", Role.AUTHORITY, None, None),
            ):
                session.add(
                    Account(
                        username=name,
                        password_hash=_HASH,
                        display_name=company or name,
                        role=role,
                        company_id=self.companies[company] if company else None,
                        project_id=project,
                        created_at=NOW,
                    )
                )

    def worker(self, name: str, employer: str = LABOUR, state: str = "assigned", face: str = "none", seen_min: int | None = None) -> int:
        """One worker on the project; `seen_min` minutes ago the worker passed. Returns the assignment."""
        with self.centre.database.writing() as session:
            return self._add(session, employer, [Spec(name, AssignmentState(state), FaceState(face), seen_min)])[0]

    def workers(self, count: int) -> None:
        """Many at once, in every state."""
        states = [AssignmentState(s) for s in ("confirmed", "confirmed", "confirmed", "assigned", "returned")]
        faces = [FaceState(f) for f in ("granted", "granted", "refused", "none")]
        names = (f"{'赵钱孙李周吴郑王'[n % 8]}{'建国华强明军勇伟'[n // 8 % 8]}{n}" for n in range(count))
        specs = [Spec(name, states[n % 5], faces[n % 4], n % 700 + 1 if n % 3 else None) for n, name in enumerate(names)]
        with self.centre.database.writing() as session:
            self._add(session, LABOUR, specs)

    def box(self, name: str, online: bool) -> None:
        """A gate's box."""
        with self.centre.database.writing() as session:
            session.add(
                Box(
                    id=f"b-{name}",
                    project_id=self.project,
                    name=name,
                    lane="1",
                    direction="01",
                    state=BoxState.ACTIVE,
                    online=online,
                    created_at=NOW,
                )
            )

    def refusal(self) -> None:
        """Somebody was refused a minute ago."""
        with self.centre.database.writing() as session:
            at = self.clock.now() - dt.timedelta(minutes=1)
            self._people += 1
            session.add(
                Refusal(
                    box_id="b-1",
                    epoch="e",
                    seq=self._people,
                    project_id=self.project,
                    at=at,
                    reason="NOT_CONFIRMED",
                    method="001",
                    direction="01",
                    lane="1",
                    roster_version=1,
                    offline=False,
                    received_at=at,
                )
            )

    def passage(self, session: Session, assignment: Assignment, at: dt.datetime, direction: str = "01") -> None:
        """A passage, and what it leaves at the assignment."""
        self._people += 1
        pass_gate(session, assignment, at, self._people, direction)

    def _part(self, session: Session, company: str, role: ParticipantRole, parent: int | None, level: int) -> int:
        part = Participant(
            project_id=self.project, company_id=self.companies[company], role=role, parent_id=parent, level=level, created_at=NOW
        )
        session.add(part)
        session.flush()
        return part.id

    def _add(self, session: Session, employer: str, specs: list[Spec]) -> list[int]:
        first, company = self._people + 1, self.companies[employer]
        self._people += len(specs)
        workers = [
            Worker(
                id_type="01",
                id_sealed=b"x",
                id_index=n.to_bytes(32),
                id_masked=f"310***********{n % 10000:04d}",
                name=spec.name,
                identity_state=IdentityState.VERIFIED,
                identity_source="card",
                created_at=NOW,
            )
            for n, spec in enumerate(specs, first)
        ]
        session.add_all(workers)
        session.flush()
        bulk.insert_rows(session, WorkerTerm, [{"term": t, "worker_id": w.id} for w in workers for t in sorted(self._terms(w))])
        employments = [
            Employment(
                worker_id=worker.id,
                employer_id=company,
                contract_type="fixed_term",
                contract_start=dt.date(2025, 1, 1),
                contract_end=dt.date(2026, 1, 1),
                employment_form=EmploymentForm.NON_TEMPORARY,
                created_at=NOW,
            )
            for worker in workers
        ]
        session.add_all(employments)
        session.flush()
        return self.assign(session, employer, [(e.worker_id, e.id) for e in employments], specs)

    def assign(self, session: Session, employer: str, workers: list[tuple[int, int]], specs: list[Spec]) -> list[int]:
        """Assignments of (worker, employment), each in its state, with who must act next as the service would have set it."""
        team, first = self._team(session, employer), self._people + 1
        self._people += len(specs)
        made = [self._assignment(n, employer, team, *pair, spec) for n, (pair, spec) in enumerate(zip(workers, specs, strict=True), first)]
        session.add_all(made)
        session.flush()
        for assignment, spec in zip(made, specs, strict=True):
            if spec.seen_min is not None and assignment.entry_time:
                at = self.clock.now() - dt.timedelta(minutes=spec.seen_min)
                self.passage(session, assignment, at, "02" if spec.seen_min % 4 == 1 else "01")
        return [assignment.id for assignment in made]

    def _assignment(self, n: int, employer: str, team: int, worker: int, employment: int, spec: Spec) -> Assignment:
        is_deep, is_in = employer == DEEP, spec.state in {AssignmentState.CONFIRMED, AssignmentState.ENDED}
        is_waiting = spec.state in {AssignmentState.ASSIGNED, AssignmentState.ACCEPTED_BY_SUB}
        waiting_for = self.parts[PRO] if is_deep and spec.state is AssignmentState.ASSIGNED else self.parts[GENERAL]
        steps = (2 if is_deep else 1) if is_in else 1 if spec.state is AssignmentState.ACCEPTED_BY_SUB else 0
        return Assignment(
            worker_id=worker,
            employment_id=employment,
            employer_id=self.companies[employer],
            project_id=self.project,
            participant_id=self.parts[employer],
            team_id=team,
            main_trade="020",
            state=spec.state,
            person=f"p{n:010d}",
            accepted_steps=steps,
            waiting_for_id=waiting_for if is_waiting else None,
            return_reason="身份证信息与本人不符" if spec.state is AssignmentState.RETURNED else "",
            entry_time=NOW - dt.timedelta(days=3) if is_in else None,
            face=spec.face,
            created_at=NOW - dt.timedelta(days=4),
        )

    def _terms(self, worker: Worker) -> set[str]:
        """By what the search finds the worker."""
        return sealed.terms_of(self.centre.secrets, worker.name, f"31019919900307{worker.id_masked[-4:]}", "")

    def _team(self, session: Session, employer: str) -> int:
        team = session.query(Team).filter_by(employer_id=self.companies[employer], project_id=self.project).first()
        if team is None:
            team = Team(employer_id=self.companies[employer], project_id=self.project, name="钢筋一班", created_at=NOW)
            session.add(team)
            session.flush()
        return team.id


def pass_gate(session: Session, assignment: Assignment, at: dt.datetime, number: int, direction: str = "01") -> None:
    """The passage with this number through the gate, and what it leaves at the assignment."""
    assignment.last_seen_at = at
    session.add(
        Passage(
            box_id="b-1",
            epoch="e",
            seq=number,
            position=number,
            revision=0,
            boot=1,
            mono_ms=0,
            project_id=assignment.project_id,
            assignment_id=assignment.id,
            worker_id=assignment.worker_id,
            employer_id=assignment.employer_id,
            at=at,
            at_reported=at,
            clock="ntp",
            direction=direction,
            method="001",
            lane="1",
            roster_version=1,
            offline=False,
            stale_roster=False,
            duplicate=False,
            judged=Judged.OK,
            received_at=at,
        )
    )


def _company(session: Session, n: int, name: str) -> int:
    company = Company(uscc=f"91310000MA1FL000{n:02d}", name=name, created_at=NOW)
    session.add(company)
    session.flush()
    return company.id


def _project(session: Session, reg_no: str, name: str) -> int:
    project = Project(
        reg_no=reg_no, name=name, state=ProjectState.IN_PROGRESS, contact="项目部 李工 021-50000000", card_key_sealed=b"k", created_at=NOW
    )
    session.add(project)
    session.flush()
    return project.id


@contextmanager
def a_site(home: Path) -> Iterator[Site]:
    """A site on SQLite under `home`, for tests outside the centre's own."""
    centre = open_centre(home, f"sqlite:///{home / 'central.db'}")
    try:
        tables().create_all(centre.database.engine)
        yield Site(centre)
    finally:
        centre.close()
        leave(centre)


class HasCentre(Protocol):
    """Whatever has a centre."""

    @property
    def centre(self) -> Centre:
        """Its centre."""


class FakeBrowser:
    """Asks like a browser and keeps its cookies; follows nothing by itself."""

    def __init__(self, site: HasCentre, app: FastAPI | None = None) -> None:
        self._app = app or application(site.centre)
        self.cookies = httpx.Cookies()

    def get(self, path: str, **headers: str) -> httpx.Response:
        """A page, or with `HX_Request="true"` the part of one."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, form: Mapping[str, str | Sequence[str]], **headers: str) -> httpx.Response:
        """A form, sent."""
        return self._ask("POST", path, form, headers)

    def upload(self, path: str, form: Mapping[str, str | Sequence[str]], files: Mapping[str, tuple[str, bytes]]) -> httpx.Response:
        """A form with files, sent."""
        return self._ask("POST", path, form, {}, files)

    def sign_in(self, username: str, password: str = PASSWORD, next_path: str = "/") -> httpx.Response:
        """The form as it was given, filled in and sent."""
        csrf = field(self.get("/sign-in").text, "csrf")
        return self.post("/sign-in", {"csrf": csrf, "username": username, "password": password, "next": next_path})

    def _ask(
        self,
        method: str,
        path: str,
        form: Mapping[str, str | Sequence[str]] | None,
        headers: dict[str, str],
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> httpx.Response:
        sent = {"Accept": "text/html", "X-Request-Id": "r-0123456789"} | {name.replace("_", "-"): value for name, value in headers.items()}

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=self.cookies) as client:
                answer = await client.request(method, path, data=form, files=files, headers=sent)
                self.cookies = client.cookies
                return answer

        return asyncio.run(ask())


def field(html: str, name: str) -> str:
    """The value of a form's field."""
    found = re.search(f'name="{name}"[^>]*value="([^"]*)"', html) or re.search(f'value="([^"]*)"[^>]*name="{name}"', html)
    assert found, f"no field {name}"
    return found[1]

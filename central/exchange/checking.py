"""The rows of a workbook held against the form's own rules, with the same codes (A-62): one row, and then a chunk against the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.errors import Problem
from central.exchange.sheet import SheetRow
from central.people import defaults, rules
from central.people.model import Employment, EmploymentState, LifeState, Worker
from central.people.registration import Checked, Policy, Registration, Standing, check
from central.people.sealed import index_of
from central.people.typed import day
from central.people.wages import Notice
from central.projects.model import Company
from central.secrets import CentreSecrets

_DAYS = ("contract_start", "contract_end", "birth_date")
_BLANK_MEANS = {"id_type": "01", "contract_type": "fixed_term", "category": "worker", "employment_form": ""}

Wrong = tuple[str, str]
"""A field and what is wrong with it."""


@dataclass
class Judged:
    """A row with what was found: the checked registration, or what is wrong with which field."""

    row: SheetRow
    checked: Checked | None = None
    wrong: list[Wrong] = field(default_factory=list)
    is_there: bool = False
    known: Worker | None = None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the row only warns of."""
        return self.checked.notices if self.checked else ()


def judge(row: SheetRow, standing: Standing, policy: Policy, profile: Mapping[str, str]) -> Judged:
    """One row by the form's rules (A-11 to A-21, A-25, A-29 to A-31), its empty fields filled from the employer's profiles (A-14)."""
    wrong = list(row.wrong)
    said = stated(row.texts, wrong)
    broken = {name for name, _ in wrong}
    filled, defaulted = defaults.filled(said, {name: text for name, text in profile.items() if name not in broken})
    try:
        checked = check(filled, standing, policy, defaulted)
    except Problem as problem:
        told = [(error.field or "name", error.code) for error in (problem.errors or [problem])]
        return Judged(row, None, [*wrong, *(one for one in told if one[0] not in broken)])
    return Judged(row, None if wrong else checked, wrong)


def against_register(
    session: Session, keys: CentreSecrets, judged: Sequence[Judged], employer: int, seen: set[bytes], *, hold: bool = False
) -> None:
    """What only the register knows (A-25, A-30), for a chunk in two queries. `seen` are the numbers of the rows before.

    `hold`: nobody else decides about these workers until what follows is written.
    """
    by_index: dict[bytes, Judged] = {}
    for one in judged:
        if one.checked is None:
            continue
        index = index_of(keys, one.checked.number)
        if index in seen:
            _refuse(one, "id_number", "DUPLICATE_IN_FILE")
            continue
        seen.add(index)
        by_index[index] = one
    wanted = select(Worker).where(Worker.id_index.in_(by_index)).order_by(Worker.id)
    known = {worker.id: worker for worker in session.scalars(wanted.with_for_update() if hold else wanted)}
    employments = _present(session, list(known))
    for worker in known.values():
        one = by_index[worker.id_index]
        one.known = worker
        _against(one, worker, employments.get(worker.id, []), employer)


def _against(one: Judged, worker: Worker, present: list[tuple[int, str]], employer: int) -> None:
    if any(company == employer for company, _ in present):
        one.is_there = True
        return
    assert one.checked is not None  # noqa: S101  the caller chose
    try:
        rules.one_employer(present[0] if present else None, employer)
    except Problem as problem:
        _refuse(one, "id_number", problem.code)
        return
    try:
        rules.other_name(worker.name, one.checked.said.name, worker.identity_state, by_chip=False, is_free=not present)
    except Problem as problem:
        _refuse(one, "name", problem.code)
        return
    if worker.life_state is LifeState.DECEASED:
        _refuse(one, "name", "WORKER_DECEASED")


def _present(session: Session, worker_ids: list[int]) -> dict[int, list[tuple[int, str]]]:
    wanted = (
        select(Employment.worker_id, Employment.employer_id, Company.name)
        .join(Company, Company.id == Employment.employer_id)
        .where(Employment.worker_id.in_(worker_ids), Employment.state != EmploymentState.DEPARTED)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for worker_id, company, name in session.execute(wanted) if worker_ids else ():
        found.setdefault(worker_id, []).append((company, name))
    return found


def _refuse(one: Judged, name: str, code: str) -> None:
    one.checked, one.wrong = None, [*one.wrong, (name, code)]


def stated(texts: Mapping[str, str], wrong: list[Wrong]) -> Registration:
    """A row's texts as a statement; dates that are none are added to what is wrong."""
    told: dict[str, object] = {name: text for name, text in texts.items() if name not in _DAYS}
    for name, text in _BLANK_MEANS.items():
        told[name] = told.get(name) or text
    for name in _DAYS:
        text = texts.get(name, "")
        told[name] = day(text) if text else None
        if text and told[name] is None:
            wrong.append((name, "DATE_INVALID"))
    return Registration(**{"name": "", "id_number": "", **told})  # type: ignore[arg-type]

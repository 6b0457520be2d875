"""What an employer states about a worker, and every rule over every field of it at once: pure (A-07, A-08, A-11 to A-21, A-29, A-31)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from central.entry.rules import one_trade
from central.errors import Findings
from central.people import rules
from central.people.id_number import IdNumber
from central.people.model import Category, EmploymentForm
from central.people.wages import Notice, Wages, WagesSaid, below_base, wages
from central.settings import CentralSettings

_LONGEST: Final = {"name": 100, "nation": 40, "bank_name": 100, "address": 200}


@dataclass(frozen=True)
class Registration:
    """What an employer states about a worker; `employer_id` may be left out, it can only be the employer itself (A-01).

    Empty texts are left out; a profile may fill them (A-14). `project_id` and `team_id` only choose the profile and the completion date
    that the contract is held against (A-12).
    """

    name: str
    id_number: str
    contract_start: dt.date | None
    contract_end: dt.date | None
    id_type: str = "01"
    birth_date: dt.date | None = None
    contract_type: str = "fixed_term"
    employment_form: str = "non_temporary"
    category: str = "worker"
    state: str = ""
    main_trade: Any = ""
    employer_id: int | None = None
    project_id: int | None = None
    team_id: int | None = None
    phone: str = ""
    nation: str = ""
    address: str = ""
    wage_type: str = ""
    bank_code: str = ""
    bank_name: str = ""
    card_number: str = ""
    basic_wage: str = ""
    probation_wage: str = ""
    performance_payments: str = ""
    performance_dates: str = ""

    @property
    def wages(self) -> WagesSaid:
        """The wage items among it."""
        return WagesSaid(**{field.name: getattr(self, field.name) for field in fields(WagesSaid)})


@dataclass(frozen=True)
class Policy:
    """What the centre is set to: allowed contract types (A-11), whether A-18 refuses, from which age on a warning is given.

    `transfer_answer` is how long a present employer has for its answer (A-30); the source is silent on it.
    """

    contract_types: tuple[str, ...] = ("fixed_term",)
    below_base_is_error: bool = False
    over_age: int = 60
    transfer_answer: dt.timedelta = dt.timedelta(days=7)

    @classmethod
    def of(cls, settings: CentralSettings) -> Policy:
        """As the settings say."""
        answer = dt.timedelta(days=settings.transfer_answer_days)
        return cls(settings.allowed_contract_types, settings.below_base_is_error, settings.over_age, answer)


@dataclass(frozen=True)
class Standing:
    """What the checks must know besides the statement; read once for one form or for a whole file."""

    today: dt.date
    banks: dict[str, str]
    base: Any
    is_general_contractor: bool
    completion: dt.date | None = None


@dataclass(frozen=True)
class Checked:
    """A registration in which nothing is wrong. `defaulted` names the fields that a profile filled."""

    said: Registration
    number: IdNumber
    category: Category
    start: dt.date
    end: dt.date
    form: EmploymentForm
    wages: Wages
    phone: str
    trade: str
    notices: tuple[Notice, ...]
    defaulted: tuple[str, ...] = ()


def check(said: Registration, standing: Standing, policy: Policy, defaulted: tuple[str, ...] = ()) -> Checked:
    """Every rule over every field at once (A-07, A-08, A-11 to A-21, A-29, A-31). Raises one `Problem` that lists all fields."""
    found, said = Findings(), replace(said, name=rules.person_name(said.name))
    if not said.name:
        found.add("NAME_REQUIRED", "name")
    for field, longest in _LONGEST.items():
        if len(getattr(said, field)) > longest:
            found.add("TEXT_TOO_LONG", field)
    found.of(rules.worker_path, said.state, said.main_trade)
    is_gc = standing.is_general_contractor
    category = found.of(rules.category, said.category, employer_is_general_contractor=is_gc)
    number = found.of(rules.identity_number, said.id_type, said.id_number, standing.today, said.birth_date)
    term = found.of(rules.contract, said.contract_type, said.contract_start, said.contract_end, policy.contract_types, standing.today)
    form = found.of(rules.employment_form, said.employment_form)
    pay = found.of(wages, said.wages, form, standing.banks)
    phone = found.of(rules.phone, said.phone) if said.phone else ""
    trade = found.of(one_trade, said.main_trade) if said.main_trade not in ("", None, "900") else ""
    low = found.of(below_base, pay.wage_type, pay.basic_wage, standing.base, is_error=policy.below_base_is_error) if pay else []
    found.settle()
    assert number and category and term and form and pay and phone is not None and trade is not None and low is not None  # noqa: S101
    notices = (
        *low,
        *rules.age_notices(number.birth_date, standing.today, policy.over_age),
        *rules.contract_notices(term[1], standing.completion),
    )
    return Checked(said, number, category, *term, form, pay, phone, trade, notices, defaulted)

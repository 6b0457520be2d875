"""The rules of registration and employment: pure functions of values. Each refuses by raising `Problem` with the rule's code."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from typing import Final

from central.errors import Problem
from central.people.id_number import ID_TYPES, IdNumber, age_on, read
from central.people.model import Category, EmploymentForm, IdentityState, LifeState

YOUNGEST: Final = 16
_PHONE: Final = re.compile(r"1[3-9]\d{9}|\+\d{6,15}")


def identity_number(kind: str, given: str, today: dt.date) -> IdNumber:
    """A well-formed number of somebody old enough to work (privacy.md C2.10)."""
    if kind not in ID_TYPES:
        raise Problem("ID_TYPE_UNKNOWN", 422, "id_type")
    number = read(kind, given)
    if number is None:
        raise Problem("ID_NUMBER_INVALID", 422, "id_number")
    if number.birth_date is not None and age_on(number.birth_date, today) < YOUNGEST:
        raise Problem("UNDER_AGE", 422, "id_number")
    return number


def contract(kind: str, start: dt.date | None, end: dt.date | None, allowed: Collection[str]) -> tuple[dt.date, dt.date]:
    """A-11: a labour contract has an end date, is not 'until a task is done', and ends after it starts."""
    if kind not in allowed:
        raise Problem("CONTRACT_TYPE_NOT_ALLOWED", 422, "contract_type")
    if end is None:
        raise Problem("CONTRACT_END_REQUIRED", 422, "contract_end")
    if start is None:
        raise Problem("CONTRACT_START_REQUIRED", 422, "contract_start")
    if end <= start:
        raise Problem("CONTRACT_DATES_INVALID", 422, "contract_end")
    return start, end


def employment_form(given: str) -> EmploymentForm:
    """A-15: temporary or non-temporary, nothing else."""
    try:
        return EmploymentForm(given)
    except ValueError:
        raise Problem("EMPLOYMENT_FORM_INVALID", 422, "employment_form") from None


def category(given: str, *, employer_is_general_contractor: bool) -> Category:
    """A-07: management staff are out of this path. A-29: misc. staff are registered by a general contractor as their employer."""
    if given in ("management", "管理人员"):
        raise Problem("MANAGEMENT_STAFF_USE_LEGACY", 422, "category")
    if given not in list(Category):
        raise Problem("CATEGORY_UNKNOWN", 422, "category")
    if given == Category.MISC and not employer_is_general_contractor:
        raise Problem("MISC_STAFF_ONLY_BY_GC", 403, "category")
    return Category(given)


def one_employer(present_employer: tuple[int, str] | None, asking: int) -> None:
    """A-30: one labour contract at a time. `present_employer` is (company id, name) of the employment that has not departed."""
    if present_employer is None:
        return
    if present_employer[0] == asking:
        raise Problem("ALREADY_REGISTERED", 409, "id_number")
    raise Problem("ALREADY_EMPLOYED", 409, "id_number", employer=present_employer[1])


def assignable(identity: IdentityState, life: LifeState) -> None:
    """A-26: only a worker whose identity is verified can be assigned, or confirmed."""
    if life is LifeState.DECEASED:
        raise Problem("WORKER_DECEASED", 409)
    if identity is not IdentityState.VERIFIED:
        raise Problem("IDENTITY_NOT_VERIFIED", 409, "worker_id")


def identity_after(source: str) -> IdentityState:
    """A chip that was read proves the identity; a typed number waits for verification (A-25, A-26)."""
    return IdentityState.VERIFIED if source == "chip" else IdentityState.PENDING


def verdict(present: IdentityState, *, verified: bool) -> IdentityState:
    """What a verification leads to; what is verified stays so."""
    if present is IdentityState.VERIFIED and not verified:
        raise Problem("IDENTITY_ALREADY_VERIFIED", 409)
    return IdentityState.VERIFIED if verified else IdentityState.REJECTED


def phone(given: str) -> str:
    """A mainland mobile number or one with a country code, without spaces and dashes."""
    number = re.sub(r"[\s-]", "", given)
    if not _PHONE.fullmatch(number):
        raise Problem("PHONE_INVALID", 422, "phone")
    return number

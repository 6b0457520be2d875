"""The rules of registration and employment: pure functions of values. Each refuses by raising `Problem` with the rule's code."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection
from typing import Final

from central.errors import Problem
from central.people.id_number import ID_TYPES, IdNumber, age_on, read
from central.people.model import Category, EmploymentForm, IdentityState, LifeState
from central.people.wages import Notice, plain

YOUNGEST: Final = 16
GROWN: Final = 18
_PHONE: Final = re.compile(r"1[3-9]\d{9}|\+\d{6,15}")
_OF_THE_CARD: Final = frozenset({"CARD_SUSPECT", "CARD_EXPIRED"})
_UNSEEN: Final = str.maketrans("", "", "\u200b\ufeff")
_MANAGEMENT: Final = frozenset({"management", "管理人员", "10"})
_MANAGEMENT_TRADE: Final = "900"


def person_name(given: str) -> str:
    """A name as it is kept and compared, whatever the door: no blanks around it, one where it has some inside; its dots (·) stay.

    Wide letters become narrow (NFKC), as a workbook's cells do.
    """
    return " ".join(unicodedata.normalize("NFKC", given).translate(_UNSEEN).split())


def other_name(known: str, said: str, identity: IdentityState, *, by_chip: bool, is_free: bool) -> None:
    """A-25, A-30: the name said now may take the place of the known one; no error and no answer tells the known one (A-44, A-45).

    Only a verified name stands. One that was merely typed gives way to a card's (`by_chip`), and to another typed one where nobody else
    employs the worker (`is_free`): the verification desk then tells who is right. Else `Problem` 409 PERSON_CARD_MISMATCH.
    """
    is_other = person_name(known) != person_name(said)
    if is_other and (identity is IdentityState.VERIFIED or not (by_chip or is_free)):
        raise Problem("PERSON_CARD_MISMATCH", 409, "name")


def renamed(identity: IdentityState, cause: str) -> tuple[IdentityState, str]:
    """A-25: an unverified identity whose typed name was replaced by another typed one: a verdict on the old name says nothing of the new.

    What speaks against the card itself stays: another name is no way out of it.
    """
    if cause in _OF_THE_CARD:
        return identity, cause
    return IdentityState.PENDING, "PERSON_CARD_MISMATCH"


def identity_number(kind: str, given: str, today: dt.date, born: dt.date | None = None) -> IdNumber:
    """A well-formed number of somebody old enough to work (privacy.md C2.10). `born` is asked for where the number does not tell it."""
    if kind not in ID_TYPES:
        raise Problem("ID_TYPE_UNKNOWN", 422, "id_type")
    number = read(kind, plain(given))
    if number is None:
        raise Problem("ID_NUMBER_INVALID", 422, "id_number")
    if number.birth_date is None:
        if born is None:
            raise Problem("BIRTH_DATE_REQUIRED", 422, "birth_date")
        number = IdNumber(number.kind, number.number, born, number.sex)
    if number.birth_date is not None and age_on(number.birth_date, today) < YOUNGEST:
        raise Problem("UNDER_AGE", 422, "id_number")
    return number


def age_notices(born: dt.date | None, today: dt.date, over_age: int) -> list[Notice]:
    """A worker of 16 or 17 is a protected minor, one past the configured age a risk: both are told, neither refuses (privacy.md C2.10)."""
    if born is None:
        return []
    age = age_on(born, today)
    if age < GROWN:
        return [Notice("MINOR_WORKER", "id_number", {"age": age})]
    return [Notice("OVER_AGE", "id_number", {"age": age, "limit": over_age})] if age >= over_age else []


def contract(kind: str, start: dt.date | None, end: dt.date | None, allowed: Collection[str], today: dt.date) -> tuple[dt.date, dt.date]:
    """A-11: a labour contract has an end date, is not 'until a task is done', ends after it starts, and is not over."""
    if kind not in allowed:
        raise Problem("CONTRACT_TYPE_NOT_ALLOWED", 422, "contract_type")
    if end is None:
        raise Problem("CONTRACT_END_REQUIRED", 422, "contract_end")
    if start is None:
        raise Problem("CONTRACT_START_REQUIRED", 422, "contract_start")
    if end <= start:
        raise Problem("CONTRACT_DATES_INVALID", 422, "contract_end")
    if end < today:
        raise Problem("CONTRACT_OVER", 422, "contract_end")
    return start, end


def contract_change(before: dt.date, after: dt.date, *, accepted: bool) -> None:
    """A-23, A-51: once somebody was accepted, a contract may get longer; to end it sooner is a departure."""
    if accepted and after < before:
        raise Problem("CONTRACT_SHORTENED", 409, "contract_end")


def contract_notices(end: dt.date, completion: dt.date | None) -> list[Notice]:
    """A-12: the contract should (宜) end after the project's planned completion."""
    if completion is None or end > completion:
        return []
    return [Notice("CONTRACT_ENDS_BEFORE_COMPLETION", "contract_end", {"completion": str(completion)})]


def employment_form(given: str) -> EmploymentForm:
    """A-15: temporary or non-temporary, nothing else."""
    try:
        return EmploymentForm(given)
    except ValueError:
        raise Problem("EMPLOYMENT_FORM_INVALID", 422, "employment_form") from None


def category(given: str, *, employer_is_general_contractor: bool) -> Category:
    """A-07: management staff are out of this path. A-29: misc. staff are registered by a general contractor as their employer."""
    if given in _MANAGEMENT:
        raise Problem("MANAGEMENT_STAFF_USE_LEGACY", 422, "category")
    if given not in list(Category):
        raise Problem("CATEGORY_UNKNOWN", 422, "category")
    if given == Category.MISC and not employer_is_general_contractor:
        raise Problem("MISC_STAFF_ONLY_BY_GC", 403, "category")
    return Category(given)


def worker_path(state: str, trade: object) -> None:
    """A-08: there is no pre-registration any more. A-07: work type 900 is management, on the old system's path."""
    if state:
        raise Problem("PREREGISTRATION_ABOLISHED", 422, "state")
    if trade == _MANAGEMENT_TRADE:
        raise Problem("MANAGEMENT_STAFF_USE_LEGACY", 422, "main_trade")


def one_employer(present_employer: tuple[int, str] | None, asking: int, *, excepted: bool = False) -> None:
    """A-30: one labour contract at a time. `present_employer` is (company id, name) of the employment that has not departed.

    `excepted`: the supervision body allowed this company, with a reason.
    """
    if present_employer is None:
        return
    if present_employer[0] == asking:
        raise Problem("ALREADY_REGISTERED", 409, "id_number")
    if not excepted:
        raise Problem("ALREADY_EMPLOYED", 409, "id_number", employer=present_employer[1])


def assignable(identity: IdentityState, life: LifeState) -> None:
    """A-26: only a worker whose identity is verified can be assigned, or confirmed."""
    if life is LifeState.DECEASED:
        raise Problem("WORKER_DECEASED", 409)
    if identity is not IdentityState.VERIFIED:
        raise Problem("IDENTITY_NOT_VERIFIED", 409, "worker_id")


def verdict(present: IdentityState, *, verified: bool) -> IdentityState:
    """What a verification leads to; what is verified stays so."""
    if present is IdentityState.VERIFIED and not verified:
        raise Problem("IDENTITY_ALREADY_VERIFIED", 409)
    return IdentityState.VERIFIED if verified else IdentityState.REJECTED


def phone(given: str) -> str:
    """A mainland mobile number or one with a country code, without spaces and dashes."""
    number = plain(given).replace("-", "")
    if not _PHONE.fullmatch(number):
        raise Problem("PHONE_INVALID", 422, "phone")
    return number

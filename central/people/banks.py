"""Banks and the regional reference wage: data that is extended without a release (A-18, A-21)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.errors import Problem
from central.ordering import behind
from central.people.reference_model import OTHER_BANK, SHANGHAI, Bank, RegionalBase


def active(session: Session) -> dict[str, str]:
    """A-21: the banks that can be chosen, code to name, 其他 last."""
    found = {bank.code: bank.name for bank in session.scalars(select(Bank).where(Bank.active).order_by(Bank.code))}
    return found | ({OTHER_BANK: found.pop(OTHER_BANK)} if OTHER_BANK in found else {})


def page_of_active(session: Session, behind_code: str, limit: int) -> list[Bank]:
    """A-21: one page of the banks that can be chosen, by code, 其他 last, and one more; empty `behind_code` for the first page."""
    keys = (case((Bank.code == OTHER_BANK, 1), else_=0), Bank.code)
    wanted = select(Bank).where(Bank.active).order_by(*keys).limit(limit + 1)
    if behind_code:
        wanted = wanted.where(behind(keys, (int(behind_code == OTHER_BANK), behind_code), backwards=False))
    return list(session.scalars(wanted))


def set_bank(session: Session, access: Access, code: str, name: str, *, is_active: bool = True) -> Bank:
    """A-21: one more bank, another name, or one that is no longer offered; 其他 stays (A-20)."""
    access.require(Function.MANAGE_SETTINGS)
    if code == OTHER_BANK and not is_active:
        raise Problem("OTHER_BANK_STAYS", 422, "active")
    bank = session.get(Bank, code)
    if bank is None:
        bank = Bank(code=code)
        session.add(bank)
    bank.name, bank.active = name, is_active
    session.flush()
    audit.record(session, access, "bank.set", f"bank:{code}", after={"name": name, "active": is_active})
    return bank


def base_on(session: Session, day: dt.date, region: str = SHANGHAI) -> Decimal | None:
    """A-18: the reference wage that holds on a day."""
    wanted = select(RegionalBase.amount).where(RegionalBase.region == region, RegionalBase.valid_from <= day)
    return session.scalar(wanted.order_by(RegionalBase.valid_from.desc()).limit(1))


def bases(session: Session) -> list[RegionalBase]:
    """Every reference wage there was and will be."""
    return list(session.scalars(select(RegionalBase).order_by(RegionalBase.region, RegionalBase.valid_from)))


def page_of_bases(session: Session, place: tuple[str, dt.date] | None, limit: int) -> list[RegionalBase]:
    """One page of them by region and day, behind this one, and one more."""
    keys = (RegionalBase.region, RegionalBase.valid_from)
    wanted = select(RegionalBase).order_by(*keys).limit(limit + 1)
    return list(session.scalars(wanted if place is None else wanted.where(behind(keys, place, backwards=False))))


def set_base(session: Session, access: Access, region: str, valid_from: dt.date, amount: Decimal) -> RegionalBase:
    """A-18: the reference wage of a region from a day on."""
    access.require(Function.MANAGE_SETTINGS)
    base = session.get(RegionalBase, (region, valid_from))
    if base is None:
        base = RegionalBase(region=region, valid_from=valid_from)
        session.add(base)
    base.amount = amount
    session.flush()
    audit.record(session, access, "regional_base.set", f"region:{region}", after={"from": str(valid_from), "amount": str(amount)})
    return base

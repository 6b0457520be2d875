"""Companies as pages find them: by name or code, any page, in any order; and the names behind the numbers of a list."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.errors import Problem
from central.ordering import Order
from central.projects.model import Company, Project

ORDER: Final = Order(Company.id, {"company": Company.name, "uscc": Company.uscc, "registered_on": Company.created_at})


def find(session: Session, access: Access, q: str, offset: int, limit: int, *, sort: str = "company") -> tuple[list[Company], int]:
    """Some companies, and how many there are: for those who keep the register. Raises `Problem` 403."""
    access.require(Function.MANAGE_REGISTER)
    wanted = select(Company).where(*_named(q))
    total = session.scalar(wanted.with_only_columns(func.count(Company.id))) or 0
    return list(session.scalars(wanted.order_by(*ORDER.ways(sort)).offset(offset).limit(limit))), total


def page_of_all(session: Session, access: Access, *, q: str = "", after: int, limit: int, sort: str = "") -> list[Company]:
    """One page of companies, and one more: public facts for every `access`, for whoever registers participants needs to find them."""
    return [row[0] for row in ORDER.page(session, select(Company), _named(q), sort, after=after, limit=limit)]


def by_code(session: Session, uscc: str, field: str) -> int:
    """A company by its unified social credit code. Raises `Problem` 422 COMPANY_UNKNOWN beside `field`."""
    found = session.scalar(select(Company.id).where(Company.uscc == uscc.strip().upper()))
    if found is None:
        raise Problem("COMPANY_UNKNOWN", 422, field)
    return found


def project_by_number(session: Session, reg_no: str, field: str) -> int:
    """A project by its registration number. Raises `Problem` 422 PROJECT_UNKNOWN beside `field`."""
    found = session.scalar(select(Project.id).where(Project.reg_no == reg_no.strip()))
    if found is None:
        raise Problem("PROJECT_UNKNOWN", 422, field)
    return found


def names(
    session: Session, company_ids: Collection[int | None], project_ids: Collection[int | None]
) -> tuple[dict[int, str], dict[int, str]]:
    """The names of these companies and projects: two queries for a whole page."""
    companies = session.execute(select(Company.id, Company.name).where(Company.id.in_({one for one in company_ids if one})))
    projects = session.execute(select(Project.id, Project.name).where(Project.id.in_({one for one in project_ids if one})))
    return {row[0]: row[1] for row in companies}, {row[0]: row[1] for row in projects}


def _named(q: str) -> list[ColumnElement[bool]]:
    return [or_(Company.name.icontains(q, autoescape=True), Company.uscc.icontains(q, autoescape=True))] if q else []

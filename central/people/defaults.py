"""A-14: what an employer's profiles fill in where the form leaves it empty; each filled field stays marked `default`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock
from central.errors import Problem
from central.ordering import Order
from central.people.reference_model import WageProfile
from central.people.typed import day
from central.projects.model import Team

if TYPE_CHECKING:
    from central.people.registration import Registration

FILLABLE: Final = (
    "contract_start",
    "contract_end",
    "contract_type",
    "employment_form",
    "category",
    "main_trade",
    "wage_type",
    "bank_code",
    "bank_name",
    "basic_wage",
    "probation_wage",
    "performance_payments",
    "performance_dates",
)
"""What is relatively fixed; nobody's number, name, phone or card."""
COMPANY: Final = "company"
ORDER: Final = Order(WageProfile.id, {"scope": WageProfile.scope})


def scope_of(project_id: int | None = None, team_id: int | None = None) -> str:
    """A profile's place: the team's, the project's, or the whole company's."""
    if team_id is not None:
        return f"team:{team_id}"
    return COMPANY if project_id is None else f"project:{project_id}"


def fill(session: Session, company_id: int, said: Registration) -> tuple[Registration, tuple[str, ...]]:
    """A-14: the statement with its empty fields filled, the narrowest profile first, and the names of those fields."""
    return filled(said, values(session, company_id, said.project_id, said.team_id))


def values(session: Session, company_id: int, project_id: int | None = None, team_id: int | None = None) -> dict[str, str]:
    """What the profiles say together: the team's before the project's before the company's."""
    scopes = [COMPANY, *([scope_of(project_id)] if project_id else []), *([scope_of(team_id=team_id)] if team_id else [])]
    wanted = select(WageProfile).where(WageProfile.company_id == company_id, WageProfile.scope.in_(scopes))
    by_scope = {profile.scope: profile for profile in session.scalars(wanted)}
    merged: dict[str, str] = {}
    for scope in scopes:
        if scope in by_scope:
            merged |= json.loads(by_scope[scope].told)
    return merged


def filled(said: Registration, known: Mapping[str, str]) -> tuple[Registration, tuple[str, ...]]:
    """A-14, pure: what is empty and known is filled, as text; dates become dates, and one that is none stays for the rule to refuse."""
    given: dict[str, Any] = {}
    for field in FILLABLE:
        if field in known and getattr(said, field) in ("", None):
            given[field] = day(known[field]) if field in ("contract_start", "contract_end") else known[field]
    return replace(said, **given), tuple(given)


def profiles(session: Session, access: Access) -> list[WageProfile]:
    """An employer's own profiles, all of them."""
    employer = access.require_employer()
    return list(session.scalars(select(WageProfile).where(WageProfile.company_id == employer).order_by(WageProfile.scope)))


def page_of_profiles(session: Session, access: Access, after: int, limit: int) -> list[WageProfile]:
    """One page of an employer's own profiles by their place, and one more."""
    mine = WageProfile.company_id == access.require_employer()
    return [row[0] for row in ORDER.page(session, select(WageProfile), [mine], "scope", after=after, limit=limit)]


def set_profile(
    session: Session, clock: Clock, access: Access, told: Mapping[str, str], *, project_id: int | None = None, team_id: int | None = None
) -> WageProfile:
    """A-14: the defaults of one place, all of them anew; empty texts are left out. An unknown field is 422 NOT_A_DEFAULT."""
    employer = access.require_employer()
    access.require(Function.REGISTER)
    for field in told:
        if field not in FILLABLE:
            raise Problem("NOT_A_DEFAULT", 422, field)
    if team_id is not None:
        team = session.get(Team, team_id)
        if team is None or team.employer_id != employer:
            raise Problem("TEAM_UNKNOWN", 422, "team_id")
    scope = scope_of(project_id, team_id)
    wanted = select(WageProfile).where(WageProfile.company_id == employer, WageProfile.scope == scope).with_for_update()
    profile = session.scalar(wanted)
    if profile is None:
        profile = WageProfile(company_id=employer, scope=scope, version=0)
        session.add(profile)
    profile.told = json.dumps({field: text for field, text in told.items() if text}, ensure_ascii=False)
    profile.version, profile.updated_at = profile.version + 1, clock.now()
    session.flush()
    audit.record(session, access, "defaults.set", f"profile:{profile.id}", after={"scope": scope, "fields": sorted(told)})
    return profile

"""接口令牌: made for other systems, shown once, with what they may do, when they were last used, and their end."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.clock import SITE_ZONE
from central.errors import Problem
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.functions import OF_ROLE
from central.identity import tokens
from central.identity.model import ApiToken
from central.identity.rules import needs_certificate, unpacked
from central.people.typed import day
from central.projects import company_list
from central.web import choices
from central.web.areas import Area, Entry, needs
from central.web.exporting import columns
from central.web.forms import Field, Form, Form_, Section, Sent
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

HERE: Final = "/tokens"
COLUMNS: Final = ("token_name", "account_role", "belongs", "token_scope", "token_until", "token_used", "do")


@dataclass(frozen=True)
class TokenLine:
    """A token with names, and what it may do (None for everything its role may)."""

    token: ApiToken
    company: str
    project: str
    functions: frozenset[Function] | None


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def page(request: Request, form: Form | None = None, status: int = 200, shown_once: tuple[str, str] = ("", "")) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _listing(request)
        with portal.database.reading() as session:
            found = _found(session, access, listing, listing.after_id, PAGE_SIZE)
        rows = found[:PAGE_SIZE]
        values = {
            "listing": listing,
            "rows": rows,
            "columns": COLUMNS,
            "sortable": tokens.ORDER.columns,
            "more": str(rows[-1].token.id) if len(found) > PAGE_SIZE else "",
            "form": form or _form(access, t, portal.centre.settings.enterprise_passwords),
            "name": shown_once[0],
            "clear": shown_once[1],
            "once": secrets.token_urlsafe(18),
        }
        return portal.page(request, "api_tokens.html", values, status)

    @pages.get(HERE)
    def listed(request: Request) -> Response:
        return page(request)

    @pages.get(f"{HERE}/export.xlsx")
    def exported(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request)

        def rows(session: Session) -> Iterator[TokenLine]:
            return every(lambda after: _found(session, access, listing, after, BATCH), lambda row: row.token.id)

        return book(portal.centre, access, rows, _columns(texts_of(request)), "接口令牌", action="tokens.exported", of=access.actor)

    @pages.post(HERE)
    def issue(request: Request, sent: Form_) -> Response:
        """The token is shown on the answer itself, once, and stands in no address."""
        made: list[tuple[str, str]] = []

        def deed(session: Session, access: Access) -> str:
            name = sent.get("token_name")[:100]
            if not name:
                raise Problem("FIELD_MISSING", 422, "token_name")
            said = _said(session, access, sent) | {"enterprise_passwords": portal.centre.settings.enterprise_passwords}
            token, clear = tokens.issue_token(session, portal.clock, access, name=name, **said)
            made.append((token.name, clear))
            return told(HERE, "saved")

        try:
            where = portal.write(request, sent, deed)
        except Problem as problem:
            if problem.status in (400, 401):
                raise
            access, t = signed_in(request), texts_of(request)
            problem.field = "token_until" if problem.field == "expires_at" else problem.field
            return page(
                request, _form(access, t, portal.centre.settings.enterprise_passwords).after(sent).refused(problem, t), problem.status
            )
        return page(request, shown_once=made[0]) if made else redirect(request, where)

    @pages.post(f"{HERE}/{{token_id}}/revoke")
    def revoke(request: Request, token_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            tokens.revoke_token(session, portal.clock, access, token_id)
            return told(HERE, "token_revoked")

        return redirect(request, portal.write(request, sent, deed))

    return pages


def _listing(request: Request) -> Listing:
    return Listing.read(HERE, request.query_params, (), tokens.ORDER.columns)


def _found(session: Session, access: Access, listing: Listing, after: int, limit: int) -> list[TokenLine]:
    """A page's tokens with the names behind their numbers: three queries, whatever their number."""
    found = tokens.page_of_tokens(session, access, after, limit, listing.order)
    companies, projects = company_list.names(session, [one.company_id for one in found], [one.project_id for one in found])
    return [
        TokenLine(one, companies.get(one.company_id or 0, ""), projects.get(one.project_id or 0, ""), unpacked(one.functions))
        for one in found
    ]


def _columns(t: Texts) -> tuple[Column[TokenLine], ...]:
    def scope(row: TokenLine) -> str:
        if row.functions is None:
            return t("token_whole")
        return "、".join(t(f"function_{one}") for one in sorted(row.functions))

    cells: dict[str, Callable[[TokenLine], Value]] = {
        "token_name": lambda row: row.token.name,
        "account_role": lambda row: t(f"role_{row.token.role}"),
        "belongs": lambda row: row.company,
        "project": lambda row: row.project,
        "token_scope": scope,
        "token_until": lambda row: row.token.expires_at or t("token_open"),
        "token_used": lambda row: row.token.last_used_at or t("token_unused"),
        "token_state": lambda row: t("token_ended") if row.token.revoked_at else "",
    }
    return columns(t, cells, wide=("token_name", "belongs", "project", "token_scope"))


def _said(session: Session, access: Access, sent: Sent) -> dict[str, Any]:
    """For whom it acts: the security administrator says so; everybody else makes tokens for itself only."""
    chosen = [function for function in Function if sent.get(f"may_{function}")]
    said: dict[str, Any] = {"functions": chosen, "expires_at": _until(sent)}
    if access.role is not Role.SECURITY:
        return said | {"role": access.role, "company_id": access.company_id, "project_id": access.project_id}
    role = sent.get("account_role")
    if role not in list(Role):
        raise Problem("FIELD_MISSING", 422, "account_role")
    said["role"] = Role(role)
    if role in (Role.EMPLOYER, Role.CONTRACTOR):
        said["company_id"] = company_list.by_code(session, sent.get("uscc"), "uscc")
    if role == Role.CONTRACTOR:
        said["project_id"] = company_list.project_by_number(session, sent.get("reg_no"), "reg_no")
    return said


def _until(sent: Sent) -> dt.datetime | None:
    """The end of the last day, at the sites; blank for no end. Raises `Problem` 422 FIELD_NOT_A_DATE."""
    last = day(sent.get("token_until"))
    if last is None and sent.get("token_until"):
        raise Problem("FIELD_NOT_A_DATE", 422, "token_until")
    return None if last is None else dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), SITE_ZONE)


def _form(access: Access, t: Texts, enterprise_passwords: bool) -> Form:
    of_whom: tuple[Field, ...] = ()
    if access.role is Role.SECURITY:
        roles = [role for role in Role if not needs_certificate(role, enterprise_passwords)]
        of_whom = (
            Field("account_role", "select", required=True, options=choices.of(roles, "role", t)),
            Field("uscc", limit=18, show="account_role=employer,contractor"),
            Field("reg_no", limit=64, show="account_role=contractor"),
        )
    about = (Field("token_name", required=True), *of_whom, Field("token_until", "date"))
    offered = frozenset(Function) if access.role is Role.SECURITY else access.functions & OF_ROLE[access.role.value]
    marks = tuple(Field(f"may_{one}", "check", label=t(f"function_{one}")) for one in sorted(offered))
    sections = (Section("token", about), Section("token_functions", marks))
    return Form("token-new", HERE, sections, submit="issue_token")


AREA: Final = Area(
    router=router,
    entries=(
        Entry("tokens", (Role.SECURITY,), HERE, "key", 20),
        Entry("tokens", (Role.EMPLOYER, Role.CONTRACTOR), HERE, "key", 87, shown=needs(Function.ISSUE_TOKENS)),
    ),
)

"""账号: who may sign in: made, disabled, given a new password, appointed project manager (A-06). For the security administrator."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Position, Role
from central.call import RowId
from central.errors import Problem
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.identity import account_list, rules, second_factor
from central.identity import service as identity
from central.identity.account_list import AccountLine
from central.identity.schemas import AccountIn
from central.projects import company_list
from central.web import choices
from central.web.areas import Area, Entry
from central.web.exporting import columns
from central.web.forms import Field, Form, Form_, Section, Sent, typed
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

HERE: Final = "/accounts"
COLUMNS: Final = ("username", "shown_name", "account_role", "belongs", "second_factor", "account_state", "do")
Deed = Callable[[Session, Access, int], Any]


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)
    clock = portal.clock
    deeds: dict[str, Deed] = {
        "disable": lambda session, access, one: identity.disable_account(session, clock, access, one),
        "enable": identity.enable_account,
        "appoint": lambda session, access, one: identity.appoint_manager(session, clock, access, one),
    }

    def page(request: Request, form: Form | None = None, status: int = 200, shown_once: tuple[str, str] = ("", "")) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _listing(request)
        with portal.database.reading() as session:
            found = _found(session, access, listing, listing.after_id, PAGE_SIZE)
        rows = found[:PAGE_SIZE]
        values = {
            "listing": listing,
            "rows": rows,
            "columns": COLUMNS,
            "sortable": account_list.ORDER.columns,
            "roles": choices.of(Role, "role", t),
            "more": str(rows[-1].account.id) if len(found) > PAGE_SIZE else "",
            "form": form or _form(t, portal.centre.settings.enterprise_passwords),
            "name": shown_once[0],
            "password": shown_once[1],
            "has_second": second_factor.is_on,
            "me": access.actor,
            "waits": identity.waits_for_consent,
            "needs_second": rules.RELEASED_BY,
            "once": secrets.token_urlsafe(18),
        }
        return portal.page(request, "accounts.html", values, status)

    @pages.get(HERE)
    def accounts(request: Request) -> Response:
        return page(request)

    @pages.get(f"{HERE}/export.xlsx")
    def exported(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request)

        def rows(session: Session) -> Iterator[AccountLine]:
            return every(lambda after: _found(session, access, listing, after, BATCH), lambda row: row.account.id)

        return book(portal.centre, access, rows, _columns(texts_of(request)), "账号", action="accounts.exported", of="accounts")

    @pages.post(HERE)
    def create(request: Request, sent: Form_) -> Response:
        """The temporary password is shown on the answer itself, once, and stands in no address."""
        made: list[tuple[str, str]] = []

        def deed(session: Session, access: Access) -> str:
            password = secrets.token_urlsafe(12)
            said = typed(AccountIn, _said(session, sent) | {"password": password}).model_dump()
            account = identity.create_account(
                session, clock, portal.centre.passwords, access, **said, enterprise_passwords=portal.centre.settings.enterprise_passwords
            )
            made.append((account.username, password))
            return told(HERE, "saved")

        try:
            where = portal.write(request, sent, deed)
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            t = texts_of(request)
            return page(
                request, _form(t, portal.centre.settings.enterprise_passwords).after(sent).refused(_named(problem), t), problem.status
            )
        return page(request, shown_once=made[0]) if made else redirect(request, where)

    @pages.post(f"{HERE}/{{account_id}}/reset")
    def reset(request: Request, account_id: RowId, sent: Form_) -> Response:
        made: list[tuple[str, str]] = []

        def deed(session: Session, access: Access) -> str:
            account, clear = identity.reset_account(
                session, clock, portal.centre.passwords, access, account_id, second_factor_too=bool(sent.get("second_factor_too"))
            )
            made.append((account.username, clear))
            return told(HERE, "saved")

        where = portal.write(request, sent, deed)
        return page(request, shown_once=made[0]) if made else redirect(request, where)

    @pages.post(f"{HERE}/{{account_id}}/{{what}}")
    def change(request: Request, account_id: RowId, what: str, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            if what not in deeds:
                raise Problem("NOT_FOUND", 404)
            deeds[what](session, access, account_id)
            return told(HERE, f"account_{what}")

        return redirect(request, portal.write(request, sent, deed))

    return pages


def _listing(request: Request) -> Listing:
    return Listing.read(HERE, request.query_params, (), account_list.ORDER.columns, ("role",))


def _found(session: Session, access: Access, listing: Listing, after: int, limit: int) -> list[AccountLine]:
    given = listing.filter("role")
    role = Role(given) if given in list(Role) else None
    access.require(Function.MANAGE_ACCOUNTS)
    return account_list.page_of_accounts(session, access, q=listing.q, role=role, after=after, limit=limit, sort=listing.order)


def _columns(t: Texts) -> tuple[Column[AccountLine], ...]:
    cells: dict[str, Callable[[AccountLine], Value]] = {
        "username": lambda row: row.account.username,
        "shown_name": lambda row: row.account.display_name,
        "account_role": lambda row: t(f"role_{row.account.role}"),
        "belongs": lambda row: row.company,
        "project": lambda row: row.project,
        "second_factor": lambda row: t("second_on" if second_factor.is_on(row.account) else "second_off"),
        "account_state": lambda row: t("account_disabled" if row.account.disabled_at else "account_active"),
    }
    return columns(t, cells, text=("username",), wide=("belongs", "project"))


def _said(session: Session, sent: Sent) -> dict[str, Any]:
    """The company and the project are named by their public numbers, never chosen from two thousand."""
    said: dict[str, Any] = {"username": sent.get("username"), "display_name": sent.get("shown_name"), "role": sent.get("account_role")}
    if said["role"] in (Role.EMPLOYER, Role.CONTRACTOR):
        said["company_id"] = company_list.by_code(session, sent.get("uscc"), "uscc")
    if said["role"] == Role.CONTRACTOR:
        said["project_id"] = company_list.project_by_number(session, sent.get("reg_no"), "reg_no")
        said["position"] = sent.get("position") or None
    return said


def _named(problem: Problem) -> Problem:
    """A refusal under the names of this form."""
    names = {"display_name": "shown_name", "role": "account_role", "company_id": "uscc", "project_id": "reg_no"}
    for one in problem.errors or (problem,):
        one.field = names.get(one.field or "", one.field)
    return problem


def _form(t: Texts, enterprise_passwords: bool) -> Form:
    roles = [role for role in Role if not rules.needs_certificate(role, enterprise_passwords)]
    fields = (
        Field("username", required=True, limit=64),
        Field("shown_name", required=True),
        Field("account_role", "select", required=True, options=choices.of(roles, "role", t)),
        Field("position", "select", options=choices.of(Position, "position", t), show="account_role=contractor"),
        Field("uscc", limit=18, show="account_role=employer,contractor"),
        Field("reg_no", limit=64, show="account_role=contractor"),
    )
    return Form("account-new", HERE, (Section("account_new", fields),), submit="make_account")


AREA: Final = Area(router=router, entries=(Entry("accounts", (Role.SECURITY,), HERE, "users", 10),))

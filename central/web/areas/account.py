"""One's own account: password, second factor, where one is signed in."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access
from central.call import RowId
from central.errors import Problem
from central.identity import second_factor
from central.identity import service as identity
from central.identity.model import Account, Certificate
from central.web import sessions
from central.web.areas import ALL, Area, Entry
from central.web.forms import Field, Form, Form_, Section
from central.web.pages import Portal, redirect, signed_in, texts_of, told, visitor_of
from central.web.sign_in_steps import enrolment

HERE: Final = "/account"


def password_form() -> Form:
    """The present password and the next one."""
    fields = (Field("old", "password", required=True, limit=200), Field("password", "password", required=True, limit=200))
    return Form("own-password", f"{HERE}/password", (Section("own_password", fields),), submit="save")


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def shown(request: Request, form: Form, status: int = 200) -> Response:
        access = signed_in(request)
        with portal.database.reading() as session:
            owner = owner_of(session, access)
            account = owner if isinstance(owner, Account) else None
            values = {
                "form": form if account else None,
                "account": account,
                "has_second_factor": account is not None and second_factor.is_on(account),
                "sessions": sessions.of_owner(session, owner),
                "own": sessions.alive(session, visitor_of(request).token, portal.clock.now()),
                "functions": sorted(access.functions),
                "access": access,
            }
            return portal.page(request, "account.html", values, status)

    @pages.get(HERE)
    def page(request: Request) -> Response:
        return shown(request, password_form())

    @pages.post(f"{HERE}/password")
    def change(request: Request, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            owner = owner_of(session, access)
            if not isinstance(owner, Account):
                raise Problem("ROLE_NOT_ALLOWED", 403)
            said = {"old": sent.said.get("old", ""), "new": sent.said.get("password", "")}
            identity.change_password(session, portal.centre.passwords, access, owner, **said)
            return "/sign-in?why=password"

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status == 401:
                raise
            form = password_form().refused(problem, texts_of(request))
            return shown(request, form, problem.status)

    @pages.post(f"{HERE}/sessions/{{session_id}}/end")
    def end_one(request: Request, session_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            sessions.end_one(session, owner_of(session, access), session_id)
            return told(HERE, "session_ended")

        return redirect(request, portal.write(request, sent, deed))

    @pages.post(f"{HERE}/sessions/others/end")
    def end_others(request: Request, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            sessions.end_others(session, owner_of(session, access), visitor_of(request).token)
            return told(HERE, "session_ended")

        return redirect(request, portal.write(request, sent, deed))

    @pages.get(f"{HERE}/second-factor")
    def second(request: Request) -> Response:
        return second_page(portal, request, "")

    @pages.post(f"{HERE}/second-factor")
    def confirm(request: Request, sent: Form_) -> Response:
        access = signed_in(request)
        if not portal.is_own_form(request, sent.csrf):
            raise Problem("FORM_EXPIRED", 400)
        try:
            with portal.database.writing() as session:
                account = locked_account(session, access)
                codes = second_factor.confirm(session, portal.clock, portal.centre.secrets, account, sent.get("code"))
        except Problem as problem:
            return second_page(portal, request, texts_of(request).problem(problem.text), problem.status)
        return portal.page(request, "sign_in_codes.html", {"codes": codes, "next": HERE})

    return pages


def second_page(portal: Portal, request: Request, message: str, status: int = 200) -> Response:
    """The secret as a picture, and where the first code is typed."""
    with portal.database.writing() as session:
        values = enrolment(portal, locked_account(session, signed_in(request)))
    return portal.page(request, "account_second.html", values | {"message": message}, status)


def owner_of(session: Session, access: Access) -> Account | Certificate:
    """Whose account or certificate this is. Raises `Problem` 401 for anybody else."""
    kind, _, number = access.actor.partition(":")
    owner: Account | Certificate | None = None
    if kind == "account":
        owner = session.get(Account, int(number))
    elif kind == "certificate":
        owner = session.get(Certificate, int(number))
    if owner is None:
        raise Problem("NOT_SIGNED_IN", 401)
    return owner


def locked_account(session: Session, access: Access) -> Account:
    """One's own account, locked. A certificate has none: `Problem` 403."""
    owner = owner_of(session, access)
    if not isinstance(owner, Account):
        raise Problem("ROLE_NOT_ALLOWED", 403)
    return session.get_one(Account, owner.id, with_for_update=True)


AREA: Final = Area(router=router, entries=(Entry("account", ALL, HERE, "user-circle", 95),))

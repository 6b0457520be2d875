"""What follows the password: a one-time code, an own password, setting a second factor up; each for the session that waits for it."""

from __future__ import annotations

import base64
import datetime as dt
from io import BytesIO
from typing import Annotated, Final

import segno
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from central import audit
from central.errors import Problem
from central.identity import second_factor
from central.identity import service as identity
from central.identity.model import Account
from central.web import attempts, sessions
from central.web.pages import Portal, local_path, texts_of, visitor_of
from central.web.sign_in import ENROL, OWN, SECOND, arrived, attempt_keys, stage_after_code

Next = Annotated[str, Query(alias="next", max_length=2000)]
_FINISHED: Final = "/sign-in"


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def show(request: Request, stage: str, next_path: str, problem: Problem | None = None) -> Response:
        message = texts_of(request).problem(problem.text) if problem else ""
        values: dict[str, object] = {"next": local_path(next_path), "message": message, "stage": stage, "secret": "", "picture": ""}
        with portal.database.writing() as session:
            account = _waiting(session, request, stage, portal.clock.now())
            if account is None:
                return RedirectResponse(_FINISHED, 303)
            if stage == ENROL:
                values |= enrolment(portal, account)
        return portal.page(request, "sign_in_step.html", values, problem.status if problem else 200)

    @pages.get("/sign-in/second")
    def ask_code(request: Request, next_path: Next = "/") -> Response:
        return show(request, SECOND, next_path)

    @pages.get("/sign-in/own")
    def ask_password(request: Request, next_path: Next = "/") -> Response:
        return show(request, OWN, next_path)

    @pages.get("/sign-in/enrol")
    def ask_enrolment(request: Request, next_path: Next = "/") -> Response:
        return show(request, ENROL, next_path)

    @pages.post("/sign-in/second")
    def take_code(request: Request, csrf: FormText = "", code: FormText = "", next_path: NextField = "/") -> Response:
        _own_form(portal, request, csrf)
        try:
            token, stage = _after_code(portal, request, code)
        except Problem as problem:
            return show(request, SECOND, next_path, problem)
        return arrived(portal, request, token, stage, next_path)

    @pages.post("/sign-in/own")
    def take_password(
        request: Request, csrf: FormText = "", old: FormText = "", password: FormText = "", next_path: NextField = "/"
    ) -> Response:
        _own_form(portal, request, csrf)
        now = portal.clock.now()
        try:
            with portal.database.writing() as session:
                account = _waiting(session, request, OWN, now)
                if account is None:
                    return RedirectResponse(_FINISHED, 303)
                access = identity.access_of(session, now, account)
                identity.change_password(session, portal.centre.passwords, access, account, old=old, new=password)
                token, stage = _next(portal, request, session, account)
        except Problem as problem:
            return show(request, OWN, next_path, problem)
        return arrived(portal, request, token, stage, next_path)

    @pages.post("/sign-in/enrol")
    def take_enrolment(request: Request, csrf: FormText = "", code: FormText = "", next_path: NextField = "/") -> Response:
        _own_form(portal, request, csrf)
        try:
            with portal.database.writing() as session:
                account = _waiting(session, request, ENROL, portal.clock.now())
                if account is None:
                    return RedirectResponse(_FINISHED, 303)
                codes = second_factor.confirm(session, portal.clock, portal.centre.secrets, account, code)
                token, _ = _next(portal, request, session, account)
        except Problem as problem:
            return show(request, ENROL, next_path, problem)
        page = portal.page(request, "sign_in_codes.html", {"codes": codes, "next": local_path(next_path)})
        sessions.set_cookie(page, token, portal.is_secure(request))
        return page

    return pages


FormText = Annotated[str, Form(max_length=1000)]
NextField = Annotated[str, Form(alias="next", max_length=2000)]


def enrolment(portal: Portal, account: Account) -> dict[str, object]:
    """The secret in letters and as a QR picture, for a page; the account's row is locked by the caller."""
    secret = second_factor.begin(portal.centre.secrets, account)
    return {
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "picture": picture(second_factor.uri(account, secret)),
    }


def picture(text: str) -> str:
    """A QR code as a data address; the portal's rules allow pictures so, and nothing is kept."""
    drawn = segno.make(text, error="m")
    out = BytesIO()
    drawn.save(out, kind="png", scale=5, border=2)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def _after_code(portal: Portal, request: Request, code: str) -> tuple[str, str]:
    """Raises `Problem` 429 ACCOUNT_LOCKED, 401 CODE_WRONG; a wrong code counts like a wrong password."""
    now = portal.clock.now()
    with portal.database.writing() as session:
        account = _waiting(session, request, SECOND, now)
        if account is None:
            raise Problem("NOT_SIGNED_IN", 401)
        keys = attempt_keys(portal, request, session, account.username)
        minutes = attempts.must_wait(session, *keys, now)
        is_right = not minutes and second_factor.check(session, portal.clock, portal.centre.secrets, account, code)
        if is_right:
            attempts.forget(session, keys[0])
            return _next(portal, request, session, account)
        if not minutes:
            attempts.note_failure(session, keys, now)
            audit.record(session, identity.access_of(session, now, account), "account.code_wrong", f"account:{account.id}")
    if minutes:
        raise Problem("ACCOUNT_LOCKED", 429, retry_after_s=minutes * 60, minutes=minutes)
    raise Problem("CODE_WRONG", 401, "code")


def _next(portal: Portal, request: Request, session: Session, account: Account) -> tuple[str, str]:
    """A new session for the next stage in place of this one."""
    sessions.end(session, visitor_of(request).token)
    stage = stage_after_code(portal, account)
    agent = request.headers.get("User-Agent", "")
    return sessions.begin(session, account, portal.clock.now(), stage=stage, agent=agent), stage


def _waiting(session: Session, request: Request, stage: str, now: dt.datetime) -> Account | None:
    """The account whose session waits at this stage, locked."""
    found = sessions.alive(session, visitor_of(request).token, now)
    if found is None or found.account is None or found.row.stage != stage:
        return None
    return session.get(Account, found.account.id, with_for_update=True)


def _own_form(portal: Portal, request: Request, csrf: str) -> None:
    if not portal.is_own_form(request, csrf):
        raise Problem("FORM_EXPIRED", 400)

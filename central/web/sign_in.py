"""What needs no account: signing in and out, the choice of language. What was typed stays, except the password."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.errors import Problem
from central.identity import rules, second_factor
from central.identity import service as identity
from central.identity.model import Account
from central.identity.passwords import Passwords
from central.identity.rules import ADMINISTRATORS
from central.web import attempts, sessions
from central.web.pages import LANGUAGE_COOKIE, Portal, local_path, texts_of, visitor_of
from central.web.texts import LANGUAGES

_YEAR_S: Final = 365 * 24 * 3600
SECOND: Final = "second"
OWN: Final = "own"
ENROL: Final = "enrol"
"""Stages of signing in after the first: a one-time code, a password of one's own, setting a second factor up."""
Notice = tuple[str, str, int]
"""What the form says above itself: words, tone, and the answer's status."""
NOTHING: Final[Notice] = ("", "info", 200)


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/sign-in")
    def form(request: Request, next_path: Annotated[str, Query(alias="next")] = "/", why: str = "") -> Response:
        key = {"ended": "session_ended", "out": "signed_out"}.get(why)
        return _form(portal, request, next_path, notice=(texts_of(request)(key), "info", 200) if key else NOTHING)

    @pages.post("/sign-in")
    def sign_in(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        username: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=1000)] = "",
        next_path: Annotated[str, Form(alias="next")] = "/",
    ) -> Response:
        name, t = "".join(c for c in username if c.isprintable()).strip(), texts_of(request)
        if not portal.is_own_form(request, csrf):
            return _form(portal, request, next_path, name, (t("form_expired"), "info", 400))
        if not name or not password:
            return _form(portal, request, next_path, name, (t("sign_in_incomplete"), "danger", 422))
        try:
            token, stage = _begin(portal, request, name, password)
        except Problem as problem:
            return _form(portal, request, next_path, name, (t.problem(problem.text), "danger", problem.status))
        return arrived(portal, request, token, stage, next_path)

    @pages.post("/sign-out")
    def sign_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
        if not portal.is_own_form(request, csrf):
            raise Problem("FORM_EXPIRED", 400)
        visitor = visitor_of(request)
        with portal.database.writing() as session:
            sessions.end(session, visitor.token)
            if visitor.access:
                audit.record(session, visitor.access, "account.signed_out", visitor.access.actor)
        answer = RedirectResponse("/sign-in?why=out", 303)
        answer.delete_cookie(sessions.COOKIE)
        return answer

    @pages.get("/language/{language}")
    def choose_language(request: Request, language: str, next_path: Annotated[str, Query(alias="next")] = "/") -> Response:
        answer = RedirectResponse(local_path(next_path), 303)
        chosen = language if language in LANGUAGES else LANGUAGES[0]
        answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR_S, httponly=True, samesite="lax", secure=portal.is_secure(request))
        return answer

    return pages


def _begin(portal: Portal, request: Request, username: str, password: str) -> tuple[str, str]:
    """Signs in; returns the new token and what is still to be shown. Raises `Problem` ACCOUNT_LOCKED or LOGIN_FAILED.

    Where the password was right: ENTERPRISE_BY_CERTIFICATE (A-04), or why the account is shut (`rules.is_open`).

    Every failure is counted before it is told.
    """
    now, passwords = portal.clock.now(), portal.centre.passwords
    with portal.database.reading() as session:
        keys = attempt_keys(portal, request, session, username)
        minutes = attempts.must_wait(session, *keys, now)
        if minutes:
            raise Problem("ACCOUNT_LOCKED", 429, retry_after_s=minutes * 60, minutes=minutes)
        seen, refusal = _seen(session, passwords, username, password)
    with portal.database.writing() as session:
        account = identity.hold_signing_in(session, passwords, seen, password) if seen else None
        if account is None:
            attempts.note_failure(session, keys, now)
        else:
            rules.behind_certificate(identity.access_of(session, now, account), account.role, portal.centre.settings.enterprise_passwords)
            stage = stage_after_password(portal, account)
            if stage != SECOND:
                attempts.forget(session, keys[0])
            sessions.end(session, visitor_of(request).token)
            audit.record(
                session, identity.access_of(session, now, account), "account.signed_in", f"account:{account.id}", after=_rest(stage)
            )
            agent = request.headers.get("User-Agent", "")
            return sessions.begin(session, account, now, stage=stage, agent=agent), stage
    raise refusal


def _seen(session: Session, passwords: Passwords, username: str, password: str) -> tuple[Account | None, Problem]:
    """The account, or none; and what is said if it cannot be signed in to."""
    try:
        return identity.account_by_password(session, passwords, username, password), Problem("LOGIN_FAILED", 401)
    except Problem as shut:
        return None, shut


def stage_after_password(portal: Portal, account: Account) -> str:
    """What is still to be shown: a code, an own password, a second factor for an administrator, or nothing."""
    if second_factor.is_on(account):
        return SECOND
    return stage_after_code(portal, account)


def stage_after_code(portal: Portal, account: Account) -> str:
    """What is still to be done by somebody who has shown who it is."""
    if account.password_is_temporary:
        return OWN
    needs_one = account.role in ADMINISTRATORS and portal.centre.settings.second_factor_for_administrators
    return ENROL if needs_one and not second_factor.is_on(account) else sessions.IN


def attempt_keys(portal: Portal, request: Request, session: Session, username: str) -> tuple[str, str]:
    """Keyed hashes of the account's name (with its password: a new one begins anew) and of the address."""
    address = request.client.host if request.client else ""
    mark = session.scalar(select(Account.password_hash).where(Account.username == username)) or ""
    keys = portal.centre.secrets
    return keys.index(f"{username.casefold()}\0{mark}", "sign-in-account").hex(), keys.index(address, "sign-in-address").hex()


def _rest(stage: str) -> dict[str, str] | None:
    return None if stage == sessions.IN else {"still": stage}


def arrived(portal: Portal, request: Request, token: str, stage: str, next_path: str) -> Response:
    """With the new cookie to where the person wanted, or to what is still to be done."""
    path = local_path(next_path)
    answer = RedirectResponse(path if stage == sessions.IN else f"/sign-in/{stage}?{urlencode({'next': path})}", 303)
    sessions.set_cookie(answer, token, portal.is_secure(request))
    return answer


def _form(portal: Portal, request: Request, next_path: str, username: str = "", notice: Notice = NOTHING) -> HTMLResponse:
    message, tone, status = notice
    values = {"next": local_path(next_path), "username": username, "message": message, "tone": tone}
    page = portal.page(request, "sign_in.html", values, status)
    sessions.set_cookie(page, visitor_of(request).token, portal.is_secure(request))
    return page

"""What needs no account: signing in and out, the choice of language, help. What was typed stays, except the password."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from central import audit
from central.errors import Problem
from central.identity import service as identity
from central.web import attempts, sessions
from central.web.pages import LANGUAGE_COOKIE, Portal, local_path, texts_of, visitor_of
from central.web.texts import LANGUAGES

_YEAR_S: Final = 365 * 24 * 3600
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
            token = _begin(portal, request, name, password)
        except Problem as problem:
            return _form(portal, request, next_path, name, (t.problem(problem.text), "danger", problem.status))
        answer = RedirectResponse(local_path(next_path), 303)
        sessions.set_cookie(answer, token, portal.is_secure(request))
        return answer

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

    @pages.get("/help")
    def help_page(request: Request) -> Response:
        """A-09: the help path, and the questions that are asked most."""
        return portal.page(request, "help.html", {})

    return pages


def _begin(portal: Portal, request: Request, username: str, password: str) -> str:
    """Signs in and returns the new token. Raises `Problem` ACCOUNT_LOCKED or LOGIN_FAILED; every failure is counted first."""
    account_key, address_key = _keys(portal, request, username)
    with portal.database.reading() as session:
        minutes = attempts.must_wait(session, account_key, address_key, portal.clock.now())
        if minutes:
            raise Problem("ACCOUNT_LOCKED", 429, retry_after_s=minutes * 60, minutes=minutes)
        account = identity.account_by_password(session, username, password)
    with portal.database.writing() as session:
        if account is None:
            attempts.note_failure(session, (account_key, address_key), portal.clock.now())
        else:
            attempts.forget(session, account_key)
            sessions.end(session, visitor_of(request).token)
            audit.record(session, identity.access_of(account), "account.signed_in", f"account:{account.id}")
            return sessions.begin(session, account, portal.clock.now())
    raise Problem("LOGIN_FAILED", 401)


def _keys(portal: Portal, request: Request, username: str) -> tuple[str, str]:
    """Keyed hashes of the account's name and of the address."""
    address = request.client.host if request.client else ""
    keys = portal.centre.secrets
    return keys.index(username.casefold(), "sign-in-account").hex(), keys.index(address, "sign-in-address").hex()


def _form(portal: Portal, request: Request, next_path: str, username: str = "", notice: Notice = NOTHING) -> HTMLResponse:
    message, tone, status = notice
    values = {"next": local_path(next_path), "username": username, "message": message, "tone": tone}
    page = portal.page(request, "sign_in.html", values, status)
    sessions.set_cookie(page, visitor_of(request).token, portal.is_secure(request))
    return page

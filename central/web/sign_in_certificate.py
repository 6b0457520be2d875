"""Signing in by certificate (A-04): a challenge for this browser, and the answer to it. The key stays with its owner.

Spoken by `assets/certificate.js` in JSON; see docs/operations/accounts.md for middleware of USB keys.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from central.errors import Problem
from central.identity import certificates
from central.identity.certificates import Shown
from central.identity.trust import Trust, TrustError
from central.schemas import In
from central.web import attempts, sessions
from central.web.pages import Portal, local_path, visitor_of

Base64 = Annotated[str, Field(max_length=20_000)]
CSRF: str = "X-CSRF-Token"


class AnswerIn(In):
    """A certificate (base64 of DER), what came with it, and the signature of the challenge's text."""

    nonce: Annotated[str, Field(max_length=100)]
    certificate: Base64
    signature: Base64
    chain: Annotated[tuple[Base64, ...], Field(max_length=4)] = ()
    next: Annotated[str, Field(max_length=2000)] = "/"


def router(portal: Portal) -> APIRouter:
    """The two requests of this module."""
    pages = APIRouter(include_in_schema=False)
    place = urlsplit(portal.centre.settings.public_url).netloc

    @pages.post("/sign-in/certificate/challenge")
    def challenge(request: Request, csrf: Annotated[str, Header(alias="X-CSRF-Token")] = "") -> Response:
        _own(portal, request, csrf)
        if portal.centre.settings.certificate_roots is None:
            raise Problem("CERT_NOT_CONFIGURED", 503)
        with portal.database.writing() as session:
            nonce = certificates.challenge(session, portal.clock, visitor_of(request).token)
        text = certificates.text_to_sign(nonce, place).decode()
        return JSONResponse({"nonce": nonce, "text": text}, headers={"Cache-Control": "no-store"})

    @pages.post("/sign-in/certificate")
    def answer(request: Request, body: AnswerIn, csrf: Annotated[str, Header(alias="X-CSRF-Token")] = "") -> Response:
        _own(portal, request, csrf)
        token = _begin(portal, request, body, place)
        told = JSONResponse({"location": local_path(body.next)}, headers={"Cache-Control": "no-store"})
        sessions.set_cookie(told, token, portal.is_secure(request))
        return told

    return pages


def _begin(portal: Portal, request: Request, body: AnswerIn, place: str) -> str:
    """The new session's token. The challenge is used up and a failure counted whatever comes of it."""
    now, browser = portal.clock.now(), visitor_of(request).token
    address = request.client.host if request.client else ""
    key = portal.centre.secrets.index(address, "sign-in-address").hex()
    with portal.database.writing() as session:
        minutes = attempts.must_wait(session, "", key, now)
        fresh = not minutes and certificates.take_challenge(session, portal.clock, browser, body.nonce)
    if minutes:
        raise Problem("ACCOUNT_LOCKED", 429, retry_after_s=minutes * 60, minutes=minutes)
    try:
        if not fresh:
            raise certificates.invalid("CHALLENGE_EXPIRED")
        shown = Shown(body.nonce, _bytes(body.certificate), _bytes(body.signature), [_bytes(one) for one in body.chain])
        with portal.database.writing() as session:
            certificate = certificates.sign_in(session, portal.clock, _trust(portal), shown, place)
            sessions.end(session, browser)
            return sessions.begin(session, certificate, now, agent=request.headers.get("User-Agent", ""))
    except Problem as problem:
        if problem.status == 401:
            with portal.database.writing() as session:
                attempts.note_failure(session, (key,), now)
        raise


def _trust(portal: Portal) -> Trust:
    settings = portal.centre.settings
    try:
        return Trust.load(settings.certificate_roots, settings.certificate_lists, settings.certificate_revocation)
    except (TrustError, OSError):
        raise Problem("CERT_NOT_CONFIGURED", 503) from None


def _own(portal: Portal, request: Request, csrf: str) -> None:
    if not portal.is_own_form(request, csrf):
        raise Problem("FORM_EXPIRED", 400)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise certificates.invalid("MALFORMED") from None

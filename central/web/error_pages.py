"""Errors as pages: what is wrong, what to do, the request id and the help path (A-09). The API keeps its problem+json."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, cast
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from central.errors import Problem, declare
from central.web import sessions
from central.web.pages import Portal, redirect, texts_of, visitor_of

Handler = Callable[[Request, Exception], Response | Awaitable[Response]]

declare({"FORM_EXPIRED": ("页面停留时间过长，请返回后再提交一次。", "The page was open for too long: go back and send it again.")})


def install(app: FastAPI, portal: Portal) -> None:
    """Answers a browser's request with a page; what the app did until now stays for everything else."""
    for kind in (Problem, HTTPException, RequestValidationError, Exception):
        before = cast("Handler | None", app.exception_handlers.get(kind))
        app.add_exception_handler(kind, _choosing(portal, before))


def _choosing(portal: Portal, before: Handler | None) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        if before is not None and not wants_page(request):
            answer = before(request, error)
            return await answer if isawaitable(answer) else answer
        if not hasattr(request.state, "visitor") and _status_of(error) < 500:
            request.state.visitor = await run_in_threadpool(sessions.visitor, portal.database, request, portal.clock.now())
        return page_for(portal, request, error)

    return handle


def wants_page(request: Request) -> bool:
    """Whether a person looks: the API is never answered with a page."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "")


def page_for(portal: Portal, request: Request, error: Exception) -> Response:
    """The page of one error. Who is not signed in is asked to sign in, and comes back to where he was."""
    t = texts_of(request)
    status, code = _status_of(error), error.code if isinstance(error, Problem) else ""
    if status == 401:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        pairs = {"next": path if request.method == "GET" else "", "why": "ended" if sessions.COOKIE in request.cookies else ""}
        return redirect(request, "/sign-in?" + urlencode({key: value for key, value in pairs.items() if value}))
    title = t(f"error_{status}") if status in (403, 404, 429) else t("error_500" if status >= 500 else "error_other")
    values = {"title": title, "why": _why(request, error, status, t), "status": status, "code": code or str(status)}
    return portal.page(request, "error.html", values, status)


def _status_of(error: Exception) -> int:
    if isinstance(error, Problem):
        return error.status
    if isinstance(error, RequestValidationError):
        return 404
    return error.status_code if isinstance(error, HTTPException) else 500


def _why(request: Request, error: Exception, status: int, t: Any) -> str:
    if status == 404:
        return str(t("error_404_why", account=visitor_of(request).account or t("nobody_signed_in")))
    if status >= 500:
        return str(t("error_500_why"))
    return str(t.problem(error.text)) if isinstance(error, Problem) else ""

"""Errors as pages: what is wrong, what to do, the request id and the help path (A-09). The API keeps its problem+json."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import cast
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from central import problems
from central.errors import Problem, declare
from central.web import sessions
from central.web.pages import Portal, local_path, redirect, request_id, texts_of, visitor_of

Handler = Callable[[Request, Exception], Response | Awaitable[Response]]

declare({"FORM_EXPIRED": ("页面停留时间过长，请返回后再提交一次。", "The page was open for too long: go back and send it again.")})


def install(app: FastAPI, portal: Portal) -> None:
    """Answers a browser's request with a page, whatever went wrong; what the app did until now stays for everything else."""
    for kind, before in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _choosing(portal, cast("Handler", before)))


def _choosing(portal: Portal, before: Handler) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        if not wants_page(request):
            answer = before(request, error)
            return await answer if isawaitable(answer) else answer
        problem, _ = problems.of_exception(error)
        if problem.status >= 500:
            problems.log(request, error, problem)
        elif not hasattr(request.state, "visitor"):
            request.state.visitor = await run_in_threadpool(sessions.visitor, portal.database, request, portal.clock.now())
        return page_for(portal, request, problem)

    return handle


def wants_page(request: Request) -> bool:
    """Whether a person looks: the API is never answered with a page."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "")


def _form_of(request: Request) -> str:
    """The page that a form was sent from, if it is ours: there its draft waits."""
    came = urlsplit(request.headers.get("Referer", ""))
    return local_path(came.path) if came.netloc == request.headers.get("Host") and came.path else ""


def page_for(portal: Portal, request: Request, problem: Problem) -> Response:
    """The page of one problem. Who is not signed in is asked to sign in, and comes back to where he was."""
    t, status = texts_of(request), problem.status
    if status == 401:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        pairs = {
            "next": path if request.method == "GET" else _form_of(request),
            "why": "ended" if sessions.COOKIE in request.cookies else "",
        }
        return redirect(request, "/sign-in?" + urlencode({key: value for key, value in pairs.items() if value}))
    if problem.code == "REQUEST_INVALID" and request.method == "GET":
        status = 404  # an address that no page has
    title = t(f"error_{status}") if status in (403, 404, 429) else t("error_500" if status >= 500 else "error_other")
    problem.values.setdefault("request_id", request_id(request))
    why = t("error_404_why", account=visitor_of(request).account or t("nobody_signed_in")) if status == 404 else t.problem(problem.text)
    if problem.code == "NOT_VISIBLE_YET":
        why = t.problem(problem.text)
    return portal.page(request, "error.html", {"title": title, "why": why, "status": status, "code": problem.code}, status)

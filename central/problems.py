"""How a refusal is answered: RFC 9457 `application/problem+json`, for our own problems and for everything else that goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from central.errors import Problem
from central.faults import fault
from central.settings import CentralSettings

MEDIA_TYPE: Final = "application/problem+json"
_LOG: Final = logging.getLogger("gongmen.central")
_BY_STATUS: Final = {
    400: "BODY_NOT_JSON",
    401: "NOT_SIGNED_IN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    429: "TOO_MANY_ATTEMPTS",
    503: "BUSY_RETRY",
}
_BUSY_SQLSTATES: Final = frozenset({"40001", "40P01", "55P03", "57014", "53300"})
"""Serialisation failure, deadlock, lock not available, statement cancelled, too many connections."""


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    code: str
    detail: str
    detail_en: str = ""


class ProblemOut(BaseModel):
    """A refusal: `code` is stable, `detail` (Chinese) and `detail_en` say what to do next."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:gongmen:problem:LABOUR_SUB_CANNOT_CONFIRM",
                    "title": "LABOUR_SUB_CANNOT_CONFIRM",
                    "status": 403,
                    "code": "LABOUR_SUB_CANNOT_CONFIRM",
                    "detail": "劳务单位不能确认进场，请由总承包或专业分包单位确认（A-02）。",
                    "detail_en": "A labour company cannot confirm entry; the general contractor or professional subcontractor does (A-02).",
                    "request_id": "6f1d2c3b4a596877",
                    "help": "电话 54614788*4076",
                    "help_en": "telephone 54614788*4076",
                    "help_url": "/help",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    code: str
    detail: str
    detail_en: str
    field: str | None = None
    request_id: str
    help: str
    help_en: str
    help_url: str
    errors: list[FieldProblem] | None = None
    values: dict[str, Any] | None = Field(default=None, description="问题涉及的值 / values that the text speaks of")
    state: dict[str, Any] | None = Field(default=None, description="VERSION_CONFLICT 时记录的当前内容 / what the record holds now")


RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ProblemOut, "description": HTTPStatus(status).phrase}
    for status in (400, 401, 403, 404, 405, 409, 410, 422, 428, 429, 500, 503)
}
"""What every route of the API may answer beside success; for `APIRouter(responses=…)`."""


def render(request: Request, problem: Problem, settings: CentralSettings, errors: list[FieldProblem] | None = None) -> Response:
    """The answer to a refused request, with the request id and the help path (A-09)."""
    request_id = str(getattr(request.state, "request_id", ""))
    problem.values.setdefault("request_id", request_id)
    if problem.retry_after_s is not None:
        problem.values.setdefault("retry_after_s", problem.retry_after_s)
    text = problem.text
    shown = {name: value for name, value in problem.values.items() if name != "request_id"}
    body = ProblemOut(
        type=f"urn:gongmen:problem:{problem.code}",
        title=problem.code,
        status=problem.status,
        code=problem.code,
        detail=text.zh,
        detail_en=text.en,
        field=problem.field,
        request_id=request_id,
        help=settings.help_zh,
        help_en=settings.help_en,
        help_url=settings.help_url,
        errors=errors or of_fields(problem),
        values=shown or None,
        state=problem.state,
    )
    return JSONResponse(body.model_dump(mode="json", exclude_none=True), problem.status, _headers(problem), MEDIA_TYPE)


def of_fields(problem: Problem) -> list[FieldProblem] | None:
    """The fields that a refusal names: the one it is about, or every one of several."""
    named = [(error.field, error) for error in (problem.errors or [problem]) if error.field]
    return [FieldProblem(field=field, code=e.code, detail=e.text.zh, detail_en=e.text.en) for field, e in named] or None


def of_exception(error: Exception) -> tuple[Problem, list[FieldProblem] | None]:
    """Whatever was raised while a request was handled, as a problem. What nobody foresaw is INTERNAL_ERROR, and logged by the caller."""
    if isinstance(error, Problem):
        return error, None
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return _of_http(error), None
    if isinstance(error, IntegrityError):
        return Problem("CONFLICT", 409), None
    if isinstance(error, PoolTimeout) or (isinstance(error, DBAPIError) and _is_busy(error)):
        return Problem("BUSY_RETRY", 503, retry_after_s=1), None
    return Problem("INTERNAL_ERROR", 500), None


def install(app: FastAPI, settings: CentralSettings) -> None:
    """Answer every error of this app as a problem."""

    def answer(request: Request, error: Exception) -> Response:
        problem, errors = of_exception(error)
        if problem.status >= 500:
            log(request, error, problem)
        return render(request, problem, settings, errors)

    for kind in (Problem, RequestValidationError, HTTPException, DBAPIError, PoolTimeout, Exception):
        app.add_exception_handler(kind, answer)


def documented(document: dict[str, Any]) -> dict[str, Any]:
    """The API document with every refusal under its media type, `application/problem+json`."""
    for item in document["paths"].values():
        for operation in item.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if status[0] in "45" and "application/json" in content:
                    content[MEDIA_TYPE] = content.pop("application/json")
    return document


def log(request: Request, error: Exception, problem: Problem) -> None:
    """Where an error came from, with the request id: the kind and the place, never a value."""
    request_id = getattr(request.state, "request_id", "")
    _LOG.error("%s %s %s", problem.code, request.method, request_id, exc_info=error if problem.status == 500 else None)


def _invalid(error: RequestValidationError) -> tuple[Problem, list[FieldProblem] | None]:
    if any(e["type"] == "json_invalid" for e in error.errors()):
        return Problem("BODY_NOT_JSON", 422), None
    faults = [fault(_field(e["loc"]), str(e["type"]), e.get("ctx")) for e in error.errors()]
    found = [FieldProblem(field=e.field or "", code=e.code, detail=e.text.zh, detail_en=e.text.en) for e in faults]
    return Problem("REQUEST_INVALID", 422, found[0].field if found else None), found


def _field(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in (place[1:] if len(place) > 1 else place))


def _of_http(error: HTTPException) -> Problem:
    return Problem(_BY_STATUS.get(error.status_code, "HTTP_ERROR" if error.status_code < 500 else "INTERNAL_ERROR"), error.status_code)


def _is_busy(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    if getattr(error.orig, "sqlstate", None) in _BUSY_SQLSTATES:
        return True
    return isinstance(error, OperationalError) and "locked" in str(error.orig)


def _headers(problem: Problem) -> Mapping[str, str]:
    headers = {"Cache-Control": "no-store"}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    return headers

"""One call of the API: who calls, with what keys, and the one place where its work commits.

`Call.write` runs a deed in a transaction. With an `Idempotency-Key` the answer is remembered in that same transaction, sealed and per
actor, so that a repeated call gets the same answer and does nothing again (A-36, A-48).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import Depends, Header, Path, Request
from fastapi.responses import Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from central.access import Access
from central.centre import Centre
from central.errors import Problem
from central.identity import service as identity
from central.identity.model import RememberedAnswer

_KEY: Final = re.compile(r"[\x21-\x7e]{8,128}")
REMEMBERED: Final = dt.timedelta(hours=48)
"""How long an answer may be asked for again by its key; then it goes, with what it says of people."""
_BEARER: Final = HTTPBearer(auto_error=False, description="API 令牌 / API token: `Authorization: Bearer gm_…`")

RowId = Annotated[int, Path(ge=1, le=2**53, description="编号 / row id")]


class _RacedError(Exception):
    """The same key is being used by another request at this moment."""


@dataclass(frozen=True)
class Call:
    """An authenticated request, as the routes use it."""

    centre: Centre
    access: Access
    method: str
    path: str
    key: str | None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only."""
        with self.centre.database.reading() as session:
            yield session

    def write(self, body: BaseModel | None, deed: Callable[[Session], BaseModel], status: int = 200) -> Response:
        """Run the deed, commit, answer. A replay of the same key and body answers 200 with what was answered then."""
        mac = self._mac(body)
        for _ in range(3):
            try:
                return self._write_once(mac, deed, status)
            except _RacedError:
                continue
        raise Problem("BUSY_RETRY", 503, retry_after_s=1)

    def _write_once(self, mac: bytes, deed: Callable[[Session], BaseModel], status: int) -> Response:
        with self.centre.database.writing() as session:
            if self.key is None:
                return _answer(_packed(deed(session)), status)
            remembered = session.get(RememberedAnswer, (self.access.actor, self.key))
            if remembered is not None:
                return self._replayed(remembered, mac)
            remembered = self._claim(session, mac)
            packed = _packed(deed(session))
            remembered.answer_sealed = self.centre.secrets.seal(packed, self._context())
        return _answer(packed, status)

    def _claim(self, session: Session, mac: bytes) -> RememberedAnswer:
        old = (
            select(RememberedAnswer.actor, RememberedAnswer.key).where(RememberedAnswer.at < self.centre.clock.now() - REMEMBERED).limit(50)
        )
        for actor, key in session.execute(old).all():
            session.execute(delete(RememberedAnswer).where(RememberedAnswer.actor == actor, RememberedAnswer.key == key))
        claim = RememberedAnswer(actor=self.access.actor, key=self.key, request_mac=mac, answer_sealed=b"", at=self.centre.clock.now())
        try:
            with session.begin_nested():
                session.add(claim)
        except IntegrityError as error:
            raise _RacedError from error
        return claim

    def _replayed(self, remembered: RememberedAnswer, mac: bytes) -> Response:
        if remembered.request_mac != mac:
            raise Problem("IDEMPOTENCY_KEY_REUSED", 422, "Idempotency-Key")
        answer = _answer(self.centre.secrets.open(remembered.answer_sealed, self._context()), 200)
        answer.headers["Idempotent-Replayed"] = "true"
        return answer

    def _mac(self, body: BaseModel | None) -> bytes:
        said = body.model_dump_json() if body is not None else ""
        return self.centre.secrets.index(hashlib.sha256(f"{self.method} {self.path}\n{said}".encode()).hexdigest(), "request")

    def _context(self) -> str:
        return f"answer:{self.access.actor}:{self.key}"


def call(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    idempotency_key: Annotated[str | None, Header(description="写操作的幂等键，8 至 128 个可见字符 / makes a write safe to repeat")] = None,
) -> Call:
    """Who calls, by bearer token. Raises `Problem` 401 NOT_SIGNED_IN, 429 TOO_MANY_ATTEMPTS after too many wrong tokens."""
    centre: Centre = request.app.state.centre
    address = request.client.host if request.client else ""
    with centre.database.reading() as session:
        passwords = centre.settings.enterprise_passwords
        access = identity.bearer(session, centre.clock, credentials.credentials, enterprise_passwords=passwords) if credentials else None
    if access is None:  # a good token is never held up by what others at the same address try
        centre.failures.check(address)
        if credentials is not None:
            centre.failures.failed(address)
        raise Problem("NOT_SIGNED_IN", 401)
    if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
        raise Problem("IDEMPOTENCY_KEY_INVALID", 422, "Idempotency-Key")
    if centre.pace.ask(access.actor):
        with suppress(OperationalError), centre.database.writing() as session:  # a busy store is no reason to refuse
            identity.note_use(session, centre.clock, access.actor)
    access = replace(access, request_id=str(getattr(request.state, "request_id", "")))
    return Call(centre, access, request.method, request.url.path, idempotency_key)


Caller = Annotated[Call, Depends(call)]
"""The dependency of every route that needs somebody."""


def expected_version(if_match: str | None, stated: int | None) -> int:
    """The version an edit was made from: the ETag in If-Match, or `version` in the body. Raises `Problem` VERSION_REQUIRED."""
    if if_match is not None:
        mark = if_match.strip().removeprefix("W/").strip('"')
        if mark.isascii() and mark.isdigit() and len(mark) < 10:
            return int(mark)
        raise Problem("VERSION_CONFLICT", 409, "If-Match")
    if stated is None:
        raise Problem("VERSION_REQUIRED", 428, "version")
    return stated


def tagged(response: Response, version: int) -> Response:
    """The record's version as its ETag."""
    response.headers["ETag"] = f'"{version}"'
    return response


def _packed(answer: BaseModel) -> bytes:
    return answer.model_dump_json().encode()


def _answer(packed: bytes, status: int) -> Response:
    return Response(packed, status, media_type="application/json", headers={"Cache-Control": "no-store"})

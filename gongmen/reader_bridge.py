"""The office reader: a card reader at an employer's desk, served to the portal's page on this machine's loopback, and to nothing else.

A page of any other site can reach loopback too, so every request must name the portal as its origin and this machine as its host (a name
that was pointed at loopback by DNS is refused), and reads are asked for with a body that a browser sends only after it was allowed to.
What is read is signed with the key that the centre knows, over the nonce that the page got from it (`central.people.chip_read`).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from central.people.chip_read import ChipFields, signing_bytes, stamp
from edge.reader.causes import WORDS, Cause
from edge.reader.id_card import CardKind, IdCard
from gongmen.reader_desk import Reading, attempt, words_as_dict
from gongmen.reader_pairing import Paired

HOST: Final = "127.0.0.1"
PORT: Final = 8463
"""The page looks here; central/web/assets/office_reader.js and the portal's CSP name the same port."""
WAIT_S: Final = 20.0
BODY_LIMIT: Final = 4096
NONCE_LIMIT: Final = 100
RESIDENT, OTHER = "01", "99"

Read = Callable[[], Reading]


def chip_fields(card: IdCard) -> ChipFields:
    """What the chip holds, in the words of the signature. Documents that are no resident's card are of type 99."""
    return ChipFields(
        name=card.name,
        id_number=card.number,
        id_type=RESIDENT if card.kind is CardKind.RESIDENT else OTHER,
        sex=card.sex,
        nation=card.nation_name if card.nation else "",
        birth_date=card.birth.isoformat(),
        address=card.newest_address or card.address,
        issuer=card.issuer,
        valid_from=card.valid_from.isoformat(),
        valid_until=card.valid_until.isoformat() if card.valid_until else "",
    )


class Bridge:
    """Answers the page. `read` waits for a card and looks at it; `now` is the desk's clock (UTC)."""

    def __init__(self, paired: Paired, read: Read, port: int = PORT, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._paired, self._read, self._now = paired, read, now
        self._hosts = (f"{HOST}:{port}", f"localhost:{port}")
        self._busy = threading.Lock()
        self.app = Starlette(
            routes=[
                Route("/v1/hello", self._guarded(self._hello), methods=["GET", "OPTIONS"]),
                Route("/v1/read", self._guarded(self._take), methods=["POST", "OPTIONS"]),
            ]
        )

    def _guarded(self, answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Refuses whoever is not the portal's page on this machine, and lets the browser tell only that page what was answered."""

        async def guarded(request: Request) -> Response:
            if request.headers.get("host", "") not in self._hosts:
                return _refused("HOST_NOT_ALLOWED", 421)
            if request.headers.get("origin", "") != self._paired.centre:
                return _refused("ORIGIN_NOT_ALLOWED", 403)
            response = _preflight(request) if request.method == "OPTIONS" else await answer(request)
            response.headers["Access-Control-Allow-Origin"] = self._paired.centre
            response.headers["Vary"] = "Origin"
            response.headers["Cache-Control"] = "no-store"
            return response

        return guarded

    async def _hello(self, request: Request) -> Response:
        return JSONResponse({"reader_id": self._paired.reader_id, "name": self._paired.name})

    async def _take(self, request: Request) -> Response:
        nonce = _nonce(request.headers.get("content-type", ""), await _limited(request))
        if nonce is None:
            return _refused("REQUEST_INVALID", 422)
        if not self._busy.acquire(blocking=False):
            return _refused("READER_BUSY", 409)
        try:
            reading = await run_in_threadpool(self._read)
        finally:
            self._busy.release()
        if reading.card is None or reading.causes:
            cause = reading.causes[0] if reading.causes else Cause.CARD_WRONG_KIND
            return JSONResponse({"code": cause.value, **words_as_dict(WORDS[cause])}, 409)
        return JSONResponse(self._signed(reading.card, nonce))

    def _signed(self, card: IdCard, nonce: str) -> dict[str, Any]:
        fields, read_at = chip_fields(card), stamp(self._now())
        told = signing_bytes(fields, nonce=nonce, reader_id=self._paired.reader_id, read_at=read_at)
        read = {"reader_id": self._paired.reader_id, "nonce": nonce, "read_at": read_at, "fields": asdict(fields)}
        return read | {"signature": self._paired.sign(told)}


def look(uri: str, wait_s: float = WAIT_S) -> Read:
    """A look at the reader at `uri`, or at the first one found; each look opens it anew, so that a pulled cable mends itself."""
    return lambda: attempt(uri, wait_s)


def _preflight(request: Request) -> Response:
    headers = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "Content-Type", "Access-Control-Max-Age": "600"}
    for asked in ("Private-Network", "Local-Network"):
        if request.headers.get(f"access-control-request-{asked.lower()}") == "true":
            headers[f"Access-Control-Allow-{asked}"] = "true"
    return Response(status_code=204, headers=headers)


def _refused(code: str, status: int) -> Response:
    words = {
        "HOST_NOT_ALLOWED": ("请求不是发给本机读卡程序的", "not meant for this machine's reader"),
        "ORIGIN_NOT_ALLOWED": ("只有已配对的平台页面可以读卡", "only the page that this reader is paired with may read cards"),
        "REQUEST_INVALID": ("请求格式不对，请刷新页面再试", "the request is malformed; reload the page"),
        "READER_BUSY": ("读卡器正在读另一张证件，请稍候", "the reader is at work; wait a little"),
    }
    zh, en = words[code]
    return JSONResponse({"code": code, "zh": zh, "zh_next": "", "en": en, "en_next": ""}, status)


async def _limited(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_LIMIT:
            return b""
    return body


def _nonce(content_type: str, body: bytes) -> str | None:
    """The nonce of a request for a read; a content type that a browser sends without asking first is none."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return None
    try:
        said = json.loads(body)
    except ValueError:
        return None
    nonce = said.get("nonce") if isinstance(said, dict) else None
    return nonce if isinstance(nonce, str) and 0 < len(nonce) <= NONCE_LIMIT and nonce.isascii() and nonce.isprintable() else None

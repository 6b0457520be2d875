"""A platform of our own on the loopback: real HTTP, its own check of signature, time, nonce and AES, and every documented way to fail.

It keeps what it accepted, in order, and notes what a real one would never have been sent: `wrong`. `faults` are used up call by call:

    -1 … -5         the top codes                        500, garbage    HTTP 500, a body that is no JSON
    lost            taken, but the answer is lost        unheard         dropped before it is read
    silent          no answer until the client gives up  failed          taken, and failed later (asynchronous 10)
    pending         pending for three questions          late_there      「已存在」 comes asynchronously
    odd             a state that nobody documented
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from central.clock import SITE_ZONE
from tests.central.builders import FakeClock

SECRET = "0123456789abcdefFEDCBA9876543210"
CORP_KEY = "corp-key-of-the-company"
SIGNED = {"appid", "data", "format", "method", "nonce", "timestamp", "version"}
FAULTS = ("-1", "-2", "-3", "-4", "-5", "500", "garbage", "lost", "unheard", "failed", "pending", "late_there", "odd")
Answer = dict[str, Any]
Key = tuple[str, ...]


class DropError(Exception):
    """The connection ends without an answer."""


def opened(sealed: str, secret: str = SECRET, key_chars: int = 0) -> str:
    """AES-CBC by the interface's rule, undone."""
    key = (secret[:key_chars] if key_chars else secret).encode()
    decryptor = Cipher(algorithms.AES(key), modes.CBC(secret[:16].encode())).decryptor()
    padded = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
    assert padded[-1] <= 16
    return padded[: -padded[-1]].decode()


@dataclass
class FakePlatform:
    """What the platform holds. `there` is each record's key in the order of arrival, `told` what was said with it."""

    clock: FakeClock
    url: str = ""
    variant: bool = False
    faults: deque[str] = field(default_factory=deque)
    there: list[Key] = field(default_factory=list)
    told: dict[Key, Answer] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    nonces: set[str] = field(default_factory=set)
    results: dict[str, list[Answer]] = field(default_factory=dict)
    waiting: threading.Event = field(default_factory=threading.Event)

    def forget(self) -> None:
        """It holds nothing any more."""
        for kept in (self.faults, self.there, self.told, self.wrong, self.calls, self.bodies, self.results):
            kept.clear()

    def answer(self, body: str) -> tuple[int, bytes]:
        """One call. Raises `DropError`."""
        self.bodies.append(body)
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        self.calls.append(form["method"])
        fault = self.faults.popleft() if self.faults else ""
        if fault == "silent":
            self.waiting.wait(5)
        if fault in {"silent", "unheard"}:
            raise DropError
        if fault == "500":
            return 500, b"Internal Server Error"
        if fault == "garbage":
            return 200, b"<html>busy</html>"
        refused = self.refusal(form) or ({"code": fault, "message": "refused by plan"} if fault.startswith("-") else None)
        told = refused or self.served(form, fault)
        if fault == "lost":
            raise DropError
        return 200, json.dumps(told, ensure_ascii=False).encode()

    def refusal(self, form: dict[str, str]) -> Answer | None:
        """What a call itself is refused for; none of it may ever happen."""
        signed = SIGNED | ({"iscompany"} if self.variant else set())
        said = "&".join(f"{name}={form.get(name, '')}" for name in sorted(signed)) + f"&appsecret={SECRET}"
        if hashlib.sha256(said.lower().encode()).hexdigest() != form.get("sign"):
            return {"code": "-2", "message": "签名错误"}
        at = dt.datetime.strptime(form["timestamp"], "%Y%m%d%H" if self.variant else "%Y%m%d%H%M%S").replace(tzinfo=SITE_ZONE)
        if abs(self.clock.now() - at) > dt.timedelta(hours=1 if self.variant else 0, minutes=10):
            return self._wrong("timestamp")
        if form["nonce"] in self.nonces:
            return self._wrong("nonce used twice")
        if (form["version"], form.get("iscompany")) != (("1.1", "1") if self.variant else ("1.0", None)):
            return self._wrong("version")
        if form["method"].startswith("Corp.") and opened(form["corpsign"], SECRET, self.chars) != CORP_KEY + form["timestamp"]:
            return self._wrong("corpsign")
        self.nonces.add(form["nonce"])
        return None

    @property
    def chars(self) -> int:
        """How many characters of the secret are the key."""
        return 16 if self.variant else 0

    def served(self, form: dict[str, str], fault: str) -> Answer:
        """A call in itself in order."""
        data = json.loads(form["data"])
        if form["method"] == "AsyncHandleResult.Query" and fault == "odd":
            return {"code": "0", "data": {"status": "15"}}
        if form["method"] == "AsyncHandleResult.Query":
            later = self.results[data["requestSerialCode"]]
            return {"code": "0", "data": later.pop(0) if len(later) > 1 else later[0]}
        if form["method"] == "Team.Query":
            key = ("team", data["projectCode"], data["corpCode"], data["teamName"])
            return {"code": 0, "data": {"rows": [{"teamName": data["teamName"], "teamSysNo": self._team_number(key)}]}}
        return self._add(form["method"], data, fault)

    def _add(self, method: str, data: Answer, fault: str) -> Answer:
        serial = f"S{len(self.calls):06d}"
        records = list(self._records(method, data))
        result: Answer = {"status": "20", "result": ""}
        missing = [word for key, words, _ in records for word in words if self._missing(word)]
        again = [key for key, _, _ in records if key in self.told]
        if missing:
            self._wrong(f"{method} before {missing}")
            result = {"status": "10", "result": "项目或班组不存在"}
        elif fault == "failed":
            result = {"status": "10", "result": "处理失败，身份证310199199003070011请稍后重试"}
        elif again and fault != "late_there":
            return {"code": "-1", "message": TEXTS[again[0][0]]}
        elif again:
            result = {"status": "10", "result": TEXTS[again[0][0]]}
        else:
            for key, _, told in records:
                self.there.append(key)
                self.told[key] = told
            if method == "Team.Add" and len(self.there) % 2:
                result = {"status": "20", "result": {"message": "ok", "teamSysNo": self._team_number(records[0][0])}}
        pending = [{"status": "0", "result": "处理中"}] * (3 if fault == "pending" else 0)
        self.results[serial] = [*pending, result]
        return {"code": 0, "message": "ok", "data": {"requestSerialCode": serial}}

    def _missing(self, word: Key) -> bool:
        if word[0] == "number":
            return word[1] not in map(self._team_number, self.teams)
        return word not in self.told

    @property
    def teams(self) -> list[Key]:
        """The teams that are there."""
        return [key for key in self.there if key[0] == "team"]

    def _team_number(self, key: Key) -> str:
        return hashlib.sha256(repr(key).encode()).hexdigest()[:12] if key in self.told else ""

    def _records(self, method: str, data: Answer) -> Iterator[tuple[Key, list[Key], Answer]]:
        """Each record of a call: its key, the keys that must be there before it, what is said."""
        project, corp = str(data.get("projectCode", "")), str(data.get("corpCode", ""))
        if method == "Corp.Upload":
            yield ("company", corp), [], data
        elif method == "Project.Add":
            yield ("project", data["thirdPartyProjectCode"]), [], data
        elif method == "ProjectSubContractor.Add":
            yield ("participant", project, corp), [], data
        elif method == "ProjectSubContractor.Update":
            if data["exitTime"] > self.clock.now().astimezone(SITE_ZONE).date().isoformat():
                self._wrong("an exit in the future")
            yield ("participant_exit", project, corp), [("participant", project, corp)], data
        elif method == "Team.Update":
            yield ("team_change", project, data["teamSysNo"], str(len(self.calls))), [("number", data["teamSysNo"])], data
        elif method == "Team.Add":
            yield ("team", project, corp, data["teamName"]), [("participant", project, corp)], data
        else:
            yield from self._of_people(method, project, data)

    def _of_people(self, method: str, project: str, data: Answer) -> Iterator[tuple[Key, list[Key], Answer]]:
        team = ("number", str(data.get("teamSysNo", "")))
        lists = [data[name] for name in ("workerList", "contractList", "dataList", "detailList") if name in data]
        for one in lists[0]:
            number = opened(one["idCardNumber"], SECRET, self.chars)
            worker = ("worker", project, number)
            if method == "ProjectWorker.Add":
                yield worker, [team], one
            elif method == "WorkerContract.Add":
                yield ("contract", project, number, one["startDate"]), [worker], one
            elif method == "WorkerAttendance.Add":
                yield ("attendance", project, number, one["date"], one["direction"]), [worker, team], one
            elif method == "Payroll.Add":
                yield self._pay(project, number, data["payMonth"], one), [worker, team], one
            else:
                yield self._movement(project, number, one), [worker], one

    def _pay(self, project: str, number: str, month: str, one: Answer) -> Key:
        """A worker's pay; the platform's own checks: a month that is over, money with two decimals, a card that can be opened."""
        if month >= self.clock.now().astimezone(SITE_ZONE).strftime("%Y-%m"):
            self._wrong("pay of a month to come")
        if not re.fullmatch(r"\d+\.\d\d", one["totalPayAmount"]) or "." not in one["workHours"]:
            self._wrong(f"money {one}")
        if not opened(one["payRollBankCardNumber"], SECRET, self.chars).isdigit():
            self._wrong("card")
        return ("payroll", project, number, month)

    def _movement(self, project: str, number: str, one: Answer) -> Key:
        """An entry or exit; the platform's own checks of its date."""
        before = [self.told[key] for key in self.there if key[0] in {"1", "0"} and key[1:3] == (project, number)]
        key = (str(one["type"]), project, number, one["date"])
        if key not in self.told:
            if before and (one["date"] < before[-1]["date"] or one["type"] == before[-1]["type"]):
                self._wrong(f"{one} after {before[-1]}")
            if one["date"] > self.clock.now().astimezone(SITE_ZONE).date().isoformat():
                self._wrong("a movement in the future")
        return key

    def _wrong(self, what: str) -> Answer:
        self.wrong.append(what)
        return {"code": "-1", "message": "参数错误"}


TEXTS = {
    "company": "企业已存在",
    "project": "项目已存在",
    "participant": "参建单位已存在",
    "team": "班组已存在",
    "worker": "项目中已存在身份证为310199199003070011的人员",
    "contract": "合同已存在",
    "attendance": "考勤记录已存在",
    "payroll": "该月工资单已存在",
    "1": "进场记录已存在",
    "0": "退场记录已存在",
}


class FakeWire(httpx.BaseTransport):
    """The platform without a network between: for what needs hundreds of calls."""

    def __init__(self, platform: FakePlatform) -> None:
        self._platform = platform

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        try:
            status, answer = self._platform.answer(request.read().decode())
        except DropError:
            raise httpx.RemoteProtocolError("no answer") from None
        return httpx.Response(status, content=answer)


@contextmanager
def serving(platform: FakePlatform) -> Iterator[FakePlatform]:
    """The platform at an address of the loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(lambda: platform))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="platform")
    thread.start()
    platform.url = f"http://127.0.0.1:{server.server_address[1]}/open.api"
    try:
        yield platform
    finally:
        platform.waiting.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(platform: Callable[[], FakePlatform]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            """The one method."""
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            try:
                status, answer = platform().answer(body)
            except DropError:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    return Handler

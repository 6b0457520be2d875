"""A platform: the port, and the HTTP interface behind it.

Every call is a POST of a form to one address; nothing of a call stands in its URL. The secret stays in this object.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import httpx

from central.clock import SITE_ZONE, Clock
from central.platform import answers, messages, signing
from central.platform.adapters import Adapter
from central.platform.answers import AwayError, Progress, RefusedError, Reply
from central.platform.canonical import Team, Thing
from central.platform.messages import Message

TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0)


@dataclass(frozen=True)
class Keys:
    """What the platform gave out: `corp_key` is for calls of the company itself, empty where there is none."""

    appid: str
    secret: str = field(repr=False)
    corp_key: str = field(default="", repr=False)


class Platform(Protocol):
    """Takes records, and says what became of them. Everything raises the faults of `central.platform.answers`."""

    def upload(self, things: Sequence[Thing]) -> Reply:
        """One call with one thing, or with several passages of one team."""
        ...

    def outcome(self, serial: str) -> tuple[Progress, str]:
        """How an accepted request stands, and the number it gave."""
        ...

    def find_team(self, team: Team) -> str:
        """The number of a team that is there."""
        ...


class HttpPlatform:
    """The platform by HTTP under one appid's keys. `client` is the caller's to close."""

    def __init__(self, url: str, adapter: Adapter, keys: Keys, clock: Clock, client: httpx.Client) -> None:
        self._url, self._adapter, self._keys, self._clock, self._client = url, adapter, keys, clock, client

    def upload(self, things: Sequence[Thing]) -> Reply:
        """Seals what is sensitive and sends."""
        return self._call(messages.message(things, self._seal))

    def outcome(self, serial: str) -> tuple[Progress, str]:
        """AsyncHandleResult.Query. That the question is refused says nothing of the record: it is sent again later."""
        try:
            reply = self._call(messages.find_outcome(serial))
        except RefusedError as fault:
            raise RefusedError("PLATFORM_RESULT_UNKNOWN", fault.said) from None
        return answers.outcome(reply)

    def find_team(self, team: Team) -> str:
        """Team.Query; the rows come in `rows`, or as the data itself."""
        data = self._call(messages.find_team(team)).data
        rows = data.get("rows", []) if isinstance(data, dict) else data
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and row.get("teamName") == team.name and row.get("teamSysNo"):
                return str(row["teamSysNo"])[:64]
        raise RefusedError("PLATFORM_NUMBER_MISSING")

    def _call(self, message: Message) -> Reply:
        try:
            answer = self._client.post(self._url, data=self._form(message))
        except httpx.HTTPError:
            raise AwayError("PLATFORM_AWAY") from None
        if answer.status_code != 200:
            raise AwayError("PLATFORM_AWAY", f"HTTP {answer.status_code}")
        return answers.read(answer.content)

    def _form(self, message: Message) -> dict[str, str]:
        timestamp = self._clock.now().astimezone(SITE_ZONE).strftime(self._adapter.timestamp_format)
        fields = {
            "method": message.method,
            "version": self._adapter.version,
            "appid": self._keys.appid,
            "format": "json",
            "timestamp": timestamp,
            "nonce": str(uuid.uuid4()),
            "data": json.dumps(message.data, ensure_ascii=False, separators=(",", ":")),
            **self._adapter.extra,
        }
        fields["sign"] = signing.sign(fields, self._keys.secret)
        if message.corp:
            fields["corpsign"] = self._seal(self._keys.corp_key + timestamp)
        return fields

    def _seal(self, plain: str) -> str:
        return signing.encrypt(plain, self._keys.secret, self._adapter.key_chars)

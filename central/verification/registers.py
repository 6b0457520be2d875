"""The register that knows who people are: the port, and the HTTP service behind it.

    answer = register.ask(Person("张建国", "01", "310…"))

The HTTP service is asked with `POST url` and `{"name", "id_type", "id_number"}`, signed as `X-Signature: hex(HMAC-SHA256(key, body))`, and
answers `{"verdict": "match" | "mismatch" | "unknown" | "expired"}`. Whatever else happens is `AwayError`: asking again may help.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final, Protocol

import httpx

TIMEOUT_S: Final = 10.0


class Verdict(StrEnum):
    """What the register says: that it is this person; that the name is another's; that it knows no such number; that the card lapsed."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"
    EXPIRED = "expired"


CAUSE_OF: Final = {Verdict.MISMATCH: "PERSON_CARD_MISMATCH", Verdict.UNKNOWN: "CARD_SUSPECT", Verdict.EXPIRED: "CARD_EXPIRED"}
"""A-25: the code of a verdict that is not a match."""


@dataclass(frozen=True)
class Person:
    """Who is asked about."""

    name: str
    id_type: str
    id_number: str


class AwayError(Exception):
    """The register gave no verdict; asking again later may help. Holds no value of the request."""


class Register(Protocol):
    """Says whether a name and a number belong together."""

    def ask(self, person: Person) -> Verdict:
        """The verdict. Raises `AwayError`."""
        ...


class HttpRegister:
    """The configured service."""

    def __init__(self, url: str, key: str, client: httpx.Client) -> None:
        self._url, self._key = url, key.encode()
        self._client = client

    def ask(self, person: Person) -> Verdict:
        """One question over HTTP."""
        body = json.dumps(asdict(person), ensure_ascii=False).encode()
        signature = hmac.new(self._key, body, hashlib.sha256).hexdigest()
        try:
            answer = self._client.post(self._url, content=body, headers={"Content-Type": "application/json", "X-Signature": signature})
            answer.raise_for_status()
            return Verdict(answer.json()["verdict"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise AwayError(type(error).__name__) from None

"""A NUL character, which PostgreSQL keeps in no text, is refused by name wherever a text comes in: never a failure of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.central import everybody
from tests.central.builders import Story

API = "/api/v1"
NUL = "\x00"


def address(path: str) -> str:
    for name in everybody.names_in(path):
        path = path.replace(f"{{{name}}}", "2026-03" if "month" in name or "day" in name else "1")
    return path


def spoiled(value: Any) -> Iterator[Any]:
    """The same body with a NUL at the end of one of its texts, for each of them."""
    if isinstance(value, str):
        yield value + NUL
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in pairs:
        for bad in spoiled(part):
            copy: Any = dict(value) if isinstance(value, dict) else list(value)
            copy[key] = bad
            yield copy


@pytest.fixture
def callers(story: Story) -> list[dict[str, str]]:
    """Who may do most: an employer, the general contractor's office, the authority."""
    return [story.token(who) for who in (story.employer(story.site.labour), story.office(), story.authority)]


def test_in_a_query_it_is_refused_by_the_parameters_name(client: httpx.Client, callers: list[dict[str, str]]) -> None:
    asked = [
        (p, q["name"])
        for p, item in everybody.DOCUMENT["paths"].items()
        for q in item.get("get", {}).get("parameters", ())
        if q["in"] == "query"
    ]
    assert len(asked) > 100
    for path, name in asked:
        answer = client.get(address(path), params={name: NUL}, headers=callers[2])
        assert (answer.status_code, answer.json()["code"]) == (422, "REQUEST_INVALID"), (path, name)
        assert name in [error["field"] for error in answer.json()["errors"]]


def test_in_a_body_it_is_refused_at_any_depth(client: httpx.Client, callers: list[dict[str, str]]) -> None:
    tried = 0
    for path, item in everybody.DOCUMENT["paths"].items():
        for method in item.keys() & {"post", "put", "patch"}:
            body = everybody.example(f"{method.upper()} {path.removeprefix(API)}")
            for bad in spoiled(body) if isinstance(body, dict) else ():
                for headers in callers:
                    tried += 1
                    answer = client.request(method.upper(), address(path), json=bad, headers=headers)
                    assert answer.status_code < 500, (method, path, bad)
    assert tried > 400

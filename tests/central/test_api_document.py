"""The API document: complete, with examples, the same whether or not a store is open; and nothing posted by it breaks the service."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from central.access import SYSTEM
from central.app import create_app, openapi
from central.settings import CentralSettings
from tests.central.builders import Story, open_centre
from tests.central.in_process import in_process

METHODS = {"get", "post", "put", "patch", "delete"}
DOCUMENT = openapi(CentralSettings())


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation of the document, by its name."""
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS & item.keys():
            yield f"{method.upper()} {path}", item[method]


def test_the_document_needs_no_store_and_is_what_the_service_serves(client: httpx.Client) -> None:
    served = client.get("/api/v1/openapi.json").json()
    assert served["paths"] == json.loads(json.dumps(DOCUMENT["paths"]))


def test_every_operation_says_what_it_does_and_how_it_refuses() -> None:
    for name, operation in operations():
        assert operation["summary"], name
        assert {"422", "401"} <= operation["responses"].keys(), name


def test_every_list_is_paged_by_cursor() -> None:
    lists = 0
    for name, operation in operations():
        reference = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
        answer = DOCUMENT["components"]["schemas"].get(reference.rpartition("/")[2], {}).get("properties", {})
        if name.startswith("GET ") and "items" in answer:
            lists += 1
            assert "next_cursor" in answer, name
            assert {"cursor", "limit"} <= {one["name"] for one in operation.get("parameters", [])}, name
    assert lists > 25


def wrong(schema: dict[str, Any], example: Any) -> list[str]:
    """What the schema says against the example, with the place."""
    whole = {**schema, "components": DOCUMENT["components"]}
    checked = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message[:200]}" for error in checked.iter_errors(example)]


def test_every_body_and_every_answer_of_success_has_an_example_that_its_own_schema_takes() -> None:
    bodies, answers, found = 0, 0, []
    for name, operation in operations():
        body = operation.get("requestBody", {}).get("content", {})
        told = [answer.get("content", {}) for status, answer in operation["responses"].items() if status.startswith("2")]
        assert told or name.endswith("/exit"), f"{name}: only what A-50 abolished never succeeds"
        bodies, answers = bodies + len(body), answers + sum(map(len, told))
        for content in (body, *told):
            for media_type, said in content.items():
                assert said.get("example") not in (None, "", []), (name, media_type)
                found += [f"{name} {media_type} {what}" for what in wrong(said.get("schema") or {}, said["example"])]
    assert (bodies > 60, answers > 160) == (True, True)
    assert not found


def test_every_field_that_may_be_said_has_an_example_that_it_takes() -> None:
    found = []
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for example in schema.get("examples", []):
            found += [f"{name} {what}" for what in wrong(schema, example)]
        for field, said in schema.get("properties", {}).items():
            if "not" not in said:
                assert said.get("examples"), f"{name}.{field}"
                found += [f"{name}.{field} {what}" for what in wrong(said, said["examples"][0])]
    assert not found


def test_nothing_that_is_posted_by_the_document_breaks_the_service_or_is_answered_outside_it(sqlite_template: Path, tmp_path: Path) -> None:
    """A short run of schemathesis over every operation, by every role, with ids that exist and ids that do not."""
    shutil.copy(sqlite_template, tmp_path / "central.db")
    centre = open_centre(tmp_path, f"sqlite:///{tmp_path / 'central.db'}")
    story = Story(centre)
    story.confirmed()
    story.assigned(story.employer(story.second.company_id))
    everybody = [SYSTEM, story.office(), story.sub_office(story.pro), story.employer(story.site.labour), story.authority]
    tokens = [story.token(access) for access in everybody]
    with in_process(create_app(centre.settings, centre)) as client:
        schema: Any = schemathesis.openapi.from_dict(DOCUMENT)
        for found in schema.get_all_operations():
            _try(client, found.ok(), tokens)
    centre.close()


def _try(client: httpx.Client, operation: Any, tokens: list[dict[str, str]]) -> None:
    known = set(operation.definition.raw["responses"])

    @settings(
        max_examples=8, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
    )
    @given(operation.as_strategy(), st.sampled_from(tokens), st.one_of(st.none(), st.integers(1, 4)))
    def no_surprise(case: Any, token: dict[str, str], number: int | None) -> None:
        if number is not None:
            case.path_parameters = dict.fromkeys(case.path_parameters or {}, number)
        sent = case.as_transport_kwargs(base_url="http://centre")
        del sent["cookies"]
        sent["content"] = sent.pop("data", None)
        if "files" in sent:  # as httpx takes the parts of a form
            sent["files"] = [(name, (file, part if isinstance(part, bytes) else str(part))) for name, (file, part) in sent["files"]]
        headers = {name: value for name, value in sent.pop("headers").items() if name.lower() != "authorization"} | token
        answer = client.request(headers=headers, **sent)
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)
        assert str(answer.status_code) in known, (case.as_curl_command(), answer.text)

    no_surprise()

"""What a schema refuses is told by field, coded, in both languages; pydantic's own English reaches nobody."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, get_args

import httpx
import pytest
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core.core_schema import ErrorType

from central.errors import TEXTS
from central.faults import fault
from central.problems import of_exception
from tests.central.builders import Story

HAN = re.compile(r"[\u4e00-\u9fff]")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=5)] = "x"
    why: Annotated[str, Field(min_length=5, pattern=r"^[a-z]*$")] = "because"
    day: dt.date | None = None
    at: AwareDatetime | None = None
    count: Annotated[int, Field(ge=3, le=90)] = 3
    money: Annotated[Decimal, Field(decimal_places=2)] | None = None
    many: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    colour: Colour = Colour.RED
    inner: dict[str, int] = {}
    sure: bool = False


@pytest.mark.rule("A-09")
@pytest.mark.parametrize(
    ("field", "value", "code", "said"),
    [
        ("name", "", "FIELD_MISSING", "请填写"),
        ("name", 7, "FIELD_NOT_A_TEXT", "文字"),
        ("name", "123456", "FIELD_TOO_LONG", "5 个字"),
        ("why", "x", "FIELD_TOO_SHORT", "5 个字"),
        ("why", "BECAUSE", "FIELD_PATTERN", "格式"),
        ("day", "soon", "FIELD_NOT_A_DATE", "日期"),
        ("at", "2026-03-01T08:00:00", "FIELD_NOT_A_TIME", "时区"),
        ("count", "x", "FIELD_NOT_A_NUMBER", "数字"),
        ("count", 2, "FIELD_TOO_SMALL", "3"),
        ("count", 91, "FIELD_TOO_LARGE", "90"),
        ("money", "1.234", "FIELD_TOO_PRECISE", "2"),
        ("many", [], "FIELD_TOO_FEW", "1 项"),
        ("many", [1, 2, 3], "FIELD_TOO_MANY", "2 项"),
        ("many", 1, "FIELD_NOT_A_LIST", "列表"),
        ("colour", "green", "FIELD_NOT_A_CHOICE", "red, blue"),
        ("inner", 1, "FIELD_NOT_AN_OBJECT", "对象"),
        ("sure", "maybe", "FIELD_NOT_YES_OR_NO", "true"),
        ("extra", 1, "FIELD_UNKNOWN", "没有这一项"),
    ],
)
def test_each_fault_has_a_code_and_says_what_to_do_in_both_languages(field: str, value: Any, code: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Form.model_validate({field: value})
    errors = [{**error, "loc": ("body", *error["loc"])} for error in refused.value.errors()]
    problem, [told] = of_exception(RequestValidationError(errors))  # type: ignore[misc]  # fields are told here
    assert (problem.code, problem.field, told.field, told.code) == ("REQUEST_INVALID", field, field, code)
    assert said in told.detail
    assert HAN.search(told.detail)
    assert told.detail_en
    assert not HAN.search(told.detail_en)
    assert "…" not in told.detail, "its limit is told"


def test_every_type_that_the_library_knows_has_texts_of_ours() -> None:
    kinds = get_args(ErrorType)
    assert len(kinds) > 80
    assert {fault("x", kind).code for kind in (*kinds, "never_heard_of")} <= TEXTS.keys()


@pytest.mark.rule("A-11")
def test_over_the_api_a_refused_body_names_its_fields_in_both_languages(story: Story, client: httpx.Client) -> None:
    headers = story.token(story.office())
    answer = client.post("/api/v1/corrections", json={"assignment_id": 1, "reason": "x", "colour": 1}, headers=headers).json()
    assert answer["code"] == "REQUEST_INVALID"
    told = {error["field"]: error["code"] for error in answer["errors"]}
    assert (told["reason"], told["colour"], told["at"]) == ("FIELD_NOT_A_CHOICE", "FIELD_UNKNOWN", "FIELD_MISSING")
    assert all(HAN.search(error["detail"]) and error["detail_en"] for error in answer["errors"])

"""Types that the schemas of all slices share: lines of text, codes, dates as they come over HTTP."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, JsonValue, PlainSerializer, StringConstraints, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

_PRINTABLE: Final = r"^[^\x00-\x1f\x7f]*$"

NUL: Final = "nul_character"
"""The kind of error of a text with the one character that PostgreSQL keeps in none."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_PRINTABLE)]
"""A name or a sentence: one line, without control characters."""
ShortLine = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_PRINTABLE)]
OptionalLine = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=_PRINTABLE)]
Search = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=_PRINTABLE)]
Moment = Annotated[dt.datetime, PlainSerializer(lambda at: at.astimezone(dt.UTC).isoformat(timespec="milliseconds"), return_type=str)]
"""An aware time, written in UTC with milliseconds."""
NotSettable = Annotated[JsonValue, WithJsonSchema({"description": "不可提交 / never accepted (A-41)", "not": {}})]
"""A field that exists to be refused by name."""


class In(BaseModel):
    """What comes in: an unknown field is an error, not silence, and so is a text that no database keeps."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _can_be_kept(cls, value: Any) -> Any:
        if _has_nul(value):
            raise PydanticCustomError(NUL, "a NUL character")
        return value


def _has_nul(value: Any) -> bool:
    """In a text, or in any text of a list or an object; models within look for themselves."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, list | tuple):
        return any(map(_has_nul, value))
    return isinstance(value, dict) and any(_has_nul(part) for pair in value.items() for part in pair)


async def storable_query(request: Request) -> None:
    """For every route: no NUL in what stands in the address. Raises `RequestValidationError` with the parameter's name."""
    said = [("query", *pair) for pair in request.query_params.multi_items()]
    said += [("path", name, value) for name, value in request.path_params.items()]
    wrong = [{"type": NUL, "loc": (place, name), "msg": "a NUL character"} for place, name, value in said if _has_nul(value)]
    if wrong:
        raise RequestValidationError(wrong)


class Out(BaseModel):
    """What goes out."""

    model_config = ConfigDict(from_attributes=True)


def example(value: dict[str, Any]) -> ConfigDict:
    """A model's configuration with one example for the API document."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [value]})

"""Types that the schemas of all slices share: lines of text, codes, dates as they come over HTTP."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, JsonValue, PlainSerializer, StringConstraints, WithJsonSchema

_PRINTABLE: Final = r"^[^\x00-\x1f\x7f]*$"

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
    """What comes in: an unknown field is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """What goes out."""

    model_config = ConfigDict(from_attributes=True)


def example(value: dict[str, Any]) -> ConfigDict:
    """A model's configuration with one example for the API document."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [value]})

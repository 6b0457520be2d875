"""What a schema refuses, in our own words: pydantic's types of error as stable codes with Chinese and English texts.

The API's `errors` (`central.problems`) and the portal's forms (`central.web.forms`) both speak by this table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from central.errors import Problem, declare

declare(
    {
        "FIELD_MISSING": ("请填写。", "Please fill this in."),
        "FIELD_UNKNOWN": ("没有这一项，请核对名称或删去。", "There is no such field: check its name or leave it out."),
        "FIELD_TOO_SHORT": ("过短：至少 {n} 个字。", "Too short: {n} characters at least."),
        "FIELD_TOO_LONG": ("过长：最多 {n} 个字。", "Too long: {n} characters at most."),
        "FIELD_TOO_FEW": ("过少：至少 {n} 项。", "Too few: {n} items at least."),
        "FIELD_TOO_MANY": ("过多：最多 {n} 项，请分批提交。", "Too many: {n} items at most. Send them in parts."),
        "FIELD_TOO_SMALL": ("过小：不小于 {n}。", "Too small: {n} at least."),
        "FIELD_TOO_LARGE": ("过大：不大于 {n}。", "Too large: {n} at most."),
        "FIELD_TOO_PRECISE": ("小数位过多：最多 {n} 位。", "Too many decimals: {n} at most."),
        "FIELD_NOT_A_DATE": ("请填写日期，如 2026-03-01。", "A date, such as 2026-03-01."),
        "FIELD_NOT_A_TIME": (
            "请填写带时区的时间，如 2026-03-01T08:00:00+08:00。",
            "A time with its zone, such as 2026-03-01T08:00:00+08:00.",
        ),
        "FIELD_NOT_A_NUMBER": ("请填写数字。", "A number, please."),
        "FIELD_NOT_A_TEXT": ("请填写文字（JSON 字符串）。", "A text, please (a JSON string)."),
        "FIELD_NOT_YES_OR_NO": ("请填写 true 或 false。", "true or false, please."),
        "FIELD_NOT_A_LIST": ("请填写列表（JSON 数组）。", "A list, please (a JSON array)."),
        "FIELD_NOT_AN_OBJECT": ("请填写对象（JSON 对象）。", "An object, please (a JSON object)."),
        "FIELD_NOT_A_CHOICE": ("请从这些值中选择：{choices}。", "Choose one of these: {choices}."),
        "FIELD_PATTERN": ("格式不符，或含有不允许的字符，请核对。", "It has the wrong form, or characters that are not allowed: check it."),
        "FIELD_INVALID": ("内容不符合要求，请核对接口文档或填写说明。", "This does not fit: see the API document or the form's hints."),
    }
)

_OF_TYPE: Final = {
    "missing": "FIELD_MISSING",
    "missing_argument": "FIELD_MISSING",
    "extra_forbidden": "FIELD_UNKNOWN",
    "unexpected_keyword_argument": "FIELD_UNKNOWN",
    "string_too_short": "FIELD_TOO_SHORT",
    "bytes_too_short": "FIELD_TOO_SHORT",
    "string_too_long": "FIELD_TOO_LONG",
    "bytes_too_long": "FIELD_TOO_LONG",
    "too_short": "FIELD_TOO_FEW",
    "too_long": "FIELD_TOO_MANY",
    "greater_than": "FIELD_TOO_SMALL",
    "greater_than_equal": "FIELD_TOO_SMALL",
    "less_than": "FIELD_TOO_LARGE",
    "less_than_equal": "FIELD_TOO_LARGE",
    "int_parsing_size": "FIELD_NOT_A_NUMBER",
    "int_from_float": "FIELD_NOT_A_NUMBER",
    "finite_number": "FIELD_NOT_A_NUMBER",
    "decimal_max_places": "FIELD_TOO_PRECISE",
    "string_pattern_mismatch": "FIELD_PATTERN",
    "nul_character": "FIELD_PATTERN",
    "enum": "FIELD_NOT_A_CHOICE",
    "literal_error": "FIELD_NOT_A_CHOICE",
}
_OF_KIND: Final = {
    "string": "FIELD_NOT_A_TEXT",
    "bool": "FIELD_NOT_YES_OR_NO",
    "int": "FIELD_NOT_A_NUMBER",
    "float": "FIELD_NOT_A_NUMBER",
    "decimal": "FIELD_NOT_A_NUMBER",
    "list": "FIELD_NOT_A_LIST",
    "tuple": "FIELD_NOT_A_LIST",
    "set": "FIELD_NOT_A_LIST",
    "dict": "FIELD_NOT_AN_OBJECT",
    "mapping": "FIELD_NOT_AN_OBJECT",
    "model": "FIELD_NOT_AN_OBJECT",
    "date": "FIELD_NOT_A_DATE",
    "datetime": "FIELD_NOT_A_TIME",
    "time": "FIELD_NOT_A_TIME",
    "timezone": "FIELD_NOT_A_TIME",
}
"""By what a type's name begins with (`int_parsing`, `date_from_datetime_inexact`), where it does not stand in `_OF_TYPE`."""
_LIMITS: Final = ("min_length", "max_length", "ge", "gt", "le", "lt", "decimal_places")


def fault(field: str, kind: str, context: Mapping[str, Any] | None = None) -> Problem:
    """One error of pydantic's (its `type` and `ctx`) as a coded refusal of this field; never with the value that was sent."""
    ctx = context or {}
    code = _OF_TYPE.get(kind) or _OF_KIND.get(kind.partition("_")[0], "FIELD_INVALID")
    if code == "FIELD_TOO_SHORT" and ctx.get("min_length") == 1:
        code = "FIELD_MISSING"
    if code == "FIELD_NOT_A_CHOICE":
        return Problem(code, 422, field, choices=_choices(str(ctx.get("expected", ""))))
    limits = [ctx[name] for name in _LIMITS if name in ctx]
    return Problem(code, 422, field, **({"n": limits[0]} if limits else {}))


def _choices(expected: str) -> str:
    return ", ".join(part for part in re.split(r", | or ", expected.replace("'", "")) if part)

"""Examples for the API document, built of `central.example_texts` for every field, body and answer of success.

A schema that has an example of its own (`central.schemas.example`) keeps it. All numbers and names are synthetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from central.example_texts import OF_FIELD

Schema = dict[str, Any]

_ENDINGS: Final[dict[str, str]] = {
    "_at": "2026-03-12T23:30:00.000+00:00",
    "_on": "2026-03-13",
    "_date": "2026-03-13",
    "_day": "2026-03-13",
    "_until": "2026-03-31",
    "_from": "2026-03-01",
    "_wage": "5200",
    "_by": "account:7",
    "_en": "Check it and try again.",
    "_zh": "请核对后重试。",
    "_key": "c2lnbmluZy1rZXk",
    "_hash": "9f3c1d0a",
}
_FORMATS: Final = {"date": "2026-03-13", "date-time": "2026-03-12T23:30:00Z", "time": "07:30:00", "binary": "%PDF-1.7 …"}
_DATES: Final = frozenset({"contract_start", "contract_end"})
"""Dates that stand in the table, for one follows the other."""
_NUMBERS: Final = {
    "day_cut_min": 240,
    "full_day_min": 480,
    "port": 8883,
    "score": 812,
    "level": 1,
    "version": 1,
    "status": 403,
    "size": 20480,
}


def with_examples(document: Schema) -> Schema:
    """The document with an example at every field that a schema names, every body that is sent and every answer of success.

    Changes and returns the same document; done twice, nothing changes.
    """
    components: Schema = document.get("components", {}).get("schemas", {})
    for schema in components.values():
        for name, field in schema.get("properties", {}).items():
            if "examples" not in field and "not" not in field:
                field["examples"] = [of_schema(field, components, name)]
    for content in _contents(document):
        for media_type, said in content.items():
            if "example" not in said:
                said["example"] = _of_medium(media_type, said.get("schema") or {}, components)
    return document


def of_schema(schema: Schema, components: Schema, name: str = "") -> Any:
    """A value that the schema takes; `name` is the field's, for the table."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "$ref" in schema:
        return of_schema(components[schema["$ref"].rpartition("/")[2]], components, name)
    if "const" in schema or schema.get("enum"):
        return schema.get("const", (schema.get("enum") or [None])[0])
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return of_schema(next((one for one in schema[key] if one.get("type") != "null"), {}), components, name)
    return _of_type(schema, components, name)


def _of_type(schema: Schema, components: Schema, name: str) -> Any:
    match schema.get("type"):
        case "string":
            return _text(schema, name)
        case "integer" | "number":
            return _number(schema, name)
        case "boolean":
            return bool(schema.get("default", True))
        case "array":
            return _array(schema, components, name)
        case "object":
            return _object(schema, components)
    return _text({}, name)


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") in _FORMATS and name not in _DATES:
        return _FORMATS[schema["format"]]
    ending = next((text for end, text in _ENDINGS.items() if name.endswith(end)), "示例")
    text = OF_FIELD.get(name, ending)
    return text[: schema.get("maxLength", len(text))] or ("示例" if schema.get("minLength") else text)


def _number(schema: Schema, name: str) -> int | float:
    number = _NUMBERS.get(name, 1)
    bounded = max(schema.get("minimum", number), min(number, schema.get("maximum", number)))
    return int(bounded) if schema["type"] == "integer" else bounded


def _array(schema: Schema, components: Schema, name: str) -> list[Any]:
    if "prefixItems" in schema:
        return [of_schema(one, components, name) for one in schema["prefixItems"]]
    singular = name.removesuffix("s")
    return [of_schema(schema.get("items", {}), components, singular)] * max(1, schema.get("minItems", 1))


def _object(schema: Schema, components: Schema) -> Schema:
    """Every field that may be said; of an open object one entry."""
    fields = schema.get("properties", {})
    if not fields and isinstance(schema.get("additionalProperties"), dict):
        key = of_schema(schema.get("propertyNames", {"const": "1"}), components)
        return {str(key): of_schema(schema["additionalProperties"], components)}
    return {name: of_schema(field, components, name) for name, field in fields.items() if "not" not in field}


def _contents(document: Schema) -> Iterator[Schema]:
    """The content of every body and of every answer of success."""
    for item in document["paths"].values():
        for operation in item.values():
            if "content" in operation.get("requestBody", {}):
                yield operation["requestBody"]["content"]
            yield from (answer["content"] for status, answer in operation["responses"].items() if status[0] == "2" and "content" in answer)


def _of_medium(media_type: str, schema: Schema, components: Schema) -> Any:
    if media_type.endswith("json") or media_type == "multipart/form-data":
        return of_schema(schema, components)
    return {"application/x-ndjson": '{"id": 1, "action": "worker.registered"}\n'}.get(media_type, "（文件内容 / the file's bytes）")

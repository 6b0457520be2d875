"""Drops the surplus inputs of an ONNX graph, in memory.

Some files name every weight as an input of the graph as well (allowed up to IR version 3); OpenCV 5 then waits for data on each of
them and refuses the file. This walks the protobuf just far enough: ModelProto.graph is field 7, GraphProto.input field 11,
ValueInfoProto.name field 1 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Everything else is copied byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_GRAPH, _INPUT, _NAME = 7, 11, 1
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True)
class _Field:
    number: int
    whole: memoryview
    value: memoryview


def keep_inputs(model: bytes, names: frozenset[str]) -> bytes:
    """The same model whose graph takes only these inputs. Raises `ValueError` where the bytes are no protobuf message."""
    out = bytearray()
    for field in _fields(memoryview(model)):
        if field.number != _GRAPH:
            out += field.whole
            continue
        graph = b"".join(part.whole for part in _fields(field.value) if part.number != _INPUT or _name(part.value) in names)
        out += _varint(_GRAPH << 3 | _BYTES) + _varint(len(graph)) + graph
    return bytes(out)


def _name(value_info: memoryview) -> str:
    return next((bytes(f.value).decode(errors="replace") for f in _fields(value_info) if f.number == _NAME), "")


def _fields(data: memoryview) -> Iterator[_Field]:
    at = 0
    while at < len(data):
        start = at
        key, at = _read_varint(data, at)
        kind = key & 7
        if kind == _VARINT:
            value_at, (_, at) = at, _read_varint(data, at)
        elif kind == _BYTES:
            size, value_at = _read_varint(data, at)
            at = value_at + size
        elif kind in (_FIXED32, _FIXED64):
            value_at, at = at, at + (4 if kind == _FIXED32 else 8)
        else:
            raise ValueError(f"no protobuf: wire type {kind} at byte {start}")
        if at > len(data):
            raise ValueError(f"no protobuf: a field at byte {start} reaches over the end")
        yield _Field(key >> 3, data[start:at], data[value_at:at])


def _read_varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("no protobuf: a number without end")


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)

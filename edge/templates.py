"""A face template as bytes: msgpack [engine, n, dim, n x dim float32 little-endian], which is what is sealed to each box."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

TEMPLATE_UNREADABLE: Final = "TEMPLATE_UNREADABLE"
"""A sealed template that this box cannot open, or that holds no faces: enrol that worker again."""
TEMPLATE_OTHER_ENGINE: Final = "TEMPLATE_OTHER_ENGINE"
"""A template whose content belongs to another engine than its label says: ignored, enrol that worker again."""

Rows = npt.NDArray[np.float32]
"""n x dim, each row of length one."""


def pack(engine: str, rows: Rows) -> bytes:
    """Rows as plain bytes, before sealing."""
    count, dim = rows.shape
    return msgspec.msgpack.encode([engine, count, dim, np.ascontiguousarray(rows, "<f4").tobytes()])


class TemplateFault(ValueError):
    """A template that cannot be used. `code` says which way."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


def rows_of(plain: bytes, engine: str, dim: int) -> Rows:
    """The n x dim float32 rows in an opened template, msgpack [engine, n, dim, bytes]. Raises `TemplateFault`."""
    try:
        name, count, width, data = msgspec.msgpack.decode(plain, type=tuple[str, int, int, bytes])
    except msgspec.DecodeError as error:
        raise TemplateFault(TEMPLATE_UNREADABLE, "no template") from error
    if name != engine or width != dim:
        raise TemplateFault(TEMPLATE_OTHER_ENGINE, f"{name}, {width} wide")
    if count < 1 or len(data) != 4 * count * width:
        raise TemplateFault(TEMPLATE_UNREADABLE, f"{len(data)} bytes for {count} x {width}")
    rows = np.frombuffer(data, "<f4").reshape(count, width)
    if not np.isfinite(rows).all() or not (np.linalg.norm(rows, axis=1) > 1e-6).all():
        raise TemplateFault(TEMPLATE_UNREADABLE, "numbers that are no face")
    return rows

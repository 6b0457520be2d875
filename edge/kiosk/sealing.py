"""A face template on its way to the boxes that may use it: rows of numbers, sealed to each box's own key.

What is sealed is msgpack [engine, n, dim, n x dim float32 little-endian], as the gate opens it.
"""

from __future__ import annotations

import msgspec
import numpy as np

from edge.kiosk.faces import Row
from edge.store.secrets import seal
from edge.sync.wire import RosterHeader


def pack(engine: str, rows: Row) -> bytes:
    """Rows (n x dim) as plain bytes, before sealing."""
    count, dim = rows.shape
    return msgspec.msgpack.encode([engine, count, dim, np.ascontiguousarray(rows, "<f4").tobytes()])


def unpack(plain: bytes) -> tuple[str, Row]:
    """Engine and rows out of opened bytes. Raises `ValueError`."""
    try:
        engine, count, dim, data = msgspec.msgpack.decode(plain, type=tuple[str, int, int, bytes])
    except msgspec.DecodeError as error:
        raise ValueError("no template") from error
    return engine, np.frombuffer(data, "<f4").reshape(count, dim).astype(np.float32)


def for_boxes(plain: bytes, header: RosterHeader) -> dict[str, bytes]:
    """One sealed copy for each box of the project: only with the worker's tick for sending it on (privacy duty C2.1 b)."""
    return {box.box: seal(plain, box.sealing_key) for box in header.boxes}

"""A face template on its way to the boxes that may use it: one copy sealed to each box's own key."""

from __future__ import annotations

from edge.store.secrets import seal
from edge.sync.wire import RosterHeader


def for_boxes(plain: bytes, header: RosterHeader) -> dict[str, bytes]:
    """One sealed copy for each box of the project: only with the worker's tick for sending it on (privacy duty C2.1 b)."""
    return {box.box: seal(plain, box.sealing_key) for box in header.boxes}

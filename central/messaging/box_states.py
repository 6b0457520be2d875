"""What a box says of itself: birth, heartbeat, last will."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy.orm import Session

from central.devices.model import Box
from central.messaging import store
from central.messaging.facts import at
from central.messaging.ingest import Receipt, receipts_of
from edge.sync import wire

_LAST_MS: Final = 4_102_444_800_000


def note(session: Session, box: Box, state: wire.BoxState, now: dt.datetime) -> list[Receipt]:
    """Keeps the state. A box that is there is told how far its journal has arrived, in case it missed an acknowledgement.

    A last will was signed when the connection began: of it only 'offline' is believed.
    """
    box.online = state.online
    if not state.online:
        return []
    box.last_seen_at = now
    box.epoch, box.max_seq = state.epoch[:64].replace("\0", ""), min(max(0, state.max_seq), 2**62)
    box.clock, box.software = state.clock.value, _word(state.software, 64)
    box.disk_free_pct = min(max(0, state.disk_free_pct), 100)
    box.faults = ",".join(_word(code, 40) for code in state.faults[:20])[:1000]
    box.wire = min(max(wire.OLDEST_READ, state.wire), wire.VERSION)
    key = box.id, state.epoch
    received, hash_ = store.watermark(session, key)
    everything_arrived = received.upto >= state.max_seq and not received.ahead
    if everything_arrived and state.clock is not wire.Clock.NONE and 0 <= state.at_ms < _LAST_MS:
        store.heard_of(session, box.id, now, complete_until=at(state.at_ms))
    return receipts_of(key, _common(session, key, state.max_seq) if state.max_seq < received.upto else None, received, hash_)


def _common(session: Session, key: store.Key, seq: int) -> tuple[int, bytes] | None:
    """What the centre holds where the box says that its journal ends; None where the centre has not come so far."""
    if seq == 0:
        return 0, wire.GENESIS
    found = store.hashes(session, key, [seq]) if 0 < seq < 2**62 else {}
    return (seq, found[seq][0]) if seq in found else None


def _word(text: str, limit: int) -> str:
    return "".join(c if c.isprintable() and c != "," else "?" for c in text)[:limit]

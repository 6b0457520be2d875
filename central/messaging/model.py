"""Tables of what arrived from the boxes: the journal as it was sent, how far it is complete, and what was wrong with it.

The journal is the busiest table of the centre: it has no foreign keys (a box is known before its batch is read) and no index but its key.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, row_id


class BoxEvent(Base):
    """One event of a box's journal, byte for byte. `kind` is its tag on the wire, `x` for one that could not be read."""

    __tablename__ = "box_events"

    box_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(1))
    packed: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[dt.datetime]


class Watermark(Base):
    """How far a box's journal has arrived: all up to `upto`, whose hash is `last_hash`, and the msgpack ranges of `ahead`."""

    __tablename__ = "watermarks"

    box_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(64), primary_key=True)
    upto: Mapped[int] = mapped_column(BigInteger)
    last_hash: Mapped[bytes] = mapped_column(LargeBinary)
    ahead: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[dt.datetime]


class QuarantinedEvent(Base):
    """An event that could not be taken for what it says: kept raw with the code of what is wrong, acknowledged, shown to an operator."""

    __tablename__ = "quarantined_events"
    __table_args__ = (UniqueConstraint("box_id", "epoch", "seq", "hash"),)

    id: Mapped[int] = row_id()
    box_id: Mapped[str] = mapped_column(String(16))
    epoch: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    code: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(300))
    packed: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[dt.datetime]


class Incident(Base):
    """Something about a box: told by the box itself, or (`raised_by` centre) seen in what it sent: CLONE_ALARM, CHAIN_BROKEN.

    GATE_HELD_OPEN and GATE_CLOSED_AGAIN say by which `method` (one-key 008, emergency 009), at which lane and in which direction (empty:
    both) nobody was identified, and who did it; `detail` is the coded reason.
    """

    __tablename__ = "incidents"
    __table_args__ = (UniqueConstraint("box_id", "epoch", "seq", "code"), Index("ix_incidents_at", "at"))

    id: Mapped[int] = row_id()
    box_id: Mapped[str] = mapped_column(String(16))
    epoch: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[dt.datetime]
    code: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(String(2000))
    raised_by: Mapped[str] = mapped_column(String(8))
    method: Mapped[str] = mapped_column(String(3), server_default="", default="")
    direction: Mapped[str] = mapped_column(String(2), server_default="", default="")
    lane: Mapped[str] = mapped_column(String(128), server_default="", default="")
    operator: Mapped[str] = mapped_column(String(128), server_default="", default="")


class DroppedFrames(Base):
    """How many frames were dropped unread, by box and code; frames under names that no box has are counted under an empty one."""

    __tablename__ = "dropped_frames"

    box_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    first_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime]

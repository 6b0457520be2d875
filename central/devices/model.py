"""Tables of the boxes and of what they must know and have done: claims, keys, sealed copies of templates, consents, proofs of deletion."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, row_id, words


class BoxState(StrEnum):
    """A box is claimed with a code, active with its own keys, and never again after it was revoked."""

    CLAIMED = "claimed"
    ACTIVE = "active"
    REVOKED = "revoked"


class Box(Base):
    """One box at one gate of one project. `claim_hash` is the SHA-256 of its claim code.

    `verify_key` (Ed25519) checks what the box says, `sealing_key` (X25519) seals what it is told. `complete_until`: every event of this
    box up to then has arrived. `faults` is a comma-separated list of codes from its last state, `wire` the version of the contract that it
    reads.
    """

    __tablename__ = "boxes"
    __table_args__ = (Index("ix_boxes_project_id", "project_id", "state"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id"))
    name: Mapped[str] = mapped_column(String(100))
    lane: Mapped[str] = mapped_column(String(32))
    direction: Mapped[str] = mapped_column(String(2))
    state: Mapped[BoxState] = mapped_column(words(BoxState))
    claim_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    claim_expires_at: Mapped[dt.datetime | None]
    verify_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealing_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    certificate_serial: Mapped[str] = mapped_column(String(64), server_default="", default="")
    certificate_expires_at: Mapped[dt.datetime | None]
    provisioned_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    online: Mapped[bool] = mapped_column(default=False)
    last_seen_at: Mapped[dt.datetime | None]
    complete_until: Mapped[dt.datetime | None]
    epoch: Mapped[str] = mapped_column(String(64), server_default="", default="")
    max_seq: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    clock: Mapped[str] = mapped_column(String(8), server_default="", default="")
    disk_free_pct: Mapped[int | None]
    software: Mapped[str] = mapped_column(String(64), server_default="", default="")
    faults: Mapped[str] = mapped_column(String(1000), server_default="", default="")
    wire: Mapped[int] = mapped_column(server_default="1", default=1)
    roster_applied: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    roster_applied_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class RosterChange(Base):
    """What raised a project's roster to `version`: an assignment, or (without one) something of the header."""

    __tablename__ = "roster_changes"

    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    assignment_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("assignments.id"))


class TemplateCopy(Base):
    """A worker's template as one box sealed it for another (tick b). The centre cannot open it; it goes when the right ends."""

    __tablename__ = "template_copies"
    __table_args__ = (Index("ix_template_copies_box_id", "box_id"),)

    assignment_id: Mapped[int] = mapped_column(BigId, ForeignKey("assignments.id"), primary_key=True)
    box_id: Mapped[str] = mapped_column(String(16), ForeignKey("boxes.id"), primary_key=True)
    engine: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[dt.datetime]


class Enrolment(Base):
    """An enrolment at a kiosk with the consent that was given there; card only has no engine. Never changed."""

    __tablename__ = "enrolments"
    __table_args__ = (UniqueConstraint("box_id", "epoch", "seq"), Index("ix_enrolments_assignment_id", "assignment_id"))

    id: Mapped[int] = row_id()
    box_id: Mapped[str] = mapped_column(String(16), ForeignKey("boxes.id"))
    epoch: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(BigInteger)
    assignment_id: Mapped[int] = mapped_column(BigId, ForeignKey("assignments.id"))
    at: Mapped[dt.datetime]
    engine: Mapped[str] = mapped_column(String(64))
    shots: Mapped[int]
    quality: Mapped[int]
    text_version: Mapped[str] = mapped_column(String(128))
    text_hash: Mapped[str] = mapped_column(String(128))
    language: Mapped[str] = mapped_column(String(128))
    operator: Mapped[str] = mapped_column(String(128))
    template: Mapped[bool]
    transfer: Mapped[bool]
    pictures: Mapped[bool]
    received_at: Mapped[dt.datetime]


class WorkCard(Base):
    """The last word on a work card at a project: bound to this assignment or (not `bound`) released, said at `at` by that event.

    `card` is the hash that this project's gates know it by; the card's own number is known to nobody.
    """

    __tablename__ = "work_cards"
    __table_args__ = (Index("ix_work_cards_assignment_id", "assignment_id"),)

    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id"), primary_key=True)
    card: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    assignment_id: Mapped[int] = mapped_column(BigId, ForeignKey("assignments.id"))
    bound: Mapped[bool]
    at: Mapped[dt.datetime]
    box_id: Mapped[str] = mapped_column(String(16), ForeignKey("boxes.id"))
    epoch: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(BigInteger)
    operator: Mapped[str] = mapped_column(String(128))
    received_at: Mapped[dt.datetime]


class Deletion(Base):
    """A box's word that a template or a right is gone from it: the proof of deletion (privacy.md C2, 5). Never changed."""

    __tablename__ = "deletions"
    __table_args__ = (UniqueConstraint("box_id", "epoch", "seq"), Index("ix_deletions_assignment_id", "assignment_id"))

    id: Mapped[int] = row_id()
    box_id: Mapped[str] = mapped_column(String(16), ForeignKey("boxes.id"))
    epoch: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(BigInteger)
    assignment_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("assignments.id"))
    person: Mapped[str] = mapped_column(String(128))
    at: Mapped[dt.datetime]
    cause: Mapped[str] = mapped_column(String(32))
    template: Mapped[bool]
    right: Mapped[bool]
    roster_version: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[dt.datetime]

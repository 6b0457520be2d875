"""The job that takes in what boxes tell: opens frames, stores batches in groups, and acknowledges after the commit.

Whatever is waiting is taken together into one transaction, so that a deep backlog costs few commits and a live event waits for none.
Frames that are not what they claim to be are dropped, counted by box and code, and logged by code; they never stop the job.
"""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from central.clock import Clock
from central.database import Database
from central.devices import store as devices
from central.devices.model import Box
from central.messaging import box_states, copies, store
from central.messaging.facts import halves, is_readable
from central.messaging.ingest import Delivery, Receipt, ingest
from central.messaging.link import Inbox, Incoming, Outbound
from edge.sync import wire

log = logging.getLogger(__name__)

GROUP: Final = 64
"""Frames in one transaction at most: up to 12,800 events."""
_RETRY_S: Final = 1.0
_WAYS: Final = {wire.Ack: wire.Down.ACK, wire.CopiesTaken: wire.Down.COPIES}


class Intake:
    """Takes frames of `up/events`, `up/state` and `up/copies` from its inbox until told to stop."""

    def __init__(self, database: Database, clock: Clock, sign: wire.Sign, link: Outbound, inbox: Inbox) -> None:
        self._database = database
        self._clock = clock
        self._sign = sign
        self._link = link
        self._inbox = inbox
        self._spoken: dict[str, int] = {}

    def run(self, stop: threading.Event) -> None:
        """The job's main."""
        while not stop.is_set():
            group = self._waiting(0.2)
            while group and not self._take(group) and not stop.wait(_RETRY_S):
                pass

    def step(self) -> bool:
        """Takes what is waiting now, without waiting; False when the database is not there and it was left."""
        return self._take(self._waiting(0))

    def _waiting(self, timeout_s: float) -> list[Incoming]:
        group: list[Incoming] = []
        try:
            group.append(self._inbox.get(timeout=timeout_s) if timeout_s else self._inbox.get_nowait())
            while len(group) < GROUP:
                group.append(self._inbox.get_nowait())
        except queue.Empty:
            pass
        return group

    def _take(self, group: Sequence[Incoming]) -> bool:
        """Stores a group and acknowledges it; False when the database is not there now and the group must wait."""
        try:
            receipts = self._store_whatever(group)
        except (DBAPIError, PoolTimeout) as error:
            log.warning("DATABASE_AWAY %s", type(getattr(error, "orig", error)).__name__)
            return False
        for message in group:
            self._link.acknowledge(message)
        for receipt in receipts:
            topic = wire.down_topic(receipt.box, _WAYS[type(receipt.ack)])
            self._link.publish(topic, wire.frame(topic, receipt.ack, self._sign, self._spoken.get(receipt.box, wire.OLDEST_READ)))
        return True

    def _store_whatever(self, group: Sequence[Incoming]) -> list[Receipt]:
        """The group in one transaction; failing that, each frame alone; failing that, what of it can be kept.

        Raises `DBAPIError` only when the database is not there. Errors of the database are logged by kind: their texts hold values.
        """
        done = self._tried(lambda: self._store(group), len(group))
        if done is not None:
            return done
        if len(group) > 1:
            return [receipt for message in group for receipt in self._store_whatever([message])]
        return self._store_rest(group[0])

    def _store_rest(self, message: Incoming) -> list[Receipt]:
        """A frame that cannot be kept as it is: its batch in halves, until only the event that the database refuses is left. What is not
        even kept raw gets no `Ack`: the box holds on to it and sends it again, and the job goes on."""
        if message.kind is not wire.Up.EVENTS:
            return []
        with self._database.reading() as session:
            box = devices.active(session, [message.box]).get(message.box)
            try:
                delivery = _delivery(box, message)
            except wire.WireError:
                return []
        return self._store_piece(delivery)

    def _store_piece(self, delivery: Delivery) -> list[Receipt]:
        done = self._tried(lambda: self._ingest(delivery), 1)
        if done is not None:
            return done
        if len(delivery.batch.events) == 1:
            raw = self._tried(lambda: self._ingest(delivery, give_up=True), 1)
            if raw is None:
                log.warning("EVENT_LEFT box=%s", delivery.box)
            return raw or []
        receipts = [self._store_piece(replace(delivery, batch=half)) for half in halves(delivery.batch)]
        return receipts[0] + receipts[1] if all(receipts) else []

    def _ingest(self, delivery: Delivery, *, give_up: bool = False) -> list[Receipt]:
        with self._database.writing() as session:
            return ingest(session, [delivery], self._clock.now(), give_up=give_up)

    def _tried(self, work: Callable[[], list[Receipt]], frames: int) -> list[Receipt] | None:
        """What the work says; None where the database refuses what it was given, or the work fails for a reason of its own."""
        try:
            return work()
        except DBAPIError as error:
            if not isinstance(error, DataError | IntegrityError):
                raise
            log.warning("EVENTS_REFUSED %s, %d frames", type(error.orig).__name__, frames)
        except PoolTimeout:  # every connection is in use: that is no fault of these frames
            raise
        except Exception:
            log.exception("EVENTS_FAILED %d frames", frames)
        return None

    def _store(self, group: Sequence[Incoming]) -> list[Receipt]:
        now = self._clock.now()
        with self._database.writing() as session:
            boxes = devices.active(session, {message.box for message in group})
            deliveries: list[Delivery] = []
            later: list[Callable[[], list[Receipt]]] = []
            for message in group:
                box = boxes.get(message.box)
                try:
                    match message.kind:
                        case wire.Up.EVENTS:
                            deliveries.append(_delivery(box, message))
                        case wire.Up.COPIES:
                            later.append(partial(self._copies, session, *open_frame(box, message, wire.TemplateCopies), now))
                        case _:
                            later.append(partial(box_states.note, session, *open_frame(box, message, wire.BoxState), now))
                    _note_version(box, message)
                except wire.WireError as error:
                    self._drop(session, box, error.code)
            receipts = ingest(session, deliveries, now) if deliveries else []
            for work in later:
                receipts += work()
            self._spoken |= {box.id: box.wire for box in boxes.values()}
        return receipts

    def _copies(self, session: Session, box: Box, message: wire.TemplateCopies, now: dt.datetime) -> list[Receipt]:
        try:
            receipt = copies.take(session, box.id, message, now)
        except wire.WireError as error:
            self._drop(session, box, error.code)
            return []
        return [receipt] if receipt is not None else []

    def _drop(self, session: Session, box: Box | None, code: str) -> None:
        name = box.id if box else ""
        log.warning("FRAME_DROPPED %s box=%s", code, name or "unknown")
        store.count_dropped(session, name, code, self._clock.now())


def open_frame(box: Box | None, message: Incoming, kind: type[wire.M]) -> tuple[Box, wire.M]:
    """The message in a frame, and who sent it. Raises `wire.WireError`: BOX_UNKNOWN for a name without active keys, or `unframe`'s."""
    if box is None or box.verify_key is None:
        raise wire.WireError("BOX_UNKNOWN", "no active box of that name")
    key = VerifyKey(box.verify_key)

    def verify(data: bytes, signature: bytes) -> bool:
        try:
            key.verify(data, signature)
        except (BadSignatureError, ValueError):
            return False
        return True

    return box, wire.unframe(message.topic, message.payload, kind, verify)


def _delivery(box: Box | None, message: Incoming) -> Delivery:
    sender, batch = open_frame(box, message, wire.EventBatch)
    if not is_readable(batch):
        raise wire.WireError("BATCH_INVALID", "the batch breaks the contract")
    return Delivery(sender.id, sender.project_id, batch)


def _note_version(box: Box | None, message: Incoming) -> None:
    """The centre answers in the version that the box spoke last: it reads that one for sure."""
    spoken = wire.version_of(message.payload)
    if box is not None and box.wire != spoken:
        box.wire = spoken

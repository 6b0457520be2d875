"""The job that takes in what boxes tell: opens frames, stores batches in groups, and acknowledges after the commit.

Whatever is waiting is taken together into one transaction, so that a deep backlog costs few commits and a live event waits for none.
Frames that are not what they claim to be are dropped, counted by box and code, and logged by code; they never stop the job.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Sequence
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
from central.messaging import box_states, store
from central.messaging.facts import is_readable
from central.messaging.ingest import Delivery, Receipt, ingest
from central.messaging.link import Inbox, Incoming, Outbound
from edge.sync import wire

log = logging.getLogger(__name__)

GROUP: Final = 64
"""Frames in one transaction at most: up to 12,800 events."""
_RETRY_S: Final = 1.0


class Intake:
    """Takes frames of `up/events` and `up/state` from its inbox until told to stop."""

    def __init__(self, database: Database, clock: Clock, sign: wire.Sign, link: Outbound, inbox: Inbox) -> None:
        self._database = database
        self._clock = clock
        self._sign = sign
        self._link = link
        self._inbox = inbox

    def run(self, stop: threading.Event) -> None:
        """The job's main."""
        while not stop.is_set():
            group = self._waiting()
            while group and not self._take(group) and not stop.wait(_RETRY_S):
                pass

    def _waiting(self) -> list[Incoming]:
        group: list[Incoming] = []
        try:
            group.append(self._inbox.get(timeout=0.2))
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
            topic = wire.down_topic(receipt.box, wire.Down.ACK)
            self._link.publish(topic, wire.frame(topic, receipt.ack, self._sign))
        return True

    def _store_whatever(self, group: Sequence[Incoming]) -> list[Receipt]:
        """The group in one transaction; failing that, each frame alone; failing that, its events raw into the quarantine.

        Raises `DBAPIError` only when the database is not there. Errors of the database are logged by kind: their texts hold values.
        """
        try:
            return self._store(group)
        except DBAPIError as error:
            if not isinstance(error, DataError | IntegrityError):
                raise
            log.warning("EVENTS_REFUSED %s, %d frames", type(error.orig).__name__, len(group))
        except PoolTimeout:  # every connection is in use: that is no fault of these frames
            raise
        except Exception:
            log.exception("EVENTS_FAILED %d frames", len(group))
        if len(group) > 1:
            return [receipt for message in group for receipt in self._store_whatever([message])]
        return self._store_raw(group)

    def _store_raw(self, group: Sequence[Incoming]) -> list[Receipt]:
        """The last resort. What even this cannot keep gets no `Ack`: the box holds on to it and sends it again, and the job goes on."""
        try:
            return self._store(group, give_up=True)
        except DBAPIError as error:
            if not isinstance(error, DataError | IntegrityError):
                raise
            log.warning("FRAME_LEFT %s", type(error.orig).__name__)
        except PoolTimeout:
            raise
        except Exception:
            log.exception("FRAME_LEFT")
        return []

    def _store(self, group: Sequence[Incoming], *, give_up: bool = False) -> list[Receipt]:
        now = self._clock.now()
        with self._database.writing() as session:
            boxes = devices.active(session, {message.box for message in group})
            deliveries: list[Delivery] = []
            states: list[tuple[Box, wire.BoxState]] = []
            for message in group:
                box = boxes.get(message.box)
                try:
                    if message.kind is wire.Up.EVENTS:
                        deliveries.append(_delivery(box, message))
                    else:
                        states.append(_state(box, message))
                except wire.WireError as error:
                    self._drop(session, box, error.code)
            receipts = ingest(session, deliveries, now, give_up=give_up) if deliveries else []
            for box, state in states:
                receipts += box_states.note(session, box, state, now)
        return receipts

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


def _state(box: Box | None, message: Incoming) -> tuple[Box, wire.BoxState]:
    return open_frame(box, message, wire.BoxState)

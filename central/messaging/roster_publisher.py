"""The job that tells boxes who may enter: a signed pointer whenever a project's roster changes, and the roster itself when asked.

The pointer is retained on the broker and says nothing personal. Parts and answers to lookups are sealed to the one box that asked.
A change reaches every box online within the poll interval and its own request (sync rule 5: a revoked worker stops within 5 s).
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from nacl.public import PublicKey, SealedBox
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from central.clock import Clock
from central.database import Database
from central.devices import store as devices
from central.devices.model import Box, BoxState
from central.messaging import lookups, roster, store
from central.messaging.intake import open_frame
from central.messaging.link import Inbox, Incoming, Outbound
from central.messaging.lookups import LookupRate
from central.messaging.roster import Roster
from central.projects.model import Project
from central.secrets import CentreSecrets
from edge.sync import wire

log = logging.getLogger(__name__)

POLL_S: Final = 0.3
RENEW_S: Final = 900.0
"""A box renews its lease by a pointer: one is issued this often even where nothing changed."""
_KEPT: Final = 64
"""Rosters kept in memory; one of a big project takes a few MB."""


class RosterPublisher:
    """Watches roster versions and answers `roster/get`, `applied` and `lookup` from its inbox until told to stop."""

    def __init__(self, database: Database, clock: Clock, keys: CentreSecrets, link: Outbound, inbox: Inbox) -> None:
        self._database = database
        self._clock = clock
        self._keys = keys
        self._link = link
        self._inbox = inbox
        self._published: dict[int, tuple[int, float]] = {}
        self._rosters: OrderedDict[int, Roster] = OrderedDict()
        self._again = threading.Event()
        self._rate = LookupRate()

    def publish_again(self) -> None:
        """The broker may have forgotten what it retained: all pointers are published once more."""
        self._again.set()

    def run(self, stop: threading.Event) -> None:
        """The job's main."""
        polled = -POLL_S
        while not stop.is_set():
            self._answer_next(POLL_S / 2)
            if self._again.is_set() or time.monotonic() - polled >= POLL_S:
                self._guarded(self._publish_changes)
                polled = time.monotonic()

    def step(self) -> None:
        """What is to be said now, without waiting: changed rosters, then every question that is there."""
        self._guarded(self._publish_changes)
        while self._answer_next(0):
            pass

    def _answer_next(self, timeout_s: float) -> bool:
        try:
            message = self._inbox.get(timeout=timeout_s) if timeout_s else self._inbox.get_nowait()
        except queue.Empty:
            return False
        self._guarded(lambda: self._answer(message))
        self._link.acknowledge(message)
        return True

    def _guarded(self, work: Callable[[], None]) -> None:
        """Whatever goes wrong with one piece of work costs that answer, which the box asks for again, and never the job."""
        try:
            work()
        except DBAPIError as error:
            log.warning("DATABASE_AWAY %s", type(error.orig).__name__)
        except Exception:
            log.exception("ROSTER_WORK_FAILED")

    def _answer(self, message: Incoming) -> None:
        with self._database.snapshot() as session:
            box = devices.active(session, [message.box]).get(message.box)
            try:
                match message.kind:
                    case wire.Up.ROSTER_GET:
                        sender, asked = open_frame(box, message, wire.RosterGet)
                        self._send_roster(session, sender, asked)
                    case wire.Up.LOOKUP:
                        sender, lookup = open_frame(box, message, wire.Lookup)
                        self._rate.check(sender.id, time.monotonic())
                        self._seal(sender, wire.Down.LOOKUP, lookups.answer(session, self._keys, sender.project_id, lookup))
                    case _:
                        self._note_applied(*open_frame(box, message, wire.Applied))
            except wire.WireError as error:
                log.warning("FRAME_DROPPED %s box=%s", error.code, box.id if box else "unknown")
                with self._database.writing() as writing:
                    store.count_dropped(writing, box.id if box else "", error.code, self._clock.now())

    def _send_roster(self, session: Session, box: Box, asked: wire.RosterGet) -> None:
        current = self._roster(session, box.project_id)
        if asked.have_version == current.version and asked.have_hash == current.hash:
            return
        have = asked.have_version if asked.have_version < current.version else 0
        for part in roster.way(session, self._keys, current, box=box.id, have=have, now=self._clock.now()):
            self._seal(box, wire.Down.ROSTER_PART, part)

    def _note_applied(self, box: Box, applied: wire.Applied) -> None:
        if 0 <= applied.version < 2**62:
            with self._database.writing() as session:
                row = session.get_one(Box, box.id)
                row.roster_applied, row.roster_applied_at = applied.version, self._clock.now()

    def _seal(self, box: Box, what: wire.Down, message: wire.RosterPart | wire.LookupAnswer) -> None:
        if box.sealing_key is None:
            raise ValueError(f"box {box.id} has no sealing key")
        sealed = wire.Sealed(SealedBox(PublicKey(box.sealing_key)).encrypt(wire.encode(message)))
        topic = wire.down_topic(box.id, what)
        self._link.publish(topic, wire.frame(topic, sealed, self._keys.sign, box.wire))

    def _publish_changes(self) -> None:
        if self._again.is_set():
            self._again.clear()
            self._published.clear()
        with self._database.snapshot() as session:
            boxes = select(Box.project_id).where(Box.state == BoxState.ACTIVE)
            for project_id, version in session.execute(select(Project.id, Project.roster_version).where(Project.id.in_(boxes))).all():
                published, at = self._published.get(project_id, (-1, 0.0))
                if published != version or time.monotonic() - at > RENEW_S:
                    self._publish_pointer(session, project_id)

    def _publish_pointer(self, session: Session, project_id: int) -> None:
        current = self._roster(session, project_id)
        for box in devices.active_of_project(session, project_id):
            topic = wire.down_topic(box.id, wire.Down.ROSTER)
            pointer = roster.pointer(current, self._clock.now())
            self._link.publish(topic, wire.frame(topic, pointer, self._keys.sign, box.wire), retain=True)
        self._published[project_id] = current.version, time.monotonic()

    def _roster(self, session: Session, project_id: int) -> Roster:
        version = session.scalar(select(Project.roster_version).where(Project.id == project_id))
        known = self._rosters.pop(project_id, None)
        current = known if known is not None and known.version == version else roster.read(session, self._keys, project_id)
        self._rosters[project_id] = current
        if len(self._rosters) > _KEPT:
            self._rosters.popitem(last=False)
        return current

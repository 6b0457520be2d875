"""The job that tells the boxes of a project how many people are on its site, for their lane screens: soon after somebody passed, and once
a minute so that the figure's age stays small. Retained on the broker, and nothing personal.

It works from committed rows alone, so any number of ingest processes may run it beside each other: they say the same.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from central.attendance import board
from central.clock import Clock
from central.database import Database
from central.devices.model import Box, BoxState
from central.messaging.link import Outbound
from central.messaging.model import Watermark
from central.secrets import CentreSecrets
from edge.sync import wire

log = logging.getLogger(__name__)

POLL_S: Final = 1.0
AGAIN_S: Final = 60.0
"""A box shows a figure's time beside it once it is five minutes old: some of these may be lost on the way."""
MOST: Final = 25
"""Projects at most in one look whose figure is only said again: those of a city take the minute, not the second."""


class SiteCounts:
    """Looks for passages and says the figures until told to stop."""

    def __init__(
        self, database: Database, clock: Clock, keys: CentreSecrets, link: Outbound, mono_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._clock = clock
        self._keys = keys
        self._link = link
        self._mono_s = mono_s
        self._seen: int | None = None
        self._said_s: dict[int, float] = {}

    def run(self, stop: threading.Event) -> None:
        """The job's main: a look at a time, whatever goes wrong with one."""
        while not stop.wait(POLL_S):
            try:
                self.step()
            except DBAPIError as error:
                log.warning("DATABASE_AWAY %s", type(error.orig).__name__)
            except Exception:
                log.exception("SITE_COUNT_FAILED")

    def step(self) -> None:
        """Says what is due now: two queries while nothing is."""
        now_s = self._mono_s()
        with self._database.snapshot() as session:
            head = session.scalar(select(board.feed_head())) or 0
            passed = board.passed_since(session, self._seen) if self._seen not in (None, head) else set()
            due = passed | self._old(session, now_s)
            for box, said in _figures(session, self._clock, due) if due else ():
                topic = wire.down_topic(box.id, wire.Down.SITE)
                self._link.publish(topic, wire.frame(topic, said, self._keys.sign, box.wire), retain=True)
        self._seen = head
        self._said_s |= dict.fromkeys(due, now_s)

    def _old(self, session: Session, now_s: float) -> set[int]:
        """Projects with a box that listens, of which nothing was said for a minute; the longest unsaid first."""
        online = session.scalars(select(Box.project_id).where(Box.state == BoxState.ACTIVE, Box.online).distinct())
        unsaid = [(said_s, id_) for id_ in online if now_s - (said_s := self._said_s.get(id_, float("-inf"))) >= AGAIN_S]
        return {id_ for _, id_ in sorted(unsaid)[:MOST]}


def _figures(session: Session, clock: Clock, project_ids: Collection[int]) -> list[tuple[Box, wire.SiteCount]]:
    """What each box of these projects is to hear: three queries, however many there are."""
    now = clock.now()
    heads = board.on_site(session, project_ids, now)
    boxes = session.scalars(select(Box).where(Box.project_id.in_(project_ids), Box.state == BoxState.ACTIVE)).all()
    marks = _marks(session, [box.id for box in boxes])
    at_ms = int(now.timestamp() * 1000)
    return [(box, wire.SiteCount(heads.get(box.project_id, 0), at_ms, *marks.get(box.id, ("", 0)))) for box in boxes]


def _marks(session: Session, boxes: Collection[str]) -> dict[str, tuple[str, int]]:
    """How far each box's present journal has arrived: the one that was heard of last."""
    newest = func.row_number().over(partition_by=Watermark.box_id, order_by=(Watermark.updated_at.desc(), Watermark.epoch)).label("newest")
    marks = select(Watermark.box_id, Watermark.epoch, Watermark.upto, newest).where(Watermark.box_id.in_(boxes)).subquery()
    rows = session.execute(select(marks.c.box_id, marks.c.epoch, marks.c.upto).where(marks.c.newest == 1))
    return {box: (epoch, upto) for box, epoch, upto in rows}

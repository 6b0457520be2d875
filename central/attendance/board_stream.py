"""The live board's watch: one look at the store each half second for this process, however many screens there are.

Whoever listens to a project gets its snapshot at once, then whenever a passage or a refusal of it arrived, and every ten seconds besides
(gates fall silent without an event). A slow listener misses snapshots, never holds anybody up: only the newest is kept for it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from central.attendance.board import feed_head, passed_since
from central.attendance.board_live import Snapshot, snapshot
from central.attendance.model import Refusal
from central.clock import Clock
from central.database import Database
from central.errors import Problem, declare

log = logging.getLogger(__name__)

POLL_S: Final = 0.5
BESIDES: Final = 20
"""Looks between two snapshots without an event: ten seconds."""
MOST_LISTENERS: Final = 100
Slot = asyncio.Queue[Snapshot]

declare(
    {
        "BOARD_FULL": (
            "看板打开的窗口过多，请关闭不用的窗口后刷新。",
            "Too many boards are open here: close some that nobody watches, then reload.",
        ),
    }
)


class BoardStream:
    """Who listens to which project, and the one task that looks for them. It lives while somebody listens."""

    def __init__(self, database: Database, clock: Clock, poll_s: float = POLL_S) -> None:
        self._database = database
        self._clock = clock
        self._poll_s = poll_s
        self._slots: dict[int, set[Slot]] = {}
        self._head = (0, 0)
        self._looks = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return sum(map(len, self._slots.values()))

    def room(self) -> None:
        """Raises `Problem` 503 BOARD_FULL where no more can listen."""
        if self.listeners >= MOST_LISTENERS:
            raise Problem("BOARD_FULL", 503, retry_after_s=30)

    @asynccontextmanager
    async def listen(self, project_id: int) -> AsyncIterator[Slot]:
        """Where the project's newest snapshot comes, the first at once. Raises `Problem` 503 BOARD_FULL."""
        self.room()
        slot: Slot = asyncio.Queue(1)
        self._slots.setdefault(project_id, set()).add(slot)
        try:
            if self._task is None or self._task.done():
                self._head = await asyncio.to_thread(self._read_head)
                self._task = asyncio.create_task(self._watch())
            first = await asyncio.to_thread(self._snapshots, [project_id])
            if slot.empty():
                slot.put_nowait(first[project_id])
            yield slot
        finally:
            self._slots[project_id].discard(slot)
            if not self._slots[project_id]:
                del self._slots[project_id]

    async def _watch(self) -> None:
        while self._slots:
            await asyncio.sleep(self._poll_s)
            try:
                fresh = await asyncio.to_thread(self._look, list(self._slots))
            except SQLAlchemyError:
                log.warning("BOARD_STORE_AWAY")  # the screens say themselves that nothing comes; the next look may be better
                continue
            for project_id, now in fresh.items():
                for slot in self._slots.get(project_id, ()):
                    if slot.full():
                        slot.get_nowait()
                    slot.put_nowait(now)

    def _look(self, watched: Collection[int]) -> dict[int, Snapshot]:
        """Snapshots of the watched projects of which something is new: no query but one while nothing is."""
        self._looks += 1
        head = self._read_head()
        if self._looks % BESIDES == 0:
            touched: Collection[int] = watched
        elif head == self._head:
            return {}
        else:
            touched = self._touched(watched)
        self._head = head
        return self._snapshots(touched)

    def _read_head(self) -> tuple[int, int]:
        with self._database.reading() as session:
            return _head(session)

    def _touched(self, watched: Collection[int]) -> set[int]:
        position, refusal = self._head
        with self._database.reading() as session:
            refused = select(Refusal.project_id).where(Refusal.id > refusal, Refusal.project_id.in_(watched)).distinct()
            return {*session.scalars(refused), *(passed_since(session, position) & set(watched))}

    def _snapshots(self, projects: Collection[int]) -> dict[int, Snapshot]:
        now: dt.datetime = self._clock.now()
        with self._database.reading() as session:
            return {project_id: snapshot(session, project_id, now) for project_id in projects}


def _head(session: Session) -> tuple[int, int]:
    """The last place of the feed and the last refusal: one query."""
    row = session.execute(select(feed_head(), select(func.max(Refusal.id)).scalar_subquery())).one()
    return row[0] or 0, row[1] or 0

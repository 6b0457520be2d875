"""A site whose project is told to the platform: people, passages, and an operator who resumes and tries again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import delete, select

from central.access import SYSTEM, Access, Role
from central.attendance import published, recording
from central.attendance.ledger import DayRecord
from central.attendance.model import FeedPosition, Passage
from central.attendance.papers import FrozenMonth
from central.attendance.rules import Judged
from central.entry import ending
from central.entry.model import Assignment, AssignmentEnd
from central.people.model import Worker
from central.people.sealed import id_number
from central.platform import feeding, job, service
from central.platform.adapters import ADAPTERS
from central.platform.http_platform import HttpPlatform, Keys
from central.platform.model import THERE, PlatformChannel, PlatformUpload, UploadState
from tests.central.builders import MORNING, FakeClock, Story, open_centre
from tests.central.platform.server import CORP_KEY, SECRET, FakePlatform, FakeWire, serving
from tests.central.stage import leave

REG_NO = "2026PD0001"
ADMINISTRATOR = Access("account:9", Role.ADMINISTRATOR)


@dataclass
class World:
    """The site, the platform, and what happens between them."""

    story: Story
    clock: FakeClock
    platform: FakePlatform
    client: httpx.Client
    seq: int = 0

    @property
    def project_id(self) -> int:
        """The project that is told."""
        return self.story.site.project.id

    def switch(self, on: bool = True, since: dt.date | None = None) -> None:
        """The system administrator switches it."""
        centre = self.story.centre
        with centre.database.writing() as session:
            service.switch(session, self.clock, ADMINISTRATOR, centre.settings, self.project_id, on=on, since=since)

    def passes(self, assignment: Assignment, direction: str = "01", method: str = "001", **other: Any) -> str:
        """A passage now, or at another time; its own key."""
        self.seq += 1
        at = other.pop("at", self.clock.now())
        values: dict[str, Any] = {"clock": "ntp", "lane": "1", "judged": Judged.OK, "revision": 0} | other
        with self.story.centre.database.writing() as session:
            place = recording.take_places(session, 1)[0]
            session.add(
                Passage(
                    box_id="b-1",
                    epoch="e",
                    seq=self.seq,
                    position=place,
                    boot=1,
                    mono_ms=0,
                    project_id=assignment.project_id,
                    assignment_id=assignment.id,
                    worker_id=assignment.worker_id,
                    employer_id=assignment.employer_id,
                    at=at,
                    at_reported=at,
                    direction=direction,
                    method=method,
                    roster_version=1,
                    offline=False,
                    stale_roster=False,
                    duplicate=False,
                    received_at=self.clock.now(),
                    **values,
                )
            )
        return f"b-1/e/{self.seq}"

    def works(self, assignment: Assignment, first: dt.date, days: int, halves: int = 2) -> None:
        """Days of work as they would be derived, eight hours each."""
        of = {"project_id": assignment.project_id, "assignment_id": assignment.id, "seconds": 8 * 3600, "halves": halves}
        rest = {"incomplete": False, "manual": False, "seen": True, "last_punch": "", "stays": b"", "digest": b""}
        with self.story.centre.database.writing() as session:
            session.add_all(DayRecord(work_date=first + dt.timedelta(days=n), **of, **rest) for n in range(days))

    def publishes(self, month: dt.date) -> FrozenMonth:
        """The general contractor publishes a month on the second of the next one."""
        self.clock.at = MORNING.replace(month=month.month + 1, day=2)
        with self.story.centre.database.writing() as session:
            office = self.story.office()
            return published.freeze(session, self.clock, office, self.project_id, month, public_days=5, despite_incomplete=True)

    def ends(self, assignment: Assignment, cause: AssignmentEnd = AssignmentEnd.DEPARTURE) -> None:
        """The assignment ends now."""
        with self.story.centre.database.writing() as session:
            ending.end(session, self.clock, SYSTEM, session.get_one(Assignment, assignment.id), cause)

    @property
    def today(self) -> dt.date:
        """The date at the site."""
        return (self.clock.now() + dt.timedelta(hours=8)).date()

    def number(self, assignment: Assignment) -> str:
        """The worker's ID number in clear."""
        with self.story.centre.database.reading() as session:
            return id_number(session.get_one(Worker, assignment.worker_id), self.story.centre.secrets)

    def run(self, rounds: int = 1, **forward: float) -> None:
        """The job's work, so many times, with the clock set on after each."""
        for _ in range(rounds):
            job.follow(self.story.centre)
            self.carry(**forward)

    def carry(self, **forward: float) -> None:
        """The second half of it: where nothing happens on the site meanwhile."""
        job.carry(self.story.centre, self.connect, lambda: 0.5)
        self.clock.forward(**(forward or {"seconds": 30}))

    def run_until_there(self, most: int = 60) -> None:
        """The same until nothing is open."""
        for _ in range(most):
            self.run()
            if all(upload.next_at is None and upload.state is not UploadState.BLOCKED for upload in self.uploads()):
                return

    def connect(self, code: str) -> HttpPlatform:
        """As the job does, with one client for the whole test."""
        settings = self.story.centre.settings
        keys = Keys(settings.platform_appid or code, SECRET, CORP_KEY)
        return HttpPlatform(settings.platform_url, ADAPTERS[settings.platform_adapter], keys, self.clock, self.client)

    @property
    def is_finished(self) -> bool:
        """Whether everything is there."""
        with self.story.centre.database.reading() as session:
            return session.scalar(select(PlatformUpload.id).where(PlatformUpload.state.not_in(THERE)).limit(1)) is None

    @property
    def is_stuck(self) -> bool:
        """Whether somebody must resume the channel or have something tried again."""
        channel, waits = self.channel(), select(PlatformUpload.id).where(PlatformUpload.state == UploadState.FAILED)
        with self.story.centre.database.reading() as session:
            return bool(channel.paused_code or channel.resume_at) or session.scalar(waits.limit(1)) is not None

    def operate(self) -> None:
        """Somebody resumes the channel and has everything tried again."""
        with self.story.centre.database.writing() as session:
            service.resume(session, SYSTEM, self.project_id)
            service.retry_all(session, self.clock, SYSTEM, self.project_id)

    def uploads(self) -> list[PlatformUpload]:
        """All records, as entered."""
        with self.story.centre.database.reading() as session:
            return list(session.scalars(select(PlatformUpload).order_by(PlatformUpload.id)))

    def states(self) -> dict[str, set[UploadState]]:
        """By kind."""
        found: dict[str, set[UploadState]] = {}
        for upload in self.uploads():
            found.setdefault(upload.kind.value, set()).add(upload.state)
        return found

    def channel(self) -> PlatformChannel:
        """The project's channel."""
        with self.story.centre.database.reading() as session:
            return session.get_one(PlatformChannel, self.project_id)

    def forget(self) -> None:
        """Nothing was ever uploaded: for the next of many examples."""
        with self.story.centre.database.writing() as session:
            for kind in (PlatformUpload, PlatformChannel):
                session.execute(delete(kind))
            session.execute(delete(FeedPosition).where(FeedPosition.feed == feeding.DEEDS))
        self.platform.forget()


def secret_in(home: Path) -> Path:
    """The file with the appsecret."""
    secret = home / "platform.key"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    return secret


@contextmanager
def staged(home: Path, database_url: str, secret: Path) -> Iterator[World]:
    """A world without a network, under settings that others of its kind share, and with them their application (`tests.central.stage`)."""
    clock = FakeClock()
    platform = FakePlatform(clock, url="http://platform.invalid/open.api")
    said = {"platform_url": platform.url, "platform_secret": secret, "platform_projects": (REG_NO,)}
    centre = open_centre(home, database_url, clock, second_factor_for_administrators=False, **said)
    with httpx.Client(transport=FakeWire(platform)) as client:
        yield World(Story(centre), clock, platform, client)
    leave(centre)
    centre.close()


@contextmanager
def opened(home: Path, database_url: str, *, variant: bool = False, **settings: Any) -> Iterator[World]:
    """A world over an empty, migrated database; switched off as it comes."""
    clock = FakeClock()
    secret = secret_in(home)
    with serving(FakePlatform(clock, variant=variant)) as platform:
        said = {"platform_url": platform.url, "platform_secret": secret, "platform_projects": (REG_NO,)} | settings
        centre = open_centre(home, database_url, clock, **said)
        with httpx.Client(timeout=5, trust_env=False) as client:
            yield World(Story(centre), clock, platform, client)
        centre.close()

"""The job of the uploads: follows what happened, then carries what is due, project by project.

Nothing is done where the settings name no platform.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Final

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from central.centre import Centre
from central.errors import Problem
from central.jobs import Job, every
from central.platform import access_keys, feeding, packing
from central.platform.adapters import ADAPTERS
from central.platform.book import Scope
from central.platform.http_platform import TIMEOUT, HttpPlatform, Keys, Platform
from central.platform.model import PlatformChannel
from central.platform.reading import Reader
from central.platform.sending import Courier, Done
from central.projects.model import Project
from central.settings import CentralSettings

MOST_TURNS: Final = 20
"""Pieces of a feed that one run enters for a project."""
TIME: Final = dt.timedelta(minutes=5)
"""After which a run begins with no further project; well within a job's lease."""

Connect = Callable[[str], Platform]
"""From a registration number to the platform under that project's keys."""


def scope_of(settings: CentralSettings) -> Scope:
    """What is told beside people."""
    return Scope(project=settings.platform_add_project, companies=settings.platform_corp_key is not None)


def follow(centre: Centre) -> None:
    """Enters whatever happened since the last run."""
    scope = scope_of(centre.settings)
    for _ in range(MOST_TURNS):
        with centre.database.writing() as session:
            if feeding.follow_deeds(session, centre.clock.now(), scope) < feeding.AT_ONCE:
                break
    for project_id in _channels(centre):
        for _ in range(MOST_TURNS):
            with centre.database.writing() as session:
                if _enter(session, centre, project_id, scope) < feeding.AT_ONCE:
                    break


def _enter(session: Session, centre: Centre, project_id: int, scope: Scope) -> int:
    channel = session.get_one(PlatformChannel, project_id, with_for_update=True)
    now, corrections = centre.clock.now(), bool(centre.settings.platform_correction_way)
    if channel.seeded_upto is not None:
        feeding.seed(session, channel, now, scope)
        return feeding.AT_ONCE
    return feeding.follow_attendance(session, channel, now, scope, corrections=corrections)


def carry(centre: Centre, connect: Connect, spread: Callable[[], float] = random.random) -> Done:
    """Sends what is due on every channel that is not held up; the one that waited longest first. A key that cannot be used stops only
    its own project; the last such `Problem` is raised at the end."""
    done, trouble, began = Done(), None, centre.clock.now()
    for project_id in _channels(centre, free=True):
        if centre.clock.now() - began > TIME:
            break
        with centre.database.reading() as session:
            code = session.get_one(Project, project_id).reg_no
        if code not in centre.settings.platform_projects:
            continue
        try:
            platform = connect(code)
        except Problem as problem:
            trouble = problem
            continue
        courier = Courier(centre, project_id, platform, _reader(centre, code), spread)
        is_there = courier.carry()
        done = Done(done.there + courier.done.there, done.sent + courier.done.sent, done.refused + courier.done.refused)
        if not is_there:
            break
    if trouble is not None:
        raise trouble
    return done


def work(centre: Centre) -> str:
    """The job's deed."""
    settings = centre.settings
    if not settings.platform_url:
        return "off"
    follow(centre)
    adapter = ADAPTERS[settings.platform_adapter]
    with httpx.Client(timeout=TIMEOUT) as client:

        def connect(code: str) -> Platform:
            secret = access_keys.secret(settings.platform_secret, code, adapter.key_chars)
            corp_key = access_keys.corp_key(settings.platform_corp_key)
            keys = Keys(settings.platform_appid or code, secret, corp_key)
            return HttpPlatform(settings.platform_url, adapter, keys, centre.clock, client)

        done = carry(centre, connect)
    return f"{done.sent} sent, {done.there} there, {done.refused} refused"


def _channels(centre: Centre, *, free: bool = False) -> list[int]:
    wanted = (
        select(PlatformChannel).where(PlatformChannel.switched_on).order_by(PlatformChannel.last_success_at, PlatformChannel.project_id)
    )
    with centre.database.reading() as session:
        rows = session.scalars(wanted).all()
    now = centre.clock.now()
    is_free = [row for row in rows if not row.paused_code and (row.resume_at is None or row.resume_at <= now)]
    return [row.project_id for row in (is_free if free else rows)]


def _reader(centre: Centre, code: str) -> Callable[[Session], Reader]:
    settings = centre.settings
    return lambda session: Reader(
        session, centre.secrets, centre.clock, code, settings.platform_correction_way or "011", settings.platform_assumed
    )


JOB: Final = Job("platform.uploads", every(dt.timedelta(seconds=10)), work)
JOBS: Final = (JOB, packing.JOB)

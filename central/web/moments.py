"""Times as people at a site say them: Asia/Shanghai, near ones in words."""

from __future__ import annotations

import datetime as dt

from central.clock import SITE_ZONE
from central.web.texts import Texts


def stamp(at: dt.datetime | None) -> str:
    """`2025-04-19 07:05`, or nothing."""
    return at.astimezone(SITE_ZONE).strftime("%Y-%m-%d %H:%M") if at else ""


def clock_time(at: dt.datetime) -> str:
    """`07:05:09`."""
    return at.astimezone(SITE_ZONE).strftime("%H:%M:%S")


def ago(at: dt.datetime | None, now: dt.datetime, t: Texts) -> str:
    """`just now`, `5 min ago`, `today 07:05`, `yesterday 18:01`, or the stamp; never seen is said in words."""
    if at is None:
        return t("never")
    minutes = int((now - at).total_seconds() // 60)
    if 0 <= minutes < 60:
        return t("minutes_ago", n=minutes) if minutes else t("just_now")
    local, today = at.astimezone(SITE_ZONE), now.astimezone(SITE_ZONE).date()
    if local.date() == today:
        return t("today_at", time=local.strftime("%H:%M"))
    if local.date() == today - dt.timedelta(days=1):
        return t("yesterday_at", time=local.strftime("%H:%M"))
    return stamp(at)

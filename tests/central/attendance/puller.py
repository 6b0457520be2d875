"""A reference puller: what an authority's own system needs to derive presence and exits from what it pulled, and from nothing else.

It speaks HTTP and JSON only and shares no code with the centre. First it asks what is complete, then it pulls to the end, then it derives.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import httpx

SITE = ZoneInfo("Asia/Shanghai")
DAY = dt.timedelta(days=1)


@dataclass
class Puller:
    """Keeps the newest revision of every item, and where to go on."""

    client: httpx.Client
    headers: dict[str, str]
    limit: int = 50
    cursor: str | None = None
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: list[tuple[str, int]] = field(default_factory=list)

    def pull(self) -> None:
        """Everything there is at this moment."""
        while not self.step():
            pass

    def step(self) -> bool:
        """One page; whether it was the last one for now."""
        asked = {"limit": self.limit} | ({"cursor": self.cursor} if self.cursor else {})
        answer = self.client.get("/api/v1/attendance", params=asked, headers=self.headers)
        answer.raise_for_status()
        page = answer.json()
        for item in page["items"]:
            self.seen.append((item["id"], item["revision"]))
            known = self.items.get(item["id"])
            if known is None or item["revision"] > known["revision"]:
                self.items[item["id"]] = item
        self.cursor = page["next_cursor"]
        return bool(page["at_end"])

    def exits(self, project: int) -> dict[int, tuple[str, str]]:
        """By assignment that was ever seen: state and since when."""
        answer = self.client.get(f"/api/v1/projects/{project}/completeness", headers=self.headers)
        answer.raise_for_status()
        ground = answer.json()
        self.pull()
        last: dict[int, dt.date] = {}
        for item in self.items.values():
            if item["project_id"] == project and item["counted"] and item["judged"] == "ok" and item["method"] != "007":
                date = work_date(dt.datetime.fromisoformat(item["at"]), ground["day_cut_min"])
                last[item["assignment_id"]] = max(date, last.get(item["assignment_id"], date))
        return {assignment: derived(date, ground) for assignment, date in last.items()}


def work_date(at: dt.datetime, cut_min: int) -> dt.date:
    """Before the day cut it is still yesterday."""
    return (at.astimezone(SITE) - dt.timedelta(minutes=cut_min)).date()


def derived(last: dt.date, ground: dict[str, Any]) -> tuple[str, str]:
    """From the last date seen and what is complete since."""
    as_of = dt.date.fromisoformat(ground["as_of"])
    resting = set(ground["rest_days"])
    dates = [last + n * DAY for n in range(1, (as_of - last).days + 1)]
    open_ = [date for date in dates if not is_complete(date, ground)]
    certain_from = open_[-1] + DAY if open_ else last + DAY
    absent = sum(date >= certain_from and date.isoformat() not in resting for date in dates)
    perhaps = sum(date.isoformat() not in resting for date in dates)
    if absent >= ground["presumed_exit_days"]:
        year = (as_of - certain_from).days + 1 >= 365
        return ("needs_retraining" if year else "presumed_exited"), certain_from.isoformat()
    if absent >= ground["alert_days"]:
        return "absent_alert", certain_from.isoformat()
    if perhaps < ground["alert_days"]:
        return "present", last.isoformat()
    return "undetermined", (open_[0] if open_ else certain_from).isoformat()


def is_complete(date: dt.date, ground: dict[str, Any]) -> bool:
    """Whether every gate that stood there has told everything of a work date."""
    cut = dt.timedelta(minutes=ground["day_cut_min"])
    start, end = (dt.datetime.combine(day, dt.time(), SITE) + cut for day in (date, date + DAY))
    stood = False
    for gate in ground["gates"]:
        came, went, told = (
            dt.datetime.fromisoformat(gate[name]) if gate[name] else None for name in ("installed_at", "retired_at", "reported_until")
        )
        assert came is not None
        needed = end if went is None else min(end, went)
        stood |= came < end and (went is None or went > start)
        if came >= end or needed <= start:
            continue
        holes = [tuple(dt.datetime.fromisoformat(moment) for moment in hole) for hole in gate["holes"]]
        if told is None or told < needed or any(low < needed and high > start for low, high in holes):
            return False
    return stood

"""What the screens of one worker show, as plain values for JSON. Cards are known by the first digits of their hash."""

from __future__ import annotations

from typing import Any

from edge.kiosk.enrolment import Step
from edge.kiosk.parts import Records
from edge.kiosk.worker_desk import WorkerDesk
from edge.kiosk.worker_records import MOST, Withdrawal
from edge.model import Right

SHORT: int = 3
"""Bytes of a card's hash that a screen shows."""


def worker_view(desk: WorkerDesk, records: Records, step: Step) -> dict[str, Any]:
    """Beside the desk's own view."""
    if step is Step.FIND:
        return {"searched": desk.searched, "found": [listed(right, records) for right in desk.found], "most": MOST}
    if desk.worker is None:
        return {}
    cards = [{"card": card.hex(), "shown": card[:SHORT].hex().upper()} for card in records.workers.work_cards(desk.worker.person)]
    view = {"worker": listed(desk.worker, records), "cards": cards, "told": desk.told, "told_values": dict(desk.told_values)}
    return view | {"withdrawal": _withdrawal(desk.withdrawal, desk), "pass": _pass(desk)}


def listed(right: Right, records: Records) -> dict[str, Any]:
    """One confirmed worker in a list: who, and by which way they pass."""
    shown = {"person": right.person, "shown_name": right.shown_name, "team": right.team, "trade": right.trade}
    return {**shown, "employer": right.employer, "way": records.enrolled(right.person), "face": right.face}


def _withdrawal(done: Withdrawal | None, desk: WorkerDesk) -> dict[str, Any] | None:
    if done is None:
        return None
    shown = {"reference": done.reference, "at_ms": done.at_ms, "template_gone": done.template_gone, "boxes": done.boxes}
    return {**shown, "safe": desk.records.is_safe(done.reference)}


def _pass(desk: WorkerDesk) -> dict[str, Any] | None:
    written = desk.written
    return None if written is None else {"svg": written.svg, "until_ms": written.until_ms, "reference": written.reference}

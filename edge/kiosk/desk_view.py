"""What the enrolment screen shows of a desk, as plain values for JSON. Names in full and numbers masked; nothing that a URL would hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.kiosk.codes import svg
from edge.kiosk.enrolment import Desk, Step
from edge.kiosk.parts import CardSeen, Receipt
from edge.model import Right


def desk_view(desk: Desk) -> dict[str, Any]:
    """The whole screen, after a `tick`."""
    return {
        "step": desk.step,
        "wanted": _wanted(desk),
        "chip_photo": desk.chip.state if desk.card else None,
        "reader": _reader(desk),
        "card": _card(desk.card),
        "person": _person(desk.right),
        "standing": _standing(desk) if desk.step is Step.WHO else None,
        "capture": _capture(desk) if desk.step is Step.CAPTURE else None,
        "card_trial": desk.trial,
        "approval": _approval(desk) if desk.step is Step.APPROVE else None,
        "receipt": _receipt(desk.receipt),
        "drafts": _drafts(desk) if desk.step is Step.CARD else [],
        "way": None if desk.consent is None else "face" if desk.consent.template else "card",
    }


def _reader(desk: Desk) -> dict[str, Any]:
    reading = desk.parts.cards.reading()
    lies = desk.step is Step.CARD and reading.seen is not None
    problem = desk.card.problem if lies and desk.card else None
    code = problem or reading.code or ("CARD_LIFT" if lies else None)
    waiting = {"absent": "CARD_ABSENT", "reading": "CARD_READING"}
    return {"state": "fault" if problem else reading.state, "code": code or waiting.get(reading.state)}


def _wanted(desk: Desk) -> str | None:
    right = desk.parts.records.right(desk.wanted) if desk.wanted else None
    return right.shown_name if right else None


def _standing(desk: Desk) -> dict[str, Any] | None:
    standing = desk.standing()
    if standing is None:
        return None
    shown = {"code": standing.code, "who": standing.who, "cause": standing.cause, "may_enrol": standing.may_enrol}
    return {**shown, "line": standing.line()}


def _capture(desk: Desk) -> dict[str, Any] | None:
    now = desk.capture.progress if desk.capture else None
    if now is None:
        return None
    shown = {"hint": now.hint, "kept": now.kept, "wanted": now.wanted, "face_box": now.face_box, "fault": now.fault}
    shots = len(desk.capture.shots) if desk.capture else 0
    return {**shown, "helmet": now.helmet, "asks_helmet": desk.asks_helmet, "bare": shots}


def _approval(desk: Desk) -> dict[str, Any]:
    found = desk.alike.found if desk.alike else None
    shown = {"shown_name": found.shown_name, "team": found.team} if found else None
    helmet = len(desk.shots()) - len(desk.template_shots())
    return {
        "shots": len(desk.shots()),
        "helmet": helmet,
        "helmet_known": desk.helmet_known,
        "checking": bool(desk.alike and not desk.alike.done),
        "looks_alike": shown,
        "unchecked": bool(desk.alike and desk.alike.done and desk.alike.failed),
    }


def _drafts(desk: Desk) -> list[Mapping[str, Any]]:
    records = desk.parts.records
    rights = [(draft, records.right(draft.person)) for draft in records.drafts()]
    return [{"person": d.person, "shown_name": r.shown_name, "step": d.step, "at_ms": d.at_ms} for d, r in rights if r]


def _card(card: CardSeen | None) -> dict[str, Any] | None:
    if card is None:
        return None
    shown = {"name": card.name, "sex": card.sex, "nation": card.nation, "birth": card.birth}
    return {**shown, "valid_until": card.valid_until, "number": card.masked, "problem": card.problem, "cautions": list(card.cautions)}


def _person(right: Right | None) -> dict[str, Any] | None:
    if right is None:
        return None
    return {"shown_name": right.shown_name, "team": right.team, "trade": right.trade, "employer": right.employer}


def _receipt(receipt: Receipt | None) -> dict[str, Any] | None:
    if receipt is None:
        return None
    return {name: getattr(receipt, name) for name in Receipt.__dataclass_fields__} | {"code": svg(receipt.reference)}

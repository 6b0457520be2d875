"""What happened to a record, in words: the audit's entries as a page tells them (A-65)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from central.changes import Change
from central.web.texts import TEXTS, Texts
from central.web.trades import trade_name

HIDDEN: Final = frozenset(
    {"version", "accepted_steps", "worker_id", "employer_id", "participant_id", "assignments", "reader", "project_id"}
)
"""What serves the machine: it stands in the audit, not on the page."""
WORDS: Final = {
    "state": "state",
    "form": "form",
    "employment_form": "form",
    "wage_type": "wage",
    "reason": "leaving",
    "end_cause": "end",
    "source": "source",
}
"""Fields whose values are codes, with the beginning of their texts' keys."""


@dataclass(frozen=True)
class Told:
    """One deed in words: `values` are (what, before, after), with nothing for what is not there."""

    change: Change
    deed: str
    values: list[tuple[str, str, str]]


def lines(changes: list[Change], t: Texts) -> list[Told]:
    """Each change in the reader's language; a code that has no word stays a code."""
    return [Told(one, deed(one.action, t), _values(one, t)) for one in changes]


def deed(action: str, t: Texts) -> str:
    """An action of the audit in words; one that has none stays what it is."""
    return _known(f"deed_{action}", action, t)


def _values(change: Change, t: Texts) -> list[tuple[str, str, str]]:
    shown = ((name, before or "", after or "") for name, before, after in change.values if name not in HIDDEN)
    return [
        (_known(f"field_{name}", name, t), _word(name, before, t), _word(name, after, t))
        for name, before, after in shown
        if before != after
    ]


def _word(name: str, value: str, t: Texts) -> str:
    if name == "main_trade":
        return trade_name(value, t)
    if name == "defaulted":
        return "、".join(_known(f"field_{one}", one, t) for one in value.split("、"))
    return _known(f"{WORDS[name]}_{value}", value, t) if name in WORDS else value


def _known(key: str, otherwise: str, t: Texts) -> str:
    return t(key) if key in TEXTS else otherwise

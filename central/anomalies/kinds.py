"""The kinds of anomaly, each one query over stored facts. Nothing is kept about an anomaly: it is gone when its cause is gone.

Every query has the same columns: project_id, at, assignment_id, name (of the person), what (a code, or a gate's name), n (how often).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select

from central.anomalies import of_gates, of_people


@dataclass(frozen=True)
class Kind:
    """A kind: `where` is the place that deals with it: person, queue, presence, gates or board. `own` stands in the place of `rows` for

    a company that is shown only what concerns itself.
    """

    key: str
    where: str
    rows: Callable[[], Select[Any]]
    own: Callable[[], Select[Any]] | None = None


KINDS: Final = (
    Kind("doubtful", "person", of_gates.doubtful),
    Kind("identity_lost", "person", of_people.identity_lost),
    Kind("lookalike", "person", of_gates.lookalike),
    Kind("denied_often", "person", of_gates.denied_often),
    Kind("denied_unknown", "gates", of_gates.denied_unknown),
    Kind("held_open", "gates", of_gates.held_open),
    Kind("by_hand", "person", of_gates.by_hand),
    Kind("contract_over", "person", of_people.contract_over),
    Kind("contract_ending", "person", of_people.contract_ending),
    Kind("departing", "person", of_people.departing),
    Kind("never_seen", "person", of_people.never_seen),
    Kind("training_due", "person", of_people.training_due),
    Kind("waiting_long", "queue", of_people.waiting_long, of_people.waiting_for_own),
    Kind("box_silent", "gates", of_gates.box_silent),
    Kind("box_faulty", "gates", of_gates.box_faulty),
    Kind("box_told", "gates", of_gates.box_told),
    Kind("certificate_ending", "gates", of_gates.certificate_ending),
)
"""In the order in which they matter."""
BY_KEY: Final = {kind.key: kind for kind in KINDS}
